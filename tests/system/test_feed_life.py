"""Feeds on the real parts: good days and a bad one, a feed that goes quiet and speaks again, and a quality worker that is killed."""

import asyncio
import json
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result
from kafka import KafkaAdminClient, KafkaProducer

from apps import wiring
from apps.cli import main
from apps.connections import conninfo, kafka_python_options
from apps.feed_quality import QUALITY, judge_apart, pages_folder, quality_suites
from apps.rebuild import rebuild
from projections.feeds_sql import SqlFeeds
from projections.marks import SqlMarks
from projections.rows import open_store
from schemas.topics import HUB_FEEDS, agency_topic, deliveries_topic
from streams.quality.judging import Bench, Judging
from streams.quality.marking import STAGE, Marking
from streams.quality.notices import Notices
from streams.quality.watching import Watching
from streams.runs import Run
from tests.feed_world import ED, NHS_NUMBER, delivered, message, sent, statement
from tests.hub_parts import HubServices
from tests.schemas.contract_values import CATALOGUE
from tests.system.hub_in_hand import HubInHand, hub_in_hand
from tests.system.running import Hub

pytestmark = pytest.mark.services
DAY = timedelta(days=1)
TODAY = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
"""At noon London is on the same day."""
MARKED = "Nova Markedchild"


class Quality:
    """The quality worker's parts on real stores, in hand: records are stamped and the clock stands as the test wants it."""

    def __init__(self, hub: HubInHand) -> None:
        self.hub = hub
        self.now = TODAY
        self._offset = 0
        self.conn = open_store(conninfo(hub.settings, QUALITY))
        self.marking = Marking(self.conn, CATALOGUE)
        records, suites, notices = SqlFeeds(self.conn, CATALOGUE), quality_suites(hub.settings), Notices(CATALOGUE)
        self.watching = Watching(records, suites, notices, hub.log, self.clock)
        bench = Bench(records, SqlMarks(self.conn), suites, judge_apart(hub.settings))
        self.judging = Judging(bench, notices, hub.log, lambda: True, self.clock)

    def clock(self) -> datetime:
        return self.now

    def says(self, days_ago: int, **child: Any) -> None:
        """Let the feed tell thirty statements at noon so many days ago, each with a marked name in it."""
        when = TODAY - days_ago * DAY
        value = message(statement(ED, when, family_name=MARKED, address=MARKED, **child))
        run = [sent(value, when, self._offset + number) for number in range(30)]
        self._offset += 30
        asyncio.run(self.marking.fold(Run(run)))

    def turn(self, days_from_now: int) -> None:
        """Let every part take its turn at noon of a day, and fold what came of it."""
        self.now = TODAY + days_from_now * DAY

        async def act() -> None:
            producer = await wiring.start_producer(self.hub.settings, wiring.QUALITY_USER)
            try:
                self.hub.log.through = wiring.event_log(producer)
                await self.watching.act()
                await self.judging.act()
            finally:
                await producer.stop()

        asyncio.run(act())
        self.hub.work()

    def told(self, kind: str) -> int:
        ((count,),) = self.hub.sql("select count(*) from feed_told where kind = %s", kind)
        return int(count)


@pytest.fixture(scope="module")
def quality(hub_services: HubServices, kafka_admin: KafkaAdminClient, pristine: None) -> Iterator[Quality]:
    with hub_in_hand(hub_services, kafka_admin) as hub:
        quality = Quality(hub)
        yield quality
        quality.conn.close()


def mash(environ: dict[str, str], *words: str) -> Result:
    return CliRunner().invoke(main, [*words], env=environ)


