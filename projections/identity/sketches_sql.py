"""Sketches in PostgreSQL, on a connection that nobody else uses: the same questions and answers as `projections.identity.sketches.Sketches`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from uuid import UUID

from psycopg import Connection

from projections.identity.sketches import SealedSketch, ToldStatement
from projections.positions import advance, fence
from projections.rows import Ids, Rows, copy_rows

ALONE = 0x6D617463
"""The advisory lock that whoever changes sketches or blocks holds: two workers at once could each miss the other's half of a pair."""
LOCK = "select pg_advisory_xact_lock(%s)"
KNOWN_STATEMENTS = "select event_id from sketch_told where event_id = any(%b)"
KNOWN_SKETCHES = "select sketch_id from sketch where sketch_id = any(%b)"
AMENDED = """
select distinct child from sketch_told where child = any(%b) and (corrects is not null or retracts is not null)
"""
STATEMENTS = """
select event_id, child, sketch_id, agency, learned, received, corrects, retracts from sketch_told where child = %s
"""
SKETCHES = "select sketch_id, child, part, key_id, sealed, stands from sketch where child = any(%b)"
LET_STAND = "update sketch set stands = n.stands from unnest(%b, %s::boolean[]) as n (sketch_id, stands) where sketch.sketch_id = n.sketch_id"
MAKE_DUE = "insert into sketch_due (child) select * from unnest(%b) on conflict do nothing"
MAKE_ALL_DUE = "insert into sketch_due (child) select distinct child from sketch on conflict do nothing"
DUE = "select child from sketch_due order by child limit %s"
DONE = "delete from sketch_due where child = any(%b)"
WAITING = "select 1 from sketch_due union all select 1 from comparison where not said limit 1"
"""Answers with a row while any strand has to be compared, or a comparison said."""
TOLD_COLUMNS = (
    ("event_id", "uuid"),
    ("child", "uuid"),
    ("sketch_id", "uuid"),
    ("agency", "text"),
    ("learned", "timestamptz"),
    ("received", "timestamptz"),
    ("corrects", "uuid"),
    ("retracts", "uuid"),
)
SKETCH_COLUMNS = (
    ("sketch_id", "uuid"),
    ("child", "uuid"),
    ("part", "bytea"),
    ("key_id", "uuid"),
    ("sealed", "bytea"),
    ("stands", "bool"),
)


class SqlSketches:
    """Keeps sketches in PostgreSQL; `stage` is under whose name the position is."""

    def __init__(self, conn: Connection[Rows], stage: str) -> None:
        self._conn = conn
        self._stage = stage

    @contextmanager
    def reading(self, topic: str, part: int) -> Iterator[int]:
        """Hold the partition's position and everything that is kept here until the transaction ends."""
        with self.changing():
            yield fence(self._conn, self._stage, topic, part)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold everything that is kept here until the transaction ends; another worker waits here."""
        with self._conn.transaction():
            self._conn.execute(LOCK, (ALONE,))
            yield

    def move_to(self, topic: str, part: int, following: int) -> None:
        """Remember the next offset to read."""
        advance(self._conn, self._stage, topic, part, following)

    def known_statements(self, event_ids: Iterable[UUID]) -> frozenset[UUID]:
        """Give those that are kept."""
        return frozenset(one for (one,) in self._conn.execute(KNOWN_STATEMENTS, (Ids.of(event_ids),), binary=True))

    def known_sketches(self, sketch_ids: Iterable[bytes]) -> frozenset[bytes]:
        """Give those that are kept."""
        rows = self._conn.execute(KNOWN_SKETCHES, (Ids(sketch_ids),), binary=True)
        return frozenset(one.bytes for (one,) in rows)

    def keep(self, statements: Sequence[ToldStatement], sketches: Sequence[SealedSketch]) -> None:
        """Keep them."""
        if statements:
            copy_rows(self._conn, "sketch_told", TOLD_COLUMNS, map(_told_row, statements))
        if sketches:
            copy_rows(self._conn, "sketch", SKETCH_COLUMNS, map(_sketch_row, sketches))

    def amended(self, children: Iterable[UUID]) -> frozenset[UUID]:
        """Give those with an amendment."""
        return frozenset(child for (child,) in self._conn.execute(AMENDED, (Ids.of(children),), binary=True))

    def statements(self, child: UUID) -> Sequence[ToldStatement]:
        """Give a child's statements."""
        return [_told(row) for row in self._conn.execute(STATEMENTS, (child,), binary=True)]

    def sketches(self, children: Iterable[UUID]) -> Sequence[SealedSketch]:
        """Give these children's sketches."""
        rows = self._conn.execute(SKETCHES, (Ids.of(children),), binary=True)
        return [SealedSketch(sketch_id.bytes, *rest) for sketch_id, *rest in rows]

    def let_stand(self, stands: Mapping[bytes, bool]) -> None:
        """Change what stands."""
        if stands:
            self._conn.execute(LET_STAND, (Ids(stands), list(stands.values())))

    def make_due(self, children: Iterable[UUID]) -> None:
        """Note them."""
        due = Ids.of(children)
        if due:
            self._conn.execute(MAKE_DUE, (due,))

    def make_all_due(self) -> None:
        """Note every child with a sketch, in one statement."""
        self._conn.execute(MAKE_ALL_DUE)

    def due(self, most: int) -> Sequence[UUID]:
        """Give the first of them."""
        return [child for (child,) in self._conn.execute(DUE, (most,), binary=True)]

    def done(self, children: Iterable[UUID]) -> None:
        """Forget them."""
        self._conn.execute(DONE, (Ids.of(children),))


def _told_row(one: ToldStatement) -> Rows:
    who = one.event_id, one.child, one.sketch_id, one.agency
    return (*who, one.learned, one.received, one.corrects, one.retracts)


def _told(row: Rows) -> ToldStatement:
    event_id, child, sketch_id, *rest = row
    return ToldStatement(event_id, child, None if sketch_id is None else sketch_id.bytes, *rest)


def _sketch_row(one: SealedSketch) -> Rows:
    return one.sketch_id, one.child, one.part, one.key_id, one.sealed, one.stands
