"""Blocks and comparisons in PostgreSQL, on the connection of the sketches: the same questions and answers as `projections.identity.comparisons.Comparisons`."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from uuid import UUID

from psycopg import Connection

from projections.identity.comparisons import KnownPairs, Noted, known_pairs, split_strands
from projections.identity.messages import decode_said
from projections.identity.strands import Part
from projections.positions import stored_positions
from projections.rows import Blobs, Ids, Rows
from schemas.catalogue import Catalogue
from schemas.topics import HUB_IDENTITY

COMPARING = 0x6D617465
"""The advisory lock of whoever compares and says what comes of it: of two workers at once, one could say late what the other has found out anew."""
TAKE_TURN = "select pg_try_advisory_lock(%s)"
END_TURN = "select pg_advisory_unlock(%s)"
COMPARES_WITH = """
insert into compared_edition (edition) values (%s) on conflict (single) do update set edition = excluded.edition
where compared_edition.edition <> excluded.edition
"""
OLD_BLOCKS = "select token, strand from block where strand = any(%b)"
LEAVE = "delete from block using unnest(%b, %b) as n (token, strand) where block.token = n.token and block.strand = n.strand"
ENTER = "insert into block (token, strand) select * from unnest(%b, %b) on conflict do nothing"
SHARING = """
select n.token, b.strand from unnest(%b) as n (token)
cross join lateral (select strand from block where block.token = n.token order by strand limit %s) b
"""
NOTED = """
select left_strand, right_strand, comparison_id from comparison where left_strand = any(%(strands)b) or right_strand = any(%(strands)b)
"""
HEARD = """
select log_offset, record from identity_said where left_strand = any(%(strands)b) or right_strand = any(%(strands)b)
"""
PARTS = "select strand, local_id, new_strand from split_part"
SINCE = "select log_offset, record from identity_said where part = 0 and log_offset >= %s and log_offset < %s order by log_offset limit %s"
PAGE = 5000
"""How many records of hub.identity are looked through at once."""
NOTE = """
insert into comparison (left_strand, right_strand, comparison_id, outcome, record, said)
select l, r, c, o, m, false from unnest(%b, %b, %b, %s::text[], %b) as n (l, r, c, o, m)
on conflict (left_strand, right_strand) do update
  set comparison_id = excluded.comparison_id, outcome = excluded.outcome, record = excluded.record, said = false
"""
UNSAID = """
select left_strand, right_strand, comparison_id, outcome, record from comparison where not said order by left_strand, right_strand
"""
SAID = """
update comparison set said = true from unnest(%b, %b) as n (comparison_id, record)
where comparison.comparison_id = n.comparison_id and comparison.record = n.record
"""


class SqlComparisons:
    """Remembers pairs in PostgreSQL; what stands on hub.identity is read from the rows that the projecting worker folds."""

    def __init__(self, conn: Connection[Rows], catalogue: Catalogue, folded_by: str) -> None:
        self._conn = conn
        self._catalogue = catalogue
        self._folded_by = folded_by

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Hold an advisory lock of the connection; after a failure until the connection ends, since what was written may still be on its way to the broker."""
        (mine,) = self._conn.execute(TAKE_TURN, (COMPARING,)).fetchone() or (False,)
        yield bool(mine)
        if mine:
            self._conn.execute(END_TURN, (COMPARING,))

    def compares_with(self, edition: str) -> bool:
        """Write it, where it is another."""
        return self._conn.execute(COMPARES_WITH, (edition,)).rowcount > 0

    def block(self, tokens: Mapping[UUID, frozenset[bytes]]) -> None:
        """Write what is new and remove what is not there any more."""
        kept: dict[UUID, set[bytes]] = defaultdict(set)
        for token, strand in self._conn.execute(OLD_BLOCKS, (Ids.of(tokens),), binary=True):
            kept[strand].add(token)
        gone = [(token, strand.bytes) for strand, of_one in tokens.items() for token in kept[strand] - of_one]
        new = [(token, strand.bytes) for strand, of_one in tokens.items() for token in of_one - kept[strand]]
        for statement, pairs in ((LEAVE, gone), (ENTER, sorted(new))):
            if pairs:
                left, strands = zip(*pairs, strict=True)
                self._conn.execute(statement, (Blobs(left), Ids(strands)))

    def sharing(self, tokens: Iterable[bytes], most: int) -> Mapping[bytes, frozenset[UUID]]:
        """Look each token up by its index, and stop at `most`."""
        found: dict[bytes, set[UUID]] = defaultdict(set)
        for token, strand in self._conn.execute(SHARING, (Blobs(tokens), most), binary=True):
            found[token].add(strand)
        return {token: frozenset(strands) for token, strands in found.items()}

    def pairs_of(self, strands: Iterable[UUID]) -> KnownPairs:
        """Read what was noted and what is folded of hub.identity."""
        wanted = {"strands": Ids.of(strands)}
        rows = self._conn.execute(HEARD, wanted, binary=True)
        heard = [(offset, decode_said(self._catalogue, record)) for offset, record in rows]
        noted = {(left, right): last for left, right, last in self._conn.execute(NOTED, wanted, binary=True)}
        return known_pairs(heard, noted)

    def parts(self) -> Mapping[Part, UUID]:
        """Read where each part went."""
        return {(strand, part): new for strand, part, new in self._conn.execute(PARTS, binary=True)}

    def split_since(self, following: int) -> tuple[frozenset[UUID], int]:
        """Read splits up to where hub.identity is folded."""
        folded = stored_positions(self._conn, self._folded_by).get((HUB_IDENTITY, 0), 0)
        rows = self._conn.execute(SINCE, (following, folded, PAGE), binary=True).fetchall()
        reached = rows[-1][0] + 1 if len(rows) == PAGE else max(folded, following)
        return split_strands(decode_said(self._catalogue, record) for _, record in rows), reached

    def note(self, made: Sequence[Noted]) -> None:
        """Note them, over what was noted of the same pairs."""
        if made:
            lefts, rights = (Ids(one.pair[side].bytes for one in made) for side in (0, 1))
            ids, records = Ids(one.comparison_id.bytes for one in made), Blobs(one.record for one in made)
            self._conn.execute(NOTE, (lefts, rights, ids, [one.outcome for one in made], records))

    def unsaid(self) -> Sequence[Noted]:
        """Read what is to be said."""
        rows = self._conn.execute(UNSAID, binary=True)
        return [Noted((left, right), *rest) for left, right, *rest in rows]

    def said(self, made: Iterable[Noted]) -> None:
        """Mark what was said, unless something newer was noted since."""
        made = list(made)
        ids, records = Ids(one.comparison_id.bytes for one in made), Blobs(one.record for one in made)
        self._conn.execute(SAID, (ids, records))
