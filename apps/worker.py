"""One Faust worker process: `python -m apps.worker admit`, `project`, `match` or `quality`. It ends on anything it cannot handle; the supervisor starts it again."""

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import wraps
from io import StringIO
from pathlib import Path
from typing import NoReturn, ParamSpec

import faust
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from mode import Service
from psycopg import Connection

from apps.connections import aiokafka_options, conninfo, kafka_login
from apps.failures import explain
from apps.feed_quality import QUALITY, quality_work
from apps.lifeline import SUPERVISED, end_with_parent
from apps.matching import MATCHER, match_work
from apps.plain_log import set_up_log
from apps.services.secret_files import private_folder
from apps.settings import Settings, load_settings
from apps.watchdog import Watchdog
from apps.wiring import HUB_USER, MATCHER_USER, QUALITY_USER, WORKER, WORKS, Work, broker, event_log, start_producer
from projections.rows import Rows, open_store
from projections.sharing import share_tables
from streams.app import Stage, Turn, make_app
from streams.progress import Place

WATCH_SECONDS = 5.0
BROKER_PATIENCE_MS = 10_000
"""How long the watchdog waits for an answer before the broker counts as gone."""
FAILED = 1
EVERY_WORK = {**WORKS, "match": match_work, "quality": quality_work}
AS_WHOM = {"match": (MATCHER_USER, MATCHER), "quality": (QUALITY_USER, QUALITY)}
"""As which Kafka user and role of the main database a worker works, where not as the hub's own."""
logger = logging.getLogger(__name__)
Given = ParamSpec("Given")


class Clients(Service):
    """Closes the worker's own Kafka clients; Faust stops it after the app, whose agents may write until they end."""

    mundane_level = "debug"

    def __init__(self, producer: AIOKafkaProducer, ends: AIOKafkaConsumer) -> None:
        super().__init__()
        self._clients = (producer, ends)

    async def on_stop(self) -> None:
        """Close them."""
        for client in self._clients:
            await client.stop()
        logger.info("the worker has stopped as it was told to")


def run_worker(role: str, environ: Mapping[str, str], folder: Path) -> None:
    """Run the worker of this role until it is told to stop; the process leaves with exit code 1 and one sentence when anything fails."""
    set_up_log(environ.get("MASH_LOG_LEVEL", "INFO").upper())
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        settings = load_settings(environ, folder)
        alone = share_the_hub(settings, AS_WHOM.get(role, (HUB_USER, WORKER))[1])
        worker = _made(role, settings, loop)
    except Exception as error:  # noqa: BLE001 - any error ends the worker, with its sentence
        end(error)
    logger.info("the %s worker is starting", role)
    with alone:
        try:
            worker.execute_from_commandline()
        except SystemExit:
            if worker.crash_reason is not None:
                end(worker.crash_reason)
            raise


def _made(role: str, settings: Settings, loop: asyncio.AbstractEventLoop) -> faust.Worker:
    user, _ = AS_WHOM.get(role, (HUB_USER, WORKER))
    producer, ends = loop.run_until_complete(_start_clients(settings, user))
    work = EVERY_WORK[role](settings, event_log(producer))
    app = worker_app(settings, work, ends)
    return faust.Worker(
        app,
        Clients(producer, ends),
        loop=loop,
        override_logging=False,
        redirect_stdouts=False,
        stdout=StringIO(),  # its spinner moves a cursor
        # Faust makes an empty folder where it stands, although it keeps no table here.
        workdir=private_folder(settings.home / "run"),
    )


def worker_app(settings: Settings, work: Work, ends: AIOKafkaConsumer) -> faust.App:
    """Make the Faust app of one worker, its watchdog among its turns; the first error of any stage or turn ends the process."""

    def assigned() -> Iterable[Place]:
        return [(place.topic, place.partition) for place in app.consumer.assignment()]

    watchdog = Watchdog(ends, work.positions, assigned)
    watch = Turn("watch", WATCH_SECONDS, watchdog.look)
    stages = [Stage(stage.name, stage.topics, ending(stage.fold)) for stage in work.stages]
    turns = [Turn(turn.name, turn.seconds, ending(turn.act)) for turn in (*work.turns, watch)]
    app = make_app(work.group, broker(settings, work.user), stages, turns, work.positions)
    return app


def share_the_hub(settings: Settings, as_role: str = WORKER) -> Connection[Rows]:
    """Share the tables for as long as the connection lives; BeingRebuilt while a rebuild has them for itself."""
    conn = open_store(conninfo(settings, as_role))
    try:
        share_tables(conn)
    except BaseException:
        conn.close()
        raise
    return conn


def ending(act: Callable[Given, Awaitable[None]]) -> Callable[Given, Awaitable[None]]:
    """Wrap a stage's or a turn's work so that its first error ends the process: Faust would stop that agent alone, silently."""

    @wraps(act)
    async def ended(*args: Given.args, **kwargs: Given.kwargs) -> None:
        try:
            await act(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - any error ends the worker, with its sentence
            end(error)

    return ended


def end(error: BaseException) -> NoReturn:
    """Say why in one sentence and end the process at once: an orderly stop would wait for what is broken. Positions are written with their rows, so nothing is lost."""
    logger.critical("THE WORKER ENDS: %s", explain(error), exc_info=error)
    logging.shutdown()
    os._exit(FAILED)


async def _start_clients(settings: Settings, user: str) -> tuple[AIOKafkaProducer, AIOKafkaConsumer]:
    """Start what writes the log and what asks for its ends."""
    producer = await start_producer(settings, user)
    login = kafka_login(settings, user)
    ends = AIOKafkaConsumer(**aiokafka_options(login), request_timeout_ms=BROKER_PATIENCE_MS)
    await ends.start()
    return producer, ends


if __name__ == "__main__":
    if SUPERVISED in sys.argv[2:]:
        end_with_parent(sys.stdin.fileno())
    run_worker(sys.argv[1], dict(os.environ), Path.cwd())
