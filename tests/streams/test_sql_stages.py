"""Stages over PostgreSQL: two admitting workers at once, and the ledger's stage."""

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from admit_world import CODEC, HEALTH, QUARANTINED, SECRETS, Cut, CutLog, CutOff, concern, message, run_of
from psycopg import Connection
from psycopg.errors import UniqueViolation

from access_policy.keys import MemoryKeyStore
from access_policy.sealing import Sealer
from apps.services.daemons import wait_until
from projections.admissions import SqlAdmissions
from projections.identity.exact_sql import SqlIdentity
from projections.positions import stored_positions
from projections.rows import Rows, open_store
from schemas.topics import HUB_CHECKPOINTS, HUB_EVENTS
from streams import admit, ledger
from streams.admission import Examiner
from streams.admit import Admit, Sealing
from streams.event_log import LogRecord, MemoryEventLog
from streams.ledger import LedgerStage
from tests.hub_parts import HubServices
from tests.schemas.contract_values import CATALOGUE

pytestmark = pytest.mark.services
NOW = datetime(2024, 2, 6, tzinfo=UTC)
WAITS_FOR_A_LOCK = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and pid = %s"
PATIENCE = 60


@pytest.fixture
def connect(fresh_databases: HubServices) -> Iterator[Callable[[], Connection[Rows]]]:
    """Connect to the main database as a worker, as often as asked."""
    with ExitStack() as connections:
        yield lambda: connections.enter_context(open_store(fresh_databases.conninfo("mash_worker")))


class SlowLog(MemoryEventLog):
    """A log whose broker answers when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.let = threading.Event(), threading.Event()

    async def write(self, topic: str, records: Iterable[LogRecord]) -> None:
        """Keep the records, then wait for the broker."""
        await super().write(topic, records)
        self.asked.set()
        assert self.let.wait(PATIENCE)


def admitting(
    remembers: Connection[Rows], identity: Connection[Rows], keys: MemoryKeyStore, log: MemoryEventLog
) -> Admit:
    assert QUARANTINED is not None
    sealing = Sealing(keys, Sealer(b"n" * 32), CATALOGUE, CODEC, 1)
    return Admit(
        Examiner(CATALOGUE, SECRETS), SqlAdmissions(remembers, admit.STAGE), SqlIdentity(identity, uuid4), sealing, log
    )


@pytest.mark.parametrize("kind", ["worry", "another"], ids=["with the same content", "with other content"])
def test_one_reference_read_by_two_workers_at_once_is_written_once(
    connect: Callable[[], Connection[Rows]], kind: str
) -> None:
    keys, slow, quick = MemoryKeyStore(Random(7).randbytes), SlowLog(), MemoryEventLog()
    held, watch = connect(), connect()
    first = admitting(connect(), connect(), keys, slow)
    second = admitting(held, connect(), keys, quick)
    ends: list[str] = []

    def late() -> None:
        try:
            asyncio.run(second.fold(run_of(message(concern("R-1", kind=kind)), partition=1)))
        except UniqueViolation:
            ends.append("turned away")

    early = threading.Thread(target=lambda: asyncio.run(first.fold(run_of(message(concern("R-1"))))))
    other = threading.Thread(target=late)
    early.start()
    assert slow.asked.wait(PATIENCE)
    other.start()
    assert wait_until(lambda: watch.execute(WAITS_FOR_A_LOCK, (held.info.backend_pid,)).fetchone() == (1,), PATIENCE)
    slow.let.set()
    early.join()
    other.join()
    assert ends == ["turned away"]  # its process ends, and begins again:
    asyncio.run(second.fold(run_of(message(concern("R-1", kind=kind)), partition=1)))
    assert len(slow.topics[HUB_EVENTS]) == 1
    assert not quick.topics[HUB_EVENTS]
    assert len(quick.topics["hub.quarantine"]) == (kind != "worry")
    assert stored_positions(watch, admit.STAGE) == {(HEALTH, 0): 1, (HEALTH, 1): 1}


class CountingLedger:
    """A ledger that signs whenever it is asked, and can be told to fail."""

    def __init__(self) -> None:
        self.appended: list[tuple[str, int, list[int]]] = []
        self.forgot = 0
        self.fails = False

    def append(self, topic: str, partition: int, records: Sequence[Any], now: datetime) -> Sequence[bytes]:
        """Note what is appended and give one note."""
        if self.fails:
            raise CutOff
        self.appended.append((topic, partition, [record.offset for record in records]))
        return [f"{len(self.appended)} at {now:%Y}".encode()]

    def forget(self) -> None:
        """Count it."""
        self.forgot += 1


def test_leaves_and_position_are_written_together_and_the_note_is_published_after(
    connect: Callable[[], Connection[Rows]],
) -> None:
    kept, log, conn = CountingLedger(), MemoryEventLog(), connect()
    stage = LedgerStage(conn, kept, log, lambda: NOW)
    asyncio.run(stage.fold(run_of(b"a", b"b", topic=HUB_EVENTS)))
    asyncio.run(stage.fold(run_of(b"a", b"b", b"c", topic=HUB_EVENTS)))
    assert kept.appended == [(HUB_EVENTS, 0, [0, 1]), (HUB_EVENTS, 0, [2])]
    assert log.topics[HUB_CHECKPOINTS] == [LogRecord(0, b"hub.events/0", note) for note in (b"1 at 2024", b"2 at 2024")]
    assert stored_positions(conn, ledger.STAGE) == {(HUB_EVENTS, 0): 3}


def test_a_turn_of_the_clock_looks_at_every_tree_that_was_read_and_moves_no_position(
    connect: Callable[[], Connection[Rows]],
) -> None:
    kept, conn = CountingLedger(), connect()
    stage = LedgerStage(conn, kept, MemoryEventLog(), lambda: NOW)
    asyncio.run(stage.sign())
    assert kept.appended == []
    for part in (1, 0):
        asyncio.run(stage.fold(run_of(b"a", topic=HUB_EVENTS, partition=part)))
    before = stored_positions(conn, ledger.STAGE)
    asyncio.run(stage.sign())
    assert kept.appended[2:] == [(HUB_EVENTS, 0, []), (HUB_EVENTS, 1, [])]
    assert stored_positions(conn, ledger.STAGE) == before


def test_a_ledger_that_fails_forgets_what_it_thought_and_no_position_moves(
    connect: Callable[[], Connection[Rows]],
) -> None:
    kept, conn = CountingLedger(), connect()
    stage = LedgerStage(conn, kept, MemoryEventLog(), lambda: NOW)
    kept.fails = True
    with pytest.raises(CutOff):
        asyncio.run(stage.fold(run_of(b"a", topic=HUB_EVENTS)))
    assert kept.forgot == 1
    assert stored_positions(conn, ledger.STAGE) == {}


def test_a_note_that_was_not_published_does_not_take_the_leaves_back(connect: Callable[[], Connection[Rows]]) -> None:
    conn = connect()
    stage = LedgerStage(conn, CountingLedger(), CutLog(Cut(1)), lambda: NOW)
    with pytest.raises(CutOff):
        asyncio.run(stage.fold(run_of(b"a", topic=HUB_EVENTS)))
    assert stored_positions(conn, ledger.STAGE) == {(HUB_EVENTS, 0): 1}
