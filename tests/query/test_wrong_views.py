"""Who saw two children as one: also where a rule linked them, where an alert did, and without a word of what is locked."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from projections.alerts import Alert
from query.alerts import AlertList, see_alerts
from query.identity_decide import Deciding, decide_identity
from tests.query.record_world import CHILD, NOW, TWIN, Told, staff
from tests.query.test_identity_review import ANALYST, MARK, THIRD, WHY, Room


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_locked_entry_is_counted_in_no_wrong_view(room: Room) -> None:
    locked = staff("police", "analyst", "identity", "locked")
    room.world.say(Told(agency="police", child=TWIN, seal="LOCKED"))
    room.world.say(Told(agency="police", child=THIRD, seal="LOCKED"))
    for other in (TWIN, THIRD):
        decide_identity(room.desk, locked, Deciding("LINK", CHILD, other, MARK), WHY)
    room.open(CHILD, staff("police", "analyst", "locked"))
    for other in (TWIN, THIRD):
        decide_identity(room.desk, locked, Deciding("KEEP_APART", CHILD, other, MARK), WHY)
    assert [(one.left_entries, one.right_entries) for one in room.wrong().views] == [(1, 1)]
    assert room.wrong(CHILD, THIRD).views == ()


def test_who_saw_what_a_rule_linked_is_found_when_a_newer_comparison_withdraws_the_link(room: Room) -> None:
    room.compare("LINK")
    seen = room.open()
    room.compare("NO")
    assert [one.disclosure_id for one in room.wrong().views] == [seen.disclosure_id]
    assert room.wrong().owners == ("education", "health")
    decision = room.decide("KEEP_APART")
    assert (decision.wrong_views, decision.told) == (1, ("education", "health"))


def raised_of_both(room: Room) -> AlertList:
    evidence = room.school, room.clinic
    alert = Alert(UUID(int=1), CHILD, "a-rule", "current", "threshold", evidence, False, "Look at them together.", None)
    room.world.records.raised.add(alert)
    listed = see_alerts(room.world.door, ANALYST, WHY)
    assert isinstance(listed, AlertList)
    return listed


def test_who_was_shown_an_alert_that_a_wrong_link_made_saw_a_wrong_view(room: Room) -> None:
    room.decide("LINK")
    listed = raised_of_both(room)
    assert [one.evidence for one in listed.view.alerts] == [(room.school, room.clinic)]
    earlier = NOW - timedelta(hours=1)
    room.world.records.said[-1] = replace(room.world.records.said[-1], at=earlier)
    room.world.log.disclosures[-1] = replace(room.world.log.disclosures[-1], asked_at=earlier)
    decision = room.decide("KEEP_APART")
    assert (decision.wrong_views, decision.told) == (1, ("education", "health"))
    (view,) = room.wrong().views
    assert (view.disclosure_id, view.action) == (listed.disclosure_id, "see_alerts")
    assert (view.left_entries, view.right_entries) == (1, 1)


def test_a_list_of_alerts_of_two_children_is_no_wrong_view(room: Room) -> None:
    room.decide("LINK")
    room.decide("KEEP_APART")
    room.world.records.said[-1] = replace(room.world.records.said[-1], at=NOW - timedelta(minutes=1))
    for number, (child, event) in enumerate(((CHILD, room.school), (TWIN, room.clinic))):
        room.world.records.raised.add(
            Alert(UUID(int=number), child, "a-rule", "current", "threshold", (event,), False, "Look.", None)
        )
    assert isinstance(see_alerts(room.world.door, ANALYST, WHY), AlertList)
    assert room.wrong().views == ()
