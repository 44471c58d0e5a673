from uuid import UUID

import pytest
from record_world import CHILD, Told, at, staff
from view_world import ViewWorld

from query.as_shown import AsShown, see_as_shown
from query.door import Refused, StaffMember
from query.open_record import OpenedRecord, open_record
from query.outputs.document import Output
from query.outputs.produce import Asked, Produced, produce_output

AUDITOR = staff("board", "auditor")
NOBODYS = UUID("99999999-9999-4999-8999-999999999999")


@pytest.fixture
def world() -> ViewWorld:
    return ViewWorld()


def shown_to(world: ViewWorld, who: StaffMember) -> OpenedRecord:
    opened = open_record(world.door, who, CHILD, "assessment")
    assert isinstance(opened, OpenedRecord)
    return opened


def see(world: ViewWorld, who: StaffMember, disclosure_id: UUID) -> AsShown:
    purpose = "audit" if who.person.role == "auditor" else "case_review"
    found = see_as_shown(world.desk, who, disclosure_id, purpose)
    assert isinstance(found, AsShown)
    return found


def test_an_auditor_is_told_who_when_why_and_that_the_same_bytes_come_out_and_reads_nothing(world: ViewWorld) -> None:
    world.say(Told(fields={"summary": "came without a coat"}))
    world.say(Told(agency="police", seal="SEALED"))
    opened = shown_to(world, staff())
    found = see(world, AUDITOR, opened.disclosure_id)
    view = found.view
    assert (view.person, view.agency, view.purpose, view.child) == ("health-17", "health", "assessment", CHILD)
    assert [(one.agency, one.shown, one.withheld) for one in view.entries] == [("education", 1, 0), ("police", 0, 1)]
    assert (view.check, view.why_not, found.then) == ("the same bytes come out", None, None)
    assert "coat" not in found.shown.decode()
    assert world.log.disclosures[-1].shown == ()


def test_a_reader_of_every_entry_in_it_is_given_the_very_bytes_again_and_that_is_recorded(world: ViewWorld) -> None:
    event = world.say(Told())
    opened = shown_to(world, staff())
    world.say(Told())
    found = see(world, staff("police"), opened.disclosure_id)
    assert found.then == opened.shown
    last = world.log.disclosures[-1]
    assert (last.action, last.child, last.shown, last.person) == ("see_as_shown", CHILD, (event,), "police-17")


@pytest.mark.parametrize("seal", ["SEALED", "LOCKED"])
def test_whoever_may_not_read_one_entry_of_it_is_refused_as_for_one_that_is_not_there(
    world: ViewWorld, seal: str
) -> None:
    world.say(Told())
    world.say(Told(agency="police", seal=seal))
    opened = shown_to(world, staff("police", "analyst", "locked", "sealed"))
    refused = see_as_shown(world.desk, staff(), opened.disclosure_id, "case_review")
    unknown = see_as_shown(world.desk, staff(), NOBODYS, "case_review")
    assert isinstance(refused, Refused)
    assert isinstance(unknown, Refused)
    assert (refused.rules, refused.sentences) == (unknown.rules, unknown.sentences)
    one, other = world.log.disclosures[-2:]
    assert (one.child, one.allowed, one.shown, other.child) == (None, False, (), None)


def test_whoever_may_not_know_of_what_was_withheld_from_it_is_refused(world: ViewWorld) -> None:
    world.say(Told(agency="police", sensitivity="RESTRICTED"))
    opened = shown_to(world, staff("health", "analyst"))
    assert isinstance(
        see_as_shown(world.desk, staff("education", "practitioner"), opened.disclosure_id, "assessment"), Refused
    )


def test_searches_refusals_and_other_views_are_shown_again_to_nobody_but_checked_by_an_auditor(
    world: ViewWorld,
) -> None:
    world.say(Told())
    refused = open_record(world.door, staff("health", "operator"), CHILD, "assessment")
    assert isinstance(refused, Refused)
    assert isinstance(see_as_shown(world.desk, staff(), refused.disclosure_id, "case_review"), Refused)
    assert see(world, AUDITOR, refused.disclosure_id).view.allowed is False


def test_an_auditor_is_told_when_the_bytes_do_not_come_out_again(world: ViewWorld) -> None:
    world.say(Told(agency="police"))
    opened = shown_to(world, staff())
    world.keys.destroyed.add("police")
    shredded = see(world, AUDITOR, opened.disclosure_id).view
    assert shredded.check == "not made again here"
    assert shredded.why_not is not None
    world.keys.destroyed.clear()
    (event,) = world.records.kept[CHILD]
    world.records.kept[CHILD] = [event._replace(sealed=bytes(len(event.sealed)))]
    assert see(world, AUDITOR, opened.disclosure_id).view.check == "an entry of it was altered"


@pytest.mark.parametrize("output", [Output("word", "REVIEW", anonymised=True), Output("csv")])
def test_an_auditor_is_told_whether_the_same_document_comes_out_again(world: ViewWorld, output: Output) -> None:
    world.say(Told(agency="police", fields={"summary": "came without a coat"}))
    world.say(Told(agency="police", seal="SEALED"))
    made = produce_output(world.door, staff(), Asked(CHILD, "assessment"), output)
    assert isinstance(made, Produced)
    world.say(Told(agency="health"))
    found = see(world, AUDITOR, made.disclosure_id)
    assert (found.view.action, found.view.check, found.then) == ("export_record", "the same bytes come out", None)
    assert "coat" not in found.shown.decode()
    assert isinstance(see_as_shown(world.desk, staff("police"), made.disclosure_id, "case_review"), Refused)
    world.keys.destroyed.add("police")
    assert see(world, AUDITOR, made.disclosure_id).view.check == "not made again here"


def test_without_a_right_to_audit_or_to_open_it_is_refused_and_nothing_is_read(world: ViewWorld) -> None:
    world.say(Told(received=at("2025-03-04")))
    opened = shown_to(world, staff())
    world.calls.clear()
    assert isinstance(see_as_shown(world.desk, staff("health", "operator"), opened.disclosure_id, "audit"), Refused)
    assert isinstance(see_as_shown(world.desk, AUDITOR, opened.disclosure_id, "assessment"), Refused)
    assert world.calls == ["record", "record"]
    assert isinstance(see_as_shown(world.desk, AUDITOR, NOBODYS, "audit"), Refused)
