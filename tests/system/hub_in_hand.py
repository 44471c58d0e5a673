"""The hub's real stages on real stores, driven from within a test: what an agency said is admitted, folded, proved and alerted on when `work` returns."""

import asyncio
import gc
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, Self
from uuid import UUID

import psycopg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from access_policy.question import Person
from apps import wiring
from apps.connections import aiokafka_options, kafka_python_options
from apps.doors import Doors, open_doors
from apps.keys import signing_key
from apps.verification import Verified, verify
from audit.ledger import LedgerFold
from audit.ledger_writer import LedgerWriter
from audit.sql_ledger import SqlLedgerStore
from connectors.cin_census import AGENCY as CENSUS_AGENCY
from connectors.cin_census import read_census
from connectors.csv_drop import read_csv
from connectors.envelope import time_zone
from connectors.mapping_file import shipped_mapping
from connectors.producer import KafkaStatementLog, deliver
from connectors.statement import Delivery
from projections.alert_outbox import SqlAlertOutbox
from projections.rules.packs import load_rule_packs
from query.door import Refused, StaffMember
from query.open_record import OpenedRecord, open_record
from schemas.catalogue import load_catalogue
from schemas.topics import AGENCIES, LEDGERED, agency_topic, partitions_of
from streams.alert import Alerting
from streams.event_log import KafkaEventLog
from streams.ledger import LedgerStage
from streams.runs import Run
from tests.hub_parts import HubServices

SPRING = datetime(2024, 4, 15, 9, tzinfo=UTC)
"""When this hub believes it is: duties of early 2024 have run out not long ago."""
LONGER_THAN_A_CADENCE = timedelta(seconds=11)
CATALOGUE = load_catalogue()


def staff(agency: str = "health", role: str = "analyst", *clearances: str) -> StaffMember:
    return StaffMember(f"{agency}-{role}-17", Person(agency, role, frozenset(clearances)))


class Clock:
    """Goes on by more than the ledger's cadence whenever someone looks, so that whatever grew is signed at once."""

    def __init__(self) -> None:
        self._now = SPRING

    def __call__(self) -> datetime:
        self._now += LONGER_THAN_A_CADENCE
        return self._now


