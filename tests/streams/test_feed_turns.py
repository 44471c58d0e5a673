"""The turns of the quality worker over memory: feeds that stop and speak again, windows that are judged once, feeds that degrade."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from projections.feed_messages import read_told
from projections.feeds import Feed, Judged, Level
from streams.event_log import MemoryEventLog
from streams.quality.judging import Bench, Judging
from streams.quality.notices import Notices
from streams.quality.suites import load_suites
from streams.quality.watching import Watching
from streams.quality.windows import Window, levels_of
from tests.feed_world import ED, MONDAY, SCHOOLS, County, kinds, noon
from tests.schemas.contract_values import CATALOGUE

SUITES = load_suites()
DAY = timedelta(days=1)


async def counted(windows: Sequence[Window]) -> list[tuple[Level, ...]]:
    """Judge by counting: what Great Expectations agrees with."""
    return [levels_of(window) for window in windows]


def watch(county: County) -> Watching:
    return Watching(county.records, SUITES, Notices(CATALOGUE), county.log, county.clock)


def judges(county: County, caught_up: bool = True) -> Judging:
    bench = Bench(county.records, county.records, SUITES, counted)
    return Judging(bench, Notices(CATALOGUE), county.log, lambda: caught_up, county.clock)


def act(county: County, turn: Watching | Judging, day: date) -> list[str]:
    """Take a turn at noon of a day, and say what was told."""
    county.now = noon(day)
    asyncio.run(turn.act())
    return kinds(county.fold())


@pytest.fixture
def county() -> County:
    """Give a county in which one feed spoke daily for ten days up to a Monday."""
    county = County()
    for one in range(10):
        county.says(ED, MONDAY - timedelta(days=one))
    return county


def test_a_feed_that_goes_quiet_is_stopped_once_and_resumed_when_it_speaks_again(county: County) -> None:
    turn = watch(county)
    assert act(county, turn, MONDAY + 3 * DAY) == []
    assert act(county, turn, MONDAY + 4 * DAY) == ["FeedStopped"]
    assert act(county, turn, MONDAY + 9 * DAY) == []
    county.says(ED, MONDAY + 10 * DAY, statements=1)
    assert act(county, turn, MONDAY + 10 * DAY) == ["FeedResumed"]
    assert act(county, turn, MONDAY + 11 * DAY) == []
    assert act(county, turn, MONDAY + 20 * DAY) == ["FeedStopped"]


def test_a_worker_that_was_killed_before_its_word_was_folded_says_the_same_again_under_the_same_id(
    county: County,
) -> None:
    county.now = noon(MONDAY + 4 * DAY)
    for _ in range(2):
        asyncio.run(watch(county).act())
    first, second = (read_told(CATALOGUE, one.value) for one in county.log.topics["hub.feeds"])
    assert first == second
    county.fold()
    assert act(county, watch(county), MONDAY + 5 * DAY) == []


def test_the_same_turn_says_nothing_twice_while_the_fold_is_behind(county: County) -> None:
    turn = watch(county)
    county.now = noon(MONDAY + 4 * DAY)
    for _ in range(3):
        asyncio.run(turn.act())
    assert kinds(county.fold()) == ["FeedStopped"]


def test_a_delivery_keeps_a_feed_from_having_stopped_until_the_day_that_it_promised(county: County) -> None:
    county.delivers(ED, noon(MONDAY), next_due=MONDAY + 14 * DAY)
    turn = watch(county)
    assert act(county, turn, MONDAY + 14 * DAY) == []
    assert act(county, turn, MONDAY + 15 * DAY) == ["FeedStopped"]


def test_a_school_is_not_expected_at_the_weekend() -> None:
    county = County()
    for one in range(4):
        county.says(SCHOOLS, MONDAY + one * DAY)
    assert act(county, watch(county), MONDAY + 8 * DAY) == []
    assert act(county, watch(county), MONDAY + 9 * DAY) == ["FeedStopped"]


def test_messages_that_name_no_system_make_no_feed_that_could_stop() -> None:
    county = County()
    for one in range(10):
        county.says(Feed("health", "\x00"), MONDAY - one * DAY)
    assert act(county, watch(county), MONDAY + 90 * DAY) == []


def test_a_day_that_is_over_is_judged_once(county: County) -> None:
    turn = judges(county)
    assert act(county, turn, MONDAY) == ["FeedJudged"] * 9
    assert act(county, turn, MONDAY) == []
    assert act(county, turn, MONDAY + DAY) == ["FeedJudged"]
    assert act(county, judges(county), MONDAY + DAY) == []


def test_nothing_is_judged_before_every_statement_is_marked(county: County) -> None:
    assert act(county, judges(county, caught_up=False), MONDAY) == []


def test_a_feed_that_degrades_is_told_of_once(county: County) -> None:
    turn = judges(county)
    act(county, turn, MONDAY + DAY)
    county.says(ED, MONDAY + DAY, nhs_number=None)
    assert act(county, turn, MONDAY + 2 * DAY) == ["FeedJudged", "FeedDegraded"]
    county.says(ED, MONDAY + 2 * DAY, nhs_number=None)
    assert act(county, turn, MONDAY + 3 * DAY) == ["FeedJudged"]
    county.says(ED, MONDAY + 3 * DAY)
    assert act(county, turn, MONDAY + 4 * DAY) == ["FeedJudged"]
    county.says(ED, MONDAY + 4 * DAY, nhs_number=None)
    assert act(county, turn, MONDAY + 5 * DAY) == ["FeedJudged", "FeedDegraded"]


def test_a_feed_that_was_never_good_does_not_degrade() -> None:
    county = County()
    county.says(ED, MONDAY, nhs_number=None)
    assert act(county, judges(county), MONDAY + DAY) == ["FeedJudged"]
    found = county.records.newest(ED, "FeedJudged")
    assert isinstance(found, Judged)
    assert [level.expectation for level in found.levels if not level.met] == ["nhs_number_given"]


def test_judging_again_after_a_kill_is_the_same_event(county: County) -> None:
    county.now = noon(MONDAY)
    first, second = MemoryEventLog(), MemoryEventLog()
    for log in (first, second):
        bench = Bench(county.records, county.records, SUITES, counted)
        asyncio.run(Judging(bench, Notices(CATALOGUE), log, lambda: True, county.clock).act())
    assert first.topics == second.topics


def test_today_so_far_is_judged_for_who_asks_and_told_to_nobody(county: County) -> None:
    (today,) = asyncio.run(judges(county).judge_today())
    assert (today.day, today.passed, county.log.topics) == (MONDAY, True, {})


def test_old_rows_of_a_first_load_are_not_late() -> None:
    county = County()
    county.says(ED, MONDAY, learned=MONDAY - 700 * DAY)
    assert act(county, judges(county), MONDAY + DAY) == ["FeedJudged"]
    found = county.records.newest(ED, "FeedJudged")
    assert isinstance(found, Judged)
    assert found.passed
    county.says(ED, MONDAY + DAY, learned=MONDAY - 700 * DAY)
    act(county, judges(county), MONDAY + 2 * DAY)
    later = county.records.newest(ED, "FeedJudged")
    assert isinstance(later, Judged)
    assert [level.expectation for level in later.levels if not level.met] == ["fresh"]
