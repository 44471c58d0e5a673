"""What verification compares: a row as its record in the log makes it, and the same row as it is stored, both in one plain form."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import groupby
from uuid import UUID

from psycopg import Connection

from projections.casework_messages import CASEWORK_COLUMNS
from projections.casework_messages import CONTRACTS as CASEWORK_CONTRACTS
from projections.feed_messages import KINDS, TOLD_COLUMNS
from projections.identity.messages import decode_said
from projections.identity.sql_strands import SAID_COLUMNS, said_row
from projections.quarantine_rows import CLOSED_COLUMNS, QUARANTINED_COLUMNS, SETTLED_COLUMNS
from projections.quarantine_rows import CONTRACTS as QUARANTINE_CONTRACTS
from projections.rows import Rows
from projections.sql_fold import ENTRY_COLUMNS, LoggedEvent
from projections.sql_told import ALERT_COLUMNS, DISCLOSURE_COLUMNS, ToldFold
from schemas.catalogue import Catalogue
from schemas.moments import micros, moment
from schemas.sealed import SealedCodec
from schemas.topics import HUB_CASEWORK, HUB_DISCLOSURES, HUB_EVENTS, HUB_FEEDS, HUB_IDENTITY, HUB_QUARANTINE

STORED = {
    HUB_EVENTS: (("chronology_entry", ", ".join(name for name, _ in ENTRY_COLUMNS)),),
    HUB_DISCLOSURES: (("disclosure", DISCLOSURE_COLUMNS),),
    HUB_QUARANTINE: (
        ("quarantined", QUARANTINED_COLUMNS),
        ("quarantine_settled", SETTLED_COLUMNS),
        ("quarantine_closed", CLOSED_COLUMNS),
    ),
    HUB_FEEDS: (("feed_told", TOLD_COLUMNS),),
    HUB_CASEWORK: (("casework", CASEWORK_COLUMNS),),
    HUB_IDENTITY: (("identity_said", SAID_COLUMNS),),
}
"""Topics each of whose records is one row, found by its partition and offset: the tables, one for each contract or one for all, and their columns."""
TOLD = {
    HUB_DISCLOSURES: ("Disclosure",),
    HUB_QUARANTINE: QUARANTINE_CONTRACTS,
    HUB_FEEDS: KINDS,
    HUB_CASEWORK: CASEWORK_CONTRACTS,
}
"""The contracts of a topic, in the order of its tables."""


@dataclass(frozen=True, slots=True)
class PlainRow:
    """One row: its table, its id there, the offset of its record, and all of its columns as plain bytes that are equal when the rows are."""

    table: str
    row_id: UUID
    offset: int
    content: bytes


class RowEvidence:
    """Gives both sides of the comparison for one topic."""

    def __init__(self, conn: Connection[Rows], catalogue: Catalogue, topic: str) -> None:
        self._conn = conn
        self._topic = topic
        self._catalogue = catalogue
        self._codec = SealedCodec(catalogue)
        self._told = ToldFold(conn, catalogue, *TOLD[topic]) if topic in TOLD else None

    def logged(self, part: int, records: Sequence[tuple[int, bytes]]) -> list[PlainRow]:
        """Give the rows that (offset, message) pairs make; ContractBroken for a message that the hub never wrote."""
        return [_plain(*self._made(part, offset, message), offset) for offset, message in records]

    def stored(self, part: int, first: int, beyond: int) -> Iterator[PlainRow]:
        """Give the stored rows of the offsets from `first` to before `beyond`, by offset."""
        tables = [self._stored(table, columns, (part, first, beyond)) for table, columns in STORED[self._topic]]
        for offset, of_tables in groupby(merge(*tables, key=_offset), key=_offset):
            first_row, *more = of_tables
            # A row in each of two tables for one record: one of them is forged, so together they are like no record's row.
            forged = b"".join(row.content for row in more)
            yield PlainRow(first_row.table, first_row.row_id, offset, first_row.content + forged)

    def repeats(self, rows: Sequence[PlainRow]) -> set[int]:
        """Give the offsets of those of these rows whose id has a row in their table: a record without a row of its own may be a repeat of another record."""
        if self._topic == HUB_IDENTITY:  # what is said again there is kept again
            return set()
        found: set[tuple[str, UUID]] = set()
        for table, columns in STORED[self._topic]:
            key, wanted = columns.partition(",")[0], [row.row_id for row in rows if row.table == table]
            if wanted:
                query = f"select {key} from {table} where {key} = any(%s)"
                found |= {(table, row_id) for (row_id,) in self._conn.execute(query, (wanted,), binary=True)}
        return {row.offset for row in rows if (row.table, row.row_id) in found}

    def beyond(self, stage: str, partitions: int) -> list[tuple[int, int]]:
        """Give (partition, offset) of rows that were never folded: at or beyond the stage's position, or of a partition that there is not."""
        rows = " union all ".join(f"select part, log_offset from {table}" for table, _ in STORED[self._topic])
        query = f"""
        select part, log_offset from ({rows}) as r where not (part between 0 and %s) or log_offset < 0 or log_offset >= coalesce(
            (select next from log_position p where p.stage = %s and p.topic = %s and p.part = r.part), 0)
        order by part, log_offset
        """
        return self._conn.execute(query, (partitions - 1, stage, self._topic), binary=True).fetchall()

    def _stored(self, table: str, columns: str, where: tuple[int, int, int]) -> Iterator[PlainRow]:
        query = f"select log_offset, {columns} from {table} where part = %s and log_offset >= %s and log_offset < %s order by log_offset"
        for offset, *row in self._conn.execute(query, where, binary=True):
            yield _plain(table, tuple(row), offset)

    def _made(self, part: int, offset: int, message: bytes) -> tuple[str, Rows]:
        """Give the table and the row that a message makes."""
        tables = STORED[self._topic]
        if self._told is not None:
            name, told = self._told.made(part, offset, message)
            table = tables[TOLD[self._topic].index(name)] if len(tables) > 1 else tables[0]
            return table[0], told
        if self._topic == HUB_IDENTITY:
            return tables[0][0], said_row(decode_said(self._catalogue, message), part, offset, message)
        head = self._codec.read(message).header
        row = LoggedEvent(head, message, part, offset).row()
        return tables[0][0], (
            *(UUID(bytes=one) for one in row[:2]),
            *row[2:4],
            *(moment(one) for one in row[4:7]),
            *row[7:],
        )


def _offset(row: PlainRow) -> int:
    return row.offset


def _plain(table: str, row: Rows, offset: int) -> PlainRow:
    return PlainRow(table, row[0], offset, _bytes_of(row))


def _bytes_of(row: Rows) -> bytes:
    """Write a row in one form whatever the time zone of the session that read it."""
    return repr([micros(value) if isinstance(value, datetime) else value for value in row]).encode()


def stored_alerts(conn: Connection[Rows]) -> dict[UUID, bytes]:
    """Give every raised alert's row, without the moment at which it was raised, in plain bytes by alert id."""
    query = f"select {ALERT_COLUMNS} from alert where raised is not null"
    return {row[0]: _bytes_of(row[:-1]) for row in conn.execute(query, binary=True)}


def logged_alert(fold: ToldFold, message: bytes) -> tuple[UUID, bytes]:
    """Give an alert's id and its row, as `stored_alerts` does, from its message in the log."""
    _, row = fold.made(0, 0, message)
    return row[0], _bytes_of(row[:-1])
