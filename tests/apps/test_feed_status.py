"""How a feed stands, in words and as JSON; nothing that an agency sent about a child is in either."""

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta

import pytest

from apps.feed_status import Waiting, ago, as_json, in_words, standing_of
from projections.feeds import Feed
from streams.quality.judging import Bench, Judging
from streams.quality.marking import mark_of
from streams.quality.notices import Notices
from streams.quality.suites import load_suites
from streams.quality.watching import Watching
from streams.quality.windows import levels_of
from tests.feed_world import ED, MONDAY, County, noon, sent
from tests.schemas.contract_values import CATALOGUE

SUITES = load_suites()
DAY = timedelta(days=1)


def stood(
    county: County, feed: Feed = ED, behind: int | None = 0, in_quarantine: Mapping[str, int] | None = None
) -> tuple[str, list[str]]:
    standing = standing_of(county.records, feed, Waiting(behind, in_quarantine or {}), county.now)
    json.dumps(as_json(standing))
    return standing.state, in_words(standing, county.now)


def work(county: County) -> None:
    """Let the quality worker take its turns once."""

    async def turns() -> None:
        notices = Notices(CATALOGUE)

        async def counted(windows: object) -> object:
            return [levels_of(one) for one in windows]  # type: ignore[attr-defined]

        bench = Bench(county.records, county.records, SUITES, counted)  # type: ignore[arg-type]
        await Watching(county.records, SUITES, notices, county.log, county.clock).act()
        await Judging(bench, notices, county.log, lambda: True, county.clock).act()

    asyncio.run(turns())
    county.fold()


@pytest.fixture
def county() -> County:
    county = County()
    for one in range(10):
        county.says(ED, MONDAY - one * DAY)
    return county


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-5, "just now"), (59, "just now"), (60, "1 minute ago"), (7300, "2 hours ago"), (200_000, "2 days ago")],
)
def test_how_long_ago_is_said_in_the_largest_whole_unit(seconds: int, said: str) -> None:
    assert ago(noon(MONDAY), noon(MONDAY) + timedelta(seconds=seconds)) == said


def test_a_feed_with_which_nothing_is_wrong_says_so(county: County) -> None:
    county.delivers(ED, noon(MONDAY), next_due=MONDAY + 7 * DAY)
    county.now = noon(MONDAY) + timedelta(hours=3)
    work(county)
    assert stood(county) == (
        "speaks",
        [
            "health/ED-PAS: speaks",
            "  last heard 3 hours ago; 300 statements in the last 30 days; all of the agency's is admitted",
            "  covers 2026-02-23 to 2026-03-01 (all children seen); the next delivery is due by 2026-03-09",
            "  Nothing to do.",
        ],
    )


def test_messages_in_quarantine_are_something_to_do(county: County) -> None:
    state, lines = stood(county, in_quarantine={"reference-reused": 6, "backwards": 1})
    assert state == "in quarantine"
    assert "  open in quarantine: backwards 1, reference-reused 6" in lines
    assert lines[-1] == (
        "  7 messages of health/ED-PAS are in quarantine (backwards, reference-reused): "
        "look at them with `mash quarantine list --agency health`."
    )
    nameless = stood(county, Feed("health", ""), in_quarantine={"truncated": 1})[1]
    assert nameless[-1].startswith("  1 message of health is in quarantine (truncated): look at it")


@pytest.mark.parametrize(("whole", "said"), [(False, "again."), (True, "again; until then nothing is withdrawn.")])
def test_rows_that_the_last_delivery_was_refused_are_to_be_corrected(whole: bool, said: str) -> None:
    county = County()
    county.delivers(ED, noon(MONDAY), whole=whole, refused=2, refusals=[{"code": "bad-date", "rows": 2}])
    assert stood(county)[1][-1] == f"  The last delivery was refused 2 rows: correct them and send the file {said}"


def test_statements_that_nobody_admits_name_what_starts_the_workers(county: County) -> None:
    assert stood(county, behind=3)[1][-1] == (
        "  3 of the agency's wait to be admitted: see whether the workers run with `mash workers status`, "
        "and start them with `mash workers up`."
    )
    assert stood(county, behind=None)[1][-1] == "  Nothing to do."


def test_a_feed_that_stopped_says_since_when_and_what_to_do(county: County) -> None:
    county.now = noon(MONDAY + 9 * DAY)
    work(county)
    state, lines = stood(county, behind=3)
    assert (state, lines[0]) == ("stopped", "health/ED-PAS: stopped since 2026-03-02")
    assert "3 of the agency's still to be admitted" in lines[1]
    assert "ask the agency whether its system still sends" in lines[-1]


def test_a_feed_that_degraded_says_which_levels_are_not_met(county: County) -> None:
    county.now = noon(MONDAY)
    work(county)
    county.says(ED, MONDAY, nhs_number=None)
    county.now = noon(MONDAY + DAY)
    work(county)
    state, lines = stood(county)
    assert (state, lines[0]) == ("degraded", "health/ED-PAS: degraded since 2026-03-02")
    assert "  odd on 2026-03-02: nhs number given 50 % (expected at least 80 %)" in lines
    assert "nothing was refused for it" in lines[-1]


def test_a_period_that_no_delivery_covers_is_named() -> None:
    county = County()
    county.delivers(ED, noon(MONDAY), 1)
    county.delivers(ED, noon(MONDAY - 20 * DAY), 2)
    _, lines = stood(county)
    assert "  not covered: 2026-02-10 to 2026-02-22" in lines


def test_refusals_are_counted_by_code() -> None:
    county = County()
    county.records.add([mark_of(CATALOGUE, sent(b"\x00", noon(MONDAY), number)) for number in range(3)])
    county.delivers(ED, noon(MONDAY), refused=2, refusals=[{"code": "bad-date", "rows": 2}])
    state, lines = stood(county, Feed("health", ""))
    assert state == "only refused"
    assert lines[0] == "health, messages that name no system: only refused"
    assert "  refused in the last 30 days: truncated 3" in lines
    assert "  refused before sending, in the last delivery: bad-date 2" in stood(county)[1]


def test_words_that_an_agency_chose_cannot_order_the_terminal() -> None:
    county = County()
    county.delivers(ED, noon(MONDAY), population="all\x1b[2J children\u202e")
    _, lines = stood(county)
    assert "\x1b" not in "".join(lines)
    assert "\u202e" not in "".join(lines)
