"""Who is who through the door: questions, two sides, decisions, and who saw two children as one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from projections.identity.review_list import WaitingStrand
from projections.identity.said import Action, Compared
from query.door import Refused, StaffMember
from query.identity_decide import Deciding, Splitting, decide_identity, split_off
from query.identity_desk import NotDecided
from query.identity_log import DecidingFailed
from query.identity_review import ShownIdentity, list_questions, open_parts, open_question
from query.identity_view import ComparedField, DecisionView, QuestionsView, QuestionView, WrongViews
from query.open_record import OpenedRecord, open_record
from query.ports import DisclosureFailed
from query.wrong_views import wrong_views
from tests.query.case_world import CaseWorld
from tests.query.record_world import CHILD, NOW, TWIN, Told, staff

THIRD = UUID("33333333-3333-4333-8333-333333333333")
REVIEWER = staff("childrens_social_care", "analyst", "identity")
ANALYST, AUDITOR = staff("childrens_social_care"), staff("health", "auditor")
LEAD = staff("childrens_social_care", "governance", "identity")
WHY = "assessment"
MARK = "Marked-reason-of-a-reviewer"
LEFT_SAID: dict[str, Any] = {
    "given_name": "Zebedee",
    "family_name": "Quillfeather",
    "date_of_birth": date(2016, 2, 29),
    "address": "14 Nowhere Lane",
}
RIGHT_SAID: dict[str, Any] = {**LEFT_SAID, "given_name": "Zeb", "date_of_birth": date(2016, 2, 28), "local_id": "h-2"}


class Room:
    """A hub in memory in which education tells of one strand, health of another, and the hub's comparison asks."""

    def __init__(self) -> None:
        self.world = CaseWorld()
        self.desk = self.world.desks().identity
        self.school = self.world.say(Told(agency="education", child_said=LEFT_SAID))
        self.clinic = self.world.say(Told(agency="health", child=TWIN, child_said=RIGHT_SAID))
        self.compare("ASK")

    def compare(
        self, outcome: Any, left: UUID = CHILD, right: UUID = TWIN, score: float = 0.9, because: str | None = None
    ) -> None:
        told = ("family name",), ("given name, a nickname",), because, NOW
        self.world.records.said.append(Compared(uuid4(), left, right, "test", outcome, score, *told))

    def questions(self, who: StaffMember = REVIEWER) -> QuestionsView:
        listed = list_questions(self.desk, who, WHY)
        assert isinstance(listed, ShownIdentity)
        return listed.view

    def question(self, who: StaffMember = REVIEWER) -> QuestionView:
        opened = open_question(self.desk, who, TWIN, CHILD, WHY)
        assert isinstance(opened, ShownIdentity)
        return opened.view

    def field(self, kind: str, who: StaffMember = REVIEWER) -> ComparedField:
        return next(one for one in self.question(who).fields if one.kind == kind)

    def decide(self, action: Action, left: UUID = CHILD, right: UUID = TWIN) -> DecisionView:
        decided = decide_identity(self.desk, REVIEWER, Deciding(action, left, right, MARK), WHY)
        assert isinstance(decided, ShownIdentity)
        return decided.view

    def split(self, *entries: UUID, strand: UUID = CHILD) -> DecisionView:
        decided = decide_identity(self.desk, REVIEWER, Splitting(strand, entries, MARK), WHY)
        assert isinstance(decided, ShownIdentity)
        return decided.view

    def open(self, child: UUID = CHILD, who: StaffMember = ANALYST) -> OpenedRecord:
        opened = open_record(self.world.door, who, child, WHY)
        assert isinstance(opened, OpenedRecord)
        return opened

    def wrong(self, left: UUID = CHILD, right: UUID = TWIN) -> WrongViews:
        seen = wrong_views(self.desk, REVIEWER, left, right, WHY)
        assert isinstance(seen, ShownIdentity)
        return seen.view

    def entries(self, child: UUID) -> int:
        return len(self.world.records.sealed_events(child))


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_question_is_listed_with_what_agreed_and_what_did_not(room: Room) -> None:
    (question,) = room.questions().questions
    assert (question.left, question.right, question.kind, question.score) == (CHILD, TWIN, "likeness", 0.9)
    assert (question.agreed, question.disagreed) == (("family name",), ("given name, a nickname",))
    assert (question.edition, question.since, question.deferred) == ("test", NOW, False)


