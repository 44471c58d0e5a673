import hashlib
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from record_world import CHILD, MONDAY, NOW, TWIN, Told, at, staff
from view_world import ViewWorld

from query.door import Refused, StaffMember
from query.known_then import KnownTo, OpenedAgencyKnowledge, open_as_agency_knew
from query.open_record import open_record
from query.plain_views import knowledge_in_plain_text
from query.unsealing import RecordBroken

WEDNESDAY = at("2025-03-05")


@pytest.fixture
def world() -> ViewWorld:
    return ViewWorld()


def knew(
    world: ViewWorld, agency: str, moment: object = WEDNESDAY, who: StaffMember | None = None
) -> OpenedAgencyKnowledge:
    asked = KnownTo(agency, moment)  # type: ignore[arg-type]
    found = open_as_agency_knew(world.desk, who or staff(), CHILD, "case_review", asked)
    assert isinstance(found, OpenedAgencyKnowledge)
    return found


def show_to(world: ViewWorld, who: StaffMember, when: object, child: UUID = CHILD) -> None:
    open_record(replace(world.door, clock=lambda: when), who, child, "assessment")  # type: ignore[arg-type,return-value]


def shown_ids(found: OpenedAgencyKnowledge) -> list[UUID]:
    return list(found.view.shown_to_it)


def test_an_agency_knew_what_it_had_learned_itself_even_where_the_hub_received_it_later(world: ViewWorld) -> None:
    known = world.say(Told(agency="police", learned=MONDAY, received=at("2025-03-08")))
    world.say(Told(agency="police", learned=at("2025-03-06")))
    world.say(Told(agency="education"))
    view = knew(world, "police").view
    assert (view.own, view.shown_to_it) == ((known,), ())
    assert view.record.asked.as_known_at == WEDNESDAY


def test_an_agency_knew_what_the_hub_had_shown_to_its_people_and_that_is_told_apart(world: ViewWorld) -> None:
    own = world.say(Told(agency="police"))
    theirs = world.say(Told(agency="education"))
    show_to(world, staff("police", "analyst"), at("2025-03-04"))
    show_to(world, staff("police", "analyst"), at("2025-03-04") + timedelta(hours=2))
    world.say(Told(agency="education", happened=at("2025-03-04")))
    view = knew(world, "police").view
    assert (view.own, view.shown_to_it) == ((own,), (theirs,))
    assert "telephone" in view.limits


def test_what_was_shown_later_or_to_others_or_refused_or_of_another_child_the_agency_did_not_know(
    world: ViewWorld,
) -> None:
    world.say(Told(agency="education"))
    world.say(Told(agency="education", child=TWIN))
    show_to(world, staff("police", "analyst"), WEDNESDAY)
    show_to(world, staff("housing", "analyst"), at("2025-03-04"))
    show_to(world, staff("police", "operator"), at("2025-03-04"))
    show_to(world, staff("police", "analyst"), at("2025-03-04"), TWIN)
    assert shown_ids(knew(world, "police")) == []


def test_what_was_shown_of_a_strand_while_it_was_taken_for_another_childs_was_known_too(world: ViewWorld) -> None:
    world.say(Told(agency="education", child=TWIN))
    mine = world.say(Told(agency="education"))
    world.decide("LINK", CHILD, TWIN, at("2025-03-03"))
    show_to(world, staff("police", "analyst"), at("2025-03-04"), TWIN)
    world.decide("KEEP_APART", CHILD, TWIN, at("2025-03-06"))
    assert shown_ids(knew(world, "police")) == [mine]


def test_the_very_bytes_are_recorded_before_they_are_shown(world: ViewWorld) -> None:
    event = world.say(Told(agency="police"))
    found = knew(world, "police")
    (disclosure,) = world.log.disclosures
    assert disclosure.digest == hashlib.sha256(found.shown).digest()
    assert (disclosure.action, disclosure.shown) == ("open_as_agency_knew", (event,))


def test_when_and_how_often_an_agency_looked_is_told_to_nobody(world: ViewWorld) -> None:
    world.say(Told(agency="education"))
    show_to(world, staff("police", "analyst"), at("2025-03-04T09:41:07"))
    once = knew(world, "police")
    show_to(world, staff("police", "analyst"), at("2025-03-04T10:52:08"))
    again = knew(world, "police")
    assert "2025-03-04T09:41" not in once.shown.decode()
    assert not [line for line in knowledge_in_plain_text(again.view) if "opening" in line]
    assert replace(again.view, record=once.view.record) == once.view


def test_whoever_asks_sees_only_what_they_may_see(world: ViewWorld) -> None:
    world.say(Told(agency="police", seal="SEALED", fields={"summary": "kept close"}))
    found = knew(world, "police")
    assert found.view.own == ()
    assert [(one.agency, one.count) for one in found.view.record.withheld] == [("police", 1)]
    assert "kept close" not in found.shown.decode()


def test_what_the_agency_was_shown_and_the_reader_may_not_know_of_leaves_no_trace() -> None:
    answers = []
    for with_locked in (True, False):
        world = ViewWorld()
        world.say(Told(agency="education"))
        if with_locked:
            world.say(Told(agency="police", seal="LOCKED"))
        show_to(world, staff("police", "analyst", "locked"), at("2025-03-04"))
        world.random.seed(9)
        found = knew(world, "police")
        answers.append((found, world.log.disclosures[-1]))
    assert answers[0] == answers[1]


def test_without_a_purpose_it_is_refused_and_recorded_and_nothing_is_read(world: ViewWorld) -> None:
    world.say(Told())
    world.calls.clear()
    refused = open_as_agency_knew(world.desk, staff(), CHILD, None, KnownTo("police", NOW))
    assert isinstance(refused, Refused)
    assert world.calls == ["record"]


def test_an_altered_entry_shows_nothing(world: ViewWorld) -> None:
    world.say(Told(agency="police"))
    (event,) = world.records.kept[CHILD]
    world.records.kept[CHILD] = [event._replace(sealed=bytes(len(event.sealed)))]
    with pytest.raises(RecordBroken):
        knew(world, "police")
    assert not world.log.disclosures[0].allowed
