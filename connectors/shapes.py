"""What a contract wants of each field, read once from its Avro schema, so that mapping files and JSON are held to the same words as the log."""

import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from connectors.statement import Unreadable
from schemas.catalogue import Contract
from schemas.moments import days, micros

Kind = Literal["string", "int", "boolean", "date", "moment", "words", "enum", "record"]
PRIMITIVES: dict[str, Kind] = {"string": "string", "int": "int", "boolean": "boolean"}
LOGICAL: dict[str, Kind] = {"date": "date", "timestamp-micros": "moment"}
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SMALLEST_INT, LARGEST_INT = -(2**31), 2**31 - 1


@dataclass(frozen=True, slots=True)
class Shape:
    """One field's shape: its kind, whether it may be empty, an enum's symbols, a record's parts by name."""

    kind: Kind
    optional: bool = False
    symbols: tuple[str, ...] = ()
    parts: dict[str, "Shape"] = field(default_factory=dict)


def shape_of(contract: Contract) -> Shape:
    """Read the shape of a contract's record, the envelope within it."""
    return _shape(json.loads(contract.schema), {})


def body_of(shape: Shape) -> dict[str, Shape]:
    """Give the parts of a statement that are not the envelope."""
    return {name: part for name, part in shape.parts.items() if name != "envelope"}


def _shape(schema: Any, named: dict[str, Shape]) -> Shape:
    if isinstance(schema, list):
        inner = _shape(next(branch for branch in schema if branch != "null"), named)
        return Shape(inner.kind, "null" in schema, inner.symbols, inner.parts)
    if isinstance(schema, str):
        return named.get(schema) or named.get(schema.rpartition(".")[2]) or Shape(PRIMITIVES[schema])
    kind = schema["type"]
    if kind == "record":
        found = Shape("record", parts={part["name"]: _shape(part["type"], named) for part in schema["fields"]})
        named[schema["name"]] = found
        return found
    if kind == "enum":
        named[schema["name"]] = Shape("enum", symbols=tuple(schema["symbols"]))
        return named[schema["name"]]
    if kind == "array":
        return Shape("words")
    return Shape(LOGICAL[schema["logicalType"]]) if "logicalType" in schema else _shape(kind, named)


def whole_number(text: str, where: str) -> int:
    """Read a whole number of 32 bits; Unreadable names the place."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 11 and SMALLEST_INT <= int(text) <= LARGEST_INT):
        raise Unreadable("bad-number", f"expected a whole number in {where}, found something else; write digits only")
    return int(text)


def iso_date(text: str, where: str) -> date:
    """Read a day as 2024-05-31; Unreadable names the place."""
    if ISO_DAY.fullmatch(text):
        with suppress(ValueError):
            return date.fromisoformat(text)
    raise Unreadable("bad-date", f"expected a date like 2024-05-31 in {where}, found something else; write the day so")


def iso_day(text: str, where: str) -> int:
    """Read a day as 2024-05-31 into days since 1970; Unreadable names the place."""
    return days(iso_date(text, where))


def iso_moment(text: str, where: str) -> int:
    """Read a moment with its offset, as 2024-05-31T09:41:00+01:00, into microseconds; Unreadable names the place."""
    try:
        return micros(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise Unreadable(
            "bad-time",
            f"expected a time with its offset like 2024-05-31T09:41:00+01:00 in {where}, found something else; write the time so",
        ) from None
