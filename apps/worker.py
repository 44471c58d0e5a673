"""One Faust worker process: `python -m apps.worker admit` or `project`. It ends on anything it cannot handle; the supervisor starts it again."""

import asyncio
import logging
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import faust
from aiokafka import AIOKafkaConsumer

from apps.connections import aiokafka_options, kafka_login
from apps.settings import Settings, load_settings
from apps.watchdog import Watchdog
from apps.wiring import HUB_USER, WORKS, Work, broker, event_log, start_producer
from streams.app import Turn, make_app
from streams.progress import Place

WATCH_SECONDS = 5.0


def run_worker(role: str, environ: Mapping[str, str], folder: Path) -> None:
    """Run the worker of this role until it is told to stop; the process leaves with exit code 1 when a stage fails."""
    settings = load_settings(environ, folder)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    producer = loop.run_until_complete(start_producer(settings))
    ends = loop.run_until_complete(_start_reader_of_ends(settings))
    app = worker_app(settings, WORKS[role](settings, event_log(producer)), ends)
    worker = faust.Worker(app, loop=loop, loglevel=logging.INFO, redirect_stdouts=False, workdir=folder)
    worker.execute_from_commandline()


def worker_app(settings: Settings, work: Work, ends: AIOKafkaConsumer) -> faust.App:
    """Make the Faust app of one worker, its watchdog among its turns."""

    def assigned() -> Iterable[Place]:
        return [(place.topic, place.partition) for place in app.consumer.assignment()]

    watchdog = Watchdog(ends, work.positions, assigned)
    turns = (*work.turns, Turn("watch", WATCH_SECONDS, watchdog.look))
    app = make_app(work.group, broker(settings), work.stages, turns, work.positions)
    return app


async def _start_reader_of_ends(settings: Settings) -> AIOKafkaConsumer:
    consumer = AIOKafkaConsumer(**aiokafka_options(kafka_login(settings, HUB_USER)))
    await consumer.start()
    return consumer


if __name__ == "__main__":
    run_worker(sys.argv[1], dict(os.environ), Path.cwd())
