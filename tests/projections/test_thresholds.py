from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from projection_histories import concerns, ids

from projections.rules.packs import load_rule_packs
from projections.thresholds import Concern, Met, crossing, crossings, met_windows

RULES = load_rule_packs()
RULE = RULES.packs[1].thresholds[0]
DAY = date(2024, 2, 1)


def concern(number: int, agency: str, days: int, *, locked: bool = False) -> Concern:
    return Concern(DAY + timedelta(days=days), agency, UUID(int=number), "ConcernRaised", locked)


def told(arriving: Iterable[Concern]) -> list[Met]:
    """Tell of concerns one by one and give what was raised."""
    known: set[Concern] = set()
    raised = []
    for new in arriving:
        raised.append(crossing(known, new, RULE))
        known.add(new)
    return [met for met in raised if met is not None]


@given(concerns())
def test_in_any_order_of_arrival_something_is_raised_exactly_when_a_window_is_met(arriving: list[Concern]) -> None:
    assert bool(told(arriving)) == bool(met_windows(arriving, RULE))


@given(concerns())
def test_something_everyone_may_see_is_raised_exactly_when_a_window_is_met_without_locked_entries(
    arriving: list[Concern],
) -> None:
    open_only = [one for one in arriving if not one.locked]
    assert any(not met.locked for met in told(arriving)) == bool(met_windows(open_only, RULE))
    assert [met for met in told(arriving) if not met.locked] == told(open_only)


@given(concerns(), st.randoms(use_true_random=False))
def test_which_windows_are_met_does_not_depend_on_order_or_repeats(arriving: list[Concern], chance: object) -> None:
    assert met_windows(reversed(arriving), RULE) == met_windows(arriving, RULE) == met_windows(sorted(arriving), RULE)


@given(concerns())
def test_every_met_window_is_near_something_that_was_raised(arriving: list[Concern]) -> None:
    raised = {one for met in told(arriving) for one in met.evidence}
    days = {one.event_id: one.day for one in arriving}
    for met in met_windows(arriving, RULE):
        chain = {one.event_id for one in arriving if one.event_type in RULE.counts}
        near, edge = set(met.evidence), set(met.evidence)
        while edge:
            edge = {
                far
                for far in chain - near
                if any(abs((days[far] - days[one]).days) <= RULE.window_days for one in edge)
            }
            near |= edge
        assert near & raised


@given(concerns())
def test_what_is_raised_is_evidence_of_enough_agencies_within_the_window_and_holds_what_completed_it(
    arriving: list[Concern],
) -> None:
    by_id = {one.event_id: one for one in arriving}
    known: set[Concern] = set()
    for new in arriving:
        met = crossing(known, new, RULE)
        if met is not None:
            evidence = [by_id[one] for one in met.evidence]
            assert new in evidence
            assert evidence == sorted(evidence)
            assert (evidence[0].day, evidence[-1].day) == (met.start, met.end)
            assert (met.end - met.start).days <= 28
            assert tuple(sorted({one.agency for one in evidence})) == met.agencies
            assert len(met.agencies) >= 3
            assert met.locked or not any(one.locked for one in evidence)
        known.add(new)


@given(concerns())
def test_repeats_raise_nothing(arriving: list[Concern]) -> None:
    assert all(crossing(arriving, again, RULE) is None for again in arriving)


@given(concerns())
def test_concerns_further_than_twice_the_window_away_make_no_difference(arriving: list[Concern]) -> None:
    for number, new in enumerate(arriving):
        before = arriving[:number]
        near = [one for one in before if abs((one.day - new.day).days) <= 2 * RULE.window_days]
        assert crossing(near, new, RULE) == crossing(before, new, RULE)


def test_the_third_agency_within_28_days_raises_with_the_events_behind_it_in_order() -> None:
    raised = told(
        [concern(1, "police", 10), concern(2, "health", 0), concern(3, "health", 5), concern(4, "education", 20)]
    )
    assert raised == [
        Met(ids(2, 3, 1, 4), DAY, DAY + timedelta(days=20), ("education", "health", "police"), locked=False)
    ]