def test_what_identifiers_could_not_tell_is_a_question_too_and_comes_first(room: Room) -> None:
    room.world.say(Told(agency="police", child=THIRD))
    room.world.questions.wait(WaitingStrand(THIRD, (CHILD, TWIN), "the NHS number is another's"))
    kinds = [(one.left, one.right, one.kind) for one in room.questions().questions]
    assert kinds == [(CHILD, THIRD, "identifiers"), (TWIN, THIRD, "identifiers"), (CHILD, TWIN, "likeness")]
    assert room.questions().questions[0].because == "the NHS number is another's"
    room.decide("KEEP_APART", CHILD, THIRD)
    room.decide("LINK", TWIN, THIRD)
    assert room.questions().questions == (), (
        "who is like TWIN is answered: a person keeps CHILD apart from TWIN's child"
    )


def test_a_decided_question_is_gone_and_a_deferred_one_stays_marked(room: Room) -> None:
    room.decide("DEFER")
    assert [one.deferred for one in room.questions().questions] == [True]
    room.decide("KEEP_APART")
    assert room.questions().questions == ()


def test_a_pair_of_which_the_reader_may_know_one_side_alone_is_no_question(room: Room) -> None:
    room.world.say(Told(agency="police", child=THIRD, seal="LOCKED"))
    room.compare("ASK", CHILD, THIRD)
    assert [one.right for one in room.questions().questions] == [TWIN]
    with pytest.raises(NotDecided, match="found other ids"):
        open_question(room.desk, REVIEWER, CHILD, THIRD, WHY)
    with pytest.raises(NotDecided, match="found less"):
        decide_identity(room.desk, REVIEWER, Deciding("LINK", CHILD, THIRD, "So."), WHY)
    assert room.world.decisions.decisions == []


def test_questions_of_the_same_two_children_are_one(room: Room) -> None:
    room.world.say(Told(agency="police", child=THIRD))
    room.compare("LINK", TWIN, THIRD, 0.99)
    room.compare("ASK", CHILD, THIRD, 0.95)
    assert [(one.left, one.right) for one in room.questions().questions] == [(CHILD, THIRD)]


def test_the_two_sides_are_shown_field_by_field_with_who_told_what(room: Room) -> None:
    room.world.calls.clear()
    view = room.question()
    assert room.world.calls == ["read", "open", "record"]
    found = {one.kind: one.agreement for one in view.fields}
    assert found["name"] == found["date of birth"] == "differ"
    assert (found["address"], found["sex"]) == ("agree", "not told")
    name = next(one for one in view.fields if one.kind == "name")
    assert [one.value for one in name.left + name.right] == ["Zebedee Quillfeather", "Zeb Quillfeather"]
    assert [one.told_by[0].agency for one in name.left + name.right] == ["education", "health"]
    assert (view.left.child, view.right.child, view.linked) == (CHILD, TWIN, False)
    disclosure = room.world.log.disclosures[-1]
    assert (disclosure.action, disclosure.shown) == ("see_identity", (room.school, room.clinic))


def test_what_is_withheld_of_a_side_is_counted_with_whom_to_ask_and_in_no_field(room: Room) -> None:
    room.world.say(Told(agency="police", sensitivity="RESTRICTED", child_said={"given_name": "Marked-withheld"}))
    room.world.say(Told(agency="police", seal="LOCKED", child_said={"given_name": "Marked-locked"}))
    view = room.question()
    (count,) = view.left.withheld
    assert (count.agency, count.count) == ("police", 1)
    assert "ask the police" in count.sentence
    assert "Marked" not in repr(view.fields) + "".join(one.value for field in view.fields for one in field.left)


def test_a_corrected_value_is_not_compared(room: Room) -> None:
    corrected = {**LEFT_SAID, "given_name": "Zeb"}
    room.world.say(Told(agency="education", corrects=room.school, child_said=corrected))
    assert room.field("name").agreement == "agree"


@pytest.mark.parametrize(
    "protected",
    [
        Told("ConcernRaised", "health", seal="SEALED", child_said={"address": "2 Hidden Row"}),
        Told("RefugeStayStarted", "housing", fields={"with_whom": None, "summary": None}),
    ],
)
def test_a_protected_address_is_not_put_beside_another(room: Room, protected: Told) -> None:
    owner = staff("health", "analyst", "identity", "sealed")
    room.world.say(protected)
    field = room.field("address", owner)
    assert (field.agreement, field.left, field.right) == ("not shown", (), ())


