from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from projections.chronology.coverage import Coverage, Stop, coverage_of
from projections.chronology.gaps import LEAST_DAYS, Gap, gaps
from projections.chronology.opened import Opened
from projections.feeds import Feed
from streams.quality.notices import Notices
from streams.quality.rhythm import Expectation
from tests.feed_world import ED, MONDAY, SCHOOLS, County, noon
from tests.projections.opened_entries import telling
from tests.schemas.contract_values import CATALOGUE

DAY = timedelta(days=1)
TODAY = date(2016, 12, 31)


def health(number: int, day: str, until: str | None = None) -> Opened:
    return telling(number, "NotBrought", "health", f"{day}T09:00", until=f"{until or day}T09:00")


def covering(*periods: tuple[str, str], due: str | None = None, stops: tuple[Stop, ...] = ()) -> Coverage:
    days = tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in periods)
    return Coverage("health", "invented", days, stops, due and date.fromisoformat(due))


def only(told: Sequence[Opened], *coverage: Coverage, today: date = TODAY) -> Gap:
    (one,) = gaps(told, coverage, today)
    return one


@settings(deadline=None)
@given(days=st.lists(st.integers(0, 900), min_size=1, max_size=8, unique=True), data=st.data())
def test_neither_order_nor_repeats_change_the_gaps_and_no_entry_lies_in_one(
    days: list[int], data: st.DataObject
) -> None:
    told = [health(number, str(date(2014, 7, 1) + day * DAY)) for number, day in enumerate(days)]
    found = gaps(told, (), TODAY)
    assert gaps(data.draw(st.permutations([*told, *told[:2]])), (), TODAY) == found
    for one in found:
        assert one.days >= LEAST_DAYS
        assert not any(one.first <= entry.entry.happened.earliest.date() <= one.last for entry in told)


def test_days_that_deliveries_covered_and_told_nothing_of_are_silent() -> None:
    one = only([health(1, "2016-03-01"), health(2, "2016-12-30")], covering(("2016-01-01", "2016-12-31")))
    assert (one.agency, one.first, one.last, one.kind, one.days) == (
        "health",
        date(2016, 3, 2),
        date(2016, 12, 29),
        "silent",
        303,
    )
    assert one.sentence == (
        "Nothing is shown from 2 March 2016 to 29 December 2016 (303 days): deliveries covered these days and told nothing that is shown here."
    )


def test_days_that_no_delivery_covered_say_nothing_and_name_the_stop_of_the_feed() -> None:
    stop = Stop(date(2016, 3, 4), None)
    one = only([health(1, "2016-03-01")], covering(("2016-01-01", "2016-03-01"), stops=(stop,)))
    assert one.kind == "not covered"
    assert (
        "the feed stopped on 4 March 2016 and has not spoken since. That is not the same as nothing having happened."
        in one.sentence
    )


def test_without_any_coverage_a_silence_is_never_called_silent() -> None:
    one = only([health(1, "2016-03-01")])
    assert one.kind == "not covered"
    assert "no delivery says that it covered these days" in one.sentence


def test_days_of_which_some_were_covered_are_partly_covered_and_it_is_said_which() -> None:
    stop = Stop(date(2016, 5, 31), date(2016, 8, 1))
    coverage = covering(("2016-01-01", "2016-05-31"), ("2016-08-01", "2016-12-31"), stops=(stop,))
    one = only([health(1, "2016-03-01"), health(2, "2016-12-30")], coverage)
    assert one.kind == "partly covered"
    assert "only 2 March 2016 to 31 May 2016 and 1 August 2016 to 29 December 2016" in one.sentence
    assert "the feed stopped on 31 May 2016 and spoke again on 1 August 2016" in one.sentence


def test_a_feed_that_is_not_late_is_silent_though_its_newest_days_are_still_to_be_told() -> None:
    told, periods = [health(1, "2016-03-01")], ("2016-01-01", "2016-12-24")
    assert only(told, covering(periods, due="2017-01-01")).kind == "silent"
    assert (
        "up to 24 December 2016, the next is not due yet," in only(told, covering(periods, due="2017-01-01")).sentence
    )
    assert only(told, covering(periods, due="2016-12-30")).kind == "partly covered"


def test_what_one_feed_does_not_cover_another_of_the_agency_may() -> None:
    coverage = covering(("2016-03-01", "2016-06-30")), covering(("2016-07-01", "2016-12-31"))
    assert only([health(1, "2016-03-01")], *coverage).kind == "silent"


