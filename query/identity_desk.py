"""What deciding who is who leans on beside the door, and what every question about it shares."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from access_policy.sealing import Sealer
from projections.disclosures import Disclosures
from projections.identity.review_list import ReviewList
from projections.identity.said import Decided, Said, joins
from projections.identity.strands import Children, resolve
from query.door import Door
from query.identity_log import IdentityLog
from query.ports import Records
from schemas.sealed import SealedEvent


class NotDecided(Exception):
    """What was asked for cannot be decided or shown; the message says why and what to do, and nothing was written to hub.identity."""


@dataclass(frozen=True, slots=True)
class IdentityDesk:
    """The door, admission's questions, the disclosures that the log holds, where decisions are written, and what seals reasons."""

    door: Door
    review_list: ReviewList
    disclosures: Disclosures
    log: IdentityLog
    sealer: Sealer = field(repr=False)


@dataclass(frozen=True, slots=True)
class Known:
    """What was said on hub.identity, as (offset, what) pairs, and what it comes to."""

    said: Sequence[tuple[int, Said]] = field(repr=False)
    children: Children


def known_identity(records: Records, strands: Iterable[UUID]) -> Known:
    """Read what was said of these strands and of all that a link ever joined to them, by whatever number of links, and resolve it."""
    said: dict[int, Said] = {}
    asked: set[UUID] = set()
    new = frozenset(strands)
    while new:
        asked |= new
        said.update(records.identity_said(new))
        new = ever_linked(said.values()) - asked
    return known_of(said.items())


def known_of(said: Iterable[tuple[int, Said]]) -> Known:
    """Resolve what was said, (offset, what) pairs in any order."""
    in_order = sorted(said, key=lambda placed: placed[0])
    return Known(in_order, resolve(in_order))


def ever_linked(said: Iterable[Said]) -> frozenset[UUID]:
    """Name every strand that a link or a split ever named, whether it still counts or not."""
    joined = (one for one in said if joins(one) or (isinstance(one, Decided) and one.action == "SPLIT"))
    return frozenset(strand for one in joined for strand in (one.left, one.right))


def side_of(children: Children, strand: UUID, other: UUID) -> frozenset[UUID]:
    """Name the strands of one side: all of its child's, or that strand alone where both sides are one child."""
    strands = children.strands_of(strand)
    return frozenset({strand}) if other in strands else strands


def events_of_strands(records: Records, children: Children, strands: Collection[UUID]) -> list[SealedEvent]:
    """Give the hub events of these strands, in no order: without what was split off them, and with what was split off for them."""
    return [event for events in events_by_strand(records, children, strands).values() for event in events]


def events_by_strand(
    records: Records, children: Children, strands: Collection[UUID]
) -> Mapping[UUID, Sequence[SealedEvent]]:
    """Give the hub events of each of these strands that has any, in no order."""
    split_from = {strand for (strand, _), new in children.kin.parts.items() if new in strands}
    found: dict[UUID, list[SealedEvent]] = defaultdict(list)
    for event in records.admitted_under({*strands, *split_from}):
        strand = strand_of(children, event)
        if strand in strands:
            found[strand].append(event)
    return found


def strand_of(children: Children, event: SealedEvent) -> UUID:
    """Name the strand that an entry belongs to now."""
    header = event.header
    return children.strand_of(UUID(bytes=header.child), header.identified_by.local_id)