def test_a_decision_is_on_record_before_it_is_written_and_its_reason_is_sealed(room: Room) -> None:
    room.world.calls.clear()
    view = room.decide("LINK")
    assert [one for one in room.world.calls if one != "read"] == ["open", "record", "write"]
    (decided,) = room.world.decisions.decisions
    assert (decided.action, decided.left, decided.right, decided.at) == ("LINK", CHILD, TWIN, NOW)
    assert decided.disclosure_id == room.world.log.disclosures[-1].disclosure_id
    assert decided.reason is not None
    assert MARK.encode() not in decided.reason
    assert (view.decision_id, view.told) == (decided.decision_id, ())
    assert room.entries(CHILD) == room.entries(TWIN) == 2


def test_a_link_that_would_join_two_that_a_person_keeps_apart_is_refused_and_says_what_to_do(room: Room) -> None:
    room.world.say(Told(agency="police", child=THIRD))
    room.decide("KEEP_APART")
    room.decide("LINK", TWIN, THIRD)
    with pytest.raises(NotDecided, match=f"keeps apart {CHILD} and {TWIN}.*mash identity show {CHILD} {TWIN}"):
        decide_identity(room.desk, REVIEWER, Deciding("LINK", CHILD, THIRD, "So."), WHY)
    assert len(room.world.decisions.decisions) == 2
    assert room.world.log.disclosures[-1].allowed
    room.decide("LINK")
    room.decide("LINK", CHILD, THIRD)
    assert room.entries(THIRD) == 3


def test_what_is_linked_cannot_be_deferred(room: Room) -> None:
    room.decide("LINK")
    with pytest.raises(NotDecided, match="which deferring would undo"):
        decide_identity(room.desk, REVIEWER, Deciding("DEFER", CHILD, TWIN, "Later."), WHY)


def test_a_wrong_link_that_is_undone_names_everybody_who_saw_it_and_whose_entries_they_were(room: Room) -> None:
    room.open(TWIN)
    room.decide("LINK")
    right, wrong = room.open(), room.open(TWIN, staff("police"))
    assert room.wrong().views == ()
    assert room.wrong().linked
    decision = room.decide("KEEP_APART")
    assert (decision.wrong_views, decision.told) == (2, ("education", "health"))
    seen = room.wrong()
    assert [one.disclosure_id for one in seen.views] == [right.disclosure_id, wrong.disclosure_id]
    assert [(one.left_entries, one.right_entries) for one in seen.views] == [(1, 1), (1, 1)]
    assert seen.people == (ANALYST.staff_id, "police-17")
    assert (seen.owners, seen.linked) == (("education", "health"), False)
    assert len(room.open().view.timeline) == len(room.open(TWIN).view.timeline) == 1


def test_a_locked_entry_does_not_name_its_agency_as_owner(room: Room) -> None:
    room.world.say(Told(agency="police", child=TWIN, seal="LOCKED"))
    room.decide("LINK")
    room.open(CHILD, staff("police", "analyst", "locked"))
    assert room.decide("KEEP_APART").told == ("education", "health")


def test_two_sides_that_were_shown_beside_each_other_are_no_wrong_view(room: Room) -> None:
    room.question()
    room.decide("LINK")
    room.decide("KEEP_APART")
    assert room.wrong().views == ()


def test_a_part_is_split_off_with_all_that_its_agency_told_under_that_id(room: Room) -> None:
    other = room.world.say(Told(agency="education", child_said={"local_id": "another"}))
    more = room.world.say(Told(agency="education", child_said={"local_id": "another"}))
    room.open()
    parts = open_parts(room.desk, REVIEWER, CHILD, WHY)
    assert isinstance(parts, ShownIdentity)
    shown = {one.local_id: one.entries for one in parts.view.parts}
    assert shown == {"education-child": (room.school,), "another": (other, more)}
    view = room.split(other)
    assert (view.entries_moved, view.wrong_views, view.told) == ((other, more), 1, ("education",))
    assert (room.entries(CHILD), room.entries(view.right)) == (1, 2)
    assert room.decide("LINK", CHILD, view.right).entries_moved == ()
    assert room.entries(CHILD) == 3


