from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from projection_histories import at, deliveries, histories, said

from projections.chronology.entry import Entry, Span
from projections.chronology.merge import merge
from projections.clocks import Clock, clocks_of, state
from projections.rules.packs import load_rule_packs
from projections.working_days import WorkingDays, local_day

RULES = load_rule_packs()
CALENDAR = WorkingDays()
REFERRAL = said(1, "ReferralReceived", "2024-02-02T15:00")  # a Friday
DUE = at("2024-02-05T23:59:59.999999")


def clock(*entries: Entry, rule: str = "referral-decision", started_by: int = 1) -> Clock:
    found = {(one.rule, one.started_by): one for one in clocks_of(entries, RULES, CALENDAR)}
    return found[rule, UUID(int=started_by)]


@given(deliveries())
def test_order_and_repeats_do_not_change_the_clocks(delivery: tuple[list[Entry], list[Entry]]) -> None:
    told, arrived = delivery
    assert clocks_of(arrived, RULES, CALENDAR) == clocks_of(told, RULES, CALENDAR)


@given(histories())
def test_every_standing_referral_starts_each_clock_once_and_nothing_else_does(told: list[Entry]) -> None:
    referrals = {line.entry.event_id for line in merge(told).timeline if line.entry.event_type == "ReferralReceived"}
    clocks = clocks_of(told, RULES, CALENDAR)
    assert {(one.rule, one.started_by) for one in clocks} == {
        (rule.id, one) for rule in RULES.packs[1].clocks for one in referrals
    }
    assert len(clocks) == 2 * len(referrals)


@given(histories())
def test_what_satisfies_a_clock_stands_fits_its_episode_and_can_have_happened_after_its_start(
    told: list[Entry],
) -> None:
    standing = {line.entry.event_id: line.entry for line in merge(told).timeline}
    for one in clocks_of(told, RULES, CALENDAR):
        if one.satisfied_by is not None:
            start, stop = standing[one.started_by], standing[one.satisfied_by]
            assert stop.happened.latest == one.satisfied_at
            assert stop.happened.latest >= start.happened.earliest
            assert stop.correlation in (None, start.correlation)


@given(histories())
def test_a_stop_without_a_correlation_satisfies_one_start_of_a_rule_at_most(told: list[Entry]) -> None:
    free = {entry.event_id for entry in told if entry.correlation is None}
    taken = [(one.rule, one.satisfied_by) for one in clocks_of(told, RULES, CALENDAR) if one.satisfied_by in free]
    assert len(taken) == len(set(taken))


def test_a_referral_on_a_friday_is_to_be_decided_on_by_the_end_of_monday() -> None:
    running = clock(REFERRAL)
    assert running.due == DUE
    assert running.edition == "current"
    assert state(running, DUE) == "running"
    assert state(running, DUE + timedelta(microseconds=1)) == "overdue"


def test_the_assessment_is_due_forty_five_working_days_after_the_referral() -> None:
    assert local_day(clock(REFERRAL, rule="assessment").due) == CALENDAR.add_working_days(
        local_day(REFERRAL.happened.earliest), 45
    )


@pytest.mark.parametrize(("decided", "expected"), [("2024-02-05T23:59", "met"), ("2024-02-06T00:00", "met late")])
def test_a_decision_by_the_end_of_the_due_day_is_in_time_and_one_after_it_is_late(decided: str, expected: str) -> None:
    assert state(clock(REFERRAL, said(2, "ReferralDecided", decided)), at("2024-03-01T00:00")) == expected


def test_a_decision_known_only_by_its_day_is_in_time_on_the_due_day() -> None:
    whole_day = Span(at("2024-02-05T00:00"), DUE)
    assert (
        state(
            clock(REFERRAL, said(2, "ReferralDecided", "2024-02-05T00:00", happened=whole_day)), at("2024-03-01T00:00")
        )
        == "met"
    )


def test_an_uncertain_referral_starts_its_clock_at_the_earliest_moment_it_can_have_been() -> None:
    uncertain = replace(REFERRAL, happened=Span(at("2024-02-02T15:00"), at("2024-02-09T15:00")))
    assert clock(uncertain).due == DUE


