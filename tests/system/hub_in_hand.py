"""The hub's real stages on real stores, driven from within a test: what an agency said is admitted, folded, proved and alerted on when `work` returns."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, Self
from uuid import UUID

import psycopg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from kafka import KafkaAdminClient

from access_policy.question import Person
from apps import wiring
from apps.connections import aiokafka_options, kafka_python_options
from apps.doors import Doors, open_doors
from apps.keys import signing_key
from apps.matching import matching
from apps.verification import Verified, verify
from audit.ledger import LedgerFold
from audit.ledger_writer import LedgerWriter
from audit.sql_ledger import SqlLedgerStore
from connectors.cin_census import AGENCY as CENSUS_AGENCY
from connectors.cin_census import read_census
from connectors.csv_drop import read_csv
from connectors.delivery import tell_events
from connectors.envelope import time_zone
from connectors.mapping_file import shipped_mapping
from connectors.producer import KafkaStatementLog
from connectors.statement import Delivery
from projections.alert_outbox import SqlAlertOutbox
from projections.rules.packs import load_rule_packs
from query.door import Refused, StaffMember
from query.open_record import OpenedRecord, open_record
from schemas.catalogue import Catalogue, load_catalogue
from schemas.topics import AGENCIES, HUB_EVENTS, HUB_QUARANTINE, LEDGERED, agency_topic, partitions_of
from streams.alert import Alerting
from streams.event_log import EventLog, KafkaEventLog, LogRecord
from streams.ledger import LedgerStage
from streams.matching import match
from streams.runs import Run
from tests.hub_parts import HubServices, empty_topics, forget_feeds, renew_databases

SPRING = datetime(2024, 4, 15, 9, tzinfo=UTC)
"""When this hub believes it is: duties of early 2024 have run out not long ago."""
LONGER_THAN_A_CADENCE = timedelta(seconds=11)
CATALOGUE = load_catalogue()
Fold = Callable[[Run], Awaitable[None]]


def staff(agency: str = "health", role: str = "analyst", *clearances: str) -> StaffMember:
    return StaffMember(f"{agency}-{role}-17", Person(agency, role, frozenset(clearances)))


class Clock:
    """Goes on by more than the ledger's cadence whenever someone looks, so that whatever grew is signed at once."""

    def __init__(self) -> None:
        self._now = SPRING

    def __call__(self) -> datetime:
        self._now += LONGER_THAN_A_CADENCE
        return self._now


class LateLog:
    """A log that writes through whichever producer there is just now."""

    def __init__(self) -> None:
        self.through: EventLog | None = None

    async def write(self, topic: str, records: Iterable[LogRecord]) -> None:
        assert self.through is not None
        await self.through.write(topic, records)


