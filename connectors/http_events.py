"""Statements told as JSON: an object, an array of them, or one a line, in the contract's own words and with times as people write them.

Pure: the door in `apps/` gives the bytes and the agency whose user sent them, and passes the answers on; `connectors/ndjson.py` reads files of lines.
The shape is in connectors/README.md.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any

from connectors.envelope import check_envelope, local_day
from connectors.repeats import refuse_reused
from connectors.shapes import ISO_DAY, LARGEST_INT, SMALLEST_INT, Shape, iso_day, iso_moment, shape_of
from connectors.statement import Refusal, Statement, Unreadable, plain_name
from schemas.catalogue import Catalogue
from schemas.moments import day

Answer = Statement | Refusal
"""What comes of one event."""
NO_TEXT = re.compile("[\0\ud800-\udfff]")
MOST_EVENTS = 1_000
MOST_BYTES = 4 * 1024 * 1024


class EventReader:
    """Reads what one agency sends, held to the committed contracts; days without a time are local days of `zone`."""

    def __init__(self, catalogue: Catalogue, agency: str, zone: tzinfo) -> None:
        self._contracts = {contract.short_name: contract for contract in catalogue.statements()}
        self._shapes: dict[str, Shape] = {}
        self._agency = agency
        self._zone = zone

    def read(self, body: bytes) -> list[Answer]:
        """Answer each event of a JSON body, in order; `line` is its place, from 1. One refusal that ends reading when the body is no such JSON."""
        try:
            events = parse_events(body)
        except Unreadable as error:
            return [Refusal(1, error.code, str(error), ends_reading=True)]
        return _once_each(self._answer(place, event) for place, event in enumerate(events, start=1))

    def read_lines(self, body: bytes) -> list[Answer]:
        """Answer each line of a body of newline-delimited JSON, in order; `line` is its line. One refusal that ends reading when there are too many."""
        lines = [(place, line) for place, line in enumerate(body.split(b"\n"), start=1) if line.strip()]
        try:
            _check_size(body)
            _check_count(len(lines))
        except Unreadable as error:
            return [Refusal(1, error.code, str(error), ends_reading=True)]
        return _once_each(self.line(place, line) for place, line in lines)

    def line(self, place: int, line: bytes) -> Answer:
        """Answer one line of newline-delimited JSON."""
        try:
            return self._statement(place, parse_json(line))
        except Unreadable as error:
            return Refusal(place, error.code, str(error))

    def _answer(self, place: int, event: Any) -> Answer:
        try:
            return self._statement(place, event)
        except Unreadable as error:
            return Refusal(place, error.code, f"event {place}: {error}")

    def _statement(self, place: int, event: Any) -> Statement:
        found = dict(_table(event, "the event"))
        event_type = found.pop("event_type", None)
        shape = self._shape(event_type)
        envelope = {"agency": self._agency, **_table(found.pop("envelope", {}), "envelope")}
        value = self._record(shape, {"envelope": envelope, **found}, "")
        if value["envelope"]["agency"] != self._agency:
            raise Unreadable(
                "another-agency",
                f"expected envelope.agency to be {self._agency}, whose user sent this, found another; send it as that agency",
            )
        if event_type == "StatementRetracted" and value["envelope"]["retracts"] is None:
            raise Unreadable(
                "nothing-retracted",
                "expected envelope.retracts to say which statement is withdrawn, found nothing; fill it in",
            )
        check_envelope(value["envelope"])
        return Statement(str(event_type), value, place)

    def _shape(self, event_type: Any) -> Shape:
        """Give the shape of a contract, read when it is first needed: there are many contracts, and a request uses few."""
        contract = self._contracts.get(event_type) if isinstance(event_type, str) else None
        if contract is None:
            known = ", ".join(self._contracts)
            raise Unreadable(
                "unknown-event-type", f"expected event_type to be one of {known}, found none of them; correct it"
            )
        if contract.short_name not in self._shapes:
            self._shapes[contract.short_name] = shape_of(contract)
        return self._shapes[contract.short_name]

    def _record(self, shape: Shape, table: Mapping[str, Any], where: str) -> dict[str, Any]:
        """Read an object; `where` is its own name and a dot, empty for the event itself."""
        if not table.keys() <= shape.parts.keys():
            unknown = next(name for name in table if name not in shape.parts)
            raise Unreadable(
                "unknown-field",
                f"expected only the contract's fields in {where.removesuffix('.') or 'the event'}, found {plain_name(unknown, 'field')}; correct or remove it",
            )
        return {
            # Most fields of most events are not there.
            name: None
            if part.optional and table.get(name) is None
            else self._field(part, table.get(name), where + name)
            for name, part in shape.parts.items()
        }

    def _field(self, shape: Shape, found: Any, where: str) -> Any:
        if found is None:
            raise Unreadable("missing-field", f"expected {where}, found nothing; fill it in")
        if shape.kind == "record":
            if "earliest" in shape.parts:
                return self._when(shape, found, where)
            return self._record(shape, _table(found, where), f"{where}.")
        return _plain(shape, found, where)

    def _when(self, shape: Shape, found: Any, where: str) -> dict[str, Any]:
        """Read a time: a day, a moment with its offset, or an object with earliest, latest and wording."""
        if not isinstance(found, str):
            return self._record(shape, _table(found, where), f"{where}.")
        if ISO_DAY.fullmatch(found):
            return dict(local_day(day(iso_day(found, where)), self._zone))
        at = iso_moment(found, where)
        return {"earliest": at, "latest": at, "wording": None}


def _once_each(answers: Iterable[Answer]) -> list[Answer]:
    return [one for one in refuse_reused(answers) if isinstance(one, Statement | Refusal)]


def parse_events(body: bytes) -> list[Any]:
    """Read a JSON object or array of at most MOST_EVENTS events; Unreadable for anything else, without a word of content."""
    _check_size(body)
    found = parse_json(body)
    events = found if isinstance(found, list) else [found]
    _check_count(len(events))
    return events


def parse_json(content: bytes) -> Any:
    """Read JSON strictly (UTF-8, each field once, no NaN); Unreadable says where the fault is, without a word of content."""
    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise Unreadable("not-utf-8", "expected JSON in UTF-8, found bytes that are not; send it as UTF-8") from None
    except json.JSONDecodeError as error:
        at = f"column {error.colno}" if error.lineno == 1 else f"line {error.lineno} column {error.colno}"
        raise Unreadable("not-json", f"expected JSON, found a fault at {at}; correct it") from None
    except (RecursionError, ValueError):
        # ValueError is Python's own limit on the digits of a number.
        raise Unreadable("not-json", "expected JSON of ordinary depth and numbers, found neither; correct it") from None


def _check_size(body: bytes) -> None:
    if len(body) > MOST_BYTES:
        raise Unreadable(
            "too-large", f"expected at most {MOST_BYTES} bytes, found {len(body)}; send the events in several requests"
        )


def _check_count(events: int) -> None:
    if not 0 < events <= MOST_EVENTS:
        raise Unreadable(
            "too-many", f"expected 1 to {MOST_EVENTS} events, found {events}; send them in several requests"
        )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise Unreadable("field-twice", "expected each field once in an object, found one twice; remove one")
    return table


def _no_constant(_name: str) -> Any:
    raise Unreadable("not-json", "expected JSON, found NaN or Infinity, which are not; correct it")


def _table(found: Any, where: str) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise Unreadable("not-an-object", f"expected {where} to be a JSON object, found something else; correct it")
    return found


def _plain(shape: Shape, found: Any, where: str) -> Any:
    """Read one field that is no record; Unreadable names the field."""
    if shape.kind == "string":
        return _text(found, where)
    if shape.kind == "words":
        if not isinstance(found, list):
            raise Unreadable("bad-value", f"expected a list of texts in {where}, found something else; correct it")
        return [_text(word, where) for word in found]
    if shape.kind == "int":
        return _whole(found, where)
    if shape.kind == "boolean":
        if not isinstance(found, bool):
            raise Unreadable("bad-value", f"expected true or false in {where}, found something else; correct it")
        return found
    text = _text(found, where)
    if shape.kind == "enum":
        return _symbol(shape, text, where)
    return iso_day(text, where) if shape.kind == "date" else iso_moment(text, where)


def _symbol(shape: Shape, text: str, where: str) -> str:
    if text not in shape.symbols:
        raise Unreadable(
            "unknown-code", f"expected one of {', '.join(shape.symbols)} in {where}, found another; correct it"
        )
    return text


def _whole(found: Any, where: str) -> int:
    if not isinstance(found, int) or isinstance(found, bool) or not SMALLEST_INT <= found <= LARGEST_INT:
        raise Unreadable(
            "bad-number", f"expected a whole number of 32 bits in {where}, found something else; correct it"
        )
    return found


def _text(found: Any, where: str) -> str:
    """Take text that every reader can hold: no NUL and no half of a surrogate pair."""
    if not isinstance(found, str) or NO_TEXT.search(found):
        raise Unreadable(
            "bad-value", f"expected text in {where}, found something else (or a character that is none); correct it"
        )
    return found
