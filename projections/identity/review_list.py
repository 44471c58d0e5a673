"""What the review of who is who is made of: the pairs that wait for a person, admission's own questions, and what came apart lately."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from psycopg import Connection

from projections.identity.messages import DECIDED, decode_said
from projections.identity.noted_pairs import noted_pairs
from projections.identity.said import Decided, Said
from projections.identity.sql_strands import stored_kin
from projections.identity.strands import Children, Kin, Pair, pair_of, resolve
from projections.rows import Blobs, Ids, Rows
from schemas.catalogue import Catalogue
from schemas.codec import MAGIC, PREFIX

ASKED = "select left_strand, right_strand from strand_pair where asked order by left_strand, right_strand"
PARTED = "select left_strand, right_strand from strand_pair where parted order by left_strand, right_strand"
SPOKEN_OF_SINCE = """
select left_strand from identity_said where left_strand = any(%(strands)b) and at >= %(since)s
union
select right_strand from identity_said where right_strand = any(%(strands)b) and at >= %(since)s
"""
DECISIONS = "select record from identity_said where substring(record for 5) = any(%b) and at >= %s order by log_offset"
WAITING = """
select r.child, r.candidates, r.reason from review_item r where exists (
    select from unnest(r.candidates) as candidate where
    coalesce((select s.child from strand s where s.strand = candidate), candidate)
        <> coalesce((select s.child from strand s where s.strand = r.child), r.child)
    and (
        not exists (
            select from identity_said d where d.left_strand in (candidate, r.child) and d.right_strand in (candidate, r.child)
            and substring(d.record for 5) = any(%b))
        or exists (
            select from strand_pair p where p.left_strand = least(candidate, r.child)
            and p.right_strand = greatest(candidate, r.child) and p.asked)))
order by r.child, r.event_id
"""


@dataclass(frozen=True, slots=True)
class WaitingStrand:
    """A strand that waits beside the strands that its statement's identifiers point to, and why."""

    strand: UUID = field(repr=False)
    candidates: tuple[UUID, ...] = field(repr=False)
    reason: str


class ReviewList(Protocol):
    """Where questions wait, and where it is found what came apart."""

    def asked(self) -> Sequence[Pair]:
        """Name the pairs that wait for a person, as `Children.asked` does, sorted."""
        ...

    def waiting(self) -> Sequence[WaitingStrand]:
        """List the strands that wait, once for each statement, while one of the candidates is another child and is not decided on or deferred."""
        ...

    def kept_apart_since(self, moment: datetime) -> Sequence[Decided]:
        """List what people kept apart or split from a moment (UTC) on, oldest first."""
        ...

    def parted_since(self, moment: datetime) -> Sequence[Pair]:
        """Name the pairs that a link once joined and that are two children now, of one of whose strands something was said from a moment (UTC) on, sorted."""
        ...


class MemoryReviewList:
    """What it means, in memory, over what was said on hub.identity."""

    def __init__(self, said: Sequence[Said]) -> None:
        self._waiting: list[WaitingStrand] = []
        self._said = said

    def wait(self, one: WaitingStrand) -> None:
        """Let a strand wait."""
        self._waiting.append(one)

    def asked(self) -> Sequence[Pair]:
        """Name the pairs that wait for a person, sorted."""
        return sorted(self._children().asked())

    def waiting(self) -> Sequence[WaitingStrand]:
        """List the strands that wait for a person."""
        children = self._children()
        asked = children.asked()

        def waits(strand: UUID, candidate: UUID) -> bool:
            undecided = children.decision_of(strand, candidate) is None or pair_of(strand, candidate) in asked
            return undecided and children.child_of(strand) != children.child_of(candidate)

        return tuple(one for one in self._waiting if any(waits(one.strand, each) for each in one.candidates))

    def kept_apart_since(self, moment: datetime) -> Sequence[Decided]:
        """List what people kept apart or split from a moment (UTC) on, oldest first."""
        return _kept_apart(one for one in self._said if one.at >= moment)

    def parted_since(self, moment: datetime) -> Sequence[Pair]:
        """Name the pairs that came apart."""
        children = self._children()
        strands = {strand for one in self._said for strand in (one.left, one.right)}
        noted = noted_pairs(self._said, children, strands)
        spoken_of = {strand for one in self._said if one.at >= moment for strand in (one.left, one.right)}
        return [pair for pair in sorted(noted) if noted[pair].parted and _company(pair, children.kin) & spoken_of]

    def _children(self) -> Children:
        return resolve(enumerate(self._said))


class SqlReviewList:
    """Lists the rows of review_item, which the admit stage adds, and of identity_said and strand_pair, which are folded from hub.identity."""

    def __init__(self, conn: Connection[Rows], catalogue: Catalogue) -> None:
        self._conn = conn
        self._catalogue = catalogue

    def asked(self) -> Sequence[Pair]:
        """Name the pairs that wait for a person, sorted."""
        return [(left, right) for left, right in self._conn.execute(ASKED, binary=True)]

    def waiting(self) -> Sequence[WaitingStrand]:
        """List the strands that wait for a person."""
        rows = self._conn.execute(WAITING, (self._decisions(),), binary=True)
        return [WaitingStrand(strand, tuple(candidates), reason) for strand, candidates, reason in rows]

    def kept_apart_since(self, moment: datetime) -> Sequence[Decided]:
        """List what people kept apart or split from a moment (UTC) on, oldest first."""
        rows = self._conn.execute(DECISIONS, (self._decisions(), moment), binary=True)
        return _kept_apart(decode_said(self._catalogue, record) for (record,) in rows)

    def parted_since(self, moment: datetime) -> Sequence[Pair]:
        """Name the pairs that came apart."""
        pairs: list[Pair] = [(left, right) for left, right in self._conn.execute(PARTED, binary=True)]
        kin = stored_kin(self._conn, {strand for pair in pairs for strand in pair})
        company = {pair: _company(pair, kin) for pair in pairs}
        strands = Ids(strand.bytes for strand in frozenset[UUID]().union(*company.values()))
        rows = self._conn.execute(SPOKEN_OF_SINCE, {"strands": strands, "since": moment}, binary=True)
        spoken_of = {strand for (strand,) in rows}
        return [pair for pair in pairs if company[pair] & spoken_of]

    def _decisions(self) -> Blobs:
        # A message begins with the id of its contract: of the many comparisons none is even read.
        return Blobs(PREFIX.pack(MAGIC, one.id) for one in self._catalogue.versions(DECIDED))


def _company(pair: Pair, kin: Kin) -> frozenset[UUID]:
    return kin.strands_of(pair[0]) | kin.strands_of(pair[1])


def _kept_apart(said: Iterable[Said]) -> Sequence[Decided]:
    return [one for one in said if isinstance(one, Decided) and one.action in ("KEEP_APART", "SPLIT")]
