"""The disclosures of a child, as they stand on the log: for what was shown to whom before, and for who saw the wrong view."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from psycopg import Connection

from projections.rows import Ids, Rows

OF_CHILD = "select record from disclosure where child = any(%b) and asked_at < %s order by asked_at, disclosure_id"
OF_NO_CHILD = (
    "select record from disclosure where child is null and action = %s and asked_at >= %s and asked_at < %s"
    " order by asked_at, disclosure_id"
)
FIND = "select record from disclosure where disclosure_id = %s"


@dataclass(frozen=True, slots=True)
class LoggedDisclosure:
    """One disclosure as the log holds it: what is looked up by, and the very message."""

    disclosure_id: UUID
    child: UUID | None = field(repr=False)
    asked_at: datetime
    record: bytes = field(repr=False)
    action: str


class Disclosures(Protocol):
    """Where disclosures are found again; what is given are the messages as they were written (contract mash.hub.Disclosure)."""

    def of_child(self, strands: Collection[UUID], until: datetime) -> Sequence[bytes]:
        """Give what was asked about any of these strands before a moment (aware), oldest first, allowed or refused."""
        ...

    def of_no_child(self, action: str, since: datetime, until: datetime) -> Sequence[bytes]:
        """Give what was asked for by an action and about no one child, from a moment on and before another (aware), oldest first, allowed or refused."""
        ...

    def find(self, disclosure_id: UUID) -> bytes | None:
        """Give one disclosure, or None."""
        ...


class MemoryDisclosures:
    """What finding disclosures means, in memory."""

    def __init__(self, logged: Iterable[LoggedDisclosure] = ()) -> None:
        self._logged = {one.disclosure_id: one for one in logged}

    def add(self, one: LoggedDisclosure) -> None:
        """Keep a disclosure; one that is there already changes nothing."""
        self._logged.setdefault(one.disclosure_id, one)

    def of_child(self, strands: Collection[UUID], until: datetime) -> Sequence[bytes]:
        """Give what was asked about these strands before a moment."""
        return _oldest_first(one for one in self._logged.values() if one.child in strands and one.asked_at < until)

    def of_no_child(self, action: str, since: datetime, until: datetime) -> Sequence[bytes]:
        """Give what was asked for by an action and about no one child between two moments."""
        asked = (one for one in self._logged.values() if one.child is None and one.action == action)
        return _oldest_first(one for one in asked if since <= one.asked_at < until)

    def find(self, disclosure_id: UUID) -> bytes | None:
        """Give one disclosure, or None."""
        one = self._logged.get(disclosure_id)
        return None if one is None else one.record


class SqlDisclosures:
    """Finds disclosures in the table disclosure, to which the worker adds them."""

    def __init__(self, conn: Connection[Rows]) -> None:
        self._conn = conn

    def of_child(self, strands: Collection[UUID], until: datetime) -> Sequence[bytes]:
        """Give what was asked about these strands before a moment."""
        asked = Ids(one.bytes for one in strands)
        return [record for (record,) in self._conn.execute(OF_CHILD, (asked, until), binary=True)]

    def of_no_child(self, action: str, since: datetime, until: datetime) -> Sequence[bytes]:
        """Give what was asked for by an action and about no one child between two moments."""
        return [record for (record,) in self._conn.execute(OF_NO_CHILD, (action, since, until), binary=True)]

    def find(self, disclosure_id: UUID) -> bytes | None:
        """Give one disclosure, or None."""
        row = self._conn.execute(FIND, (disclosure_id,), binary=True).fetchone()
        return None if row is None else row[0]


def _oldest_first(found: Iterable[LoggedDisclosure]) -> Sequence[bytes]:
    return [one.record for one in sorted(found, key=lambda one: (one.asked_at, one.disclosure_id))]