@pytest.mark.parametrize(("days", "times"), [(28, 1), (29, 0)])
def test_two_concerns_exactly_28_days_apart_lie_in_one_window(days: int, times: int) -> None:
    assert len(told([concern(1, "police", 0), concern(2, "health", 3), concern(3, "education", days)])) == times


def test_three_concerns_of_two_agencies_raise_nothing() -> None:
    assert told([concern(1, "police", 0), concern(2, "police", 1), concern(3, "health", 2)]) == []


def test_a_late_concern_between_two_others_completes_the_window() -> None:
    assert len(told([concern(1, "police", 0), concern(2, "health", 25), concern(3, "education", 12)])) == 1


def test_what_adds_to_a_window_that_was_told_of_raises_nothing_more() -> None:
    first = [concern(1, "police", 0), concern(2, "health", 1), concern(3, "education", 2)]
    assert len(told([*first, concern(4, "housing", 20)])) == 1


def test_a_second_window_out_of_reach_of_the_first_is_raised_again() -> None:
    first = [concern(1, "police", 0), concern(2, "health", 1), concern(3, "education", 2)]
    second = [concern(4, "police", 60), concern(5, "health", 61), concern(6, "education", 62)]
    assert len(told([*first, *second])) == 2


def test_a_window_that_needs_a_locked_entry_is_raised_only_for_those_who_may_know_of_it() -> None:
    raised = told([concern(1, "police", 0, locked=True), concern(2, "health", 1), concern(3, "education", 2)])
    assert [met.locked for met in raised] == [True]


def test_when_open_entries_meet_a_window_by_themselves_later_everyone_is_told_then() -> None:
    first = [concern(1, "police", 0, locked=True), concern(2, "health", 1), concern(3, "education", 2)]
    raised = told([*first, concern(4, "police", 3)])
    assert [(met.locked, met.evidence) for met in raised] == [(True, ids(1, 2, 3)), (False, ids(2, 3, 4))]


def test_a_correction_that_moves_a_concern_within_a_window_raises_nothing_again() -> None:
    before = {concern(1, "police", 0), concern(2, "health", 1), concern(3, "education", 2)}
    after = before - {concern(3, "education", 2)} | {concern(4, "education", 6)}
    assert list(crossings(before, after, RULES)) == []


def test_a_correction_that_moves_a_concern_into_reach_of_others_raises_without_the_old_one_as_evidence() -> None:
    before = {concern(1, "police", 0), concern(2, "health", 20), concern(3, "education", 29)}
    after = before - {concern(3, "education", 29)} | {concern(4, "education", 6)}
    (found,) = crossings(before, after, RULES)
    assert found.met.evidence == ids(1, 4, 2)
    assert (found.edition, found.rule.id, found.completed_by.event_id) == (
        "current",
        "three-agencies-28-days",
        UUID(int=4),
    )


def test_a_concern_that_went_is_no_evidence_for_one_that_came_at_the_same_time() -> None:
    before = {concern(1, "police", 0), concern(2, "health", 5)}
    assert list(crossings(before, {concern(1, "police", 0), concern(3, "education", 6)}, RULES)) == []


def test_a_met_window_that_is_part_of_a_larger_one_is_not_told_apart() -> None:
    every = [concern(1, "police", 0), concern(2, "health", 1), concern(3, "education", 2), concern(4, "police", 3)]
    (met,) = met_windows(every, RULE)
    assert met.evidence == ids(1, 2, 3, 4)


def test_before_the_first_edition_nothing_is_raised() -> None:
    after = {
        replace(concern(n, agency, 0), day=date(2012, 1, n))
        for n, agency in enumerate(("police", "health", "education"), 1)
    }
    assert list(crossings(set(), after, RULES)) == []


def test_days_at_the_edge_of_the_calendar_stop_nothing() -> None:
    after = {
        replace(concern(n, agency, 0), day=date.max) for n, agency in enumerate(("police", "health", "education"), 1)
    }
    assert len(list(crossings(set(), after, RULES))) == 1
