"""Every agent on one screen: which stage reads which topics. A stage's body is one call, `fold(run)`."""

import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import faust
from faust.serializers import codecs

from streams.runs import RUN_CODEC, AsIs, Positions, Run, transport_reading_from


@dataclass(frozen=True, slots=True)
class Stage:
    """One reader of the log: its name (under which its position is stored), its topics, and what it does with a run of records.

    `fold` must leave nothing half done: what it raises ends the process, and a supervisor starts it again from the stored position.
    """

    name: str
    topics: tuple[str, ...]
    fold: Callable[[Run], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Turn:
    """Something to do every so many seconds beside the log: `act` gets nothing and leaves nothing half done."""

    name: str
    seconds: float
    act: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the log is and as whom to read it; `session_seconds` is how long a dead worker keeps its partitions."""

    urls: Sequence[str]
    user: str
    password: str = field(repr=False)
    tls: ssl.SSLContext = field(repr=False)
    session_seconds: int = 10
    run_records: int = 4000


def make_app(
    group: str, broker: Broker, stages: Sequence[Stage], turns: Sequence[Turn], positions: Positions
) -> faust.App:
    """Make the Faust app of one consumer group. Offsets live in PostgreSQL; Faust keeps no table, no web server, no topic of its own."""
    codecs.register(RUN_CODEC, AsIs())
    app = faust.App(
        group,
        broker=[f"kafka://{url}" for url in broker.urls],
        broker_credentials=faust.SASLCredentials(
            username=broker.user, password=broker.password, mechanism="SCRAM-SHA-512", ssl_context=broker.tls
        ),
        broker_max_poll_records=broker.run_records,
        broker_session_timeout=broker.session_seconds,
        broker_heartbeat_interval=broker.session_seconds / 4,
        consumer_auto_offset_reset="earliest",
        agent_supervisor="mode.CrashingSupervisor",
        store="memory://",
        stream_wait_empty=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        reply_create_topic=False,
        web_enabled=False,
    )
    app.transport = transport_reading_from(positions)(app.conf.broker_consumer, app, app.loop)
    for stage in stages:
        _attach_stage(app, stage)
    for turn in turns:
        app.timer(interval=turn.seconds, name=turn.name)(turn.act)
    return app


def _attach_stage(app: faust.App, stage: Stage) -> None:
    # acks=False: Kafka's committed offset would say "read" before PostgreSQL does; it is not used.
    topic = app.topic(*stage.topics, value_serializer=RUN_CODEC, acks=False)

    @app.agent(topic, name=stage.name, concurrency=1)
    async def agent(stream: faust.StreamT[Run]) -> None:
        async for event in stream.events():
            await stage.fold(event.value)