class HubInHand:
    """One hub: feeds as its agencies, works as its workers, asks as its people, verifies as its auditor."""

    def __init__(self, services: HubServices) -> None:
        self.services = services
        self.settings = services.settings
        self._open = ExitStack()
        self._read: dict[TopicPartition, int] = {}
        self._reader: Any = None
        self._doors: Doors | None = None

    def __enter__(self) -> Self:
        """Connect every part as the user that it is in production."""
        before = open_connections()
        self._open.callback(lambda: [one.close() for one in open_connections() if one not in before])
        self._runner = self._open.enter_context(asyncio.Runner())
        self._open.callback(lambda: self.run(self._stop()))
        self.run(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        """Close what was opened."""
        self._open.close()

    def run(self, doing: Any) -> Any:
        """Run a coroutine in the loop that the Kafka clients live in."""
        return self._runner.run(doing)

    def send_csv(self, feed: str, content: bytes) -> Delivery:
        """Send a CSV file through the shipped mapping of that feed."""
        return self.send(feed, read_csv(BytesIO(content), shipped_mapping(feed, CATALOGUE)))

    def send_census(self, content: bytes) -> Delivery:
        """Send a census file."""
        return self.send(CENSUS_AGENCY, read_census(BytesIO(content), time_zone()))

    def send(self, agency: str, outcomes: Any) -> Delivery:
        """Publish what a reader made, as the agency's own user."""
        options = kafka_python_options(self.services.login(agency))
        with KafkaStatementLog(CATALOGUE, **options) as log:
            return deliver(iter(outcomes), log)

    def publish(self, agency: str, *messages: bytes) -> None:
        """Publish bytes as they are, in one partition, as the agency's own user."""

        async def write() -> None:
            options = aiokafka_options(self.services.login(agency))
            async with AIOKafkaProducer(**options, acks="all", max_request_size=2 << 20) as producer:
                for message in messages:
                    await producer.send_and_wait(agency_topic(agency), message, partition=0)

        self.run(write())

    def work(self) -> None:
        """Work until there is nothing left to do."""
        self.run(self._work())

    @property
    def doors(self) -> Doors:
        """The door, opened when it is first asked for."""
        if self._doors is None:
            self._doors = open_doors(self.settings)
            self._open.enter_context(closing(self._doors.door.log._producer))  # type: ignore[attr-defined]
        return self._doors

    def open(self, who: StaffMember, child: UUID, purpose: str | None = "assessment") -> OpenedRecord | Refused:
        """Open a child's record through the door."""
        return open_record(self.doors.door, who, child, purpose)

    def children(self) -> list[UUID]:
        """Every child of whom something was said, in one order."""
        return [child for (child,) in self.sql("select distinct child from chronology_entry order by child")]

    def verify(self) -> Verified:
        """Verify everything from the log."""
        return verify(self.settings, lambda *_: None)

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """Run a statement as the administrator, who may do what none of our roles may."""
        return run_sql(self.services, statement, *values)

    async def _start(self) -> None:
        settings = self.settings
        producer = await wiring.start_producer(settings)
        reading = aiokafka_options(self.services.login("hub"))
        self._reader = AIOKafkaConsumer(**reading, max_partition_fetch_bytes=8 << 20, fetch_max_wait_ms=20)
        await self._reader.start()
        self._clients = (producer, self._reader)
        self.log = KafkaEventLog(producer)
        self.admit = wiring.admit_stage(settings, CATALOGUE, self.log)
        conn = wiring.worker_store(settings)
        self.folds = wiring.project_stages(conn, CATALOGUE)
        clock = Clock()
        signer = signing_key(settings)
        tiles = wiring.worker_store(settings)
        fold = LedgerFold(signer.name, signer, wiring.CADENCE)
        self.keeper = LedgerStage(tiles, LedgerWriter(fold, SqlLedgerStore(tiles)), self.log, clock)
        outbox = SqlAlertOutbox(conn, wiring.duty_fold(conn, CATALOGUE), load_rule_packs())
        contract = CATALOGUE.by_name("AlertRaised")
        assert contract is not None
        self.alerting = Alerting(outbox, self.log, contract, clock)
        agency_places = [
            TopicPartition(agency_topic(a), p) for a in AGENCIES for p in range(partitions_of(agency_topic(a)))
        ]
        hub_places = [TopicPartition(topic, p) for topic in LEDGERED for p in range(partitions_of(topic))]
        self._places = [(place, (self.admit.fold,)) for place in agency_places]
        self._places += [(place, (self.folds[place.topic].fold, self.keeper.fold)) for place in hub_places]
        self._reader.assign([place for place, _ in self._places])

    async def _stop(self) -> None:
        for client in self._clients:
            await client.stop()

    async def _work(self) -> None:
        moved = True
        while moved:
            ends = await self._reader.end_offsets([place for place, _ in self._places])
            moved = False
            for place, folds in self._places:
                moved |= await self._read_to(place, ends[place], folds)
            await self.alerting.act()
            await self.keeper.sign()

    async def _read_to(self, place: TopicPartition, end: int, folds: Sequence[Callable[[Run], Any]]) -> bool:
        at = self._read.get(place, 0)
        if at >= end:
            return False
        self._reader.seek(place, at)
        while at < end:
            records = (await self._reader.getmany(place, timeout_ms=2000)).get(place, [])
            assert records, f"{place.topic}/{place.partition} gives nothing at {at}"
            for fold in folds:
                await fold(Run(records))
            at = self._read[place] = records[-1].offset + 1
        return True


def open_connections() -> list["psycopg.Connection[Any]"]:
    return [one for one in gc.get_objects() if isinstance(one, psycopg.Connection) and not one.closed]


def run_sql(services: HubServices, statement: str, *values: Any, database: str = "mash") -> list[Any]:
    """Run a statement as the server's administrator in one of our databases."""
    with psycopg.connect(services.server_conninfo(), dbname=database, autocommit=True) as conn:
        done = conn.execute(statement.encode(), values or None)
        return done.fetchall() if done.description else []
