from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.working_days import WorkingDays, end_of_local_day, local_day

CALENDAR = WorkingDays()
DAYS = st.dates(date(2013, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        # Thursday before Easter: Good Friday, weekend and Easter Monday are skipped
        (date(2013, 3, 28), 1, date(2013, 4, 2)),
        # Christmas and Boxing Day fell on a weekend, with substitutes on 27 and 28
        (date(2021, 12, 24), 1, date(2021, 12, 29)),
        (date(2022, 12, 23), 1, date(2022, 12, 28)),  # Boxing Day on Monday 26, the substitute for Christmas on 27
        (date(2022, 6, 1), 1, date(2022, 6, 6)),  # spring holiday moved to 2 June, jubilee on 3 June
        (date(2022, 9, 16), 1, date(2022, 9, 20)),  # the state funeral on 19 September
        (date(2023, 5, 5), 1, date(2023, 5, 9)),  # the coronation on 8 May
        (date(2024, 2, 2), 1, date(2024, 2, 5)),  # a Friday's referral is due on Monday
        (date(2024, 2, 3), 1, date(2024, 2, 5)),  # and so is a Saturday's
        (date(2024, 1, 8), 45, date(2024, 3, 11)),  # nine weeks without a bank holiday
        (date(2024, 3, 4), 45, date(2024, 5, 9)),  # nine weeks, Easter's two days and May Day
    ],
)
def test_a_limit_counts_working_days_of_england_from_the_day_after_the_start(start: date, n: int, due: date) -> None:
    assert CALENDAR.add_working_days(start, n) == due


@given(DAYS, st.integers(1, 60))
def test_the_due_day_is_a_working_day_and_exactly_n_working_days_lie_after_the_start_up_to_it(
    start: date, n: int
) -> None:
    due = CALENDAR.add_working_days(start, n)
    between = [start + timedelta(days=day) for day in range(1, (due - start).days + 1)]
    assert CALENDAR.is_working_day(due)
    assert sum(map(CALENDAR.is_working_day, between)) == n


@given(DAYS, st.integers(0, 30), st.integers(0, 30))
def test_counting_on_from_a_due_day_is_the_same_as_counting_at_once(start: date, one: int, other: int) -> None:
    assert CALENDAR.add_working_days(CALENDAR.add_working_days(start, one), other) == CALENDAR.add_working_days(
        start, one + other
    )


@given(DAYS, DAYS, st.integers(0, 50))
def test_what_started_later_is_never_due_earlier(one: date, other: date, n: int) -> None:
    first, second = sorted((one, other))
    assert CALENDAR.add_working_days(first, n) <= CALENDAR.add_working_days(second, n)


def test_half_past_eleven_at_night_by_universal_time_in_summer_is_the_next_day_in_london() -> None:
    assert local_day(datetime(2024, 7, 1, 23, 30, tzinfo=UTC)) == date(2024, 7, 2)
    assert local_day(datetime(2024, 1, 1, 23, 30, tzinfo=UTC)) == date(2024, 1, 1)


@given(DAYS)
def test_a_local_day_ends_one_microsecond_before_the_next_begins(day: date) -> None:
    end = end_of_local_day(day)
    assert local_day(end) == day
    assert local_day(end + timedelta(microseconds=1)) == day + timedelta(days=1)


def test_the_limit_ends_with_the_local_day_in_summer_and_in_winter() -> None:
    assert CALENDAR.due(datetime(2024, 7, 1, 9, tzinfo=UTC), 1) == datetime(2024, 7, 2, 22, 59, 59, 999999, UTC)
    assert CALENDAR.due(datetime(2024, 2, 1, 9, tzinfo=UTC), 1) == datetime(2024, 2, 2, 23, 59, 59, 999999, UTC)


@pytest.mark.parametrize("moment", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_a_moment_at_the_edge_of_what_can_be_written_stops_nothing(moment: datetime) -> None:
    assert CALENDAR.due(moment, 45).tzinfo is UTC
