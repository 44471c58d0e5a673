"""Where the time goes: the same stages as the workers', in this process, with a stopwatch around each step; microseconds a statement."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from apps.connections import aiokafka_options, kafka_login
from apps.settings import Settings
from apps.wiring import admit_stage, event_log, ledger_stage, project_stages, start_producer, worker_store
from bench.history import AGENCIES
from projections import sql_fold
from schemas.catalogue import load_catalogue
from schemas.codec import decode
from schemas.topics import HUB_EVENTS, agency_topic, partitions_of
from streams.event_log import LogRecord
from streams.runs import Run

RECORDS = 4000


@dataclass
class Stopwatch:
    """Adds up the seconds of each step."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def timed(self, step: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """Give the same call, its time added to a step."""

        def run(*args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            try:
                return call(*args, **kwargs)
            finally:
                self.seconds[step] += time.perf_counter() - began

        return run


class Watched:
    """Anything, with a stopwatch around some of its methods."""

    def __init__(self, whole: Any, watch: Stopwatch, **steps: str) -> None:
        self._whole = whole
        for method, step in steps.items():
            setattr(self, method, watch.timed(step, getattr(whole, method)))

    def __getattr__(self, name: str) -> Any:
        """Pass on whatever is not watched."""
        return getattr(self._whole, name)


class WatchedLog:
    """The hub's log, with a stopwatch around writing and waiting for the broker."""

    def __init__(self, log: Any, watch: Stopwatch) -> None:
        self._log = log
        self._watch = watch

    async def write(self, topic: str, records: Iterable[LogRecord]) -> None:
        """Write as the log does."""
        began = time.perf_counter()
        await self._log.write(topic, records)
        self._watch.seconds["publish to hub.events (with the broker)"] += time.perf_counter() - began


def measure_steps(settings: Settings) -> dict[str, float]:
    """Admit and fold everything that was sent, in this process; returns microseconds a statement by step, in the order of an event's life."""
    return asyncio.run(_measure(settings))


async def _measure(settings: Settings) -> dict[str, float]:
    watch, catalogue = Stopwatch(), load_catalogue()
    producer = await start_producer(settings)
    admit = _watched_admit(settings, watch, WatchedLog(event_log(producer), watch))
    sources = [(agency_topic(agency), part) for agency in AGENCIES for part in range(2)]
    count = 0
    async for run in runs(settings, sources):
        for record in run.records:
            _decode(watch, catalogue, record)
        await admit.fold(run)
        count += len(run.records)
    await _project(settings, watch)
    await producer.stop()
    watch.seconds["identify: fingerprints"] -= watch.seconds["decode under guard"]
    return {step: seconds / count * 1e6 for step, seconds in watch.seconds.items()}


def _decode(watch: Stopwatch, catalogue: Any, record: Any) -> None:
    began = time.perf_counter()
    if len(record.value) > 40:
        decode(catalogue, record.value)
    watch.seconds["decode under guard"] += time.perf_counter() - began


def _watched_admit(settings: Settings, watch: Stopwatch, log: Any) -> Any:
    stage = admit_stage(settings, load_catalogue(), log)
    sealing = replace(
        stage.sealing,
        keys=Watched(stage.sealing.keys, watch, ensure="seal: keys"),
        sealer=Watched(stage.sealing.sealer, watch, seal="seal: AES-256-GCM and nonce"),
        codec=Watched(stage.sealing.codec, watch, header_bytes="seal: encode the header"),
    )
    return replace(
        stage,
        examiner=Watched(stage.examiner, watch, examine="identify: fingerprints", header="seal: make the header"),
        identity=Watched(stage.identity, watch, place="identify: find or make the child"),
        admissions=Watched(stage.admissions, watch, known="admit: known already?", remember="admit: remember"),
        sealing=sealing,
    )


async def _project(settings: Settings, watch: Stopwatch) -> None:
    conn = worker_store(settings)
    stage = project_stages(conn, load_catalogue())[HUB_EVENTS]
    keeper = ledger_stage(settings, WatchedLog(_Nowhere(), Stopwatch()))
    fold = stage._fold  # noqa: SLF001 - the bench looks inside on purpose
    fold._codec = Watched(fold._codec, watch, read="fold: read the header")  # noqa: SLF001 - as above
    fold._followers = [Watched(one, watch, fold="fold: clocks, concerns, alerts") for one in fold._followers]  # noqa: SLF001 - as above
    copy_rows = sql_fold.copy_rows
    sql_fold.copy_rows = watch.timed("store: copy the chronology's rows", copy_rows)
    try:
        async for run in runs(settings, [(HUB_EVENTS, part) for part in range(partitions_of(HUB_EVENTS))]):
            await stage.fold(run)
            began = time.perf_counter()
            await keeper.fold(run)
            watch.seconds["prove: leaves and tiles"] += time.perf_counter() - began
    finally:
        sql_fold.copy_rows = copy_rows


class _Nowhere:
    async def write(self, topic: str, records: Iterable[LogRecord]) -> None:
        """Write nothing: checkpoints of a measurement are not published."""


async def runs(settings: Settings, places: Sequence[tuple[str, int]]) -> AsyncIterator[Run]:
    """Read these (topic, partition) from their beginning to the end that they have now, as runs."""
    consumer = AIOKafkaConsumer(**aiokafka_options(kafka_login(settings, "hub")), max_partition_fetch_bytes=4 << 20)
    await consumer.start()
    try:
        wanted = [TopicPartition(*place) for place in places]
        ends = await consumer.end_offsets(wanted)
        consumer.assign(wanted)
        await consumer.seek_to_beginning()
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=1000, max_records=RECORDS)).values():
                yield Run(records)
    finally:
        await consumer.stop()
