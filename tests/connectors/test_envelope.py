from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.envelope import blank_envelope, days_about, exact, local_day, local_moment, month_of, time_zone
from connectors.references import join_reference
from connectors.shapes import shape_of
from connectors.statement import Unreadable
from schemas.codec import encode
from schemas.moments import EARLIEST, LATEST, micros

LONDON = ZoneInfo("Europe/London")


def test_a_blank_envelope_has_exactly_the_fields_of_the_contract_and_encodes(catalogue: Any) -> None:
    contract = catalogue.by_name("ReviewConferenceHeld")
    envelope = shape_of(contract).parts["envelope"]
    assert set(blank_envelope()) == set(envelope.parts)
    assert set(blank_envelope()["child"]) == set(envelope.parts["child"].parts)
    assert encode(contract, {"envelope": blank_envelope(), "summary": None})


def test_an_exact_moment_is_the_same_moment_twice() -> None:
    at = datetime(2024, 5, 1, 10, 30, tzinfo=timezone(timedelta(hours=1)))
    assert exact(at) == {"earliest": micros(at), "latest": micros(at), "wording": None}


@given(st.dates())
def test_a_local_day_is_whole_and_within_what_a_clock_can_hold(day: date) -> None:
    when = local_day(day, LONDON)
    assert EARLIEST <= when["earliest"] <= when["latest"] <= LATEST
    hours = (when["latest"] + 1 - when["earliest"]) / 3_600_000_000
    assert hours in {23, 24, 25} or day.year < 1972


@given(st.dates(min_value=date(1980, 1, 1), max_value=date(2090, 1, 1)))
def test_local_days_follow_one_another_without_gap_or_overlap(day: date) -> None:
    assert local_day(day, LONDON)["latest"] + 1 == local_day(day + timedelta(days=1), LONDON)["earliest"]


def test_a_wall_clock_time_that_the_clocks_skip_is_still_told() -> None:
    when = local_moment(datetime(2024, 3, 31, 1, 30), LONDON)  # noqa: DTZ001  # a wall-clock time has no zone
    assert when["latest"] - when["earliest"] == 3_600_000_000


@given(st.dates())
def test_a_month_begins_on_its_first_day_and_ends_on_its_last(day: date) -> None:
    first, last = month_of(day)
    assert first.day == 1
    assert first <= day <= last
    assert last == date.max or (last + timedelta(days=1)).day == 1


@given(st.dates(), st.integers(0, 1000))
def test_days_about_a_day_stay_within_the_calendar(day: date, spread: int) -> None:
    first, last = days_about(day, spread)
    assert first <= day <= last


def test_a_time_outside_the_calendar_is_refused() -> None:
    with pytest.raises(Unreadable, match="1 to 9999"):
        local_day(date.min, ZoneInfo("Asia/Tokyo"))


def test_an_unknown_time_zone_is_refused_with_what_to_install() -> None:
    with pytest.raises(Unreadable, match="tzdata"):
        time_zone("Mars/Olympus")
    assert time_zone().utcoffset(datetime(2024, 7, 1, tzinfo=UTC)) is not None


@given(
    st.lists(st.text("a/%2F", min_size=1), min_size=2, max_size=2),
    st.lists(st.text("a/%2F", min_size=1), min_size=2, max_size=2),
)
def test_references_meet_only_where_all_their_parts_do(some: list[str], others: list[str]) -> None:
    assert (join_reference("P", *some) == join_reference("P", *others)) == (some == others)
