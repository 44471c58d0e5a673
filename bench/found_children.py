"""What comes of found pairs: the children that resolving would make of what the hub says of them, counted against the truth."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from bench.found_pairs import Found, Labelled
from projections.identity.messages import MILLIONTHS
from projections.identity.said import Compared
from projections.identity.strands import Children, resolve

AT = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FoundChildren:
    """How many children there are in truth, how many of them one found child holds whole, how many found children hold two people, and how many questions wait."""

    children: int
    whole: int
    of_two_people: int
    questions: int


def find_children(labelled: Sequence[Labelled], found: Found) -> FoundChildren:
    """Resolve everything that would be said of the pairs, and count the children: a link is only as good as the chain that it is part of."""
    resolved = resolve(enumerate(_said(found)))
    strands: dict[Hashable, set[UUID]] = defaultdict(set)
    people: dict[UUID, set[Hashable]] = defaultdict(set)
    for place, one in enumerate(labelled):
        strands[one.child].add(_strand(place))
        people[resolved.child_of(_strand(place))].add(one.child)
    return FoundChildren(
        len(strands),
        sum(_is_one(resolved, of_one) for of_one in strands.values()),
        sum(len(of_one) > 1 for of_one in people.values()),
        len(resolved.questions()),
    )


def _said(found: Found) -> Iterator[Compared]:
    """Say of each pair what the matching worker would: nothing where there is nothing to it, and scores as the contract has them."""
    for number, pair in enumerate(found.pairs):
        one = pair.likeness
        if one.outcome != "NO":
            score = round(one.score * MILLIONTHS) / MILLIONTHS
            who = UUID(int=number), _strand(pair.left), _strand(pair.right)
            yield Compared(*who, "bench", one.outcome, score, one.agreed, one.disagreed, one.because, AT)


def _is_one(resolved: Children, strands: set[UUID]) -> bool:
    return len({resolved.child_of(strand) for strand in strands}) == 1


def _strand(place: int) -> UUID:
    return UUID(int=place)
