"""A real log on a real broker: read, folded, verified, damaged on the disk and found."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from aiokafka import AIOKafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

from apps.connections import aiokafka_options, kafka_python_options
from audit.checkpoint_check import TrustedKeys
from audit.evidence import evidence_of
from audit.findings import Finding, Kind
from audit.kafka_source import KafkaSource
from audit.ledger import Cadence, LedgerFold
from audit.log_reader import LogUnreadable, read_partition
from audit.note_keys import ED25519, SignerKey
from audit.records import DamagedRange, Run, TreeId
from audit.sql_ledger import SqlLedgerStore
from audit.verify import TreeCheck
from tests.hub_parts import HubServices

pytestmark = pytest.mark.services

NOON = datetime(2031, 5, 6, 12, tzinfo=UTC)
SIGNER = SignerKey("hub.example", ED25519, bytes(range(32)))
TREE = TreeId("hub.ledgertest", 1)
BATCHES, LENGTH = 6, 100


def tell(hub: HubServices) -> None:
    """Write some batches of known records to the tree's partition."""

    async def write() -> None:
        async with AIOKafkaProducer(**aiokafka_options(hub.login("hub"))) as producer:
            for number in range(BATCHES):
                batch = producer.create_batch()
                for at in range(number * LENGTH, (number + 1) * LENGTH):
                    batch.append(key=at.to_bytes(16, "big"), value=b"invented record %06d" % at, timestamp=None)
                await (await producer.send_batch(batch, TREE.topic, partition=TREE.partition))

    asyncio.run(write())


@pytest.fixture
def told(hub_services: HubServices) -> Iterator[Path]:
    """Make a topic of this test's own with its records, and give the file that they lie in."""
    with KafkaAdminClient(**kafka_python_options(hub_services.login("admin"))) as admin:
        admin.create_topics([NewTopic(TREE.topic, num_partitions=2, replication_factor=1)])
        tell(hub_services)
        (segment,) = hub_services.layout.kafka.rglob(f"{TREE.topic}-{TREE.partition}/*.log")
        yield segment
        admin.delete_topics([TREE.topic])


def read(hub: HubServices, tree: TreeId = TREE) -> list[Run]:
    async def collect() -> list[Run]:
        async with KafkaSource(tree, aiokafka_options(hub.login("auditor")), patience=2) as source:
            return [run async for run in read_partition(source, tree, await source.end())]

    return asyncio.run(collect())


def fold(store: SqlLedgerStore, runs: list[Run]) -> None:
    ledger = LedgerFold("hub.example", SIGNER, Cadence(leaves=250, seconds=3600))
    state = ledger.restore(store, TREE)
    for run in runs:
        assert not isinstance(run, DamagedRange)
        state = ledger.fold(state, store, run, NOON).state


def verify(hub: HubServices, store: SqlLedgerStore) -> list[Finding]:
    check = TreeCheck(evidence_of(store, TREE, "hub.example", TrustedKeys((SIGNER.verifier(),))))

    async def collect() -> list[Finding]:
        async with KafkaSource(TREE, aiokafka_options(hub.login("auditor")), patience=2) as source:
            runs = read_partition(source, TREE, await source.end())
            found = [each async for run in runs for each in check.feed(run)]
            return [*found, *check.finish()]

    return asyncio.run(collect())


def flip(segment: Path, place: int) -> None:
    with segment.open("r+b") as file:
        file.seek(place)
        held = file.read(1)
        file.seek(place)
        file.write(bytes([held[0] ^ 1]))


def test_a_log_is_read_whole_and_its_ledger_verifies(
    hub_services: HubServices, told: Path, ledger_connection: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    store, runs = SqlLedgerStore(ledger_connection), read(hub_services)
    assert [record.offset for run in runs if not isinstance(run, DamagedRange) for record in run] == list(
        range(BATCHES * LENGTH)
    )
    fold(store, runs)
    assert verify(hub_services, store) == []


def test_a_byte_changed_on_the_brokers_disk_is_named_by_batch_and_by_record(
    hub_services: HubServices, told: Path, ledger_connection: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    store = SqlLedgerStore(ledger_connection)
    fold(store, read(hub_services))
    flip(told, told.read_bytes().index(b"invented record 000342"))
    found = verify(hub_services, store)
    assert [(each.kind, each.index) for each in found] == [
        (Kind.DAMAGED_RECORDS, 300),
        (Kind.LEAF, 342),
        (Kind.ROOT, 600),
    ]


@pytest.mark.parametrize("distance", [*range(1, 8)])
def test_a_changed_length_in_front_of_a_record_is_named_and_the_other_batches_are_still_verified(
    hub_services: HubServices, told: Path, ledger_connection: "psycopg.Connection[tuple[object, ...]]", distance: int
) -> None:
    store = SqlLedgerStore(ledger_connection)
    fold(store, read(hub_services))
    flip(told, told.read_bytes().index(b"invented record 000200") - 16 - distance)
    found = verify(hub_services, store)
    assert found[0].kind is Kind.DAMAGED_RECORDS
    assert found[0].index == 200


ATTRIBUTES, LENGTH_FIELD = 22, 11
"""Places in a batch's header: what says how it is compressed, and the last byte of its length."""


@pytest.mark.parametrize("place", [ATTRIBUTES, LENGTH_FIELD])
def test_a_batch_that_looks_compressed_or_longer_than_it_is_gets_named_and_does_not_stop_verification(
    hub_services: HubServices, told: Path, ledger_connection: "psycopg.Connection[tuple[object, ...]]", place: int
) -> None:
    store = SqlLedgerStore(ledger_connection)
    fold(store, read(hub_services))
    batch_start = 2 * told.stat().st_size // BATCHES
    assert told.read_bytes()[batch_start : batch_start + 8] == (200).to_bytes(8, "big")
    flip(told, batch_start + place)
    first = verify(hub_services, store)[0]
    assert (first.kind, first.index) == (Kind.DAMAGED_RECORDS, 200)


@pytest.mark.parametrize("tree", [TreeId("hub.nowhere", 0), TreeId("agency.health.events", 0)])
def test_a_topic_that_is_not_there_or_not_allowed_gives_one_clear_error(
    hub_services: HubServices, tree: TreeId
) -> None:
    with pytest.raises(LogUnreadable, match="this user may read it"):
        read(hub_services, tree)


def test_a_broker_that_is_not_there_gives_one_clear_error(hub_services: HubServices) -> None:
    async def attempt() -> None:
        async with KafkaSource(TREE, {"bootstrap_servers": "127.0.0.1:1"}):
            pass

    with pytest.raises(LogUnreadable, match="see that the broker runs"):
        asyncio.run(attempt())
