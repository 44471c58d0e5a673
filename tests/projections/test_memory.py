from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from projection_histories import CHILD, at, deliveries, histories, ids, said

from projections.alerts import Alert, alert_id
from projections.chronology.entry import Entry
from projections.chronology.merge import as_known_at, merge
from projections.clocks import clocks_of
from projections.memory import MemoryProjections
from projections.rules.packs import load_rule_packs
from projections.store import Position, Projections
from projections.thresholds import met_windows
from projections.working_days import WorkingDays

RULES = load_rule_packs()
CALENDAR = WorkingDays()
RULE = RULES.packs[1].thresholds[0]
PATTERN = (
    said(1, "PoliceIncidentRecorded", "2024-02-01T09:00", "police"),
    said(2, "NotBrought", "2024-02-08T09:00", "health"),
    said(3, "AbsenceRecorded", "2024-02-15T09:00", "education"),
)


def folded(*entries: Entry) -> tuple[MemoryProjections, list[Alert]]:
    memory = MemoryProjections(RULES, CALENDAR)
    raised = [
        alert for offset, entry in enumerate(entries) for alert in memory.fold(entry, Position("hub.events", 0, offset))
    ]
    return memory, raised


@given(deliveries())
def test_order_repeats_and_lateness_do_not_change_the_digest_of_everything(
    delivery: tuple[list[Entry], list[Entry]],
) -> None:
    told, arrived = delivery
    assert folded(*arrived)[0].digest() == folded(*told)[0].digest()


@given(histories())
def test_the_memory_store_answers_with_the_pure_functions_of_what_it_was_told(told: list[Entry]) -> None:
    store: Projections = folded(*told)[0]
    moment = at("2024-02-01T00:00")
    assert store.chronology(CHILD) == merge(told)
    assert store.as_known_at(CHILD, moment) == as_known_at(told, moment)
    assert store.clocks(CHILD) == clocks_of(told, RULES, CALENDAR)


@given(deliveries())
def test_while_a_window_is_met_some_alert_was_raised_whatever_was_corrected_and_withdrawn(
    delivery: tuple[list[Entry], list[Entry]],
) -> None:
    store, raised = folded(*delivery[1])
    if met_windows(store.concerns(CHILD), RULE):
        assert [alert for alert in raised if alert.kind == "threshold"]


@given(deliveries())
def test_no_alert_is_raised_twice(delivery: tuple[list[Entry], list[Entry]]) -> None:
    store, raised = folded(*delivery[1], *delivery[1])
    assert len({alert.alert_id for alert in raised}) == len(raised)
    assert store.alerts(CHILD) == frozenset(raised)


@given(histories())
def test_the_digest_does_not_depend_on_the_childs_random_pseudonym(told: list[Entry]) -> None:
    elsewhere = [replace(entry, child=UUID(int=7)) for entry in told]
    assert folded(*elsewhere)[0].digest() == folded(*told)[0].digest()


@given(histories(), st.data())
def test_the_digest_tells_a_missing_statement(told: list[Entry], data: st.DataObject) -> None:
    if told:
        left_out = data.draw(st.sampled_from(told))
        assert folded(*(one for one in told if one != left_out))[0].digest() != folded(*told)[0].digest()


def test_three_agencies_raise_one_alert_that_names_the_rule_the_agencies_and_the_events_and_nothing_of_the_child() -> (
    None
):
    _, (alert,) = folded(*PATTERN)
    assert (alert.kind, alert.rule, alert.edition, alert.evidence) == (
        "threshold",
        "three-agencies-28-days",
        "current",
        ids(1, 2, 3),
    )
    assert alert.alert_id == alert_id("three-agencies-28-days", UUID(int=3), locked=False)
    assert "education, health, police" in alert.sentence
    assert str(CHILD) not in alert.sentence + repr(alert)


def test_the_same_pattern_told_in_another_order_raises_one_alert_completed_by_whatever_came_last() -> None:
    _, (alert,) = folded(*reversed(PATTERN))
    assert alert.alert_id == alert_id("three-agencies-28-days", UUID(int=1), locked=False)


def test_an_undecided_referral_is_raised_once_when_its_limit_has_passed() -> None:
    store, _ = folded(said(1, "ReferralReceived", "2024-02-02T15:00"))
    due = at("2024-02-05T23:59:59.999999")
    assert store.raise_overdue(due) == ()
    (alert,) = store.raise_overdue(due + timedelta(microseconds=1))
    assert (alert.kind, alert.rule, alert.evidence, alert.due) == ("overdue", "referral-decision", ids(1), due)
    assert "children's social care" in alert.sentence
    assert store.raise_overdue(due + timedelta(days=1)) == ()


def test_a_decision_that_was_told_of_in_time_leaves_nothing_overdue_but_the_assessment() -> None:
    store, _ = folded(said(1, "ReferralReceived", "2024-02-02T15:00"), said(2, "ReferralDecided", "2024-02-05T15:00"))
    assert [alert.rule for alert in store.raise_overdue(at("2025-01-01T00:00"))] == ["assessment"]


def test_an_alert_that_rests_on_a_locked_entry_is_locked() -> None:
    store, (alert,) = folded(replace(PATTERN[0], seal="LOCKED"), *PATTERN[1:])
    assert alert.locked
    store, _ = folded(said(1, "ReferralReceived", "2024-02-02T15:00", seal="LOCKED"))
    assert {alert.locked for alert in store.raise_overdue(at("2025-01-01T00:00"))} == {True}


def test_an_identifier_finds_the_child_that_it_named_first() -> None:
    store = MemoryProjections(RULES, CALENDAR)
    other = replace(PATTERN[1], child=UUID(int=7))
    store.fold(PATTERN[0], Position("hub.events", 0, 0), [b"i" * 16])
    store.fold(other, Position("hub.events", 0, 1), [b"i" * 16, b"j" * 16])
    assert store.child_of(b"i" * 16) == CHILD
    assert store.child_of(b"j" * 16) == UUID(int=7)
    assert store.child_of(b"k" * 16) is None


def test_positions_say_what_to_read_next_and_never_go_back() -> None:
    store = MemoryProjections(RULES, CALENDAR)
    for topic, partition, offset in (("hub.events", 0, 5), ("hub.events", 1, 0), ("hub.events", 0, 4)):
        store.fold(PATTERN[0], Position(topic, partition, offset))
    assert store.positions() == {("hub.events", 0): 6, ("hub.events", 1): 1}


def test_a_child_that_nobody_spoke_of_has_an_empty_record_and_asking_changes_nothing() -> None:
    store, _ = folded(*PATTERN)
    before = store.digest()
    assert store.chronology(UUID(int=99)).timeline == ()
    assert store.alerts(UUID(int=99)) == store.clocks(UUID(int=99)) == store.concerns(UUID(int=99)) == frozenset()
    assert store.digest() == before
