"""Deciding who is who, through the door: link, keep apart, defer, split. Nobody decides about what they do not read; links and splits are undone by deciding again.

| if we crash | true |
|---|---|
| before the disclosure is durable | nothing was decided |
| after it, before the decision is | the record says more than was done, never less; decide again |
| while it is written | it may be there; deciding the same again comes to the same: of two strands the newest decision counts, and a split of the same parts makes the same new strand |
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from uuid import UUID

from access_policy.keys import random_id
from access_policy.question import Decision, Hub
from access_policy.vocabulary import DECIDE_IDENTITY
from projections.identity.said import Action, Decided, Said
from projections.identity.strands import Children, pair_of, resolve
from query.door import Attempt, Refused, Showing, StaffMember, Wanted, begin, breakage_recorded, decide, record, refuse
from query.identity_desk import (
    IdentityDesk,
    Known,
    NotDecided,
    events_of_strands,
    known_identity,
    known_of,
    side_of,
    strand_of,
)
from query.identity_review import ShownIdentity
from query.identity_view import DecisionView
from query.sealed_words import seal_words
from query.seeing import Sight, ids_of, see
from query.view import asked_by, canonical_bytes
from query.wrong_views import Wrong, past_of, wrong_of
from schemas.sealed import SealedEvent

LONGEST_REASON = 500
ACTIONS: tuple[Action, ...] = ("LINK", "KEEP_APART", "DEFER")
"""What is decided of two strands; a split is of one."""
VERSION_AND_VARIANT, VERSION_8 = 0xF << 76 | 0x3 << 62, 0x8 << 76 | 0x2 << 62
"""The bits of a UUID that say how it was made, and those of one made of a digest (RFC 9562, version 8)."""


@dataclass(frozen=True, slots=True)
class Deciding:
    """What a person decides of two strands, and why: 1 to 500 characters, kept sealed. ValueError for another action or reason, or one strand twice."""

    action: Action
    left: UUID
    right: UUID
    reason: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what nobody could review later."""
        if self.action not in ACTIONS or self.left == self.right:
            raise ValueError(
                f"expected {' or '.join(ACTIONS)} of two records, found another action or one record; name two"
            )
        _require_reason(self.reason)


