"""What verification says of who belongs together: the tables strand and split_part worked out anew from what was said, and duties kept under a name that no child has."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from psycopg import Connection

from projections.identity.sql_strands import said_about, stored_kin
from projections.identity.strands import moved, resolve
from projections.rows import Rows
from schemas.catalogue import Catalogue

SPOKEN_OF = """
select left_strand from identity_said union select right_strand from identity_said
union select strand from strand union select strand from split_part union select new_strand from split_part
"""
MISNAMED = """
select child from (select child from clock union select child from concern) as kept
where exists (select from strand s where s.strand = kept.child and s.child <> kept.child) order by child
"""
AT_ONCE = 1000


class KinEvidence:
    """Compares on one connection; a fold may come between two questions, so only what disagrees within one moment is told."""

    def __init__(self, conn: Connection[Rows], catalogue: Catalogue) -> None:
        self._conn = conn
        self._catalogue = catalogue

    def compare(self) -> Iterator[str]:
        """Say of which strands another child is stored than what was said makes, and which duties are kept under a name that is none."""
        strands = [strand for (strand,) in self._conn.execute(SPOKEN_OF, binary=True)]
        for first in range(0, len(strands), AT_ONCE):
            some = strands[first : first + AT_ONCE]
            if self._unlike(some):
                with self._conn.transaction():
                    self._conn.execute("set transaction isolation level repeatable read")
                    unlike = self._unlike(some)
                for strand in unlike:
                    yield f"strand {strand}: expected the child that what was said on hub.identity makes it part of, found another"
        for (child,) in self._conn.execute(MISNAMED, binary=True).fetchall():
            yield f"child {child}: expected clocks and concerns under the name of the child, found some under another of its strands"

    def _unlike(self, strands: Sequence[UUID]) -> list[UUID]:
        stored = stored_kin(self._conn, strands)
        made = resolve(said_about(self._conn, self._catalogue, {*strands, *stored.company}).items()).kin
        # A row that names a strand's child by another id than the smallest moves nobody, and is wrong all the same.
        named = {one for one in strands if stored.child_of(one) != made.child_of(one)}
        return sorted(named | (moved(stored, made) & set(strands)))