def test_the_edition_that_applied_on_the_local_day_of_the_start_gives_the_rule() -> None:
    editions = {
        number: clock(said(number, "ReferralReceived", moment), started_by=number).edition
        for number, moment in ((1, "2013-04-14T23:00"), (2, "2015-03-25T23:59"), (3, "2015-03-26T00:00"))
    }
    assert editions == {1: "WT2013", 2: "WT2013", 3: "current"}


def test_before_the_first_edition_no_clock_runs() -> None:
    assert clocks_of([said(1, "ReferralReceived", "2013-04-14T22:59")], RULES, CALENDAR) == frozenset()


def test_a_decision_of_the_same_episode_goes_before_an_earlier_one_without_an_episode() -> None:
    referral = replace(REFERRAL, correlation=b"a" * 16)
    loose = said(2, "ReferralDecided", "2024-02-02T16:00")
    same = said(3, "ReferralDecided", "2024-02-05T16:00", correlation=b"a" * 16)
    assert clock(referral, loose, same).satisfied_by == UUID(int=3)
    assert clock(referral, loose).satisfied_by == UUID(int=2)


def test_a_decision_of_another_episode_satisfies_nothing() -> None:
    other = said(2, "ReferralDecided", "2024-02-02T16:00", correlation=b"b" * 16)
    assert clock(REFERRAL, other).satisfied_by is None
    assert clock(replace(REFERRAL, correlation=b"a" * 16), other).satisfied_by is None


def test_one_decision_answers_every_referral_of_its_episode_that_came_before_it() -> None:
    first, again, after = (
        said(number, "ReferralReceived", moment, correlation=b"a" * 16)
        for number, moment in ((1, "2024-02-02T15:00"), (2, "2024-02-02T16:00"), (3, "2024-02-07T16:00"))
    )
    decided = said(4, "ReferralDecided", "2024-02-05T16:00", correlation=b"a" * 16)
    told = (first, again, after, decided)
    assert [clock(*told, started_by=number).satisfied_by for number in (1, 2, 3)] == [UUID(int=4), UUID(int=4), None]


def test_without_episodes_each_referral_takes_the_next_decision_that_no_earlier_one_took() -> None:
    second = said(2, "ReferralReceived", "2024-02-02T16:00")
    decided = said(3, "ReferralDecided", "2024-02-05T16:00")
    assert clock(REFERRAL, second, decided).satisfied_by == UUID(int=3)
    assert clock(REFERRAL, second, decided, started_by=2).satisfied_by is None


def test_a_decision_before_the_referral_satisfies_nothing() -> None:
    assert clock(REFERRAL, said(2, "ReferralDecided", "2024-02-02T14:59")).satisfied_by is None


def test_a_withdrawn_decision_leaves_the_clock_running() -> None:
    decided = said(2, "ReferralDecided", "2024-02-05T16:00")
    withdrawn = said(3, "StatementRetracted", "2024-02-06T16:00", retracts=UUID(int=2))
    assert clock(REFERRAL, decided, withdrawn).satisfied_by is None


def test_a_withdrawn_referral_runs_no_clock() -> None:
    withdrawn = said(3, "StatementRetracted", "2024-02-06T16:00", retracts=UUID(int=1))
    assert clocks_of([REFERRAL, withdrawn], RULES, CALENDAR) == frozenset()


def test_a_corrected_referral_counts_with_the_corrected_time() -> None:
    corrected = said(2, "ReferralReceived", "2024-02-05T15:00", corrects=UUID(int=1))
    (decision,) = (one for one in clocks_of([REFERRAL, corrected], RULES, CALENDAR) if one.rule == "referral-decision")
    assert (decision.started_by, decision.due) == (UUID(int=2), at("2024-02-06T23:59:59.999999"))


def test_a_clock_that_rests_on_a_locked_entry_is_locked() -> None:
    decided = said(2, "ReferralDecided", "2024-02-05T16:00")
    assert not clock(REFERRAL, decided).locked
    assert clock(replace(REFERRAL, seal="LOCKED"), decided).locked
    assert clock(REFERRAL, replace(decided, seal="LOCKED")).locked
