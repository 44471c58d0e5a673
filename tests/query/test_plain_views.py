from uuid import UUID

import pytest
from record_world import CHILD, NOW, TWIN, Told, at, staff
from view_world import ViewWorld

from query.as_shown import AsShown, see_as_shown
from query.difference import Moments, OpenedDifference, open_difference
from query.family import open_family
from query.household import OpenedHousehold, open_household
from query.known_then import KnownTo, OpenedAgencyKnowledge, open_as_agency_knew
from query.plain_text import record_in_plain_text
from query.plain_views import (
    as_shown_in_plain_text,
    difference_in_plain_text,
    family_in_plain_text,
    household_in_plain_text,
    knowledge_in_plain_text,
)

HOME = {"address": "14 Elm Road\x1b[2J", "postcode": "NM1 2AB", "given_name": "Ottoline", "family_name": "Quill"}


@pytest.fixture
def world() -> ViewWorld:
    made = ViewWorld()
    made.household("mother's partner", "Rufus Invented", lives_there=True, child_said=HOME)
    made.left("mother's partner", "Rufus Invented", happened=at("2025-03-05"))
    made.left("mother's partner", agency="housing", happened=at("2025-03-06"))
    made.say(Told(child=TWIN, child_said=HOME))
    made.say(Told(agency="police", seal="SEALED"))
    return made


def text(lines: list[str]) -> str:
    joined = "\n".join(lines)
    assert "\x1b" not in joined
    return joined


def household(world: ViewWorld) -> tuple[OpenedHousehold, UUID]:
    found = open_household(world.desk, staff(), CHILD, "assessment")
    assert isinstance(found, OpenedHousehold)
    return found, found.disclosure_id


def test_a_household_says_who_since_when_by_whom_what_is_missing_and_which_other_children(world: ViewWorld) -> None:
    said = text(household_in_plain_text(household(world)[0].view))
    assert "partner of parent: Rufus Invented (mother's partner), lives there" in said
    assert "left 5 March 2025" in said
    assert "left, by another agency: 6 March 2025" in said
    assert f"child {TWIN}" in said
    assert "ask the police" in said
    assert "before emergency action ask" in said


def test_a_family_names_the_child_on_each_line_and_says_who_is_refused(world: ViewWorld) -> None:
    said = text(family_in_plain_text(open_family(world.door, staff(), [CHILD, TWIN], "assessment").view))
    assert said.count("[Ottoline Quill]") >= 2
    refused = text(family_in_plain_text(open_family(world.door, staff(), [CHILD], None).view))
    assert "REFUSED" in refused


def test_a_familys_lines_say_all_that_the_chronology_says_of_an_entry(world: ViewWorld) -> None:
    conditions = "Do not tell the household who rang."
    graded = {"source_evaluation": 2, "assessment": "D", "handling": "C", "summary": "heard of a quarrel"}
    world.say(Told("IntelligenceGraded", "police", sensitivity="RESTRICTED", fields=graded))
    world.say(Told(agency="police", seal="SEALED", fields={"summary": "sealed words"}, handling_conditions=conditions))
    reader = staff("police", "analyst", "police_intelligence", "sealed")
    family = open_family(world.door, reader, [CHILD, TWIN], "assessment")
    said = text(family_in_plain_text(family.view))
    for mark in (
        "GRADED: source 2, assessment D, handling C",
        f"HANDLING CONDITIONS: {conditions}",
        "(told as fact, sealed)",
    ):
        assert mark in said
    assert ": Rufus Invented" in said
    (alone,) = (one.view for one in family.view.members if one.child == CHILD and one.view)
    of_the_child = [line.strip() for line in record_in_plain_text(alone)]
    timeline = of_the_child[of_the_child.index("Timeline") + 1 :]
    lines = {line.removeprefix("[Ottoline Quill] ") for line in map(str.strip, said.splitlines())}
    assert set(timeline) <= lines | {""}


def test_a_difference_says_each_change_and_the_numbers_of_what_is_withheld(world: ViewWorld) -> None:
    moments = Moments(at("2025-03-01"), NOW)
    found = open_difference(world.door, staff(), CHILD, "case_review", moments)
    assert isinstance(found, OpenedDifference)
    said = text(difference_in_plain_text(found.view))
    assert "added: 3 March 2025, 09:00: HouseholdMemberRecorded, education" in said
    assert "what people decided and said of them" in said
    assert "police: 0 entries that you may not see before, 1 after" in said


def test_an_agencys_knowledge_says_its_limits_before_the_record(world: ViewWorld) -> None:
    found = open_as_agency_knew(world.desk, staff(), CHILD, "case_review", KnownTo("education", NOW))
    assert isinstance(found, OpenedAgencyKnowledge)
    said = text(knowledge_in_plain_text(found.view))
    assert said.index("telephone") < said.index("Record of child")


def test_an_auditor_is_told_in_lines_what_a_disclosure_showed(world: ViewWorld) -> None:
    _, disclosure_id = household(world)
    found = see_as_shown(world.desk, staff("board", "auditor"), disclosure_id, "audit")
    assert isinstance(found, AsShown)
    said = text(as_shown_in_plain_text(found.view))
    assert "open_household allowed" in said
    assert "not made again here" in said
    assert "Rufus" not in said
