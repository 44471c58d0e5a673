"""What is shown of a child whose strands were linked, unlinked and split, and that nothing of it tells of what is locked."""

from datetime import datetime
from uuid import UUID

from record_world import CHILD, NOW, SECRET, TWIN, Told, World, at, staff

from access_policy.blind_index import NHS_NUMBER, blind_index, local_scheme
from projections.alerts import Alert
from projections.identity.said import Action, Decided
from query.alerts import AlertList, see_alerts
from query.find_child import Finding, Identifier, find_child
from query.open_record import OpenedRecord, open_record
from query.replay_shown import reproduce

SMALL, LARGE = sorted((CHILD, TWIN))
LOCKERS = staff("police", "analyst", "locked")


def decide(world: World, action: Action, left: UUID = SMALL, right: UUID = LARGE, *parts: bytes) -> None:
    number = len(world.records.said) + 1
    moment = at(f"2025-04-{number:02}")
    world.records.said.append(Decided(UUID(int=number), action, left, right, parts, "t.reviewer", UUID(int=9), moment))


def opened(world: World, child: UUID, then: datetime | None = None, who: object = None) -> OpenedRecord:
    record = open_record(world.door, who or staff(), child, "assessment", then)  # type: ignore[arg-type]
    assert isinstance(record, OpenedRecord)
    return record


def lines(record: OpenedRecord) -> set[UUID]:
    return {line.standing.event_id for line in record.view.timeline}


def test_a_record_is_opened_by_any_strand_under_the_childs_name_and_recorded_so(world: World) -> None:
    entries = {world.say(Told(child=SMALL)), world.say(Told(child=LARGE))}
    decide(world, "LINK")
    for asked in (SMALL, LARGE):
        record = opened(world, asked)
        assert (record.view.child, lines(record)) == (SMALL, entries)
    assert {one.child for one in world.log.disclosures} == {SMALL}
    assert {len(one.shown) for one in world.log.disclosures} == {2}


def test_after_an_unlink_each_shows_its_own_and_what_was_shown_before_is_made_again_to_the_byte(world: World) -> None:
    mine, other = world.say(Told(child=SMALL)), world.say(Told(child=LARGE))
    decide(world, "LINK")
    wrong = opened(world, LARGE)
    decide(world, "KEEP_APART")
    assert (lines(opened(world, SMALL)), lines(opened(world, LARGE))) == ({mine}, {other})
    assert reproduce(world.log.disclosures[0], world.door) == wrong.shown


def test_as_known_at_a_moment_a_record_has_the_strands_and_the_name_of_then(world: World) -> None:
    mine, other = world.say(Told(child=SMALL)), world.say(Told(child=LARGE))
    decide(world, "LINK")
    decide(world, "KEEP_APART")
    assert lines(opened(world, LARGE, at("2025-03-31"))) == {other}
    linked = opened(world, LARGE, at("2025-04-01"))
    assert (linked.view.child, lines(linked)) == (SMALL, {mine, other})
    assert lines(opened(world, LARGE, NOW)) == {other}


def test_a_strand_of_locked_entries_alone_gives_its_id_to_nobody_who_may_not_know_of_them(world: World) -> None:
    world.say(Told(child=SMALL, agency="police", seal="LOCKED"))
    world.say(Told(child=LARGE, agency="health", child_said={"local_id": "h-1"}))
    decide(world, "LINK")
    found = find_child(world.door, staff(), Identifier(local_scheme("health"), "h-1"), "assessment", SECRET)
    assert isinstance(found, Finding)
    assert (found.child, opened(world, LARGE).view.child) == (LARGE, LARGE)
    for shown in (found.shown, opened(world, LARGE).shown):
        assert str(SMALL) not in shown.decode()
    known = find_child(world.door, LOCKERS, Identifier(local_scheme("health"), "h-1"), "assessment", SECRET)
    assert isinstance(known, Finding)
    assert (known.child, opened(world, LARGE, who=LOCKERS).view.child) == (SMALL, SMALL)


def test_a_child_is_found_by_the_identifiers_of_all_its_strands(world: World) -> None:
    world.say(Told(child=SMALL))
    world.say(Told(child=LARGE, agency="health", child_said={"nhs_number": "9990000018"}))
    decide(world, "LINK")
    found = find_child(world.door, staff(), Identifier(NHS_NUMBER, "9990000018"), "assessment", SECRET)
    assert isinstance(found, Finding)
    assert found.child == SMALL


def test_what_was_split_off_is_found_by_its_own_id_and_by_what_its_statements_carry(world: World) -> None:
    rest = world.say(Told(child=SMALL, agency="health", child_said={"local_id": "h-1"}))
    gone = world.say(Told(child=SMALL, agency="health", child_said={"local_id": "h-2", "nhs_number": "9990000018"}))
    new = UUID(int=77)
    decide(world, "SPLIT", SMALL, new, blind_index(SECRET, local_scheme("health"), "h-2"))
    for identifier in (Identifier(local_scheme("health"), "h-2"), Identifier(NHS_NUMBER, "9990000018")):
        found = find_child(world.door, staff(), identifier, "assessment", SECRET)
        assert isinstance(found, Finding)
        assert found.child == new
    assert (lines(opened(world, SMALL)), lines(opened(world, new))) == ({rest}, {gone})


def test_an_alert_whose_entries_are_not_one_childs_any_more_is_shown_no_more(world: World) -> None:
    evidence = (world.say(Told(child=SMALL)), world.say(Told(child=LARGE)))
    alert = Alert(UUID(int=1), SMALL, "a-rule", "current", "threshold", evidence, False, "Look at them.", None)
    world.records.raised.add(alert)
    for action, shown in (("LINK", [SMALL]), ("KEEP_APART", []), ("LINK", [SMALL])):
        decide(world, action)  # type: ignore[arg-type]
        alerts = see_alerts(world.door, staff(), "assessment")
        assert isinstance(alerts, AlertList)
        assert [one.child for one in alerts.view.alerts] == shown


def test_an_alert_is_shown_under_the_name_that_its_child_has_now(world: World) -> None:
    world.say(Told(child=SMALL))
    evidence = (world.say(Told(child=LARGE)),)
    world.records.raised.add(Alert(UUID(int=1), LARGE, "a-rule", "current", "overdue", evidence, False, "Ask.", None))
    decide(world, "LINK")
    alerts = see_alerts(world.door, staff(), "assessment")
    assert isinstance(alerts, AlertList)
    assert [one.child for one in alerts.view.alerts] == [SMALL]