def test_a_split_that_is_decided_again_makes_the_same_strand(room: Room) -> None:
    other = room.world.say(Told(agency="education", child_said={"local_id": "another"}))
    first = room.split(other)
    folded = room.world.records.said.pop()
    again = room.split(other)
    assert again.right == first.right
    assert again.decision_id != first.decision_id
    room.world.records.said.append(folded)
    assert room.entries(first.right) == room.entries(CHILD) == 1
    assert split_off(CHILD, [b"a" * 16, b"b" * 16]) == split_off(CHILD, [b"b" * 16, b"a" * 16])
    assert len({split_off(CHILD, [b"a" * 16]), split_off(TWIN, [b"a" * 16]), split_off(CHILD, [b"b" * 16])}) == 3


def test_a_split_takes_only_parts_that_are_read_and_leaves_something_behind(room: Room) -> None:
    with pytest.raises(NotDecided, match="found another"):
        room.split(room.clinic)
    with pytest.raises(NotDecided, match="all of it would be split off"):
        room.split(room.school)


ASKING: list[Callable[[Room, StaffMember, str | None], object]] = [
    lambda room, who, why: list_questions(room.desk, who, why),
    lambda room, who, why: open_question(room.desk, who, CHILD, TWIN, why),
    lambda room, who, why: open_parts(room.desk, who, CHILD, why),
    lambda room, who, why: decide_identity(room.desk, who, Deciding("LINK", CHILD, TWIN, "So."), why),
    lambda room, who, why: wrong_views(room.desk, who, CHILD, TWIN, why),
]


@pytest.mark.parametrize("ask", ASKING)
@pytest.mark.parametrize(("who", "why"), [(ANALYST, WHY), (REVIEWER, None), (staff("health", "practitioner"), WHY)])
def test_who_has_no_identity_duty_or_states_no_purpose_is_refused_before_anything_is_read(
    room: Room, ask: Callable[[Room, StaffMember, str | None], object], who: StaffMember, why: str | None
) -> None:
    room.world.calls.clear()
    assert isinstance(ask(room, who, why), Refused)
    assert room.world.calls == ["record"]


@pytest.mark.parametrize(("who", "why"), [(AUDITOR, "audit"), (LEAD, "data_quality")])
def test_who_saw_a_wrong_view_is_for_auditors_and_governance_too_who_see_nothing_else(
    room: Room, who: StaffMember, why: str
) -> None:
    room.world.calls.clear()
    assert isinstance(wrong_views(room.desk, who, CHILD, TWIN, why), ShownIdentity)
    assert "open" not in room.world.calls
    assert all(isinstance(ask(room, who, why), Refused) for ask in ASKING[:4])


@pytest.mark.parametrize("ask", ASKING)
def test_nothing_is_shown_or_decided_without_its_disclosure(
    room: Room, ask: Callable[[Room, StaffMember, str | None], object]
) -> None:
    room.world.log.broken = True
    with pytest.raises(DisclosureFailed):
        ask(room, REVIEWER, WHY)
    assert room.world.decisions.decisions == []


def test_a_decision_that_is_perhaps_not_written_is_an_error_that_quotes_nothing(room: Room) -> None:
    room.world.decisions.broken = True
    with pytest.raises(DecidingFailed) as failed:
        room.decide("LINK")
    assert MARK not in str(failed.value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Deciding("SPLIT", CHILD, TWIN, "So."),
        lambda: Deciding("LINK", CHILD, CHILD, "So."),
        lambda: Deciding("LINK", CHILD, TWIN, "  "),
        lambda: Splitting(CHILD, (), "So."),
        lambda: Splitting(CHILD, (CHILD,), "x" * 501),
    ],
)
def test_a_decision_that_nobody_could_review_is_not_made(make: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="expected") as refused:
        make()
    assert "xxx" not in str(refused.value)


def test_another_child_of_a_household_is_a_wrong_view_only_while_the_two_were_one(room: Room) -> None:
    both = (room.school, room.clinic)
    room.decide("LINK")
    opened = room.open()
    (*_, disclosure) = room.world.log.disclosures
    room.world.log.disclosures[-1] = replace(disclosure, action="open_household", shown=both)
    earlier = replace(room.world.log.disclosures[-1], disclosure_id=uuid4(), asked_at=NOW - timedelta(days=1))
    room.world.log.disclosures.append(earlier)
    room.decide("KEEP_APART")
    room.world.records.said[-1] = replace(room.world.records.said[-1], at=NOW + timedelta(hours=1))
    assert [one.disclosure_id for one in room.wrong().views] == [opened.disclosure_id]
