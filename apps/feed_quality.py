"""The composition root of the quality worker: marks, deliveries, feeds that stop, and windows that are judged in a process of their own."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from kafka import KafkaConsumer, TopicPartition
from psycopg import Connection

from apps.connections import conninfo, kafka_login, kafka_python_options
from apps.quality.request import read_levels, write_windows
from apps.settings import Settings
from apps.wiring import QUALITY_USER, Work, lowest_positions, now
from projections.feeds import Level
from projections.feeds_sql import SqlFeeds
from projections.marks import SqlMarks
from projections.rows import Rows, open_store
from schemas.catalogue import Catalogue, load_catalogue
from schemas.topics import AGENCIES, agency_topic, deliveries_topic, partitions_of
from streams.app import Stage, Turn
from streams.deliveries import Deliveries
from streams.event_log import EventLog
from streams.quality.judging import Bench, Judging
from streams.quality.marking import STAGE, Marking
from streams.quality.notices import Notices
from streams.quality.suites import Suites, load_suites
from streams.quality.watching import Watching
from streams.quality.windows import Window

QUALITY = "mash_quality"
EVENTS = tuple(agency_topic(agency) for agency in AGENCIES)
DELIVERIES = tuple(deliveries_topic(agency) for agency in AGENCIES)
WATCH_SECONDS = 10.0
JUDGE_SECONDS = 30.0
JUDGE_PATIENCE_SECONDS = 900.0


class JudgingFailed(Exception):
    """The process that judges ended without an answer; the message says what to do, and nothing of a window."""


def quality_work(settings: Settings, log: EventLog) -> Work:
    """Say what the quality worker does: mark what agencies say, write their deliveries on, notice feeds that stop, judge windows that are over."""
    catalogue, marking, turning = load_catalogue(), _store(settings), _store(settings)
    suites = quality_suites(settings)
    watching = Watching(SqlFeeds(turning, catalogue), suites, Notices(catalogue), log, now)
    stages = (
        Stage("mark", EVENTS, Marking(marking, catalogue).fold),
        Stage("deliveries", DELIVERIES, Deliveries(_store(settings), catalogue, log).fold),
    )
    turns = (
        Turn("feeds-that-stop", WATCH_SECONDS, watching.act),
        Turn("judge", JUDGE_SECONDS, judging(settings, catalogue, turning, log).act),
    )
    return Work("mash-quality", stages, turns, lowest_positions(_store(settings), (STAGE,)), QUALITY_USER)


def judging(settings: Settings, catalogue: Catalogue, conn: Connection[Rows], log: EventLog) -> Judging:
    """Put together what judges windows, on a connection as mash_quality."""
    bench = Bench(SqlFeeds(conn, catalogue), SqlMarks(conn), quality_suites(settings), judge_apart(settings))
    return Judging(bench, Notices(catalogue), log, _caught_up(settings, conn), now)


def quality_suites(settings: Settings) -> Suites:
    """Read what is expected of feeds: MASH_HOME/suites.toml where there is one, else as shipped."""
    return load_suites(settings.home / "suites.toml")


def pages_folder(settings: Settings) -> Path:
    """Name the folder of Data Docs."""
    return settings.home / "quality"


def judge_apart(settings: Settings) -> Callable[[Sequence[Window]], asyncio.Future[Sequence[tuple[Level, ...]]]]:
    """Give what judges windows in a process of its own, so that 200 MB of Great Expectations live only while it does."""

    def judge(windows: Sequence[Window]) -> Sequence[tuple[Level, ...]]:
        command = [sys.executable, "-m", "apps.quality", str(pages_folder(settings))]
        try:
            done = subprocess.run(  # noqa: S603 - our own program
                command, input=write_windows(windows), capture_output=True, check=True, timeout=JUDGE_PATIENCE_SECONDS
            )
            return read_levels(done.stdout)
        except (subprocess.SubprocessError, ValueError, TypeError, KeyError) as error:
            raise JudgingFailed(
                f"Expected the judging process to answer for {len(windows)} windows, found {type(error).__name__}; "
                "see that Great Expectations is installed and memory is free: the windows are judged again."
            ) from None

    return lambda windows: asyncio.get_running_loop().run_in_executor(None, judge, windows)


def _caught_up(settings: Settings, conn: Connection[Rows]) -> Callable[[], bool]:
    """Give what says whether every statement that was told so far is marked; it asks the broker each time."""
    places = [TopicPartition(topic, part) for topic in EVENTS for part in range(partitions_of(topic))]
    positions = lowest_positions(conn, (STAGE,))

    def caught_up() -> bool:
        consumer = KafkaConsumer(**kafka_python_options(kafka_login(settings, QUALITY_USER)))
        try:
            ends, stored = consumer.end_offsets(places), positions()
            begins = consumer.beginning_offsets(places)
        finally:
            consumer.close()
        return all(
            max(stored.get((place.topic, place.partition), 0), begins[place]) >= end for place, end in ends.items()
        )

    return caught_up


def _store(settings: Settings) -> Connection[Rows]:
    return open_store(conninfo(settings, QUALITY))