def test_a_feed_lives_degrades_stops_and_speaks_again(quality: Quality) -> None:
    hub, environ = quality.hub, quality.hub.services.environ
    for days_ago in (5, 4, 3, 2):
        quality.says(days_ago, nhs_number=NHS_NUMBER)
    quality.turn(-1)
    assert (quality.told("FeedJudged"), quality.told("FeedDegraded")) == (4, 0)
    assert mash(environ, "feed", "status", "--agency", "health").exit_code == 0

    quality.says(1)
    for _ in range(2):
        quality.turn(0)
    assert (quality.told("FeedJudged"), quality.told("FeedDegraded")) == (5, 1)
    status = mash(environ, "feed", "status", "--agency", "health")
    assert status.exit_code == 1
    assert "health/ED-PAS: degraded since" in status.output
    assert "nhs number given 0 % (expected at least 80 %)" in status.output

    for _ in range(2):
        quality.turn(9)
    assert quality.told("FeedStopped") == 1
    (found,) = json.loads(mash(environ, "feed", "status", "--json").output)
    assert (found["agency"], found["source_system"], found["state"]) == ("health", "ED-PAS", "stopped")

    quality.says(-9, nhs_number=NHS_NUMBER)
    for _ in range(2):
        quality.turn(9)
    assert (quality.told("FeedStopped"), quality.told("FeedResumed")) == (1, 1)
    pages = list(pages_folder(hub.settings).rglob("*.html"))
    assert len(pages) == quality.told("FeedJudged") + 1
    for text in (*(page.read_text("utf-8") for page in pages), status.output, found["sentence"]):
        assert not any(word in text for word in (MARKED, "Markedchild", NHS_NUMBER))


def test_what_the_hub_says_about_feeds_is_proved_and_comes_back_from_the_log(quality: Quality) -> None:
    hub = quality.hub
    assert hub.verify().findings == ()
    tables = ("feed_told", "feed_mark", "feed_arrival", "feed_happened")
    before = {table: sorted(hub.sql(f"select * from {table}")) for table in tables if table != "feed_mark"}
    marks = hub.sql("select count(*) from feed_mark")
    rebuild(hub.settings, lambda *_: None)
    assert {table: sorted(hub.sql(f"select * from {table}")) for table in before} == before
    assert hub.sql("select count(*) from feed_mark") == marks
    assert hub.sql("select count(*) from log_position where stage = %s", STAGE) == [(1,)]
    hub.sql("update feed_told set agency = 'police' where kind = 'FeedStopped'")
    assert [finding for finding in hub.verify().findings if HUB_FEEDS in finding]


def test_a_quality_worker_that_is_killed_doubles_nothing(hub: Hub) -> None:
    statements, deliveries = 600, 3
    producer = KafkaProducer(**kafka_python_options(hub.services.login("health")), acks="all")
    value = message(statement(ED, datetime.now(UTC), nhs_number=NHS_NUMBER))
    (worker,) = hub.start("quality")
    hub.start("project")
    for number in range(statements):
        producer.send(agency_topic("health"), value=value, partition=number % 2)
        if number == statements // 2:
            producer.flush()
            hub.until(lambda: hub.rows("select count(*) > 0 from feed_mark") == [(True,)], "marks to be made")
            hub.given_up.append(worker)
            worker.process.send_signal(signal.SIGKILL)
            worker.process.wait()
    for number in range(deliveries):
        producer.send(deliveries_topic("health"), value=delivered(ED, datetime.now(UTC), number))
    producer.send(deliveries_topic("health"), value=b"no delivery")
    producer.flush()
    producer.close()
    hub.start("quality")
    marked = "select count(*), count(*) filter (where refused is null) from feed_mark"
    hub.until(lambda: hub.rows(marked) == [(statements + 1, statements)], "every statement to be marked once")
    hub.until(lambda: hub.rows("select count(*) from feed_told") == [(deliveries,)], "every delivery to be folded")
    assert hub.rows("select sum(statements)::int, sum(refused)::int from feed_arrival") == [(statements, 1)]
    assert hub.rows("select sum(statements)::int from feed_happened") == [(statements,)]
    found = mash(hub.services.environ, "feed", "status")
    assert found.exit_code == 0, found.output
    assert f"{statements} of the agency's still to be admitted" in found.output
    assert "refused in the last 30 days: " in found.output
