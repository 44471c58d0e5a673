"""When a feed should speak next: Given how it spoke, When so much time has passed, Then it is silent for too long or not."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from projections.working_days import end_of_local_day
from streams.quality.rhythm import Expectation, Voice, expected, silent_too_long
from tests.feed_world import MONDAY, noon


def voice(*after_monday: int, promised: date | None = None, weekends: bool = True) -> Voice:
    """Give a feed that spoke so many days after a Monday."""
    active = [MONDAY + timedelta(days=one) for one in after_monday]
    return Voice(noon(active[-1]), active, promised, weekends)


def due(days_after_monday: int) -> datetime:
    return end_of_local_day(MONDAY + timedelta(days=days_after_monday))


@pytest.mark.parametrize(
    ("spoke", "by"),
    [
        ([0, 1, 2, 3], 6),  # daily: three days of silence
        ([0, 7, 14, 21], 42),  # weekly: three weeks
        ([0, 1, 2, 9, 10, 11], 14),  # one long gap among daily ones
        ([0, 1, 1, 2, 3], 6),  # a day told twice is no gap
    ],
)
def test_a_feed_may_be_silent_for_three_of_its_usual_gaps(spoke: Sequence[int], by: int) -> None:
    assert expected(voice(*spoke)) == Expectation(due(by), "rhythm")


def test_a_feed_that_spoke_on_three_days_has_no_rhythm_yet() -> None:
    assert expected(voice(0, 1, 2)) is None
    assert silent_too_long(voice(0, 1, 2), datetime(2030, 1, 1, tzinfo=UTC)) is None


def test_a_promise_stands_before_any_rhythm() -> None:
    promised = MONDAY + timedelta(days=30)
    assert expected(voice(0, 1, 2, 3, promised=promised)) == Expectation(due(30), "promise")


def test_a_promise_that_was_kept_gives_way_to_the_rhythm() -> None:
    promised = MONDAY + timedelta(days=1)
    assert expected(voice(0, 1, 2, 3, promised=promised)) == Expectation(due(6), "rhythm")


def test_weekends_do_not_count_where_the_sector_does_not_work_on_them() -> None:
    # Monday to Thursday, each school day: three school days after Thursday is Tuesday.
    assert expected(voice(0, 1, 2, 3, weekends=False)) == Expectation(due(8), "rhythm")


def test_a_gap_over_a_weekend_is_one_school_day() -> None:
    # Thursday, Friday, Monday, Tuesday.
    assert expected(voice(3, 4, 7, 8, weekends=False)) == Expectation(due(11), "rhythm")


def test_a_feed_is_silent_only_after_the_last_moment_of_its_day() -> None:
    spoke = voice(0, 1, 2, 3)
    assert silent_too_long(spoke, due(6)) is None
    assert silent_too_long(spoke, due(6) + timedelta(microseconds=1)) == Expectation(due(6), "rhythm")
