"""Newline-delimited JSON (.ndjson, .jsonl): one event a line, in the shape of POST /events; a line that cannot be told is refused and the next one read.

The sender says whose file it is (`--agency`); a line may leave `envelope.agency` out, and one that names another agency is refused. A file speaks for one
feed: the `envelope.source_system` of its first event is that of all of them.

The first line may be `{"coverage": {...}}` with `scope` and `population` (texts), and as needed `whole`, `first`, `last` (days), `edition` and `events`. A file that
says `whole` is a snapshot, so what it no longer says is withdrawn: it must say how many `events` follow, or a file cut short would withdraw the rest.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO

from connectors.formats import Format, Given
from connectors.http_events import EventReader, parse_json
from connectors.repeats import refuse_reused
from connectors.shapes import iso_day
from connectors.statement import Coverage, Outcome, Outcomes, Refusal, Statement, Unreadable, plain_name
from schemas.catalogue import Catalogue
from schemas.moments import day

SUFFIXES = (".ndjson", ".jsonl")
LONGEST_LINE = 1024 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
SAID = frozenset({"scope", "population", "whole", "first", "last", "edition", "events"})


def ndjson_format(catalogue: Catalogue, agency: str) -> Format:
    """Make the format of one agency's files; `source_system` is empty, since the lines say it."""
    title = "newline-delimited JSON, one event a line"
    return Format("ndjson", title, agency, "", _recognises, partial(_read, catalogue, agency))


def _recognises(suffix: str, _head: bytes) -> bool:
    return suffix in SUFFIXES


def _read(catalogue: Catalogue, agency: str, stream: BinaryIO, given: Given) -> Outcomes:
    return refuse_reused(_File(EventReader(catalogue, agency, given.zone), agency, given).outcomes(stream))


class _File:
    """Reads one file: what it covers, how many events it promised, and whose feed it is."""

    def __init__(self, reader: EventReader, agency: str, given: Given) -> None:
        self._reader = reader
        self._coverage = Coverage(f"{agency} ndjson", "whomever its events are about", False, given.first, given.last)
        self._promised: int | None = None
        self._feed: str | None = None

    def outcomes(self, stream: BinaryIO) -> Iterator[Outcome]:
        """Give what the file covers, then one outcome for each line that is not blank."""
        events, last, opened = 0, 1, False
        for last, line in _lines(stream):
            said = None if opened else _coverage_said(line)
            if said is not None:
                try:
                    self._coverage, self._promised = read_coverage(said, self._coverage)
                except Unreadable as error:
                    yield Refusal(last, error.code, str(error), ends_reading=True)
                    return
            if not opened:
                opened = True
                yield self._coverage
            if said is None:
                events += 1
                yield self._outcome(last, line)
        yield from self._end(last, events)

    def _end(self, line: int, events: int) -> Iterator[Refusal]:
        if not events and self._promised is None:
            sentence = "expected at least one event, found none; send the file again"
            yield Refusal(1, "empty-file", sentence, ends_reading=True)
        elif self._promised not in (None, events):
            sentence = f"expected {self._promised} events as the first line says, found {events}; the file may be cut short: send the whole of it"
            yield Refusal(line, "another-count", sentence, ends_reading=True)

    def _outcome(self, place: int, line: bytes | None) -> Outcome:
        if line is None:
            sentence = (
                f"expected lines of at most {LONGEST_LINE} bytes, found a longer one; write one event on each line"
            )
            return Refusal(place, "endless-line", sentence)
        outcome = self._reader.line(place, line)
        if not isinstance(outcome, Statement):
            return outcome
        source_system = outcome.value["envelope"]["source_system"]
        self._feed = self._feed or source_system
        if source_system != self._feed:
            sentence = "expected envelope.source_system to be that of the file's first event, found another; send each system's events in a file of their own"
            return Refusal(place, "another-feed", sentence)
        return outcome


def _coverage_said(line: bytes | None) -> Any:
    """Give what a line says of coverage; None where it is an event, or cannot be read."""
    try:
        found = parse_json(line or b"")
    except Unreadable:
        return None
    return found["coverage"] if isinstance(found, dict) and found.keys() == {"coverage"} else None


def read_coverage(said: Any, unless_said: Coverage) -> tuple[Coverage, int | None]:
    """Read what a file says that it covers, and how many events it promises; Unreadable names the field."""
    if not isinstance(said, dict) or not said.keys() <= SAID:
        strange = next((name for name in said if name not in SAID), "") if isinstance(said, dict) else ""
        found = plain_name(strange, "field") if strange else "something else"
        raise _bad(f"coverage to be an object of {', '.join(sorted(SAID))}, found {found}")
    texts = {name: _text(said, name) for name in ("scope", "population", "edition")}
    days = {
        name: None if said.get(name) is None else day(iso_day(str(said[name]), f"coverage.{name}"))
        for name in ("first", "last")
    }
    whole, promised = said.get("whole", False), said.get("events")
    if not isinstance(whole, bool):
        raise _bad("coverage.whole to be true or false, found something else")
    if promised is not None and (not isinstance(promised, int) or isinstance(promised, bool) or promised < 0):
        raise _bad("coverage.events to be a whole number, found something else")
    if whole and (promised is None or texts["scope"] is None):
        raise _bad("coverage.scope and coverage.events where coverage.whole is true, found one of them missing")
    coverage = Coverage(
        texts["scope"] or unless_said.scope,
        texts["population"] or unless_said.population,
        whole,
        days["first"] or unless_said.first,
        days["last"] or unless_said.last,
        texts["edition"],
    )
    return coverage, promised


def _text(said: dict[str, Any], name: str) -> str | None:
    found = said.get(name)
    if found is not None and not (isinstance(found, str) and found.strip() and found.isprintable()):
        raise _bad(f"coverage.{name} to be a text, found something else")
    return found


def _bad(expected: str) -> Unreadable:
    return Unreadable("bad-coverage", f"expected {expected}; correct the first line")


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Give each line that is not blank with its number; None for one that is too long, of which only a piece is held at a time."""
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        content = line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line
        if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            _pass_over(stream)
            yield number, None
        elif content.strip():
            yield number, content


def _pass_over(stream: BinaryIO) -> None:
    while (piece := stream.readline(LONGEST_LINE)) and not piece.endswith(b"\n"):
        pass