def test_a_silence_is_held_against_how_often_the_agency_usually_tells() -> None:
    monthly = [health(number, f"2015-{number:02}-01") for number in range(1, 13)]
    assert gaps([*monthly, health(13, "2016-02-20")], (), date(2016, 2, 20)) == ()
    yearly = [health(number, f"{2010 + number}-01-01") for number in range(6)]
    assert gaps([*yearly, health(13, "2016-11-01")], (), date(2016, 11, 1)) == ()


def test_an_uncertain_time_counts_as_an_entry_on_all_its_days() -> None:
    assert gaps([health(1, "2016-03-01", "2016-10-31"), health(2, "2016-12-01")], (), TODAY) == ()


def test_what_is_said_to_happen_after_today_ends_no_silence_yet() -> None:
    assert only([health(1, "2016-03-01"), health(2, "2017-03-01")]).last == TODAY


def test_an_expected_agency_with_a_feed_that_told_nothing_is_a_gap_from_the_first_entry_on() -> None:
    told = [telling(1, "ConcernRaised", "housing", "2016-03-01"), telling(2, "ConcernRaised", "housing", "2016-12-30")]
    found = gaps(told, [covering(("2016-01-01", "2016-12-31"))], TODAY)
    assert [(one.agency, one.first, one.last, one.kind) for one in found] == [
        ("health", date(2016, 3, 1), TODAY, "silent"),
        ("housing", date(2016, 3, 2), date(2016, 12, 29), "not covered"),
    ]
    assert [one.agency for one in gaps(told, (), TODAY)] == ["housing"]


def test_a_record_without_entries_has_no_gaps() -> None:
    assert gaps([], [covering(("2016-01-01", "2016-12-31"))], TODAY) == ()


def test_coverage_is_what_had_settled_by_the_moment() -> None:
    county = County()
    county.delivers(ED, noon(MONDAY), 1)
    county.delivers(ED, noon(MONDAY + 7 * DAY), 2, next_due=MONDAY + 20 * DAY)
    before, after = (coverage_of(county.records, [ED], noon(MONDAY + days * DAY)) for days in (1, 8))
    assert before == (Coverage(*ED, ((MONDAY - 7 * DAY, MONDAY - DAY),), (), None),)
    assert after == (Coverage(*ED, ((MONDAY - 7 * DAY, MONDAY + 6 * DAY),), (), MONDAY + 20 * DAY),)
    assert coverage_of(county.records, [ED], noon(MONDAY)) == (Coverage(*ED, (), (), None),)
    assert after[0].covers(MONDAY)
    assert not before[0].covers(MONDAY)


def test_the_stops_of_a_feed_are_known_from_when_the_hub_noticed() -> None:
    county, notices = County(), Notices(CATALOGUE)
    silent_since, noticed = noon(MONDAY - 9 * DAY), noon(MONDAY)
    stopped = notices.stopped(ED, silent_since, Expectation(noon(MONDAY - 2 * DAY), "promise"), noticed)
    county.tell(stopped.value)
    (silence,) = county.records.notices(ED)
    county.tell(notices.resumed(silence, noon(MONDAY + DAY), noon(MONDAY + DAY)).value)
    stops = [coverage_of(county.records, [ED], noon(MONDAY + days * DAY))[0].stops for days in (-1, 0, 1, 2)]
    assert stops == [(), (), (Stop(MONDAY - 9 * DAY, None),), (Stop(MONDAY - 9 * DAY, MONDAY + DAY),)]


def test_an_expected_agency_that_told_nothing_is_looked_at_when_it_has_one_feed_and_named_when_it_has_several() -> None:
    county = County()
    county.says(SCHOOLS, MONDAY, 1)
    county.delivers(SCHOOLS, noon(MONDAY), 1)
    later = noon(MONDAY + 3 * DAY)
    assert [one.source_system for one in coverage_of(county.records, [], later)] == ["schools"]
    county.says(Feed("education", "colleges"), MONDAY + DAY, 1)
    assert [(one.agency, one.source_system, one.periods) for one in coverage_of(county.records, [], later)] == [
        ("education", "", ())
    ]
    assert [one.source_system for one in coverage_of(county.records, [SCHOOLS], later)] == ["schools"]
