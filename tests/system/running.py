"""Real workers on the real parts: start, kill, freeze and stop them, tell them things, wait until something is true, and say what they came to."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, OffsetSpec, TopicPartition
from psycopg import Connection

from apps.connections import aiokafka_options, kafka_python_options
from apps.keys import make_hub_keys
from apps.services.daemons import wait_until
from apps.wiring import PROJECT
from projections.alert_outbox import LOOK_BACK, OVERDUE
from projections.positions import stored_positions
from projections.rows import Rows, open_store
from projections.rules.packs import load_rule_packs
from projections.sql_store import SqlProjections
from schemas.catalogue import load_catalogue
from schemas.sealed import SealedCodec
from schemas.topics import AGENCIES, HUB_EVENTS, HUB_QUARANTINE, LEDGERED, TOPICS, agency_topic
from streams import admit, ledger
from tests.hub_parts import HubServices, empty_topics, renew_databases
from tests.system.statements import Told

ROOT = Path(__file__).parents[2]
Place = tuple[str, int]
"""A topic and a partition."""
Say = Callable[[str], None]
"""Receives one line for whoever reads the test run."""
READ_BY = {
    admit.STAGE: (*(agency_topic(agency) for agency in AGENCIES), HUB_QUARANTINE),
    PROJECT: LEDGERED,
    ledger.STAGE: LEDGERED,
}
"""Which topics each stage reads."""
PATIENCE_SECONDS = 240.0
STOP_SECONDS = 10.0

ALERTED = """
select (select min(e.event_id::text)::uuid from chronology_entry e where e.child = a.child), a.rule from alert a
"""


@dataclass(frozen=True, slots=True)
class Account:
    """What a run came to, in words that do not depend on order or on random pseudonyms: equal for the same statements, however they arrived."""

    digest: bytes
    entries: int
    admitted: frozenset[UUID]
    identifiers: frozenset[bytes]
    alerted: frozenset[tuple[UUID, str]]
    """Children, each named by its smallest event id, with the rules that raised an alert about them."""
    quarantined: int


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker process, and the log that it writes."""

    role: str
    process: subprocess.Popen[bytes] = field(repr=False)
    log: Path

    def why(self) -> str:
        """Give the last sentences that it left."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return f"{self.role} {self.process.pid} (exit code {self.process.poll()}):\n  " + "\n  ".join(lines[-12:])


@dataclass
class Hub:
    """The hub of one test: the real parts, empty at first, and the workers that the test started."""

    services: HubServices
    admin: KafkaAdminClient
    folder: Path
    workers: list[Worker] = field(default_factory=list)
    given_up: list[Worker] = field(default_factory=list)
    """Workers of which a test expects that they may end with an error."""

    def renew(self) -> None:
        """Empty topics and databases; the root keys stay, so the same statements get the same event ids."""
        self.end_all()
        empty_topics(self.admin)
        renew_databases(self.services)
        make_hub_keys(self.services.settings, os.urandom)

    def start(self, *roles: str) -> list[Worker]:
        """Start a worker for each role, without waiting for it."""
        return [self._start(role) for role in roles]

    def _start(self, role: str) -> Worker:
        log = self.folder / f"{role}-{len(self.workers)}.log"
        with log.open("wb") as output:
            command = [sys.executable, "-m", "apps.worker", role]
            process = subprocess.Popen(
                command, env=self.services.environ, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        worker = Worker(role, process, log)
        self.workers.append(worker)
        return worker

    def kill(self, worker: Worker) -> None:
        """End a worker as `kill -9` does, and wait until it is gone."""
        worker.process.send_signal(signal.SIGKILL)
        worker.process.wait()

    def stop(self, *workers: Worker) -> None:
        """Ask workers to stop in order, and wait until they have; each must say that it stopped as it was told to (exit code 0)."""
        for worker in workers:
            worker.process.send_signal(signal.SIGTERM)
        for worker in workers:
            assert worker.process.wait(PATIENCE_SECONDS) == 0, worker.why()

    def end_all(self) -> None:
        """End whatever is left running: in order if it will, so that the broker forgets it at once, and else by force."""
        left = [worker for worker in self.workers if worker.process.poll() is None]
        for worker in left:
            worker.process.send_signal(signal.SIGTERM)
        wait_until(lambda: all(worker.process.poll() is not None for worker in left), STOP_SECONDS)
        for worker in left:
            if worker.process.poll() is None:
                self.kill(worker)

    def until(self, true: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until a condition holds; an assertion with the last lines of the workers if it does not come to, or if one of them ended of itself."""
        came = wait_until(lambda: self._failed() or true(), seconds)
        if not came or self._failed():
            logs = "\n".join(worker.why() for worker in self.workers[-4:])
            raise AssertionError(
                f"expected {what} within {seconds:.0f} s, found {self._behind()} still to read\n{logs}"
            )

    def _failed(self) -> bool:
        """Whether a worker ended that nobody killed, told to stop or gave up."""
        return any((worker.process.poll() or 0) > 0 for worker in self.workers if worker not in self.given_up)

    def settle(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until everything told is admitted, folded, in the ledger, and every alert that is due is out and folded too."""
        self.until(self.settled, "all that was told to be folded", seconds)

    def settled(self) -> bool:
        """Whether nothing is left to do. Positions are asked for first and ends last: what was written in between then counts as left."""
        stored = self._stored()
        return self._alerts_are_out() and not _left(stored, self.ends())

    def ends(self) -> dict[Place, int]:
        """Give the next offset that each partition of every topic will get."""
        places = [TopicPartition(topic.name, part) for topic in TOPICS for part in range(topic.partitions)]
        found = self.admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))
        return {(place.topic, place.partition): end.offset for place, end in found.items()}

    def written(self, topic: str) -> int:
        """Say how many records a topic has."""
        return sum(end for place, end in self.ends().items() if place[0] == topic)

    def read_so_far(self, stage: str) -> int:
        """Say how many records a stage has read of all its partitions."""
        with self.store() as conn:
            return sum(stored_positions(conn, stage).values())

    def members(self, role: str) -> dict[str, frozenset[Place]]:
        """Say which partitions each member of a role's consumer group has, as the broker knows it; empty while it is sharing them out."""
        return asyncio.run(_members(self.services, f"mash-{role}"))

    @contextmanager
    def store(self) -> Iterator[Connection[Rows]]:
        """Connect to the main database as the auditor, who may read everything and change nothing."""
        with open_store(self.services.conninfo("mash_auditor")) as conn:
            yield conn

    def account(self) -> Account:
        """Say what the run came to."""
        with self.store() as conn:
            digest = SqlProjections(conn, load_catalogue(), load_rule_packs(), PROJECT).digest()
            return Account(
                digest,
                _count(conn, "chronology_entry"),
                frozenset(row[0] for row in conn.execute("select event_id from admitted")),
                frozenset(row[0] for row in conn.execute("select blind_index from identifier")),
                frozenset((name, rule) for name, rule in conn.execute(ALERTED)),
                _count(conn, "quarantined"),
            )

    def rows(self, query: str) -> list[Rows]:
        """Ask the main database something as the auditor."""
        with self.store() as conn:
            return conn.execute(query).fetchall()

    def log(self, topic: str) -> list[Any]:
        """Read all of a topic, partition by partition."""
        options = kafka_python_options(self.services.login("auditor"))
        ends = {place: end for place, end in self.ends().items() if place[0] == topic}
        found: list[Any] = []
        with ExitStack() as closing:
            consumer = KafkaConsumer(**options, group_id=None, enable_auto_commit=False)
            closing.callback(consumer.close)
            consumer.assign([TopicPartition(*place) for place in ends])
            consumer.seek_to_beginning()
            while len(found) < sum(ends.values()):
                found += [record for records in consumer.poll(timeout_ms=1000).values() for record in records]
        return found

    def _alerts_are_out(self) -> bool:
        now = datetime.now(UTC)
        with self.store() as conn:
            overdue = conn.execute(OVERDUE, {"now": now, "since": now - LOOK_BACK}).fetchone()
            waiting = conn.execute("select 1 from alert where raised is null").fetchone()
        return overdue is None and waiting is None

    def _behind(self) -> dict[str, int]:
        return _left(self._stored(), self.ends())

    def _stored(self) -> dict[str, dict[Place, int]]:
        with self.store() as conn:
            return {stage: stored_positions(conn, stage) for stage in READ_BY}


def _left(stored: Mapping[str, Mapping[Place, int]], ends: Mapping[Place, int]) -> dict[str, int]:
    """Say how many records each stage has still to read; nothing of a stage that has read all."""
    left = {
        stage: sum(end - stored[stage].get(place, 0) for place, end in ends.items() if place[0] in topics)
        for stage, topics in READ_BY.items()
    }
    return {stage: records for stage, records in left.items() if records}


def publish(services: HubServices, told: Iterable[Told]) -> None:
    """Send statements, each as its agency's own user and in the order given for each partition; every one is in the log when this returns."""
    by_agency: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        by_agency[one.agency].append(one)
    for agency, statements in by_agency.items():
        producer = KafkaProducer(**kafka_python_options(services.login(agency)), acks="all", linger_ms=5)
        try:
            sent = [
                producer.send(agency_topic(agency), value=one.message, partition=one.partition) for one in statements
            ]
            producer.flush(timeout=PATIENCE_SECONDS)
            for one in sent:
                one.get(timeout=PATIENCE_SECONDS)
        finally:
            producer.close()


def repeats_in_the_log(records: Sequence[Any]) -> int:
    """Say how many hub events were written more than once; every one of them must be byte for byte the same."""
    codec = SealedCodec(load_catalogue())
    written: Mapping[bytes, set[bytes]] = defaultdict(set)
    for record in records:
        written[codec.read(record.value).header.event_id].add(record.value)
    changed = [UUID(bytes=event) for event, values in written.items() if len(values) > 1]
    assert not changed, f"expected repeats to be byte for byte the same, found {len(changed)} events that changed"
    return len(records) - len(written)


def nothing_is_doubled(hub: Hub, told: int) -> int:
    """Check that so many statements are each admitted once and folded once, and each alert raised once; give the harmless repeats in hub.events."""
    assert hub.rows("select count(*), count(distinct event_id) from chronology_entry") == [(told, told)]
    assert hub.rows("select count(*), count(distinct event_id) from admitted") == [(told, told)]
    ((alerts, waiting),) = hub.rows(
        "select count(distinct alert_id), count(*) filter (where raised is null) from alert"
    )
    assert waiting == 0
    assert hub.rows("select count(distinct (child, rule, evidence, locked)) from alert") == [(alerts,)]
    return repeats_in_the_log(hub.log(HUB_EVENTS))


def _count(conn: Connection[Rows], table: str) -> int:
    (row,) = conn.execute(f"select count(*) from {table}").fetchall()
    return int(row[0])


async def _members(services: HubServices, group: str) -> dict[str, frozenset[Place]]:
    # kafka-python's own client cannot read what Faust tells its group.
    admin = AIOKafkaAdminClient(**aiokafka_options(services.login("admin")))
    await admin.start()
    try:
        (answer,) = await admin.describe_consumer_groups([group])
    finally:
        await admin.close()
    ((_, _, state, _, _, members, *_),) = answer.groups
    if state != "Stable":
        return {}
    return {member[0]: _assigned(member[-1]) for member in members}


def _assigned(assignment: bytes) -> frozenset[Place]:
    told = ConsumerProtocolMemberAssignment.decode(assignment)
    return frozenset((topic, part) for topic, parts in told.assignment for part in parts)
