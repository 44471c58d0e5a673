from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.moments import EARLIEST, LATEST, day, days, micros, moment


@given(st.integers(EARLIEST, LATEST))
def test_every_moment_that_may_be_said_becomes_a_time_and_back(value: int) -> None:
    assert micros(moment(value)) == value
    assert moment(value).utcoffset() == timedelta(0)


def test_the_earliest_and_latest_moments_are_those_of_the_calendar() -> None:
    assert moment(EARLIEST) == datetime.min.replace(tzinfo=UTC)
    assert moment(LATEST) == datetime.max.replace(tzinfo=UTC)


@given(st.datetimes(), st.integers(-14, 14))
def test_a_moment_is_the_same_in_whatever_zone_it_is_told(naive: datetime, hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    assert micros(naive.replace(tzinfo=zone)) == micros(naive.replace(tzinfo=UTC)) - hours * 3_600_000_000


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="attach Europe/London or UTC"):
        micros(datetime(2024, 3, 31, 1, 30))  # noqa: DTZ001 - the point of the test


@given(st.dates())
def test_a_day_becomes_a_number_and_back(one: date) -> None:
    assert day(days(one)) == one