@dataclass(frozen=True, slots=True)
class Splitting:
    """That what agencies told under some of their own ids in one strand is another child's; each id is named by an entry told under it. ValueError for another reason or no entry."""

    strand: UUID
    entries: tuple[UUID, ...]
    reason: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what nobody could review later."""
        if not self.entries:
            raise ValueError("expected an entry of each part that is another child's, found none; name at least one")
        _require_reason(self.reason)


def decide_identity(
    desk: IdentityDesk, staff: StaffMember, deciding: Deciding | Splitting, purpose: str | None
) -> ShownIdentity[DecisionView] | Refused:
    """Decide who is who for a reason, which is sealed. NotDecided (recorded too): on a side the person reads no entry, or the decision cannot hold; the message says what to do.

    DecidingFailed: it is not certain that the decision is there.
    """
    attempt = begin(desk.door, staff, purpose, Wanted(DECIDE_IDENTITY))
    decision = decide(desk.door, attempt, Hub())
    if not decision.allowed:
        return refuse(desk.door, attempt, decision)
    with breakage_recorded(desk.door, attempt):
        known = known_identity(desk.door.records, _strands(deciding))
        sight = see(desk.door, attempt, _events(desk, known.children, deciding))
        if isinstance(sight, Decision):
            return refuse(desk.door, attempt, sight)
        at_it = _AtIt(desk, attempt, known, sight)
        rules = tuple(sorted({*decision.rules, *sight.rules}))
        try:
            decided = _decided(at_it, deciding)
        except NotDecided:
            record(desk.door, attempt, Showing(b"", rules))
            raise
        view = _view(at_it, decided)
    showing = Showing(canonical_bytes(view), rules, ids_of(sight.read), ids_of(sight.withheld))
    record(desk.door, attempt, showing)
    # Crash from here until it is durable: the disclosure says more than was done, never less.
    desk.log.decide(decided)
    return ShownIdentity(attempt.disclosure_id, showing.shown, view)


@dataclass(frozen=True, slots=True)
class _AtIt:
    """Somebody who decides: the desk, the attempt, who is who so far, and what the person sees of both sides."""

    desk: IdentityDesk
    attempt: Attempt
    known: Known
    sight: Sight

    @property
    def children(self) -> Children:
        return self.known.children


def _events(desk: IdentityDesk, children: Children, deciding: Deciding | Splitting) -> list[SealedEvent]:
    strands = {one for strand in _strands(deciding) for one in children.strands_of(strand)}
    return events_of_strands(desk.door.records, children, strands)


def _strands(deciding: Deciding | Splitting) -> set[UUID]:
    return {deciding.strand} if isinstance(deciding, Splitting) else {deciding.left, deciding.right}


def _decided(at_it: _AtIt, deciding: Deciding | Splitting) -> Decided:
    """Make the decision; NotDecided when it cannot be made or would not hold."""
    if isinstance(deciding, Splitting):
        made = _split(at_it, deciding)
    else:
        left, right = pair_of(deciding.left, deciding.right)
        made = _new(at_it, deciding.action, left, right, ())
        _require_read(at_it, side_of(at_it.children, left, right), side_of(at_it.children, right, left))
        _require_that_it_holds(at_it, made)
    about = {made.left} if made.action == "SPLIT" else {made.left, made.right}
    return _with_reason(
        at_it, made, {one for strand in about for one in at_it.children.strands_of(strand)}, deciding.reason
    )


def _new(at_it: _AtIt, action: Action, left: UUID, right: UUID, parts: tuple[bytes, ...]) -> Decided:
    attempt = at_it.attempt
    who = attempt.staff.staff_id, attempt.disclosure_id, attempt.asked_at
    return Decided(random_id(at_it.desk.door.randomness), action, left, right, parts, *who)


def _split(at_it: _AtIt, splitting: Splitting) -> Decided:
    own = [one for one in at_it.sight.read if strand_of(at_it.children, one) == splitting.strand]
    named = {UUID(bytes=one.header.event_id): one.header.identified_by.local_id for one in own}
    if any(event_id not in named for event_id in splitting.entries):
        raise NotDecided(
            "Expected entries of that record which you read, found another; `mash identity show` lists its parts with their entries."
        )
    parts = {named[event_id] for event_id in splitting.entries}
    # Of what they may not know the answer tells nothing: only what they know of can stay behind.
    known = (one for one in at_it.sight.known if strand_of(at_it.children, one) == splitting.strand)
    if all(one.header.identified_by.local_id in parts for one in known):
        raise NotDecided(
            "Expected that something stays behind, found that all of it would be split off; name the parts that are another child's."
        )
    return _new(at_it, "SPLIT", splitting.strand, split_off(splitting.strand, parts), tuple(sorted(parts)))


def split_off(strand: UUID, parts: Collection[bytes]) -> UUID:
    """Name the strand that these parts of a strand go to (blind indexes, 16 bytes each): the same each time, so that a split that is decided again is the same split."""
    digest = hashlib.sha256(b"".join((b"mash-hub split", strand.bytes, *sorted(parts)))).digest()[:16]
    return UUID(int=int.from_bytes(digest) & ~VERSION_AND_VARIANT | VERSION_8)


def _require_read(at_it: _AtIt, left: Collection[UUID], right: Collection[UUID]) -> None:
    read = {strand_of(at_it.children, one) for one in at_it.sight.read}
    if read.isdisjoint(left) or read.isdisjoint(right):
        raise NotDecided(
            "Expected two records, of each of which you read an entry, found less; `mash identity list` shows the questions, and who reads more can decide."
        )


def _require_that_it_holds(at_it: _AtIt, made: Decided) -> None:
    known, pair, children = at_it.known, (made.left, made.right), at_it.children
    if made.action == "DEFER" and children.child_of(made.left) == children.child_of(made.right):
        raise NotDecided(
            "Expected two records that are not linked, found that they are one child, which deferring would undo; keep them apart, or leave them linked."
        )
    if made.action != "LINK" or pair not in resolve(_and(known, made)).passed_over:
        return
    # A strand of which they may know of no entry is not named: that it is there would tell of what is locked.
    seen = {strand_of(children, one) for one in at_it.sight.known}
    ours, theirs = (children.strands_of(strand) & seen for strand in pair)
    for (one, other), decision in sorted(children.decided.items()):
        across = (one in ours and other in theirs) or (one in theirs and other in ours)
        if across and (one, other) != pair and decision.action in ("KEEP_APART", "SPLIT"):
            raise NotDecided(
                f"Expected two records that nobody keeps apart, found that a person keeps apart {one} and {other}, which this link would bring together; "
                f"look at those with `mash identity show {one} {other}`, and link them first if they are one child."
            )
    raise NotDecided(
        "Expected two records that nobody keeps apart, found that links of others would bring together two that a person keeps apart; `mash identity list` shows them."
    )


def _with_reason(at_it: _AtIt, made: Decided, strands: Collection[UUID], reason: str) -> Decided:
    """Seal the reason under the key of the first entry that the person reads; without one that still has its key there is no decision."""
    desk = at_it.desk
    own = [one for one in at_it.sight.read if strand_of(at_it.children, one) in strands]
    key_ids = [UUID(bytes=one.header.key_id) for one in sorted(own, key=lambda one: one.header.event_id)]
    keys = desk.door.unsealing.keys.find(list(dict.fromkeys(key_ids)))
    key = next((found for one in key_ids if (found := keys[one]) is not None), None)
    if key is None:
        raise NotDecided(
            "Expected an entry that you read and whose content is still there, found none, so that the reason could not be kept; ask who reads more to decide."
        )
    sealed = seal_words(desk.sealer, key, made.decision_id, reason)
    return replace(made, key_id=sealed.key_id, reason=sealed.sealed)


def _view(at_it: _AtIt, made: Decided) -> DecisionView:
    children = at_it.children
    # Also where a rule's link was withdrawn before: whoever saw the two as one is found now as then.
    undone = made.action in ("SPLIT", "KEEP_APART")
    after = known_of(_and(at_it.known, made))
    past = past_of(at_it.desk, at_it.attempt.asked_at)
    wrong = wrong_of(past, after, made.left, made.right) if undone else Wrong((), {})
    moved = [one for one in at_it.sight.read if strand_of(after.children, one) != strand_of(children, one)]
    what = made.decision_id, made.action, made.left, made.right
    return DecisionView(asked_by(at_it.attempt), *what, ids_of(moved), len(wrong.views), wrong.owners)


def _and(known: Known, made: Decided) -> list[tuple[int, Said]]:
    """Say what would be said on hub.identity once this decision is."""
    last = max((offset for offset, _ in known.said), default=-1)
    return [*known.said, (last + 1, made)]


def _require_reason(reason: str) -> None:
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise ValueError(
            f"expected a reason of 1 to {LONGEST_REASON} characters, found none or a longer one; say in a sentence why"
        )
