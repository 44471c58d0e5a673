"""One contract for where alerts wait, kept by memory and PostgreSQL alike."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hub_records import CALENDAR, RULES, SqlHub, remembered
from projection_histories import at, ids, said

from projections.alert_outbox import LOOK_BACK, AlertOutbox, MemoryAlertOutbox, SqlAlertOutbox
from projections.alerts import alert_id
from projections.chronology.entry import Entry
from projections.identity.said import Decided
from projections.memory import MemoryProjections
from projections.store import Position

Told = Callable[..., AlertOutbox]
REFERRAL = said(1, "ReferralReceived", "2024-02-02T15:00")
DUE = at("2024-02-05T23:59:59.999999")
PATTERN = (
    said(2, "PoliceIncidentRecorded", "2024-02-01T09:00", "police"),
    said(3, "NotBrought", "2024-02-08T09:00", "health"),
    said(4, "AbsenceRecorded", "2024-02-15T09:00", "education"),
)
SOON = timedelta(microseconds=1)


def in_memory(*entries: Entry) -> AlertOutbox:
    store = MemoryProjections(RULES, CALENDAR)
    outbox = MemoryAlertOutbox(lambda: store.clocks(REFERRAL.child), RULES)
    for offset, entry in enumerate(entries):
        outbox.add(store.fold(entry, Position("hub.events", 0, offset)))
    return outbox


@pytest.fixture(params=["memory", pytest.param("postgresql", marks=pytest.mark.services)])
def told(request: pytest.FixtureRequest) -> Told:
    """Give a function from entries to the outbox after they were folded."""
    if request.param == "memory":
        return in_memory
    hub: SqlHub = request.getfixturevalue("hub")

    def in_postgresql(*entries: Entry) -> AlertOutbox:
        hub.told(entries)
        return SqlAlertOutbox(hub.conn, hub.duties(), RULES)

    return in_postgresql


def rules_waiting(outbox: AlertOutbox) -> list[str]:
    return [alert.rule for alert in outbox.waiting()]


def test_a_duty_is_overdue_after_its_last_microsecond_and_not_before(told: Told) -> None:
    outbox = told(REFERRAL)
    outbox.find_overdue(DUE)
    assert outbox.waiting() == []
    outbox.find_overdue(DUE + SOON)
    (alert,) = outbox.waiting()
    assert (alert.kind, alert.rule, alert.evidence, alert.due) == ("overdue", "referral-decision", ids(1), DUE)
    assert alert.alert_id == alert_id("referral-decision", REFERRAL.event_id, locked=False)


def test_an_alert_waits_until_it_is_marked_and_never_again(told: Told) -> None:
    outbox = told(REFERRAL)
    for _ in range(2):
        outbox.find_overdue(DUE + SOON)
        assert rules_waiting(outbox) == ["referral-decision"]
    outbox.mark_raised(outbox.waiting(), DUE + SOON)
    outbox.find_overdue(DUE + 2 * SOON)
    assert outbox.waiting() == []
    outbox.mark_raised([], DUE)


def test_a_duty_that_was_met_late_raises_nothing(told: Told) -> None:
    outbox = told(REFERRAL, said(5, "ReferralDecided", "2024-02-09T10:00"))
    outbox.find_overdue(at("2024-03-01T00:00"))
    assert outbox.waiting() == []


def test_a_threshold_that_was_met_waits_without_being_looked_for(told: Told) -> None:
    (alert,) = told(*PATTERN).waiting()
    assert (alert.kind, alert.evidence, alert.due) == ("threshold", ids(2, 3, 4), None)


def test_alerts_wait_in_the_order_of_their_ids(told: Told) -> None:
    outbox = told(REFERRAL, *PATTERN)
    outbox.find_overdue(DUE + SOON)
    waiting = outbox.waiting()
    assert len(waiting) == 2
    assert [one.alert_id for one in waiting] == sorted(one.alert_id for one in waiting)


@pytest.mark.parametrize(("late", "found"), [(timedelta(), 1), (SOON, 0)], ids=["the last moment", "a moment later"])
def test_a_duty_that_ran_out_longer_ago_than_three_months_raises_nothing(
    told: Told, late: timedelta, found: int
) -> None:
    outbox = told(REFERRAL)
    outbox.find_overdue(DUE + LOOK_BACK + late)
    assert rules_waiting(outbox).count("referral-decision") == found


def test_an_alert_on_a_locked_referral_is_locked(told: Told) -> None:
    outbox = told(said(1, "ReferralReceived", "2024-02-02T15:00", seal="LOCKED"))
    outbox.find_overdue(DUE + SOON)
    assert [alert.locked for alert in outbox.waiting()] == [True]


@pytest.mark.services
def test_alerts_that_went_out_twice_from_two_workers_are_marked_once(hub: SqlHub) -> None:
    hub.told([REFERRAL])
    one, other = (SqlAlertOutbox(hub.conn, hub.duties(), RULES) for _ in range(2))
    one.find_overdue(DUE + SOON)
    seen = other.waiting()
    first: datetime = DUE + SOON
    one.mark_raised(one.waiting(), first)
    other.mark_raised(seen, first + SOON)
    assert hub.conn.execute("select raised from alert").fetchall() == [(first,)]


@pytest.mark.services
def test_postgresql_finds_the_overdue_duties_that_memory_finds(hub: SqlHub) -> None:
    entries = [said(number, "ReferralReceived", f"2024-02-{number:02}T15:00") for number in range(1, 20)]
    entries.append(said(20, "ReferralDecided", "2024-02-12T10:00"))
    with hub.undone():
        hub.told(entries)
        outbox = SqlAlertOutbox(hub.conn, hub.duties(), RULES)
        now = at("2024-02-20T12:00")
        outbox.find_overdue(now)
        assert set(outbox.waiting()) == set(remembered(entries).raise_overdue(now)) != set()


@pytest.mark.services
def test_a_duty_that_was_told_of_is_not_found_again_when_its_child_has_another_name(hub: SqlHub) -> None:
    hub.lived([REFERRAL])
    outbox = SqlAlertOutbox(hub.conn, hub.duties(), RULES)
    outbox.find_overdue(DUE + SOON)
    outbox.mark_raised(outbox.waiting(), DUE + SOON)
    smaller = UUID(int=1)
    link = Decided(UUID(int=1), "LINK", REFERRAL.child, smaller, (), "t.reviewer", UUID(int=9), DUE)
    hub.said_at_once([link])
    outbox.find_overdue(DUE + 2 * SOON)
    assert outbox.waiting() == []
    assert {clock.child for clock in hub.store().clocks(REFERRAL.child)} == {smaller}
