"""Looking at who is who, through the door: the questions that wait for a person, the two sides of one, and the parts of a record.

As everywhere: decide; read; open in memory; record; and only then show. What a person may not know of makes no question and is in no side.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, TypeVar
from uuid import UUID

from access_policy.question import Decision, Hub
from access_policy.vocabulary import SEE_IDENTITY
from projections.chronology.opened import Opened
from projections.headers import entry_of
from projections.identity.said import Decided
from projections.identity.strands import Children, Pair, pair_of
from query.compose import counts_of
from query.door import (
    Attempt,
    Door,
    Refused,
    Showing,
    StaffMember,
    Wanted,
    begin,
    breakage_recorded,
    decide,
    record,
    refuse,
)
from query.identity_desk import (
    IdentityDesk,
    Known,
    NotDecided,
    events_by_strand,
    events_of_strands,
    known_identity,
    known_of,
    side_of,
    strand_of,
)
from query.identity_questions import questions_of, unasked
from query.identity_sides import Side, compared_fields, decisions_shown, side_view
from query.identity_view import PartsView, PartView, QuestionItem, QuestionsView, QuestionView
from query.seeing import Sight, ids_of, see
from query.view import asked_by, canonical_bytes
from schemas.sealed import SealedEvent

MOST_QUESTIONS = 200
"""How many questions one list shows, the likeliest first."""
BOTH_SIDES = "Expected two records, of each of which you may know an entry, found other ids; `mash identity list` shows the questions."
View = TypeVar("View")


@dataclass(frozen=True, slots=True)
class ShownIdentity(Generic[View]):
    """What one person is shown: the very bytes whose digest the disclosure holds, and the same as values."""

    disclosure_id: UUID
    shown: bytes = field(repr=False)
    view: View = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sides:
    """Two sides as one person may see them, what was said of who is who, and the rules that decided."""

    known: Known
    left: Side
    right: Side
    sight: Sight

    @property
    def children(self) -> Children:
        """Give who is who now."""
        return self.known.children


def list_questions(
    desk: IdentityDesk, staff: StaffMember, purpose: str | None
) -> ShownIdentity[QuestionsView] | Refused:
    """List the questions of who is who on both of whose sides the person may know of an entry; at most 200, the likeliest first."""
    door, attempt = desk.door, begin(desk.door, staff, purpose, Wanted(SEE_IDENTITY))
    decision = decide(door, attempt, Hub())
    if not decision.allowed:
        return refuse(door, attempt, decision)
    known, rules = known_of(door.records.identity_said(None)), set(decision.rules)
    found: list[QuestionItem] = []
    waiting = iter(questions_of(known.children, desk.review_list.waiting()))
    with breakage_recorded(door, attempt):
        while len(found) < MOST_QUESTIONS and (some := list(islice(waiting, MOST_QUESTIONS))):
            sides = {one: _strands_of(known.children, one) for one in some}
            strands = {strand for both in sides.values() for side in both for strand in side}
            sight = see(door, attempt, events_of_strands(door.records, known.children, strands))
            if isinstance(sight, Decision):
                return refuse(door, attempt, sight)
            seen = {strand_of(known.children, event) for event in sight.known}
            found += [one for one, both in sides.items() if not any(seen.isdisjoint(side) for side in both)]
            rules.update(sight.rules)
    more = len(found) > MOST_QUESTIONS or next(waiting, None) is not None
    view = QuestionsView(asked_by(attempt), tuple(found[:MOST_QUESTIONS]), more)
    return _shown(door, attempt, view, Showing(canonical_bytes(view), tuple(sorted(rules))))


def open_question(
    desk: IdentityDesk, staff: StaffMember, left: UUID, right: UUID, purpose: str | None
) -> ShownIdentity[QuestionView] | Refused:
    """Show two strands side by side, the one with the smaller id on the left, from the entries that the person reads. NotDecided where they may know of no entry on one of the sides; that is recorded too."""
    door, attempt = desk.door, begin(desk.door, staff, purpose, Wanted(SEE_IDENTITY))
    decision = decide(door, attempt, Hub())
    if not decision.allowed:
        return refuse(door, attempt, decision)
    with breakage_recorded(door, attempt):
        pair = pair_of(left, right)
        sides = seen_sides(door, attempt, pair)
        if isinstance(sides, Decision):
            return refuse(door, attempt, sides)
        rules = tuple(sorted({*decision.rules, *sides.sight.rules}))
        if not _known_of(sides.left) or not _known_of(sides.right):
            record(door, attempt, Showing(b"", rules))
            raise NotDecided(BOTH_SIDES)
        view = _question_view(desk, attempt, sides, pair)
    showing = Showing(canonical_bytes(view), rules, ids_of(sides.sight.read), ids_of(sides.sight.withheld))
    return _shown(door, attempt, view, showing)


def open_parts(
    desk: IdentityDesk, staff: StaffMember, child: UUID, purpose: str | None
) -> ShownIdentity[PartsView] | Refused:
    """Show what each agency told under each of its own ids of a child, so that a person can say which of it is another's; only what they read."""
    door, attempt = desk.door, begin(desk.door, staff, purpose, Wanted(SEE_IDENTITY, child))
    decision = decide(door, attempt, Hub())
    if not decision.allowed:
        return refuse(door, attempt, decision)
    children = known_identity(door.records, [child]).children
    with breakage_recorded(door, attempt):
        sight = see(door, attempt, events_of_strands(door.records, children, children.strands_of(child)))
        if isinstance(sight, Decision):
            return refuse(door, attempt, sight)
        parts = tuple(_parts(children, sight.read, door.unsealing.open_all(sight.read)))
    withheld = counts_of(entry_of(one.header) for one in sight.withheld)
    view = PartsView(asked_by(attempt), children.child_of(child), parts, withheld)
    rules = tuple(sorted({*decision.rules, *sight.rules}))
    showing = Showing(canonical_bytes(view), rules, ids_of(sight.read), ids_of(sight.withheld))
    return _shown(door, attempt, view, showing)


