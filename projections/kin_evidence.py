"""What verification says of who belongs together: the tables strand, split_part and strand_pair worked out anew from what was said, and duties kept under a name that no child has."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from psycopg import Connection

from projections.identity.noted_pairs import noted_pairs
from projections.identity.noted_pairs_sql import stored_noted
from projections.identity.sql_strands import said_about, stored_kin
from projections.identity.strands import moved, resolve
from projections.rows import Rows
from schemas.catalogue import Catalogue

SPOKEN_OF = """
select left_strand from identity_said union select right_strand from identity_said
union select strand from strand union select strand from split_part union select new_strand from split_part
union select left_strand from strand_pair union select right_strand from strand_pair
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
                    yield f"strand {strand}: expected the child and the questions that what was said on hub.identity makes, found others"
        for (child,) in self._conn.execute(MISNAMED, binary=True).fetchall():
            yield f"child {child}: expected clocks and concerns under the name of the child, found some under another of its strands"

    def _unlike(self, strands: Sequence[UUID]) -> list[UUID]:
        stored = stored_kin(self._conn, strands)
        said = said_about(self._conn, self._catalogue, {*strands, *stored.company})
        children = resolve(said.items())
        made = children.kin
        # A row that names a strand's child by another id than the smallest moves nobody, and is wrong all the same.
        named = {one for one in strands if stored.child_of(one) != made.child_of(one)}
        expected, noted = noted_pairs(said.values(), children, strands), stored_noted(self._conn, strands)
        unlike = {pair for pair in expected.keys() | noted.keys() if expected.get(pair) != noted.get(pair)}
        spoken_of = {strand for pair in unlike for strand in pair}
        return sorted(named | ((moved(stored, made) | spoken_of) & set(strands)))
