import hashlib
from uuid import UUID

import pytest
from record_world import CHILD, NOW, TWIN, Told, World, staff

from projections.alerts import Alert
from query.alerts import AlertList, see_alerts
from query.door import Refused, StaffMember
from query.ports import DisclosureFailed


def raised(world: World, number: int, child: UUID, *evidence: UUID, locked: bool = False) -> UUID:
    alert = Alert(
        UUID(int=number), child, "a-rule", "current", "threshold", evidence, locked, "Look at them together.", None
    )
    world.records.raised.add(alert)
    return alert.alert_id


def seen(world: World, who: StaffMember) -> list[UUID]:
    alerts = see_alerts(world.door, who, "assessment")
    assert isinstance(alerts, AlertList)
    return [one.alert_id for one in alerts.view.alerts]


def test_an_alert_is_listed_with_what_is_behind_it_and_the_list_is_recorded(world: World) -> None:
    event = world.say(Told())
    alert_id = raised(world, 1, CHILD, event)
    alerts = see_alerts(world.door, staff(), "assessment")
    assert isinstance(alerts, AlertList)
    (one,) = alerts.view.alerts
    assert (one.alert_id, one.child, one.evidence, one.sentence) == (
        alert_id,
        CHILD,
        (event,),
        "Look at them together.",
    )
    (disclosure,) = world.log.disclosures
    assert (disclosure.action, disclosure.child, disclosure.asked_at) == ("see_alerts", None, NOW)
    assert disclosure.shown == (event,)
    assert disclosure.digest == hashlib.sha256(alerts.shown).digest()
    assert world.calls == ["read", "record"]


def test_an_alert_that_rests_on_something_one_may_not_know_of_is_not_there(world: World) -> None:
    known, locked = world.say(Told()), world.say(Told(agency="police", seal="LOCKED"))
    raised(world, 1, CHILD, known, locked, locked=True)
    plain = raised(world, 2, TWIN, world.say(Told(child=TWIN)))
    assert seen(world, staff()) == [plain]
    assert seen(world, staff("police", "analyst", "locked")) == [UUID(int=1), plain]


def test_an_alert_about_a_withheld_entry_is_shown_since_one_may_know_of_it(world: World) -> None:
    assert [raised(world, 1, CHILD, world.say(Told(agency="police", seal="SEALED")))] == seen(world, staff())


def test_an_alert_whose_entries_are_not_in_the_record_is_not_shown(world: World) -> None:
    world.say(Told())
    raised(world, 1, CHILD, UUID(int=77))
    assert seen(world, staff()) == []


@pytest.mark.parametrize(("role", "purpose"), [("practitioner", "assessment"), ("analyst", None), ("auditor", "audit")])
def test_who_may_not_see_alerts_is_refused_and_that_is_recorded(world: World, role: str, purpose: str | None) -> None:
    raised(world, 1, CHILD, world.say(Told()))
    refused = see_alerts(world.door, staff("health", role), purpose)
    assert isinstance(refused, Refused)
    assert world.calls == ["record"]


def test_a_list_that_is_not_recorded_is_not_shown(world: World) -> None:
    world.log.broken = True
    with pytest.raises(DisclosureFailed):
        see_alerts(world.door, staff(), "assessment")


def test_rules_that_cannot_be_applied_refuse_the_whole_list(world: World) -> None:
    raised(world, 1, CHILD, world.say(Told()))
    (event,) = world.records.kept[CHILD]
    world.records.kept[CHILD] = [event._replace(header=event.header._replace(seal="UNHEARD_OF"))]
    refused = see_alerts(world.door, staff(), "assessment")
    assert isinstance(refused, Refused)
    assert refused.rules == ("engine-error",)
