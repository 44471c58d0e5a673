"""What a record shows beside its lines: incidents, contradictions and what became of them, gaps; worked out from the entries that are read alone."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from projections.feeds import Feed
from query.open_record import OpenedRecord, open_record
from query.plain_text import record_in_plain_text
from query.replay_shown import NotReproducible, reproduce
from query.settling import Finding, notify_agencies, resolve_contradiction
from query.view import RecordView, ShownEntry
from tests.feed_world import delivered
from tests.query.case_world import CaseWorld
from tests.query.record_world import CHILD, MONDAY, NOW, Told, at, staff

WHY = "assessment"
POLICE = staff("police", "analyst", "police_intelligence", "sealed", "locked")


@pytest.fixture
def world() -> CaseWorld:
    return CaseWorld()


def injury(agency: str, **more: Any) -> Told:
    fields = {
        "injury": "a bruise",
        "explanation": f"as {agency} was told",
        "fits_explanation": None,
        **more.pop("fields", {}),
    }
    return Told("InjuryRecorded", agency, fields=fields, **more)


def beside(view: RecordView) -> Any:
    return view.incidents, view.contradictions, view.gaps, view.sightings


def shown_to(world: CaseWorld, moment: Any = None) -> OpenedRecord:
    opened = open_record(world.door, staff(), CHILD, WHY, moment)
    assert isinstance(opened, OpenedRecord)
    return opened


def test_an_incident_that_two_agencies_told_is_shown_once_and_each_keeps_its_own_line(world: CaseWorld) -> None:
    ids = {world.say(injury("education")), world.say(injury("health", happened=MONDAY + timedelta(hours=3)))}
    view = world.open().view
    (incident,) = view.incidents
    assert set(incident.events) == ids
    assert (incident.agencies, incident.happened_in_words) == (
        ("education", "health"),
        "3 March 2025, between 09:00 and 12:00",
    )
    assert len(view.timeline) == 2
    text = "\n".join(record_in_plain_text(view))
    assert "Told by more than one agency" in text
    assert (
        "put together because they are what police, ambulance, hospital, school or social care each record of one incident"
        in text
    )


def test_a_withheld_entry_changes_nothing_beside_the_lines_and_a_locked_one_nothing_at_all(world: CaseWorld) -> None:
    world.say(injury("education"))
    before = world.open()
    world.say(injury("police", seal="LOCKED"))
    assert world.open().shown == before.shown
    world.say(injury("police", seal="SEALED"))
    world.say(Told("ChildSeen", "police", seal="SEALED", fields={"alone": True}))
    assert beside(world.open().view) == beside(before.view)
    assert world.open().view.withheld[0].count == 2


def test_intelligence_keeps_its_own_grading_beside_whatever_it_stands(world: CaseWorld) -> None:
    graded = {"source_evaluation": 4, "assessment": "E", "handling": "C"}
    world.say(
        Told(
            "IntelligenceGraded",
            "police",
            sensitivity="RESTRICTED",
            fields=graded,
            handling_conditions="not to the family",
        )
    )
    world.say(Told("PoliceIncidentRecorded", "police"))
    world.say(Told("AttendanceRecorded", "health", fields={"service": "ED", "presentation": "hurt"}))
    opened = open_record(world.door, POLICE, CHILD, WHY)
    assert isinstance(opened, OpenedRecord)
    standing = [line.standing for line in opened.view.timeline]
    gradings = {one.event_type: one.grading for one in standing if isinstance(one, ShownEntry)}
    grading = gradings["IntelligenceGraded"]
    assert grading is not None
    assert (grading.source_evaluation, grading.assessment, grading.handling) == (4, "E", "C")
    assert gradings["PoliceIncidentRecorded"] is None
    text = "\n".join(record_in_plain_text(opened.view))
    assert "GRADED: source 4, assessment E, handling C" in text
    assert "HANDLING CONDITIONS: not to the family" in text


def test_a_contradiction_is_open_then_notified_then_resolved_and_says_by_whom(world: CaseWorld) -> None:
    world.say(injury("education"))
    world.say(injury("health"))
    (found,) = world.open().view.contradictions
    assert (found.kind, found.state, found.notices, found.resolutions) == ("injury_explanation", "open", (), ())
    desk = world.desks().casework
    notify_agencies(desk, staff(), CHILD, WHY, found.contradiction_id)
    (found,) = world.open().view.contradictions
    assert (found.state, found.notices[0].agencies, found.notices[0].person, found.notices[0].at) == (
        "notified",
        ("education", "health"),
        "health-17",
        NOW,
    )
    resolve_contradiction(desk, staff(), CHILD, WHY, Finding(found.contradiction_id, "one fall, told twice"))
    view = world.open().view
    (found,) = view.contradictions
    assert (found.state, found.resolutions[0].person, found.resolutions[0].words) == (
        "resolved",
        "health-17",
        "one fall, told twice",
    )
    text = "\n".join(record_in_plain_text(view))
    assert "how an injury came about (resolved)" in text
    assert "resolved by health-17 on 10 March 2025, 12:00" in text
    assert "one fall, told twice" in text


def test_what_was_found_is_not_there_for_who_does_not_read_both_entries(world: CaseWorld) -> None:
    world.say(injury("education"))
    world.say(injury("police", seal="SEALED"))
    own = open_record(world.door, POLICE, CHILD, WHY)
    assert isinstance(own, OpenedRecord)
    (found,) = own.view.contradictions
    resolve_contradiction(
        world.desks().casework, POLICE, CHILD, WHY, Finding(found.contradiction_id, "<marked finding>")
    )
    assert world.open().view.contradictions == ()
    assert b"marked finding" not in world.open().shown


def test_as_known_then_a_contradiction_has_not_been_resolved_yet(world: CaseWorld) -> None:
    world.say(injury("education"))
    world.say(injury("health"))
    (found,) = world.open().view.contradictions
    resolve_contradiction(world.desks().casework, staff(), CHILD, WHY, Finding(found.contradiction_id, "one fall"))
    assert [one.state for one in shown_to(world, NOW - timedelta(days=1)).view.contradictions] == ["open"]
    assert [one.state for one in shown_to(world, NOW).view.contradictions] == ["resolved"]


def test_a_statement_that_was_corrected_contradicts_no_longer(world: CaseWorld) -> None:
    first = world.say(injury("education", fields={"explanation": "fell"}))
    world.say(injury("health", fields={"explanation": "hit by a door"}))
    assert len(world.open().view.contradictions) == 1
    world.say(injury("education", corrects=first, learned=at("2025-03-05"), fields={"explanation": "Hit by a door."}))
    assert world.open().view.contradictions == ()


def test_a_contradiction_of_which_agencies_were_told_stays_in_sight_when_it_holds_no_longer_and_can_be_resolved(
    world: CaseWorld,
) -> None:
    first = world.say(injury("education"))
    world.say(injury("health"))
    (found,) = world.open().view.contradictions
    notify_agencies(world.desks().casework, staff(), CHILD, WHY, found.contradiction_id)
    world.say(
        injury("education", corrects=first, learned=at("2025-03-05"), fields={"explanation": "as health was told"})
    )
    (lapsed,) = world.open().view.contradictions
    assert (lapsed.contradiction_id, lapsed.holds, lapsed.state, lapsed.said) == (
        found.contradiction_id,
        False,
        "notified",
        (),
    )
    assert "what stands of them now does" in "\n".join(record_in_plain_text(world.open().view))
    resolve_contradiction(
        world.desks().casework, staff(), CHILD, WHY, Finding(found.contradiction_id, "education corrected it")
    )
    assert [(one.holds, one.state) for one in world.open().view.contradictions] == [(False, "resolved")]


def covers(world: CaseWorld, first: str, last: str, ended: str, number: int = 1) -> None:
    days = {"first_day": at(first).date(), "last_day": at(last).date()}
    message = delivered(Feed("education", "invented"), at(ended), number, **days)
    world.records.feeds.fold(0, [(number, message)])


def test_a_gap_says_whether_deliveries_covered_it(world: CaseWorld) -> None:
    world.say(Told(happened=at("2024-10-01")))
    (gap,) = world.open().view.gaps
    assert (gap.agency, gap.kind, gap.days) == ("education", "not covered", 160)
    covers(world, "2024-09-01", "2025-03-10", "2025-03-10T02:00")
    (gap,) = world.open().view.gaps
    assert gap.kind == "silent"
    assert f"education (silent): {gap.sentence}" in "\n".join(record_in_plain_text(world.open().view))
    assert [one.kind for one in shown_to(world, at("2025-03-09")).view.gaps] == ["not covered"]


def test_a_gap_warns_of_withheld_entries_of_its_agency_that_may_lie_in_it(world: CaseWorld) -> None:
    world.say(Told(happened=at("2024-10-01")))
    assert "withheld" not in world.open().view.gaps[0].sentence
    world.say(Told(happened=at("2024-11-01"), seal="SEALED"))
    assert world.open().view.gaps[0].sentence.endswith("1 entry of this agency is withheld from you and may lie here.")


def test_what_stood_beside_the_lines_is_made_again_whatever_came_since(world: CaseWorld) -> None:
    world.say(injury("education", happened=at("2024-10-01")))
    world.say(injury("health", happened=at("2024-10-01")))
    covers(world, "2024-09-01", "2025-03-10", "2025-03-10T02:00")
    opened = world.open()
    (found,) = opened.view.contradictions
    desk = world.desks().casework
    tomorrow = replace(desk, door=replace(world.door, clock=lambda: NOW + timedelta(days=1)))
    resolve_contradiction(tomorrow, staff(), CHILD, WHY, Finding(found.contradiction_id, "later"))
    covers(world, "2025-03-10", "2025-03-12", "2025-03-12T02:00", 2)
    assert reproduce(world.log.disclosures[0], world.door) == opened.shown


def test_words_whose_key_was_destroyed_since_are_not_made_again(world: CaseWorld) -> None:
    world.say(injury("education"))
    world.say(injury("health"))
    (found,) = world.open().view.contradictions
    resolve_contradiction(world.desks().casework, staff(), CHILD, WHY, Finding(found.contradiction_id, "one fall"))
    world.open()
    world.keys.destroyed.add("education")
    with pytest.raises(NotReproducible):
        reproduce(world.log.disclosures[-1], world.door)
