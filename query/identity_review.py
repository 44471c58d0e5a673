"""Looking at who is who, through the door: the questions that wait for a person, the two sides of one, and the parts of a record.

As everywhere: decide; read; open in memory; record; and only then show. What a person may not know of makes no question and is in no side.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
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
    events_of_strands,
    known_identity,
    side_of,
    strand_of,
)
from query.identity_questions import as_known, in_order, questions_of, unasked, without_likeness
from query.identity_sides import Side, compared_fields, decisions_shown, side_view
from query.identity_view import PartsView, PartView, QuestionItem, QuestionsView, QuestionView
from query.naming import shown_name
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
    """Two sides as one person may see them, what was said of who is who, and the rules that decided. `open` where nothing is withheld from them of either child, `whole` where nothing is invisible to them either."""

    known: Known
    left: Side
    right: Side
    sight: Sight
    open: bool
    whole: bool

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
    review, rules = desk.review_list, set(decision.rules)
    waiting, asked = review.waiting(), review.asked()
    strands = {strand for pair in asked for strand in pair}
    strands |= {strand for one in waiting for strand in (one.strand, *one.candidates)}
    children = known_identity(door.records, strands).children
    found: list[QuestionItem] = []
    questions = iter(questions_of(children, waiting))
    with breakage_recorded(door, attempt):
        while len(found) <= MOST_QUESTIONS and (some := list(islice(questions, MOST_QUESTIONS))):
            sight = see(door, attempt, _events_of(door, children, some))
            if isinstance(sight, Decision):
                return refuse(door, attempt, sight)
            found += _as_seen(children, some, sight)
            rules.update(sight.rules)
    listed = tuple(in_order(found[:MOST_QUESTIONS]))
    view = QuestionsView(asked_by(attempt), listed, len(found) > MOST_QUESTIONS)
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
    view = PartsView(asked_by(attempt), shown_name(child, sight.known, children.kin), parts, withheld)
    rules = tuple(sorted({*decision.rules, *sight.rules}))
    showing = Showing(canonical_bytes(view), rules, ids_of(sight.read), ids_of(sight.withheld))
    return _shown(door, attempt, view, showing)


def seen_sides(door: Door, attempt: Attempt, pair: Pair) -> Sides | Decision:
    """Find what of both sides this person may see, and open what they read; a refusal where the rules could not be applied."""
    left, right = pair
    known = known_identity(door.records, pair)
    children = known.children
    company = children.strands_of(left) | children.strands_of(right)
    events = events_of_strands(door.records, children, company)
    sight = see(door, attempt, events)
    if isinstance(sight, Decision):
        return sight
    strands = side_of(children, left, right), side_of(children, right, left)
    beside = _of_strands(children, sight, strands[0] | strands[1])
    opened = door.unsealing.open_all(beside.read)
    sides = [_side(known.children, one, of, sight, opened) for one, of in zip(pair, strands, strict=True)]
    whole = not sight.withheld and {one.header.event_id for one in events} == {
        one.header.event_id for one in sight.read
    }
    return Sides(known, sides[0], sides[1], beside, not sight.withheld, whole)


def _strands_of(children: Children, item: QuestionItem) -> tuple[frozenset[UUID], frozenset[UUID]]:
    return side_of(children, item.left, item.right), side_of(children, item.right, item.left)


def _events_of(door: Door, children: Children, questions: Iterable[QuestionItem]) -> Sequence[SealedEvent]:
    strands = {strand for one in questions for side in _strands_of(children, one) for strand in side}
    return events_of_strands(door.records, children, strands)


def _as_seen(children: Children, questions: Iterable[QuestionItem], sight: Sight) -> Iterator[QuestionItem]:
    """Give the questions on both of whose sides an entry is known, each with what may be shown of it."""
    known = {strand_of(children, event) for event in sight.known}
    withheld = {strand_of(children, event) for event in sight.withheld}
    for one in questions:
        sides = _strands_of(children, one)
        if not any(known.isdisjoint(side) for side in sides):
            shown = as_known(one, sides, known)
            yield shown if withheld.isdisjoint(sides[0] | sides[1]) else without_likeness(shown)


def _of_strands(children: Children, sight: Sight, strands: frozenset[UUID]) -> Sight:
    read, withheld = (
        tuple(one for one in events if strand_of(children, one) in strands) for events in (sight.read, sight.withheld)
    )
    return Sight(read, withheld, sight.rules)


def _side(children: Children, strand: UUID, strands: frozenset[UUID], sight: Sight, opened: Sequence[Opened]) -> Side:
    own = _of_strands(children, sight, strands)
    ids = set(ids_of(own.read))
    name = shown_name(strand, _of_strands(children, sight, children.strands_of(strand)).known, children.kin)
    known = frozenset(strand_of(children, event) for event in own.known)
    return Side(name, known, tuple(one for one in opened if one.entry.event_id in ids), own.withheld)


def _known_of(side: Side) -> bool:
    return bool(side.opened or side.withheld)


def _question_view(desk: IdentityDesk, attempt: Attempt, sides: Sides, pair: Pair) -> QuestionView:
    children = sides.children
    decided = (one for _, one in sides.known.said if isinstance(one, Decided) and pair_of(one.left, one.right) == pair)
    question = as_known(_question_of(desk, children, pair), (sides.left.strands, sides.right.strands), _known(sides))
    return QuestionView(
        asked=asked_by(attempt),
        question=question if sides.open else without_likeness(question),
        linked=children.child_of(pair[0]) == children.child_of(pair[1]),
        left=side_view(sides.left),
        right=side_view(sides.right),
        fields=compared_fields(sides.left, sides.right),
        decisions=decisions_shown(desk.door.unsealing, decided, sides.sight.read if sides.whole else ()),
    )


def _known(sides: Sides) -> frozenset[UUID]:
    return sides.left.strands | sides.right.strands


def _question_of(desk: IdentityDesk, children: Children, pair: Pair) -> QuestionItem:
    """Give what is asked of two strands, or of the two children whose strands they are where the two were never compared."""
    questions = questions_of(children, desk.review_list.waiting())
    of_pair = next((one for one in questions if (one.left, one.right) == pair), None)
    names = {children.child_of(strand) for strand in pair}
    of_children = (one for one in questions if {children.child_of(one.left), children.child_of(one.right)} == names)
    if of_pair is not None or children.comparison_of(*pair) is not None:
        return of_pair or unasked(children, pair)
    found = next(of_children, None)
    return unasked(children, pair) if found is None else replace(found, left=pair[0], right=pair[1])


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
