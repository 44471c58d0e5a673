"""The real parts for measuring: a private Kafka and PostgreSQL in a folder of their own, provisioned, and stopped at the end whatever happened."""

import asyncio
import os
import random
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from aiokafka import AIOKafkaProducer

from apps.connections import aiokafka_options, kafka_login
from apps.provision import provision
from apps.services import World, reset, up
from apps.settings import Settings, load_settings
from bench.history import AGENCIES, Sent
from schemas.topics import agency_topic


@contextmanager
def private_parts() -> Iterator[Settings]:
    """Start the parts in a temporary MASH_HOME and give their settings."""
    with tempfile.TemporaryDirectory(prefix="mash-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)  # PostgreSQL's own user has to reach its cluster in here where this runs as root
        world = World(os.environ, datetime.now(UTC), random.SystemRandom(), os.geteuid())
        try:
            up(home, world, lambda _: None)
            settings = load_settings({"MASH_HOME": folder}, home)
            provision(settings, lambda _: None)
            yield settings
        finally:
            reset(home, lambda _: None)


def send(settings: Settings, messages: Iterable[Sent]) -> int:
    """Put messages into the agencies' topics, as the agencies; returns how many, once all are acknowledged."""
    return asyncio.run(_send(settings, messages))


async def _send(settings: Settings, messages: Iterable[Sent]) -> int:
    producers = {
        agency: AIOKafkaProducer(**aiokafka_options(kafka_login(settings, agency)), linger_ms=5) for agency in AGENCIES
    }
    for producer in producers.values():
        await producer.start()
    count = 0
    try:
        for one in messages:
            await producers[one.agency].send(agency_topic(one.agency), one.message, partition=one.partition)
            count += 1
    finally:
        for producer in producers.values():
            await producer.stop()
    return count
