"""The composition root of the workers: every part is made here, and given to those that use it."""

import os
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from aiokafka import AIOKafkaProducer
from psycopg import Connection

from access_policy.key_store_sql import SqlKeyStore
from access_policy.keys import RememberedKeys
from access_policy.sealing import Opener, Sealer
from apps.connections import aiokafka_options, conninfo, kafka_login, tls_context
from apps.keys import fingerprint_secrets, root_keys, signing_key
from apps.settings import Settings
from audit.ledger import Cadence, LedgerFold
from audit.ledger_writer import LedgerWriter
from audit.sql_ledger import SqlLedgerStore
from projections.admissions import SqlAdmissions
from projections.alert_outbox import SqlAlertOutbox
from projections.casework_messages import CONTRACTS as CASEWORK_CONTRACTS
from projections.feed_messages import KINDS
from projections.identity.exact_sql import SqlIdentity
from projections.identity.sql_fold import IdentityFold
from projections.positions import stored_positions
from projections.quarantine_rows import CONTRACTS as QUARANTINE_CONTRACTS
from projections.rows import Rows, open_store
from projections.rules.packs import load_rule_packs
from projections.sql_duties import Duties, DutyFold
from projections.sql_fold import SqlFold
from projections.sql_told import ToldFold
from projections.working_days import WorkingDays
from schemas.catalogue import Catalogue, load_catalogue
from schemas.sealed import SealedCodec
from schemas.topics import (
    AGENCIES,
    HUB_ALERTS,
    HUB_CASEWORK,
    HUB_DISCLOSURES,
    HUB_EVENTS,
    HUB_FEEDS,
    HUB_IDENTITY,
    HUB_QUARANTINE,
    LEDGERED,
    MAX_HUB_RECORD_BYTES,
    agency_topic,
)
from streams import admit, ledger
from streams.admission import Examiner
from streams.alert import Alerting
from streams.app import Broker, Stage, Turn
from streams.event_log import EventLog, KafkaEventLog
from streams.ledger import LedgerStage
from streams.project import Project
from streams.runs import Positions, Run
from streams.settle import Settle

WORKER = "mash_worker"
SEALER = "mash_sealer"
HUB_USER = "hub"
QUALITY_USER = "quality"
MATCHER_USER = "matcher"
PROJECT = "project"
KEY_EPOCH = 1
"""The epoch of entry keys in use; rotating keys means the next number."""
REMEMBERED_KEYS = 50_000
CADENCE = Cadence(leaves=10_000, seconds=10)
BATCH_BYTES = 1 << 20
TOLD = {
    HUB_DISCLOSURES: ("Disclosure",),
    HUB_QUARANTINE: QUARANTINE_CONTRACTS,
    HUB_ALERTS: ("AlertRaised",),
    HUB_FEEDS: KINDS,
    HUB_CASEWORK: CASEWORK_CONTRACTS,
}
"""The topics whose every record becomes a row, and the contracts of what is said there."""


@dataclass(frozen=True, slots=True)
class Work:
    """What one worker process does: its consumer group, its stages and turns, and where it reads from."""

    group: str
    stages: tuple[Stage, ...]
    turns: tuple[Turn, ...]
    positions: Positions
    user: str = HUB_USER
    """The Kafka user as whom it reads and writes."""


def now() -> datetime:
    """Give the time (UTC): the one place in the workers where a clock is read."""
    return datetime.now(UTC)


def worker_store(settings: Settings) -> Connection[Rows]:
    """Connect to the main database as the worker."""
    return open_store(conninfo(settings, WORKER))


def broker(settings: Settings, user: str = HUB_USER) -> Broker:
    """Say where the log is and as whom the workers read it."""
    login = kafka_login(settings, user)
    return Broker(login.bootstrap_servers, login.user, login.password, tls_context(login))


async def start_producer(settings: Settings, user: str = HUB_USER) -> AIOKafkaProducer:
    """Start the workers' producer in this event loop: acknowledged by all replicas, without repeats of its own making."""
    producer = AIOKafkaProducer(
        **aiokafka_options(kafka_login(settings, user)),
        acks="all",
        enable_idempotence=True,
        max_batch_size=BATCH_BYTES,
        max_request_size=MAX_HUB_RECORD_BYTES,
    )
    await producer.start()
    return producer


