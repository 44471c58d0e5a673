"""The projections in PostgreSQL, asked: the same questions and answers as `projections.store.Projections`."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from projections.alerts import Alert
from projections.chronology.entry import Entry
from projections.chronology.merge import Chronology, as_known_at, merge
from projections.clocks import Clock
from projections.digests import KnownChild, digest_of
from projections.headers import entry_of
from projections.positions import stored_positions
from projections.rows import Rows
from projections.rules.packs import RulePacks
from projections.sql_duties import alert_of
from projections.thresholds import Concern
from schemas.sealed import SealedCodec, SealedEvent

RECORDS = "select record from chronology_entry where child = %s"
CLOCKS = "select child, rule, edition, started_by, due, satisfied_by, satisfied_at, locked from clock"
CONCERNS = "select happened_on, agency, event_id, event_type, locked from concern"
ALERTS = "select alert_id, child, rule, edition, kind, evidence, locked, sentence, due from alert"


class SqlProjections:
    """Answers from PostgreSQL; `stage` names whose positions are meant."""

    def __init__(self, conn: Connection[Rows], codec: SealedCodec, rules: RulePacks, stage: str) -> None:
        self._conn = conn
        self._codec = codec
        self._rules = rules
        self._stage = stage

    def sealed_events(self, child: UUID) -> list[SealedEvent]:
        """Give a child's hub events, taken apart and still sealed."""
        return [self._codec.read(record) for (record,) in self._conn.execute(RECORDS, (child,), binary=True)]

    def entries(self, child: UUID) -> list[Entry]:
        """Give a child's entries, in no order."""
        return [entry_of(event.header) for event in self.sealed_events(child)]

    def chronology(self, child: UUID) -> Chronology:
        """Give the child's merged chronology, empty for a child that nobody spoke of."""
        return merge(self.entries(child))

    def as_known_at(self, child: UUID, moment: datetime) -> Chronology:
        """Give the child's chronology as the hub knew it at that moment (UTC)."""
        return as_known_at(self.entries(child), moment)

    def clocks(self, child: UUID) -> frozenset[Clock]:
        """Give the child's clocks, run out or not."""
        return frozenset(Clock(*row) for row in self._conn.execute(CLOCKS + " where child = %s", (child,), binary=True))

    def concerns(self, child: UUID) -> frozenset[Concern]:
        """Give the child's standing entries that any threshold counts."""
        return frozenset(
            Concern(*row) for row in self._conn.execute(CONCERNS + " where child = %s", (child,), binary=True)
        )

    def alerts(self, child: UUID) -> frozenset[Alert]:
        """Give the alerts raised about the child so far."""
        rows = self._conn.execute(ALERTS + " where child = %s", (child,), binary=True)
        return frozenset(alert_of(row) for row in rows)

    def every_alert(self) -> frozenset[Alert]:
        """Give the alerts raised about any child so far."""
        return frozenset(alert_of(row) for row in self._conn.execute(ALERTS, binary=True))

    def child_of(self, blind_index: bytes) -> UUID | None:
        """Find the child that an identifier (its blind index, 16 bytes) names, or None."""
        row = self._conn.execute("select child from identifier where blind_index = %s", (blind_index,)).fetchone()
        return None if row is None else row[0]

    def positions(self) -> Mapping[tuple[str, int], int]:
        """Give the next offset to read, by topic and partition."""
        return stored_positions(self._conn, self._stage)

    def children(self) -> list[UUID]:
        """Give every child that has an entry."""
        return [child for (child,) in self._conn.execute("select distinct child from chronology_entry", binary=True)]

    def digest(self) -> bytes:
        """Give the SHA-256 (32 bytes) of everything that does not depend on the order of arrival, each child named by its smallest event id."""
        return digest_of(self._known(), self._rules)

    def _known(self) -> Iterator[KnownChild]:
        for child in self.children():
            entries = self.entries(child)
            named_by = self._conn.execute("select blind_index from identifier where child = %s", (child,), binary=True)
            indexes = frozenset(index for (index,) in named_by)
            name = min(entry.event_id for entry in entries)
            yield KnownChild(name, merge(entries), self.clocks(child), self.concerns(child), indexes)
