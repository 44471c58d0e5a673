"""Invented values for any contract, made from its schema: whatever a contract gains, the tests that use these cover it."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

from schemas.catalogue import Catalogue, Contract, load_catalogue

CATALOGUE: Catalogue = load_catalogue()
TEXTS = ("", "a", "Zoë", "née Ø'Ne\u0301ant", "line\nline", "\x00", "𝔊", "x" * 63, "x" * 64, "y" * 700)
EDGES = (0, 1, -1, 63, 64, -64, -65, 8191, 8192, 2**31 - 1, -(2**31))


def value_of(contract: Contract, random: Random, text: Callable[[], str] | None = None) -> dict[str, Any]:
    """Make a value that fits a contract; `text` gives each string, by default one of a few awkward ones."""
    value: dict[str, Any] = _value(json.loads(contract.schema), random, text or (lambda: random.choice(TEXTS)), {})
    return value


def _value(schema: Any, random: Random, text: Callable[[], str], named: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        # The last branch is the one that says something: taken twice as often as null.
        return _value(random.choice([*schema, schema[-1]]), random, text, named)
    if isinstance(schema, str):
        known = named.get(schema.rpartition(".")[2])
        return _plain(schema, random, text) if known is None else _value(known, random, text, named)
    return _complex(schema, random, text, named)


def _complex(schema: dict[str, Any], random: Random, text: Callable[[], str], named: dict[str, Any]) -> Any:
    kind = schema["type"]
    if kind in ("record", "enum", "fixed"):
        named[schema["name"]] = schema
    if kind == "record":
        return {part["name"]: _value(part["type"], random, text, named) for part in schema["fields"]}
    if kind == "enum":
        return random.choice(schema["symbols"])
    if kind == "fixed":
        return random.randbytes(schema["size"])
    if kind == "array":
        return [_value(schema["items"], random, text, named) for _ in range(random.choice((0, 1, 2, 70)))]
    return _value(kind, random, text, named)


def _plain(kind: str, random: Random, text: Callable[[], str]) -> Any:
    if kind == "string":
        return text()
    if kind == "bytes":
        return random.randbytes(random.choice((0, 1, 63, 64, 300)))
    if kind == "boolean":
        return random.random() < 0.5
    if kind == "null":
        return None
    return random.choice(
        (*EDGES, random.randrange(-(2**31), 2**31)) if kind == "int" else (*EDGES, 2**63 - 1, -(2**63))
    )
