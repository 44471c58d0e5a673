"""The table strand_pair: which pairs of strands wait for a person or came apart, so that nobody has to read all that was ever said to find them."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from psycopg import Connection

from projections.identity.noted_pairs import Noted
from projections.identity.strands import Pair
from projections.rows import Ids, Rows

NOTED = "select left_strand, right_strand, asked, parted from strand_pair where left_strand = any(%(strands)b) or right_strand = any(%(strands)b)"
FORGET = "delete from strand_pair where (left_strand, right_strand) in (select * from unnest(%b, %b))"
NOTE = "insert into strand_pair (left_strand, right_strand, asked, parted) values (%s, %s, %s, %s)"


def stored_noted(conn: Connection[Rows], strands: Iterable[UUID]) -> dict[Pair, Noted]:
    """Give what is noted of the pairs of which one strand is among these."""
    rows = conn.execute(NOTED, {"strands": Ids.of(strands)}, binary=True)
    return {(left, right): Noted(asked, parted) for left, right, asked, parted in rows}


def change_noted(conn: Connection[Rows], strands: Collection[UUID], noted: Mapping[Pair, Noted]) -> None:
    """Let `noted` be all that is noted of the pairs of which one strand is among these; used in the transaction of what was said."""
    stored = stored_noted(conn, strands)
    gone = [pair for pair, one in stored.items() if noted.get(pair) != one]
    if gone:
        conn.execute(FORGET, (Ids.of(left for left, _ in gone), Ids.of(right for _, right in gone)))
    rows = [(*pair, one.asked, one.parted) for pair, one in noted.items() if stored.get(pair) != one]
    conn.cursor().executemany(NOTE, rows)
