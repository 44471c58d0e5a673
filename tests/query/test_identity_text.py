"""Who is who in plain words."""

from uuid import UUID

import pytest

from query.identity_review import ShownIdentity, list_questions, open_parts
from query.identity_text import decision_lines, parts_lines, question_lines, question_list_lines, wrong_views_lines
from tests.query.record_world import CHILD, TWIN, Told
from tests.query.test_identity_review import MARK, REVIEWER, WHY, Room


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_list_says_of_each_question_what_agreed_and_what_did_not(room: Room) -> None:
    listed = list_questions(room.desk, REVIEWER, WHY)
    assert isinstance(listed, ShownIdentity)
    assert question_list_lines(listed.view) == [
        f"{CHILD} and {TWIN}: the hub found them alike, probability 0.900 by edition test, since 10 March 2025, 12:00",
        "    agreed: family name",
        "    did not agree: given name, a nickname",
        "1 question",
    ]


def test_two_sides_are_said_field_by_field_with_what_was_decided_before(room: Room) -> None:
    room.decide("DEFER")
    assert question_lines(room.question())[-1].endswith(f": {MARK}")
    room.world.say(Told(agency="police", sensitivity="RESTRICTED"))
    lines = question_lines(room.question())
    assert any("how alike they are and why it is asked is not shown" in line for line in lines)
    assert "They are two children now." in lines
    assert "name: differ" in lines
    assert any(line.startswith("    left  Zebedee Quillfeather  (education, ") for line in lines)
    assert any("ask the police public protection unit" in line for line in lines)
    assert lines[-1].startswith("decided before: defer by childrens_social_care-17, ")
    assert lines[-1].endswith(": the reason may not be read here")


def test_the_parts_name_an_entry_by_which_to_split_each_off(room: Room) -> None:
    parts = open_parts(room.desk, REVIEWER, CHILD, WHY)
    assert isinstance(parts, ShownIdentity)
    assert parts_lines(parts.view) == [
        f"child {CHILD}: 1 part of what you read; each goes as a whole",
        f"    education, own id education-child: 1 entry, for example {room.school}",
        f"        in record {CHILD}",
    ]


def test_an_undone_link_says_whose_entries_stood_in_a_wrong_view_and_who_saw_it(room: Room) -> None:
    room.decide("LINK")
    assert "They are one child now" in wrong_views_lines(room.wrong())[0]
    opened = room.open()
    lines = decision_lines(room.decide("KEEP_APART"))
    assert lines[-1].endswith("entries of these agencies were in it: education, health.")
    shown = wrong_views_lines(room.wrong())
    assert shown[0].endswith(f"1 entry of the one and 1 of the other; disclosure {opened.disclosure_id}")
    assert shown[1] == "1 wrong view, people who saw one: 1; entries of these agencies were in them: education, health"


def test_a_split_says_how_many_entries_went_where(room: Room) -> None:
    other = room.world.say(Told(agency="police"))
    view = room.split(other)
    assert f"Of what you read 1 entry went to {view.right}." in decision_lines(view)


def test_signs_that_a_terminal_takes_for_orders_are_left_out(room: Room) -> None:
    room.world.say(Told(agency="police", child=UUID(int=4), child_said={"local_id": "p\x1b[2J"}))
    parts = open_parts(room.desk, REVIEWER, UUID(int=4), WHY)
    assert isinstance(parts, ShownIdentity)
    assert "\x1b" not in "".join(parts_lines(parts.view))