def admit_stage(settings: Settings, catalogue: Catalogue, log: EventLog) -> admit.Admit:
    """Put the admit stage together: what it remembers, who is who, the keys and the log."""
    keys = root_keys(settings)
    sealer_store = SqlKeyStore(open_store(conninfo(settings, SEALER)), keys, os.urandom)
    sealing = admit.Sealing(
        RememberedKeys(sealer_store, REMEMBERED_KEYS),
        Sealer(keys.secret("nonce"), REMEMBERED_KEYS),
        catalogue,
        SealedCodec(catalogue),
        KEY_EPOCH,
    )
    return admit.Admit(
        Examiner(catalogue, fingerprint_secrets(keys)),
        SqlAdmissions(worker_store(settings), admit.STAGE),
        SqlIdentity(worker_store(settings), uuid.uuid4),
        sealing,
        log,
    )


def duty_fold(conn: Connection[Rows], catalogue: Catalogue, *, put_off: bool = False) -> DutyFold:
    """Put the fold of clocks and concerns together on a connection; with `put_off` children of several strands are left for `settle`."""
    return DutyFold(conn, SealedCodec(catalogue), Duties.of(load_rule_packs(), WorkingDays()), put_off=put_off)


def project_stages(conn: Connection[Rows], catalogue: Catalogue) -> dict[str, Project]:
    """Put together the stages that fold the hub's own topics into rows, by topic."""
    duties = duty_fold(conn, catalogue)
    events = SqlFold(conn, SealedCodec(catalogue), [duties])
    identity = IdentityFold(conn, catalogue, duties)
    told = {topic: Project(PROJECT, conn, ToldFold(conn, catalogue, *names)) for topic, names in TOLD.items()}
    return {HUB_EVENTS: Project(PROJECT, conn, events), HUB_IDENTITY: Project(PROJECT, conn, identity), **told}


def ledger_stage(settings: Settings, log: EventLog) -> LedgerStage:
    """Put the ledger stage together on a connection of its own."""
    conn = worker_store(settings)
    signer = signing_key(settings)
    return LedgerStage(conn, LedgerWriter(LedgerFold(signer.name, signer, CADENCE), SqlLedgerStore(conn)), log, now)


def alerting(settings: Settings, catalogue: Catalogue, log: EventLog) -> Alerting:
    """Put the alert stage together on a connection of its own."""
    conn = worker_store(settings)
    outbox = SqlAlertOutbox(conn, duty_fold(conn, catalogue), load_rule_packs())
    return Alerting(outbox, log, catalogue.own("AlertRaised"), now)


def admit_work(settings: Settings, log: EventLog) -> Work:
    """Say what the admitting worker does: one stage over every agency's topic and the quarantine, one run at a time, since they share their memory."""
    fold = admitting(admit_stage(settings, load_catalogue(), log))
    topics = (*(agency_topic(agency) for agency in AGENCIES), HUB_QUARANTINE)
    positions = lowest_positions(worker_store(settings), (admit.STAGE,))
    return Work("mash-admit", (Stage(admit.STAGE, topics, fold),), (), positions)


def admitting(stage: admit.Admit) -> Callable[[Run], Awaitable[None]]:
    """Give the whole admit stage as one function: what agencies say is admitted, and what was refused is settled."""
    settle = Settle(stage, Opener())

    async def fold(run: Run) -> None:
        await (settle.fold(run) if run.topic == HUB_QUARANTINE else stage.fold(run))

    return fold


def project_work(settings: Settings, log: EventLog) -> Work:
    """Say what the projecting worker does: fold every topic of the hub, keep the ledger, raise alerts."""
    catalogue = load_catalogue()
    folds = project_stages(worker_store(settings), catalogue)
    keeper = ledger_stage(settings, log)
    stages = [Stage(f"{PROJECT}-{topic}", (topic,), fold.fold) for topic, fold in folds.items()]
    turns = (Turn("alert", 1.0, alerting(settings, catalogue, log).act), Turn("sign", 5.0, keeper.sign))
    positions = lowest_positions(worker_store(settings), (PROJECT, ledger.STAGE))
    return Work("mash-project", (*stages, Stage(ledger.STAGE, LEDGERED, keeper.fold)), turns, positions)


WORKS = {"admit": admit_work, "project": project_work}


def lowest_positions(conn: Connection[Rows], stages: Sequence[str]) -> Positions:
    """Give a function from nothing to the offsets to read from: for each partition the lowest that any of these stages still needs."""

    def positions() -> Mapping[tuple[str, int], int]:
        stored = [stored_positions(conn, stage) for stage in stages]
        places = {place for of_stage in stored for place in of_stage}
        return {place: min(of_stage.get(place, 0) for of_stage in stored) for place in places}

    return positions


def event_log(producer: AIOKafkaProducer) -> KafkaEventLog:
    """Write the log through this producer."""
    return KafkaEventLog(producer)
