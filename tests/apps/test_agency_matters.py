"""What an agency has to look at among its own entries: told by ids and kinds alone."""

import json
from datetime import timedelta
from uuid import UUID

import pytest

from apps.agency_matters import Told as Known
from apps.agency_matters import matter_lines, matters_of
from apps.feed_status import Waiting, as_json, in_words, standing_of
from query.casework import Written
from query.contradictions import found_contradictions
from query.settling import Finding, notify_agencies, resolve_contradiction
from query.wrong_views import past_of
from tests.feed_world import ED, County
from tests.query.record_world import CHILD, MONDAY, NOW, TWIN, Told, staff
from tests.query.test_identity_review import ANALYST, MARK, THIRD, WHY, Room

INJURY = {"injury": "a bruise", "explanation": "fell", "explained_by": None, "summary": None}


@pytest.fixture
def room() -> Room:
    return Room()


def known(room: Room, days: int = 0) -> Known:
    return Known(room.world.records.work, room.desk.review_list, past_of(room.desk, NOW + timedelta(days=days)))


def contradict(room: Room) -> tuple[UUID, UUID]:
    """Let health and police contradict each other; gives the contradiction and health's entry."""
    own = [
        room.world.say(Told("InjuryRecorded", agency, happened=at, fields={**INJURY, "fits_explanation": fits}))
        for agency, at, fits in (("health", MONDAY, True), ("police", MONDAY + timedelta(hours=1), False))
    ]
    (found,) = found_contradictions(room.world.door.unsealing.open_all(room.world.records.kept[CHILD]))
    return found.contradiction_id, own[0]


def test_an_agency_that_was_told_of_a_contradiction_has_its_own_entries_to_look_at_until_it_is_resolved(
    room: Room,
) -> None:
    contradiction, own = contradict(room)
    desk = room.world.desks().casework
    assert matters_of(known(room), "health") == ()
    assert isinstance(notify_agencies(desk, ANALYST, CHILD, WHY, contradiction), Written)
    notify_agencies(desk, ANALYST, CHILD, WHY, contradiction)
    (matter,) = matters_of(known(room), "health")
    assert (matter.kind, matter.about, matter.entries) == ("discrepancy", "injury explanation", (own,))
    assert matters_of(known(room), "education") == ()
    resolve_contradiction(desk, ANALYST, CHILD, WHY, Finding(contradiction, MARK))
    assert matters_of(known(room), "health") == ()


def test_an_agency_is_told_which_of_its_entries_stood_in_another_childs_record(room: Room) -> None:
    room.decide("LINK")
    room.open()
    assert matters_of(known(room), "education") == ()
    room.decide("KEEP_APART")
    (matter,) = matters_of(known(room), "education")
    assert (matter.kind, matter.entries) == ("shown in another child's record", (room.school,))
    assert matters_of(known(room), "police") == ()
    room.decide("LINK", CHILD, TWIN)
    assert matters_of(known(room), "education") == ()


@pytest.mark.parametrize("outcome", ["ASK", "NO"])
def test_an_agency_is_told_too_where_a_newer_comparison_withdrew_a_rules_link(room: Room, outcome: str) -> None:
    room.compare("LINK")
    room.open()
    assert matters_of(known(room), "education") == ()
    room.compare(outcome)
    (matter,) = matters_of(known(room), "education")
    assert (matter.kind, matter.since, matter.entries) == ("shown in another child's record", NOW, (room.school,))
    room.decide("KEEP_APART")
    assert len(matters_of(known(room), "education")) == 1
    assert [len(matters_of(known(room, days), "education")) for days in (29, 31)] == [1, 0]


def test_an_agency_is_told_too_where_a_link_is_passed_over_because_of_what_is_said_of_others(room: Room) -> None:
    other = room.world.say(Told(agency="police", child=THIRD))
    room.compare("LINK", TWIN, THIRD, 0.9)
    room.compare("LINK", CHILD, TWIN, 0.99)
    room.open()
    room.compare("ASK", CHILD, THIRD, 0.9, "twins or siblings")
    (matter,) = matters_of(known(room), "police")
    assert matter.entries == (other,)
    assert len(room.wrong(TWIN, THIRD).views) == 1


def test_a_link_that_nobody_saw_is_nothing_to_look_at(room: Room) -> None:
    room.decide("LINK")
    room.decide("KEEP_APART")
    assert matters_of(known(room), "education") == ()


def test_what_was_shown_wrongly_to_somebody_with_a_locked_entry_in_it_does_not_name_that(room: Room) -> None:
    room.world.say(Told(agency="police", child=TWIN, seal="LOCKED"))
    room.decide("LINK")
    room.open(CHILD, staff("police", "analyst", "locked"))
    room.decide("KEEP_APART")
    assert matters_of(known(room), "police") == ()


def test_each_feed_of_the_agency_says_it_with_where_to_ask_and_without_a_value(room: Room) -> None:
    contradiction, own = contradict(room)
    notify_agencies(room.world.desks().casework, ANALYST, CHILD, WHY, contradiction)
    county = County()
    standing = standing_of(county.records, ED, Waiting(0, {}, matters_of(known(room), "health")), county.now)
    said = in_words(standing, county.now)
    assert f"  discrepancy (injury explanation) since 2025-03-10, entries of the agency: {own}" in said
    assert any("1 thing of the agency's to look at: ask the MASH analysts" in line for line in said)
    (matter,) = json.loads(json.dumps(as_json(standing)))["matters"]
    assert (matter["kind"], matter["entries"]) == ("discrepancy", [str(own)])
    assert list(matter_lines(())) == []
