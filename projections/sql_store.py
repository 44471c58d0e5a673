"""The projections in PostgreSQL, asked: the same questions and answers as `projections.store.Projections`."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from projections.alerts import Alert
from projections.casework import Casework
from projections.casework_sql import SqlCasework
from projections.chronology.coverage import Coverage, coverage_of
from projections.chronology.entry import Entry
from projections.chronology.merge import Chronology, merge
from projections.clocks import Clock
from projections.digests import KnownChild, digest_of
from projections.feeds import Feed
from projections.feeds_sql import SqlFeeds
from projections.headers import entry_of
from projections.identity.messages import decode_said
from projections.identity.said import Said
from projections.identity.sql_strands import kin_then, stored_kin
from projections.identity.strands import Kin
from projections.positions import stored_positions
from projections.rows import Ids, Rows
from projections.rules.packs import RulePacks
from projections.sql_duties import alert_of
from projections.thresholds import Concern
from schemas.catalogue import Catalogue
from schemas.sealed import SealedCodec, SealedEvent

RECORDS = "select record from chronology_entry where child = any(%b)"
RECORDS_BY_THEN = RECORDS + " and received <= %s"
EVENTS = "select record from chronology_entry where event_id = any(%b)"
CLOCKS = "select child, rule, edition, started_by, due, satisfied_by, satisfied_at, locked from clock"
CONCERNS = "select happened_on, agency, event_id, event_type, locked from concern"
ALERTS = "select alert_id, child, rule, edition, kind, evidence, locked, sentence, due from alert"
NAMED = "select child from identifier where blind_index = %s"
NAMED_BY = "select blind_index from identifier where child = any(%b)"
SAID = "select log_offset, record from identity_said"
ABOUT = "where left_strand = any(%(strands)b) or right_strand = any(%(strands)b)"


class SqlProjections:
    """Answers from PostgreSQL; `stage` names whose positions are meant."""

    def __init__(self, conn: Connection[Rows], catalogue: Catalogue, rules: RulePacks, stage: str) -> None:
        self._conn = conn
        self._catalogue = catalogue
        self._codec = SealedCodec(catalogue)
        self._rules = rules
        self._stage = stage

    def kin(self, strands: Collection[UUID], as_known_at: datetime | None = None) -> Kin:
        """Give who belongs together with these strands, now or by what had been said at a moment (UTC)."""
        if as_known_at is None:
            return stored_kin(self._conn, strands)
        return kin_then(self._conn, self._catalogue, strands, as_known_at)

    def name_of(self, child: UUID, as_known_at: datetime | None = None) -> UUID:
        """Give the name that a child, known by any of its strands, has now or had at a moment (UTC)."""
        return self.kin([child], as_known_at).child_of(child)

    def sealed_events(self, child: UUID, as_known_at: datetime | None = None) -> list[SealedEvent]:
        """Give the hub events of all strands of a child, taken apart and still sealed; for a moment (UTC) what was received by then, of the strands that were the child's then."""
        return self._sealed(child, self.kin([child], as_known_at), as_known_at)

    def events(self, event_ids: Collection[UUID]) -> list[SealedEvent]:
        """Give hub events by their ids, of whatever children, in no order; those that are not there are left out."""
        return self._read(EVENTS, Ids(one.bytes for one in event_ids))

    def admitted_under(self, strands: Collection[UUID]) -> list[SealedEvent]:
        """Give the hub events that were admitted under these strands, in no order, whoever's they are now."""
        return self._read(RECORDS, Ids(strand.bytes for strand in strands))

    def identity_said(self, strands: Collection[UUID] | None) -> Sequence[tuple[int, Said]]:
        """Give what was said about any of these strands, or about all there are, with its offset on hub.identity, oldest first."""
        about = "" if strands is None else ABOUT
        asked = {"strands": Ids(one.bytes for one in strands or ())}
        rows = self._conn.execute(f"{SAID} {about} order by log_offset", asked, binary=True)
        return [(offset, decode_said(self._catalogue, record)) for offset, record in rows]

    def entries(self, child: UUID, as_known_at: datetime | None = None) -> list[Entry]:
        """Give a child's entries under the name that it has now, or had at a moment (UTC), in no order."""
        kin = self.kin([child], as_known_at)
        name = kin.child_of(child)
        return [replace(entry_of(event.header), child=name) for event in self._sealed(child, kin, as_known_at)]

    def chronology(self, child: UUID) -> Chronology:
        """Give the child's merged chronology, empty for a child that nobody spoke of."""
        return merge(self.entries(child))

    def as_known_at(self, child: UUID, moment: datetime) -> Chronology:
        """Give the child's chronology as the hub knew it at that moment (UTC): of the strands that were the child's then."""
        return merge(self.entries(child, moment))

    def clocks(self, child: UUID) -> frozenset[Clock]:
        """Give the child's clocks, run out or not."""
        rows = self._conn.execute(CLOCKS + " where child = %s", (self.name_of(child),), binary=True)
        return frozenset(Clock(*row) for row in rows)

    def concerns(self, child: UUID) -> frozenset[Concern]:
        """Give the child's standing entries that any threshold counts."""
        rows = self._conn.execute(CONCERNS + " where child = %s", (self.name_of(child),), binary=True)
        return frozenset(Concern(*row) for row in rows)

    def alerts(self, child: UUID) -> frozenset[Alert]:
        """Give the alerts raised so far whose whole evidence is the child's, under the name that it has now."""
        name, ids = self.name_of(child), {entry.event_id for entry in self.entries(child)}
        rows = self._conn.execute(
            ALERTS + " where evidence[1] = any(%b)", (Ids(one.bytes for one in ids),), binary=True
        )
        return frozenset(replace(alert, child=name) for alert in map(alert_of, rows) if ids.issuperset(alert.evidence))

    def every_alert(self) -> frozenset[Alert]:
        """Give the alerts raised about any child so far, under the name that the child had then."""
        return frozenset(alert_of(row) for row in self._conn.execute(ALERTS, binary=True))

    def child_of(self, blind_index: bytes) -> UUID | None:
        """Find the child that an identifier (its blind index, 16 bytes) names, under the name that it has now, or None."""
        row = self._conn.execute(NAMED, (blind_index,)).fetchone()
        if row is None:
            return None
        kin = self.kin([row[0]])
        return kin.name(row[0], blind_index)

    def casework(self, event_ids: Iterable[UUID], until: datetime | None) -> Sequence[Casework]:
        """Give what people said about any of these entries up to a moment (UTC, inclusive; None: so far), in the order in which it was said."""
        return SqlCasework(self._conn, self._catalogue).casework(event_ids, until)

    def coverage(self, told: Iterable[Feed], until: datetime) -> tuple[Coverage, ...]:
        """Say what the feeds that told of a child, and those expected to, covered, as far as had settled by a moment (UTC)."""
        return coverage_of(SqlFeeds(self._conn, self._catalogue), told, until)

    def positions(self) -> Mapping[tuple[str, int], int]:
        """Give the next offset to read, by topic and partition."""
        return stored_positions(self._conn, self._stage)

    def children(self) -> list[UUID]:
        """Give every child that has an entry."""
        strands = [one for (one,) in self._conn.execute("select distinct child from chronology_entry", binary=True)]
        kin = self.kin(strands)
        names = {kin.child_of(strand) for strand in (*strands, *kin.parts.values())}
        split = {kin.child_of(strand) for part, new in kin.parts.items() for strand in (part[0], new)}
        return sorted(name for name in names if name not in split or self._sealed(name, kin))

    def digest(self) -> bytes:
        """Give the SHA-256 (32 bytes) of everything that does not depend on the order of arrival, each child named by its smallest event id."""
        return digest_of(self._known(), self._rules)

    def _known(self) -> Iterator[KnownChild]:
        for child in self.children():
            entries = self.entries(child)
            sources = Ids(strand.bytes for strand in self.kin([child]).sources_of(child))
            named_by = [index for (index,) in self._conn.execute(NAMED_BY, (sources,), binary=True)]
            indexes = frozenset(index for index in named_by if self.child_of(index) == child)
            name = min(entry.event_id for entry in entries)
            yield KnownChild(name, merge(entries), self.clocks(child), self.concerns(child), indexes)

    def _sealed(self, child: UUID, kin: Kin, as_known_at: datetime | None = None) -> list[SealedEvent]:
        name, ids = kin.child_of(child), Ids(strand.bytes for strand in kin.sources_of(child))
        read = self._read(RECORDS, ids) if as_known_at is None else self._read(RECORDS_BY_THEN, ids, as_known_at)
        if not kin.parts:
            return read
        return [
            one for one in read if kin.name(UUID(bytes=one.header.child), one.header.identified_by.local_id) == name
        ]

    def _read(self, query: str, *asked: object) -> list[SealedEvent]:
        return [self._codec.read(record) for (record,) in self._conn.execute(query, asked, binary=True)]
