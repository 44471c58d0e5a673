"""The Faust app: which agents read which topics, where from, and what it never does."""

import asyncio
import ssl
from collections.abc import Mapping
from typing import Any

import pytest
from admit_world import record
from faust.types import TP

from schemas.topics import HUB_EVENTS, HUB_QUARANTINE
from streams.app import Broker, Stage, Turn, make_app
from streams.runs import AsIs, Run, RunConsumer, transport_reading_from

STORED = {(HUB_EVENTS, 0): 41, (HUB_EVENTS, 1): 7}
BROKER = Broker(("localhost:1",), "hub", "secret-of-the-hub", ssl.create_default_context())


async def nothing(_run: Run) -> None:
    """Fold nothing."""


async def no_turn() -> None:
    """Do nothing."""


def stored() -> Mapping[tuple[str, int], int]:
    return STORED


@pytest.fixture
def app() -> Any:
    """Make an app of two stages and one turn in an event loop of its own."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        stages = [Stage("project", (HUB_EVENTS,), nothing), Stage("ledger", (HUB_EVENTS, HUB_QUARANTINE), nothing)]
        yield make_app("mash-project", BROKER, stages, [Turn("sign", 5.0, no_turn)], stored)
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def test_an_app_serves_no_pages_declares_no_topics_and_keeps_no_tables(app: Any) -> None:
    conf = app.conf
    assert not conf.web_enabled
    assert not conf.topic_allow_declare
    assert conf.topic_disable_leader
    assert not conf.reply_create_topic
    assert str(conf.store) == "memory:" or str(conf.store).startswith("memory:")
    assert not conf.stream_wait_empty
    assert not app.tables
    assert conf.processing_guarantee.value == "at_least_once"


def test_whatever_leaves_an_agent_ends_the_process(app: Any) -> None:
    assert app.conf.agent_supervisor.__name__ == "CrashingSupervisor"


def test_every_stage_is_one_agent_over_its_topics_whose_records_faust_does_not_acknowledge(app: Any) -> None:
    agents = {name.rpartition(".")[2]: agent for name, agent in app.agents.items()}
    assert set(agents) == {"project", "ledger"}
    assert [set(agents[name].channel.topics) for name in ("project", "ledger")] == [
        {HUB_EVENTS},
        {HUB_EVENTS, HUB_QUARANTINE},
    ]
    for agent in agents.values():
        assert agent.concurrency == 1
        assert agent.channel.acks is False
        assert agent.channel.value_serializer == "run"


def test_the_broker_is_reached_with_a_password_over_tls_and_shows_it_nowhere(app: Any) -> None:
    credentials = app.conf.broker_credentials
    assert (credentials.username, credentials.password) == ("hub", "secret-of-the-hub")
    assert (
        str(credentials.mechanism) in {"SCRAM-SHA-512", "SASLMechanism.SCRAM_SHA_512"}
        or credentials.mechanism.value == "SCRAM-SHA-512"
    )
    assert "secret-of-the-hub" not in repr(BROKER)
    assert app.conf.consumer_auto_offset_reset == "earliest"


def test_a_dead_workers_partitions_are_given_away_after_the_session_not_after_a_minute(app: Any) -> None:
    assert app.conf.broker_session_timeout == BROKER.session_seconds == 10
    assert app.conf.broker_heartbeat_interval < 10 / 3


def test_the_app_reads_through_the_transport_that_hands_over_runs(app: Any) -> None:
    assert issubclass(app.transport.Consumer, RunConsumer)
    assert app.transport.Consumer.positions() == STORED


def test_a_run_passes_the_codec_as_it_is() -> None:
    run = Run([record(b"a")])
    assert AsIs().loads(run) is run


def test_a_consumer_starts_where_postgresql_says_and_at_the_beginning_where_it_says_nothing() -> None:
    consumer_class = transport_reading_from(stored).Consumer

    class Seeking(consumer_class):  # type: ignore[misc, valid-type]  # the class is made for each app
        """A consumer of three partitions that notes where it is told to seek."""

        def __init__(self) -> None:
            self.sought: dict[TP, int] = {}

        def assignment(self) -> set[TP]:
            """Give three partitions."""
            return {TP(HUB_EVENTS, part) for part in range(3)}

        async def seek(self, partition: TP, offset: int) -> None:
            """Note it."""
            self.sought[partition] = offset

    consumer = Seeking()
    returned = asyncio.run(consumer.seek_to_committed())
    assert returned == consumer.sought == {TP(HUB_EVENTS, 0): 41, TP(HUB_EVENTS, 1): 7, TP(HUB_EVENTS, 2): 0}


def test_two_apps_read_from_their_own_positions() -> None:
    one, other = transport_reading_from(stored), transport_reading_from(dict)
    assert one.Consumer.positions() == STORED
    assert other.Consumer.positions() == {}
