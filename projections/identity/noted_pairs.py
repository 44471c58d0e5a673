"""Pairs of strands of which somebody has to be told: those that wait for a person, and those that a link once joined and that are two children now."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from projections.identity.said import Said, joins
from projections.identity.strands import Children, Pair, pair_of, resolve


@dataclass(frozen=True, slots=True)
class Noted:
    """What is noted of a pair: `asked` while a person has to say whether they are one child, `parted` while they are two although a link once said that they are one."""

    asked: bool
    parted: bool


def noted_pairs(said: Iterable[Said], children: Children, strands: Collection[UUID]) -> Mapping[Pair, Noted]:
    """Note the pairs of which one strand is among `strands`, from all that was said about these and what it comes to; the others are left out."""
    asked = children.asked()
    linked = {pair_of(one.left, one.right) for one in said if joins(one)}
    parted = {pair for pair in linked if children.child_of(pair[0]) != children.child_of(pair[1])}
    return {
        pair: Noted(pair in asked, pair in parted)
        for pair in asked | parted
        if pair[0] in strands or pair[1] in strands
    }


def came_apart(said: Iterable[tuple[int, Said]], left: UUID, right: UUID) -> datetime | None:
    """Give when (UTC) it was said what last made two children of one, from (log offset, what was said) pairs about all that ever hung together with both; None while they are one child or never were."""
    in_order = sorted(said, key=lambda placed: placed[0])
    together, apart_since = False, None
    for end, (_, one) in enumerate(in_order, 1):
        children = resolve(in_order[:end])
        before, together = together, children.child_of(left) == children.child_of(right)
        if before and not together:
            apart_since = one.at
    return None if together else apart_since
