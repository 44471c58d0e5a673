"""Folding the log into PostgreSQL, a run of hub events at a time, inside the caller's transaction.

Rows are plain: one for each entry, concern and clock. What a child's record means is worked out by the same pure functions that the memory store
uses, so that the two can be held to the same answers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from psycopg import Connection

from projections.headers import amends
from projections.rows import Ids, Rows, copy_rows
from schemas.sealed import Header, SealedCodec

ENTRY_COLUMNS = [
    ("event_id", "uuid"),
    ("child", "uuid"),
    ("agency", "text"),
    ("event_type", "text"),
    ("happened_earliest", "timestamptz"),
    ("happened_latest", "timestamptz"),
    ("received", "timestamptz"),
    ("part", "int2"),
    ("log_offset", "int8"),
    ("record", "bytea"),
]
AMENDMENT_COLUMNS = [("child", "uuid"), ("event_id", "uuid")]
KNOWN = "select event_id, record from chronology_entry where event_id = any(%b)"


class HeaderFold(Protocol):
    """What else is worked out from new events, once their entries are written: clocks and concerns, or, in a rebuild, who is who."""

    def fold(self, headers: Sequence[Header]) -> None:
        """Take in the headers of new events, in the order of the log."""
        ...


class ProjectionBroken(Exception):
    """The log and the projections contradict each other; the message names the event by id and says what to do."""


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One hub event and where in hub.events it stands."""

    header: Header
    record: bytes
    part: int
    offset: int

    def row(self) -> Rows:
        """Give the event as a row of chronology_entry."""
        head = self.header
        times = head.happened_earliest, head.happened_latest, head.received
        return (head.event_id, head.child, head.agency, head.event_type, *times, self.part, self.offset, self.record)


class SqlFold:
    """Writes what hub events say; one for each connection, used inside a transaction that also holds the position."""

    def __init__(self, conn: Connection[Rows], codec: SealedCodec, followers: Sequence[HeaderFold]) -> None:
        self._conn = conn
        self._codec = codec
        self._followers = followers

    def fold(self, part: int, records: Iterable[tuple[int, bytes]]) -> int:
        """Fold (offset, message) pairs of one partition, oldest first; returns how many were new. ProjectionBroken, ContractBroken: roll back and stop."""
        logged = [LoggedEvent(self._codec.read(message).header, message, part, offset) for offset, message in records]
        fresh = self._without_repeats(logged)
        if fresh:
            copy_rows(self._conn, "chronology_entry", ENTRY_COLUMNS, (event.row() for event in fresh))
            headers = [event.header for event in fresh]
            amendments = [(header.child, header.event_id) for header in headers if amends(header)]
            if amendments:
                copy_rows(self._conn, "amendment", AMENDMENT_COLUMNS, amendments)
            for follower in self._followers:
                follower.fold(headers)
        return len(fresh)

    def _without_repeats(self, logged: Sequence[LoggedEvent]) -> list[LoggedEvent]:
        """Drop events that are folded already: admission wrote them again after a crash, or the agency said the same twice and both were read at once."""
        ids = Ids(event.header.event_id for event in logged)
        stored = {event_id.bytes: record for event_id, record in self._conn.execute(KNOWN, (ids,), binary=True)}
        fresh = []
        for event in logged:
            known = stored.get(event.header.event_id)
            if known is None:
                stored[event.header.event_id] = event.record
                fresh.append(event)
            elif known != event.record and not self._says_the_same(known, event.header):
                raise ProjectionBroken(
                    f"event {UUID(bytes=event.header.event_id)} at {event.part}/{event.offset}: expected the record already folded under this id, "
                    "found another; nothing was changed: run `mash verify`"
                )
        return fresh

    def _says_the_same(self, known: bytes, header: Header) -> bool:
        """Whether a record under this id holds the same message of the same child: an agency may repeat itself in two partitions of its topic."""
        other = self._codec.read(known).header
        return (other.child, other.content_digest) == (header.child, header.content_digest)
