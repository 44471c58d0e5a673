"""Who is who, to somebody who may not read or not even know of everything: what the answers keep to themselves."""

from typing import Any
from uuid import UUID

import pytest

from projections.identity.review_list import WaitingStrand
from query.door import StaffMember
from query.identity_decide import Deciding, decide_identity
from query.identity_desk import NotDecided
from query.identity_review import MOST_QUESTIONS, ShownIdentity, open_parts, open_question
from tests.query.record_world import CHILD, TWIN, Told, staff
from tests.query.test_identity_review import MARK, REVIEWER, THIRD, WHY, Room

FIRST = UUID("00000000-0000-4000-8000-000000000001")


@pytest.fixture
def room() -> Room:
    return Room()


def reasons(room: Room, who: StaffMember = REVIEWER) -> list[str | None]:
    return [one.reason for one in room.question(who).decisions]


def test_a_reason_is_shown_to_whoever_reads_all_there_is_on_both_sides(room: Room) -> None:
    room.decide("DEFER")
    assert [(one.action, one.reason) for one in room.question().decisions] == [("DEFER", MARK)]
    room.world.keys.destroyed.add("education")
    assert reasons(room) == [None]


def test_a_reason_may_tell_of_the_other_side_so_it_is_not_shown_to_whoever_reads_one_alone(room: Room) -> None:
    restricted = room.world.say(Told(agency="health", child=THIRD, sensitivity="RESTRICTED"))
    room.compare("ASK", CHILD, THIRD)
    owner = staff("health", "analyst", "identity", "sensitive_health")
    decided = decide_identity(room.desk, owner, Deciding("DEFER", CHILD, THIRD, MARK), WHY)
    assert isinstance(decided, ShownIdentity)
    shown = {}
    for who in (owner, REVIEWER):
        opened = open_question(room.desk, who, CHILD, THIRD, WHY)
        assert isinstance(opened, ShownIdentity)
        shown[who.staff_id] = [one.reason for one in opened.view.decisions]
        assert (restricted in room.world.log.disclosures[-1].shown) == (who is owner)
    assert shown == {owner.staff_id: [MARK], REVIEWER.staff_id: [None]}


@pytest.mark.parametrize("hidden", [{"sensitivity": "RESTRICTED"}, {"seal": "LOCKED"}])
def test_a_reason_is_not_shown_where_anything_of_either_child_may_not_be_read(
    room: Room, hidden: dict[str, Any]
) -> None:
    room.decide("DEFER")
    room.world.say(Told(agency="police", child=TWIN, **hidden))
    assert reasons(room) == [None]


def test_a_reason_is_not_shown_where_something_of_a_strand_that_is_linked_may_not_be_read(room: Room) -> None:
    room.world.say(Told(agency="police", child=THIRD, sensitivity="RESTRICTED"))
    room.compare("LINK", TWIN, THIRD)
    room.decide("LINK")
    assert reasons(room) == [None]


def test_what_was_found_out_from_withheld_entries_too_is_not_shown(room: Room) -> None:
    room.world.say(Told(agency="police", child=TWIN, sensitivity="RESTRICTED"))
    room.world.questions.wait(WaitingStrand(CHILD, (TWIN,), "the NHS number is another's"))
    (listed,) = room.questions().questions
    for one in (listed, room.question().question):
        assert (one.score, one.agreed, one.disagreed, one.because) == (None, (), (), None)
        assert one.not_shown is not None
        assert "withheld from you" in one.not_shown
    (shown,) = room.questions(staff("police", "analyst", "identity", "police_intelligence")).questions
    assert (shown.because, shown.not_shown) == ("the NHS number is another's", None)


def test_a_question_that_is_not_explained_does_not_stand_where_its_likeness_would_place_it(room: Room) -> None:
    room.world.say(Told(agency="police", child=THIRD, sensitivity="RESTRICTED"))
    room.world.say(Told(agency="police", child=THIRD))
    room.compare("ASK", CHILD, THIRD, 0.99)
    assert [one.right for one in room.questions().questions] == [TWIN, THIRD]


def test_a_strand_of_which_only_locked_entries_tell_is_named_nowhere(room: Room) -> None:
    room.world.say(Told(agency="police", child=FIRST, seal="LOCKED"))
    room.compare("LINK", FIRST, TWIN, 0.99)
    room.compare("ASK", FIRST, CHILD, 0.95)
    (question,) = room.questions().questions
    assert (question.left, question.right) == (CHILD, TWIN)
    view = room.question()
    assert (view.left.child, view.left.strands, view.right.child, view.right.strands) == (
        CHILD,
        (CHILD,),
        TWIN,
        (TWIN,),
    )
    parts = open_parts(room.desk, REVIEWER, TWIN, WHY)
    assert isinstance(parts, ShownIdentity)
    assert parts.view.child == TWIN
    assert str(FIRST) not in repr((question, view, parts.view)) + room.open(TWIN).shown.decode()
    everything = staff("police", "analyst", "identity", "locked")
    (question,) = room.questions(everything).questions
    assert (question.left, question.right) == (FIRST, CHILD)
    assert room.question(everything).right.strands == (FIRST, TWIN)


def test_a_refused_link_does_not_name_a_strand_of_which_only_locked_entries_tell(room: Room) -> None:
    room.world.say(Told(agency="police", child=FIRST, seal="LOCKED"))
    owner = staff("police", "analyst", "identity", "locked")
    assert isinstance(decide_identity(room.desk, owner, Deciding("KEEP_APART", FIRST, CHILD, MARK), WHY), ShownIdentity)
    assert isinstance(decide_identity(room.desk, owner, Deciding("LINK", FIRST, TWIN, MARK), WHY), ShownIdentity)
    with pytest.raises(NotDecided, match="keeps apart") as refused:
        room.decide("LINK")
    assert str(FIRST) not in str(refused.value)
    with pytest.raises(NotDecided, match=f"keeps apart {FIRST} and {CHILD}"):
        decide_identity(room.desk, owner, Deciding("LINK", CHILD, TWIN, MARK), WHY)


def test_questions_of_which_a_person_may_not_know_are_not_counted_as_more(room: Room) -> None:
    for number in range(MOST_QUESTIONS):
        strand = UUID(int=0x5 << 124 | number)
        room.world.say(Told(agency="police", child=strand, seal="LOCKED"))
        room.compare("ASK", CHILD, strand, 0.99)
    listed = room.questions()
    assert ([one.right for one in listed.questions], listed.more) == ([TWIN], False)
    listed = room.questions(staff("police", "analyst", "identity", "locked"))
    assert (len(listed.questions), listed.more) == (MOST_QUESTIONS, True)


def test_whether_anything_stays_behind_is_judged_by_what_the_person_may_know_of(room: Room) -> None:
    room.world.say(Told(agency="police", seal="LOCKED"))
    with pytest.raises(NotDecided, match="all of it would be split off"):
        room.split(room.school)
    room.world.say(Told(agency="police", sensitivity="RESTRICTED"))
    assert room.split(room.school).entries_moved == (room.school,)
