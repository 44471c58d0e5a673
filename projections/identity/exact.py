"""Who is who, by exact identifiers: pure rules over keyed fingerprints, the same for memory and SQL.

A statement names its child by the agency's own id, and maybe by NHS number and unique pupil number. All that are known point to one strand: that
strand. None is known: a new one. They point to several strands of one child: the smallest of them, and nothing is learned. Anything in between (they point to
two children, or would give a child a second NHS number) is never decided here: the statement waits under a record of its own, on the review list, until a
person decides.

Read again after a crash a statement is placed the same, whatever was linked or unlinked in between: what depended on who belongs together (`linked`, `review`)
is remembered by the statement's event id and looked up first, and what did not (`exact`) finds all of its identifiers known, in one strand.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from projections.identity.strands import NOBODY, Kin

LOCAL, NHS_NUMBER, UPN, REVIEW = "local", "nhs_number", "upn", "review"
EXACT, LINKED = "exact", "linked"
ONE_EACH = frozenset({NHS_NUMBER, UPN})
"""Identifiers of which a child has one; a second one is a question for a person, who may link the strands that have one each."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one statement says of who its child is: blind indexes of 16 bytes."""

    event_id: bytes
    local_id: bytes = field(repr=False)
    nhs_number: bytes | None = field(repr=False)
    upn: bytes | None = field(repr=False)

    def named(self) -> list[tuple[str, bytes]]:
        """List (scheme, blind index) of the identifiers that are present."""
        strong = [(NHS_NUMBER, self.nhs_number), (UPN, self.upn)]
        return [(LOCAL, self.local_id), *((scheme, index) for scheme, index in strong if index is not None)]


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a statement belongs: its strand, and the rule that said so (`exact`, `linked` or `review`).

    That a child was new is not said: read again after a crash it is not, and the statement's header must come out the same.
    """

    child: UUID
    rule: str


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """A statement that waits: the record it waits under, the children it might belong to, and why."""

    event_id: bytes
    child: UUID
    candidates: tuple[UUID, ...]
    reason: str


@dataclass
class Known:
    """What is known while a run is placed: `children` by blind index, `held` = which (strand, scheme) already have which index, `kin` = who belongs together.

    `placed` are statements, by event id, that were placed before by a rule that depended on who belonged together then.
    """

    children: dict[bytes, UUID] = field(default_factory=dict)
    held: dict[tuple[UUID, str], bytes] = field(default_factory=dict)
    kin: Kin = NOBODY
    placed: dict[bytes, Placement] = field(default_factory=dict)
    new: list[tuple[bytes, str, UUID]] = field(default_factory=list)
    review: list[ReviewItem] = field(default_factory=list)
    linked: list[tuple[bytes, UUID]] = field(default_factory=list)

    def learn(self, index: bytes, scheme: str, child: UUID) -> None:
        """Remember that an identifier names a strand, and that it is new."""
        self.children[index] = child
        self.held[(child, scheme)] = index
        self.new.append((index, scheme, child))

    def candidates(self, claim: Claim) -> tuple[UUID, ...]:
        """Give the strands that a statement's identifiers name, sorted."""
        return tuple(sorted({self.children[index] for _, index in claim.named() if index in self.children}))

    def names(self, claim: Claim, strands: Iterable[UUID]) -> frozenset[UUID]:
        """Give the children to which a statement would belong under these strands: what was split off one goes where the agency's own id went."""
        return frozenset(self.kin.name(strand, claim.local_id) for strand in strands)


class Identity(Protocol):
    """Where it is kept who is who."""

    def place(self, claims: Sequence[Claim]) -> list[Placement]:
        """Find or make the child of each statement, in order; what was made is durable, and the same for all who ask, when this returns."""
        ...


class MemoryIdentity:
    """What it means, kept in memory: `known` holds who is who, `waiting` what waits for a person, by event id; `kin` says who belongs together."""

    def __init__(self, new_child: Callable[[], UUID], kin: Callable[[], Kin] = lambda: NOBODY) -> None:
        self._new_child = new_child
        self._kin = kin
        self.known = Known()

    def place(self, claims: Sequence[Claim]) -> list[Placement]:
        """Find or make the child of each statement, in order."""
        self.known.kin = self._kin()
        return resolve(claims, self.known, self._new_child)

    @property
    def waiting(self) -> dict[bytes, ReviewItem]:
        """Give the review list."""
        return {item.event_id: item for item in self.known.review}


def resolve(claims: Iterable[Claim], known: Known, new_child: Callable[[], UUID]) -> list[Placement]:
    """Place statements in order, adding to `known` what they teach; `new_child` gives a random pseudonym."""
    return [_resolve_one(claim, known, new_child) for claim in claims]


def _resolve_one(claim: Claim, known: Known, new_child: Callable[[], UUID]) -> Placement:
    placed = known.placed.get(claim.event_id)
    if placed is not None:
        return placed
    candidates = known.candidates(claim)
    reason = question(claim, known, candidates)
    if reason is not None:
        return _waits(claim, known, reason, _waiting_record(claim, known, new_child))
    if len(candidates) > 1:
        known.linked.append((claim.event_id, candidates[0]))
        known.placed[claim.event_id] = Placement(candidates[0], LINKED)
        return known.placed[claim.event_id]
    child = candidates[0] if candidates else new_child()
    for scheme, index in claim.named():
        if index not in known.children:
            known.learn(index, scheme, child)
    return Placement(child, EXACT)


def _waits(claim: Claim, known: Known, reason: str, under: UUID) -> Placement:
    candidates = known.candidates(claim)
    known.review.append(ReviewItem(claim.event_id, under, candidates, reason))
    known.placed[claim.event_id] = Placement(under, REVIEW)
    return known.placed[claim.event_id]


def question(claim: Claim, known: Known, candidates: tuple[UUID, ...]) -> str | None:
    """Say what only a person can decide about this statement, or None; strands that are linked are one child."""
    if len(known.names(claim, candidates)) > 1:
        return "its identifiers point to more than one child"
    strands = {strand for candidate in candidates for strand in known.kin.strands_of(candidate)}
    for scheme, index in claim.named():
        others = any(known.held.get((strand, scheme), index) != index for strand in strands)
        if scheme in ONE_EACH and others and known.children.get(index) not in strands:
            return f"its child already has another {scheme.replace('_', ' ')}"
    return None


def _waiting_record(claim: Claim, known: Known, new_child: Callable[[], UUID]) -> UUID:
    index = review_index(claim)
    if index not in known.children:
        known.learn(index, REVIEW, new_child())
    return known.children[index]


def review_index(claim: Claim) -> bytes:
    """Name the waiting record of statements that carry these same identifiers: 16 bytes over their blind indexes."""
    return hashlib.sha256(b"review" + b"".join(index for _, index in claim.named())).digest()[:16]


def taught_by(claim: Claim, placement: Placement) -> Mapping[bytes, tuple[str, UUID]]:
    """List the identifiers that an admitted statement's header teaches, for rebuilding who is who from the log."""
    if placement.rule == REVIEW:
        return {review_index(claim): (REVIEW, placement.child)}
    if placement.rule == LINKED:
        return {}
    return {index: (scheme, placement.child) for scheme, index in claim.named()}
