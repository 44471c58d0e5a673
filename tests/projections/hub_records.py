"""Hub events as the admit stage writes them, made from entries; and PostgreSQL beside the memory store, told the same."""

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from projections.chronology.entry import Entry
from projections.identity.messages import encode_said
from projections.identity.said import Compared, Said
from projections.identity.sql_fold import IdentityFold
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
    "identity_said",
    "log_position",
    "placed_by_link",
    "quarantine_closed",
    "quarantine_settled",
    "quarantined",
    "review_item",
    "split_part",
    "strand",
    "strand_pair",
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

    def lived(self, happenings: Iterable[Entry | Said]) -> SqlProjections:
        """Fold entries and what is said of who is who in this order, each as a run of its own."""
        fold, identity = self.sql_fold(), IdentityFold(self.conn, CATALOGUE, self.duties())
        for offset, one in placed(happenings):
            with self.conn.transaction():
                if isinstance(one, Entry):
                    fold.fold(0, [(offset, record_of(one))])
                else:
                    identity.fold(0, [(offset, encode_said(CATALOGUE, one))])
        return self.store()

    def said_at_once(self, said: Sequence[Said], first: int = 0) -> None:
        """Fold what is said of who is who from an offset on, as one run."""
        records = [(offset, encode_said(CATALOGUE, one)) for offset, one in enumerate(said)]
        with self.conn.transaction():
            IdentityFold(self.conn, CATALOGUE, self.duties()).fold(0, records[first:])

    def rebuilt(self, entries: Sequence[Entry], said: Sequence[Said]) -> SqlProjections:
        """Fold as a rebuild does: first who is who, then every entry, then the children that were put off."""
        self.said_at_once(said)
        duties = DutyFold(self.conn, CODEC, Duties.of(RULES, CALENDAR), put_off=True)
        fold = SqlFold(self.conn, CODEC, [duties, ReadmitFold(self.conn, ADMIT)])
        fold.fold(0, list(enumerate(map(record_of, entries))))
        duties.settle()
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


def lived(happenings: Iterable[Entry | Said]) -> MemoryProjections:
    """Tell the memory store entries and what is said of who is who, in this order."""
    memory = MemoryProjections(RULES, CALENDAR)
    for offset, one in placed(happenings):
        if isinstance(one, Entry):
            memory.fold(one, Position("hub.events", 0, offset), identifiers_of(one))
        else:
            memory.hear([(Position("hub.identity", 0, offset), one)])
    return memory


def placed(happenings: Iterable[Entry | Said]) -> Iterator[tuple[int, Entry | Said]]:
    """Give each its offset in its own topic; what is delivered again stands where it stood first."""
    offsets: dict[Entry | Said, int] = {}
    ends = {Entry: 0, Compared: 0}
    for one in happenings:
        kind = Entry if isinstance(one, Entry) else Compared
        if one not in offsets:
            offsets[one] = ends[kind]
            ends[kind] += 1
        yield offsets[one], one


def children_of(entries: Iterable[Entry]) -> set[UUID]:
    return {entry.child for entry in entries}
