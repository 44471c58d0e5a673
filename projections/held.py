"""What the admit stage remembers of the quarantine: which refused statements are open, and which statements wait behind them.

It is true together with what was admitted: in the transaction in which a statement is refused its row is there, so whoever reads the next one knows of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from uuid import UUID

from psycopg import Connection

from projections.rows import Ids, Rows
from schemas.moments import moment

COLUMNS = "quarantine_id, event_id, waits_for, received, topic, source_part, source_offset, record"
HOLD = f"insert into held ({COLUMNS}) values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing"
# Whoever is about to wait behind a statement, and whoever is about to admit or settle it, come one after the other here.
OPEN = """
select event_id, quarantine_id from held where event_id = any(%b) and not closed order by quarantine_id for update
"""
FIND = "select quarantine_id, record from held where quarantine_id = any(%b) and not closed"
AWAITING = """
select quarantine_id from held where waits_for = any(%b) and not closed order by received, topic, source_part, source_offset
"""
CLOSE = "update held set closed = true, record = null where quarantine_id = any(%b) and not closed"


@dataclass(frozen=True, slots=True)
class HeldMessage:
    """One quarantined message: its ids (16 bytes each), the event ids that it has and waits for, where and when it came, and its record on hub.quarantine."""

    quarantine_id: bytes
    event_id: bytes | None
    waits_for: bytes | None
    received: int
    topic: str
    partition: int
    offset: int
    record: bytes = field(repr=False)


def held_message(value: dict[str, Any], record: bytes) -> HeldMessage:
    """Give what is remembered of a Quarantined message: its value as read, and the message itself."""
    ids = value["quarantine_id"], value["event_id"], value["waits_for"]
    return HeldMessage(*ids, value["received"], value["topic"], value["partition"], value["offset"], record)


class Held(Protocol):
    """What the admit stage remembers of the quarantine; used inside `Admissions.reading` only."""

    def hold(self, messages: Iterable[HeldMessage]) -> None:
        """Remember messages as open; those that are remembered already, open or closed, stay as they are."""
        ...

    def find(self, quarantine_ids: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """Give the records of those of these messages that are open, by quarantine id."""
        ...

    def open_under(self, event_ids: Sequence[bytes]) -> Sequence[tuple[bytes, bytes]]:
        """Give (event id, quarantine id) of every open message with one of these event ids; until the reading ends nobody else closes it, admits its event or waits for it."""
        ...

    def awaiting(self, event_ids: Sequence[bytes]) -> Sequence[bytes]:
        """Give the open messages that wait for one of these events, in the order in which they came."""
        ...

    def close(self, quarantine_ids: Sequence[bytes]) -> None:
        """Remember messages as settled for good."""
        ...


class SqlHeld:
    """Kept in PostgreSQL, on the connection of what was admitted."""

    def __init__(self, conn: Connection[Rows]) -> None:
        self._conn = conn

    def hold(self, messages: Iterable[HeldMessage]) -> None:
        """Add the messages."""
        rows = [
            (
                *map(_id, (one.quarantine_id, one.event_id, one.waits_for)),
                moment(one.received),
                *_place(one),
                one.record,
            )
            for one in messages
        ]
        if rows:
            self._conn.cursor().executemany(HOLD, rows)

    def find(self, quarantine_ids: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """Look the messages up."""
        if not quarantine_ids:
            return {}
        rows = self._conn.execute(FIND, (Ids(quarantine_ids),), binary=True)
        return {found.bytes: record for found, record in rows}

    def open_under(self, event_ids: Sequence[bytes]) -> Sequence[tuple[bytes, bytes]]:
        """Look them up and lock them, always in one order."""
        if not event_ids:
            return []
        rows = self._conn.execute(OPEN, (Ids(event_ids),), binary=True)
        return [(event_id.bytes, quarantine_id.bytes) for event_id, quarantine_id in rows]

    def awaiting(self, event_ids: Sequence[bytes]) -> Sequence[bytes]:
        """Look them up by what they wait for."""
        if not event_ids:
            return []
        return [found.bytes for (found,) in self._conn.execute(AWAITING, (Ids(event_ids),), binary=True)]

    def close(self, quarantine_ids: Sequence[bytes]) -> None:
        """Close the messages and forget their records, which hub.quarantine has."""
        if quarantine_ids:
            self._conn.execute(CLOSE, (Ids(quarantine_ids),))


class MemoryHeld:
    """What it means, kept in memory."""

    def __init__(self) -> None:
        self.messages: dict[bytes, HeldMessage] = {}
        self.closed: set[bytes] = set()

    def hold(self, messages: Iterable[HeldMessage]) -> None:
        """Keep the messages."""
        for one in messages:
            self.messages.setdefault(one.quarantine_id, one)

    def find(self, quarantine_ids: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """Look the messages up."""
        still_open = self.messages.keys() - self.closed
        return {one: self.messages[one].record for one in quarantine_ids if one in still_open}

    def open_under(self, event_ids: Sequence[bytes]) -> Sequence[tuple[bytes, bytes]]:
        """Go through the open ones."""
        wanted = set(event_ids)
        return [(one.event_id, one.quarantine_id) for one in self._open() if one.event_id and one.event_id in wanted]

    def awaiting(self, event_ids: Sequence[bytes]) -> Sequence[bytes]:
        """Go through the open ones."""
        waiting = [one for one in self._open() if one.waits_for in set(event_ids)]
        return [one.quarantine_id for one in sorted(waiting, key=lambda one: (one.received, *_place(one)))]

    def close(self, quarantine_ids: Sequence[bytes]) -> None:
        """Close the messages and forget their records."""
        for one in self.messages.keys() & set(quarantine_ids):
            self.messages[one] = replace(self.messages[one], record=b"")
            self.closed.add(one)

    def copy(self) -> "MemoryHeld":
        """Give a copy, to go back to."""
        kept = MemoryHeld()
        kept.messages, kept.closed = dict(self.messages), set(self.closed)
        return kept

    def _open(self) -> list[HeldMessage]:
        return [one for one in self.messages.values() if one.quarantine_id not in self.closed]


def _place(one: HeldMessage) -> tuple[str, int, int]:
    return one.topic, one.partition, one.offset


def _id(value: bytes | None) -> UUID | None:
    return None if value is None else UUID(bytes=value)
