from datetime import UTC, datetime, timedelta
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.chronology.entry import Entry, Span
from projections.chronology.uncertain import certainty, happened_order, in_words, is_uncertain, moment_in_words

BEGIN = datetime(2016, 3, 20, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def entry(number: int, span: Span, learned: int = 0) -> Entry:
    known = BEGIN + timedelta(days=90 + learned)
    return Entry(
        event_id=UUID(int=number),
        child=UUID(int=0),
        agency="health",
        event_type="ConcernRaised",
        happened=span,
        learned=Span(known, known),
        received=known,
        assertion="FACT",
        sensitivity="ROUTINE",
        seal="OPEN",
        correlation=None,
        corrects=None,
        retracts=None,
        content_digest=b"",
    )


@st.composite
def spans(draw: st.DrawFn) -> Span:
    first = BEGIN + timedelta(hours=draw(st.integers(0, 6)))
    return Span(first, first + timedelta(hours=draw(st.integers(0, 6))))


ENTRIES = st.lists(st.tuples(spans(), st.integers(0, 2)), max_size=8).map(
    lambda told: [entry(number, span, learned) for number, (span, learned) in enumerate(told)]
)


@given(entries=ENTRIES, data=st.data())
def test_the_order_is_the_same_whatever_order_entries_come_in(entries: list[Entry], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(entries))
    assert sorted(shuffled, key=happened_order) == sorted(entries, key=happened_order)


@given(entries=ENTRIES)
def test_a_span_stands_before_every_other_that_lies_within_it(entries: list[Entry]) -> None:
    for one, other in combinations(sorted(entries, key=happened_order), 2):
        within = other.happened.earliest <= one.happened.earliest and one.happened.latest <= other.happened.latest
        assert not within or one.happened == other.happened


@given(entries=ENTRIES)
def test_what_surely_ended_before_another_began_stands_before_it(entries: list[Entry]) -> None:
    for one, other in combinations(sorted(entries, key=happened_order), 2):
        assert other.happened.latest >= one.happened.earliest


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2016-03-22T14:05", "2016-03-22T14:05", "22 March 2016, 14:05"),
        ("2016-03-22", "2016-03-22T23:59:59", "22 March 2016"),
        ("2016-06-30T23:00", "2016-07-01T22:59:59", "1 July 2016"),
        ("2016-03-03", "2016-03-09T23:59", "between 3 and 9 March 2016"),
        ("2016-01-28", "2016-02-03T23:59", "between 28 January and 3 February 2016"),
        ("2015-12-28", "2016-01-03T23:59", "between 28 December 2015 and 3 January 2016"),
        ("2016-04-30T23:00", "2016-06-30T22:59:59", "May or June 2016"),
        ("2016-04-30T23:00", "2016-05-31T22:59:59", "May 2016"),
        ("2015-12-01", "2016-01-31T23:59", "December 2015 or January 2016"),
        ("2015-11-01", "2016-02-29T23:59", "between November 2015 and February 2016"),
        ("2016-01-01", "2016-12-31T23:59", "2016"),
        ("2015-01-01", "2016-12-31T23:59", "2015 or 2016"),
        ("2014-01-01", "2016-12-31T23:59", "between 2014 and 2016"),
        ("2016-03-03T09:00", "2016-03-03T17:00", "3 March 2016, between 09:00 and 17:00"),
        ("2016-03-03T22:00", "2016-03-04T06:00", "between 3 March 2016, 22:00 and 4 March 2016, 06:00"),
    ],
)
def test_a_time_is_said_as_people_say_it_and_in_local_time(first: str, last: str, words: str) -> None:
    assert in_words(Span(at(first), at(last))) == words


def test_the_agencys_own_wording_stands_beside_what_is_counted_with() -> None:
    span = Span(at("2016-03-21"), at("2016-03-23T23:59"))
    assert in_words(span, " about the 22nd ") == "between 21 and 23 March 2016 (told as “about the 22nd”)"
    assert in_words(span, "  ") == "between 21 and 23 March 2016"


@pytest.mark.parametrize(
    ("first", "last", "degree"),
    [
        ("2016-03-22T14:05", "2016-03-22T14:05", "exact"),
        ("2016-03-22", "2016-03-22T23:59:59", "day"),
        ("2016-03-22T09:00", "2016-03-22T12:00", "day"),
        ("2016-03-22", "2016-03-23T23:59", "range"),
        ("2016-06-30T22:30", "2016-06-30T23:30", "range"),
    ],
)
def test_a_time_is_exact_or_a_day_or_a_range(first: str, last: str, degree: str) -> None:
    span = Span(at(first), at(last))
    assert certainty(span) == degree
    assert is_uncertain(span) == (degree != "exact")


def test_times_at_the_ends_of_the_calendar_are_said_all_the_same() -> None:
    ends = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    assert in_words(Span(*ends))
    assert all("," in moment_in_words(one) for one in ends)