def seen_sides(door: Door, attempt: Attempt, pair: Pair) -> Sides | Decision:
    """Find what of both sides this person may see, and open what they read; a refusal where the rules could not be applied."""
    left, right = pair
    known = known_identity(door.records, pair)
    children = known.children
    strands = side_of(children, left, right), side_of(children, right, left)
    events = events_by_strand(door.records, children, strands[0] | strands[1])
    sight = see(door, attempt, (event for of_strand in events.values() for event in of_strand))
    if isinstance(sight, Decision):
        return sight
    opened = {one.entry.event_id: one for one in door.unsealing.open_all(sight.read)}
    names = children.child_of(left), children.child_of(right)
    sides = [_side(name, one, events, sight, opened) for name, one in zip(names, strands, strict=True)]
    return Sides(known, sides[0], sides[1], sight)


def _strands_of(children: Children, item: QuestionItem) -> tuple[frozenset[UUID], frozenset[UUID]]:
    return side_of(children, item.left, item.right), side_of(children, item.right, item.left)


def _side(
    name: UUID,
    strands: frozenset[UUID],
    events: Mapping[UUID, Sequence[SealedEvent]],
    sight: Sight,
    opened: Mapping[UUID, Opened],
) -> Side:
    ids = {UUID(bytes=one.header.event_id) for strand in strands for one in events.get(strand, ())}
    read = tuple(one for event_id, one in opened.items() if event_id in ids)
    return Side(name, strands, read, tuple(one for one in sight.withheld if UUID(bytes=one.header.event_id) in ids))


def _known_of(side: Side) -> bool:
    return bool(side.opened or side.withheld)


def _question_view(desk: IdentityDesk, attempt: Attempt, sides: Sides, pair: Pair) -> QuestionView:
    children = sides.children
    listed = {(one.left, one.right): one for one in questions_of(children, desk.review_list.waiting())}
    decided = (one for _, one in sides.known.said if isinstance(one, Decided) and pair_of(one.left, one.right) == pair)
    return QuestionView(
        asked=asked_by(attempt),
        question=listed.get(pair) or unasked(children, pair),
        linked=children.child_of(pair[0]) == children.child_of(pair[1]),
        left=side_view(sides.left),
        right=side_view(sides.right),
        fields=compared_fields(sides.left, sides.right),
        decisions=decisions_shown(desk.door.unsealing, decided, sides.sight.read, sides.sight.withheld),
    )


def _parts(children: Children, events: Sequence[SealedEvent], opened: Sequence[Opened]) -> Iterator[PartView]:
    found: dict[tuple[UUID, str, bytes], list[Opened]] = defaultdict(list)
    for event, one in zip(events, opened, strict=True):
        found[(strand_of(children, event), event.header.agency, event.header.identified_by.local_id)].append(one)
    for (strand, agency, _), entries in sorted(found.items()):
        told = (one.fields["envelope"]["child"]["local_id"] for one in entries if one.fields is not None)
        yield PartView(strand, agency, next(told, ""), tuple(sorted(one.entry.event_id for one in entries)))


def _shown(door: Door, attempt: Attempt, view: View, showing: Showing) -> ShownIdentity[View]:
    record(door, attempt, showing)
    # Crash from here on: the disclosure says more than was seen, never less.
    return ShownIdentity(attempt.disclosure_id, showing.shown, view)
