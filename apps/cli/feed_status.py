"""`mash feed status` and `mash feed judge`: how each feed stands, and its levels up to now."""

import asyncio
import json
import os
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import click

from apps.connections import conninfo, kafka_login
from apps.feed_quality import QUALITY, JudgingFailed, judging, pages_folder, quality_suites
from apps.feed_standings import standings
from apps.feed_status import as_json, in_words
from apps.quality.pages import page_path
from apps.reach import ReachError, check_kafka, check_postgres
from apps.settings import Settings, SettingsError, load_settings
from apps.wiring import QUALITY_USER, event_log, now, start_producer
from apps.workers.lag import READER, log_progress
from projections.feeds import Judged
from projections.rows import open_store
from projections.sharing import BeingRebuilt, share_tables
from schemas.catalogue import load_catalogue
from schemas.topics import AGENCIES
from streams.quality.notices import level_in_words
from streams.quality.suites import SuitesBroken

EXPECTED = (BeingRebuilt, JudgingFailed, ReachError, SettingsError, SuitesBroken)


@click.command(epilog="Example: mash feed status --agency health")
@click.option("--agency", type=click.Choice(AGENCIES), help="Only this agency's feeds.")
@click.option("--json", "as_data", is_flag=True, help="As JSON, for a program.")
def status(agency: str | None, as_data: bool) -> None:
    """Say how each feed stands: last event, lag, refusals, quarantine, oddities, coverage. Exit 1 when one has stopped, is degraded, or has messages in quarantine."""
    try:
        settings = load_settings(os.environ, Path.cwd())
        check_postgres(conninfo(settings, READER))
        moment = now()
        found = standings(settings, load_catalogue(), _behind(settings), agency, moment)
    except EXPECTED as error:
        raise click.ClickException(str(error)) from error
    if as_data:
        click.echo(json.dumps([as_json(one) for one in found], indent=2))
    else:
        click.echo("\n".join(line for one in found for line in in_words(one, moment)) or "No feed has spoken yet.")
    if any(one.state in ("stopped", "degraded") or one.in_quarantine for one in found):
        raise click.exceptions.Exit(1)


@click.command(epilog="Example: mash feed judge")
def judge() -> None:
    """Judge every feed up to now: days that are over are told, today is only shown. Exit 1 when a level is not met."""
    try:
        settings = load_settings(os.environ, Path.cwd())
        check_kafka(kafka_login(settings, QUALITY_USER))
        check_postgres(conninfo(settings, QUALITY))
        told, today = asyncio.run(_judge(settings))
        suites = quality_suites(settings)
    except EXPECTED as error:
        raise click.ClickException(str(error)) from error
    for words, found in (("told", told), ("so far", today)):
        for one in found:
            click.echo(f"{one.feed.key} {one.day} ({words}): {one.rows:,} rows, {_in_words(one)}")
            for level in one.levels:
                if not level.met:
                    click.echo(f"  {level.expectation}: {suites.explained(one.feed.agency, level.expectation)}")
            click.echo(f"  {page_path(pages_folder(settings), one.feed, one.day)}")
    if not told and not today:
        click.echo("No window has enough rows to judge that was not judged before.")
    if not all(one.passed for one in (*told, *today)):
        raise click.exceptions.Exit(1)


async def _judge(settings: Settings) -> tuple[tuple[Judged, ...], tuple[Judged, ...]]:
    producer = await start_producer(settings, QUALITY_USER)
    try:
        with closing(open_store(conninfo(settings, QUALITY))) as conn:
            share_tables(conn)
            judges = judging(settings, load_catalogue(), conn, event_log(producer))
            return await judges.judge_closed(), await judges.judge_today()
    finally:
        await producer.stop()


def _in_words(judged: Judged) -> str:
    failing = [level_in_words(level) for level in judged.levels if not level.met]
    return "; ".join(failing) if failing else "every level met"


def _behind(settings: Settings) -> Mapping[str, int]:
    """Count for each agency what it published and the hub has not admitted yet; nothing where Kafka does not answer."""
    try:
        with log_progress(settings) as progress:
            return progress.behind_of_agencies()
    except ReachError as error:
        click.echo(str(error), err=True)
        return {}