class HubInHand:
    """One hub: feeds as its agencies, works as its workers, asks as its people, verifies as its auditor."""

    def __init__(self, services: HubServices, agreed: Catalogue = CATALOGUE) -> None:
        self.services = services
        self._agreed = agreed
        self.settings = services.settings
        self._open = ExitStack()
        self._read: dict[TopicPartition, int] = {}
        self.log = LateLog()
        self._doors: Doors | None = None

    def __enter__(self) -> Self:
        """Connect every part as the user that it is in production."""
        before = open_connections()
        self._open.callback(lambda: [one.close() for one in open_connections() if one not in before])
        self._stages = self._put_together()
        return self

    def __exit__(self, *_: object) -> None:
        """Close what was opened."""
        self.close_doors()
        self._open.close()

    def send_csv(self, feed: str, content: bytes) -> Delivery:
        """Send a CSV file through the shipped mapping of that feed."""
        return self.send(feed, read_csv(BytesIO(content), shipped_mapping(feed, CATALOGUE)))

    def send_census(self, content: bytes) -> Delivery:
        """Send a census file."""
        return self.send(CENSUS_AGENCY, read_census(BytesIO(content), time_zone()))

    def send(self, agency: str, outcomes: Any) -> Delivery:
        """Publish what a reader made, as the agency's own user."""
        options = kafka_python_options(self.services.login(agency))
        with KafkaStatementLog(**options) as log:
            return tell_events(iter(outcomes), CATALOGUE, log)

    def publish(self, agency: str, *messages: bytes) -> None:
        """Publish bytes as they are, in one partition, as the agency's own user."""

        async def write() -> None:
            options = aiokafka_options(self.services.login(agency))
            async with AIOKafkaProducer(**options, acks="all", max_request_size=2 << 20) as producer:
                for message in messages:
                    await producer.send_and_wait(agency_topic(agency), message, partition=0)

        asyncio.run(write())

    def work(self) -> None:
        """Work until there is nothing left to do."""
        asyncio.run(self._work())

    @property
    def doors(self) -> Doors:
        """The door, opened when it is first asked for."""
        if self._doors is None:
            self._doors = open_doors(self.settings)
        return self._doors

    def close_doors(self) -> None:
        """Close the door, if it is open: a rebuild does not begin before."""
        if self._doors is not None:
            self._doors.close()
            self._doors = None

    def open(self, who: StaffMember, child: UUID, purpose: str | None = "assessment") -> OpenedRecord | Refused:
        """Open a child's record through the door."""
        return open_record(self.doors.door, who, child, purpose)

    def children(self) -> list[UUID]:
        """Every child of whom something was said, in one order."""
        return [child for (child,) in self.sql("select distinct child from chronology_entry order by child")]

    def verify(self) -> Verified:
        """Verify everything from the log."""
        return verify(self.settings, lambda *_: None)

    def sql(self, statement: str, *values: Any, database: str = "mash") -> list[Any]:
        """Run a statement as the server's administrator, who may do what none of our roles may."""
        with psycopg.connect(self.services.server_conninfo(), dbname=database, autocommit=True) as conn:
            done = conn.execute(statement.encode(), values or None)
            return done.fetchall() if done.description else []

    def copy_out(self, table: str, database: str = "mash") -> bytes:
        """Give a table whole, as PostgreSQL's own binary form."""
        query = f"copy (select * from {table}) to stdout (format binary)".encode()
        connected = psycopg.connect(self.services.server_conninfo(), dbname=database)
        with connected as conn, conn.cursor() as cursor, cursor.copy(query) as copied:
            return b"".join(copied)

    def _put_together(self) -> list[tuple[TopicPartition, tuple[Fold, ...]]]:
        """Make every stage, and say which partition is read by which."""
        settings, clock = self.settings, Clock()
        admit = wiring.admitting(wiring.admit_stage(settings, self._agreed, self.log))
        folding, tiles, alerting = (wiring.worker_store(settings) for _ in range(3))
        folds = wiring.project_stages(folding, CATALOGUE)
        signer = signing_key(settings)
        fold = LedgerFold(signer.name, signer, wiring.CADENCE)
        self.keeper = LedgerStage(tiles, LedgerWriter(fold, SqlLedgerStore(tiles)), self.log, clock)
        outbox = SqlAlertOutbox(alerting, wiring.duty_fold(alerting, CATALOGUE), load_rule_packs())
        contract = CATALOGUE.by_name("AlertRaised")
        assert contract is not None
        self.alerting = Alerting(outbox, self.log, contract, clock)
        matched, self.comparing = matching(settings, CATALOGUE, self.log)
        heard = [(place, (admit,)) for agency in AGENCIES for place in places_of(agency_topic(agency))]
        own = [(place, (folds[topic].fold, self.keeper.fold)) for topic in LEDGERED for place in places_of(topic)]
        others = {HUB_QUARANTINE: (admit,), HUB_EVENTS: (matched.fold,)}
        return [*heard, *((place, (*fold, *others.get(place.topic, ()))) for place, fold in own)]

    async def _work(self) -> None:
        # Clients of one piece of work each: a loop that nobody runs meanwhile would let their connections grow cold.
        reading = aiokafka_options(self.services.login("hub"))
        producer = await wiring.start_producer(self.settings)
        try:
            self.log.through = KafkaEventLog(producer)
            async with AIOKafkaConsumer(**reading, max_partition_fetch_bytes=8 << 20, fetch_max_wait_ms=20) as reader:
                reader.assign([place for place, _ in self._stages])
                self._go_back()
                while await self._read_all(reader):
                    await self.alerting.act()
                    await self.comparing.act()
                    await self.keeper.sign()
        finally:
            await producer.stop()

    def _go_back(self) -> None:
        """Begin again where matching is behind: after a rebuild, which leaves its tables to it, the others drop what they read before."""
        stored = {
            (topic, part): following
            for topic, part, following in self.sql(
                "select topic, part, next from log_position where stage = %s", match.STAGE
            )
        }
        for place in places_of(HUB_EVENTS):
            behind = stored.get((place.topic, place.partition), 0)
            self._read[place] = min(self._read.get(place, 0), behind)

    async def _read_all(self, reader: Any) -> bool:
        ends = await reader.end_offsets([place for place, _ in self._stages])
        moved = [await self._read_to(reader, place, ends[place], folds) for place, folds in self._stages]
        return any(moved)

    async def _read_to(self, reader: Any, place: TopicPartition, end: int, folds: Sequence[Fold]) -> bool:
        at = self._read.get(place, 0)
        if at >= end:
            return False
        reader.seek(place, at)
        while at < end:
            records = (await reader.getmany(place, timeout_ms=5000)).get(place, [])
            assert records, f"{place.topic}/{place.partition} gives nothing at {at}"
            for fold in folds:
                await fold(Run(records))
            at = self._read[place] = records[-1].offset + 1
        return True


def open_connections() -> list["psycopg.Connection[Any]"]:
    # By its type: asked itself, a weak proxy of what is gone raises.
    return [one for one in gc.get_objects() if issubclass(type(one), psycopg.Connection) and not one.closed]


@contextmanager
def hub_in_hand(services: HubServices, admin: KafkaAdminClient) -> Iterator[HubInHand]:
    """Give an empty hub, for one module of tests."""
    empty_topics(admin)
    forget_feeds(services)
    renew_databases(services)
    with HubInHand(services) as hub:
        yield hub


def places_of(topic: str) -> list[TopicPartition]:
    return [TopicPartition(topic, part) for part in range(partitions_of(topic))]
