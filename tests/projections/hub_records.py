"""Hub events as the admit stage writes them, made from entries; and PostgreSQL beside the memory store, told the same."""

import hashlib
import itertools
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from projections.chronology.entry import Entry
from projections.memory import MemoryProjections
from projections.rows import Rows
from projections.rules.packs import load_rule_packs
from projections.sql_duties import Duties, DutyFold
from projections.sql_fold import SqlFold
from projections.sql_readmit import ReadmitFold
from projections.sql_store import SqlProjections
from projections.store import Position
from projections.working_days import WorkingDays
from schemas.catalogue import load_catalogue
from schemas.moments import micros
from schemas.sealed import Header, Identification, SealedCodec

RULES = load_rule_packs()
CALENDAR = WorkingDays()
CATALOGUE = load_catalogue()
CODEC = SealedCodec(CATALOGUE)
TABLES = [
    "admitted",
    "alert",
    "amendment",
    "chronology_entry",
    "clock",
    "concern",
    "disclosure",
    "held",
    "identifier",
    "log_position",
    "quarantine_closed",
    "quarantine_settled",
    "quarantined",
    "review_item",
]
PROJECT, ADMIT = "project", "admit"


def index_of(*words: object) -> bytes:
    return hashlib.sha256(repr(words).encode()).digest()[:16]


def header_of(entry: Entry, **changes: Any) -> Header:
    """Write an entry's header; the child is named by an id of its own at each agency."""
    header = Header(
        event_id=entry.event_id.bytes,
        child=entry.child.bytes,
        agency=entry.agency,
        event_type=entry.event_type,
        contract_id=10,
        happened_earliest=micros(entry.happened.earliest),
        happened_latest=micros(entry.happened.latest),
        learned_earliest=micros(entry.learned.earliest),
        learned_latest=micros(entry.learned.latest),
        received=micros(entry.received),
        assertion=entry.assertion,
        sensitivity=entry.sensitivity,
        seal=entry.seal,
        correlation=entry.correlation,
        cause=None,
        corrects=entry.corrects.bytes if entry.corrects else None,
        retracts=entry.retracts.bytes if entry.retracts else None,
        identified_by=Identification("exact", index_of(entry.child, entry.agency), None, None),
        content_digest=entry.content_digest,
        key_id=index_of("key", entry.child),
        source_partition=0,
        source_offset=entry.event_id.int & 0xFFFF,
    )
    return header._replace(**changes)


def record_of(entry: Entry, **changes: Any) -> bytes:
    """Write the hub event of an entry; its seal is as good as any, since no fold opens it."""
    return CODEC.write(CODEC.header_bytes(header_of(entry, **changes)), b"sealed" + entry.event_id.bytes)


def identifiers_of(entry: Entry) -> list[bytes]:
    return [header_of(entry).identified_by.local_id]


@dataclass(frozen=True, slots=True)
class SqlHub:
    """The main database as the worker sees it, and the folds over it."""

    conn: Connection[Rows]

    def undone(self) -> AbstractContextManager[Any]:
        """Begin a transaction that leaves nothing behind."""
        return self.conn.transaction(force_rollback=True)

    def duties(self) -> DutyFold:
        return DutyFold(self.conn, CODEC, Duties.of(RULES, CALENDAR))

    def sql_fold(self) -> SqlFold:
        """Fold rows, duties and, as a rebuild does, who is who."""
        return SqlFold(self.conn, CODEC, [self.duties(), ReadmitFold(self.conn, ADMIT)])

    def told(self, entries: Sequence[Entry], cuts: Iterable[int] = ()) -> SqlProjections:
        """Fold entries as they lie in one partition of the log, in runs that begin at `cuts`."""
        records = list(enumerate(map(record_of, entries)))
        edges = sorted({0, len(records), *(cut % (len(records) + 1) for cut in cuts)})
        fold = self.sql_fold()
        for first, beyond in itertools.pairwise(edges):
            with self.conn.transaction():
                fold.fold(0, records[first:beyond])
        return self.store()

    def store(self) -> SqlProjections:
        return SqlProjections(self.conn, CATALOGUE, RULES, PROJECT)

    def everything(self) -> dict[str, list[Rows]]:
        """Give every row of every table, each column as text."""
        return {name: self._rows(name) for name in TABLES}

    def _rows(self, table: str) -> list[Rows]:
        query = f"select r::text from {table} r order by 1"
        return self.conn.execute(query).fetchall()


def remembered(entries: Sequence[Entry]) -> MemoryProjections:
    """Tell the memory store the same, one entry at a time."""
    memory = MemoryProjections(RULES, CALENDAR)
    for offset, entry in enumerate(entries):
        memory.fold(entry, Position("hub.events", 0, offset), identifiers_of(entry))
    return memory


def children_of(entries: Iterable[Entry]) -> set[UUID]:
    return {entry.child for entry in entries}
