"""Rebuild everything in the main database from the log. Keys are not touched: they are in a database of their own, and cannot be rebuilt."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from psycopg import Connection, sql

from apps.connections import aiokafka_options, conninfo, kafka_login
from apps.settings import Settings
from apps.wiring import HUB_USER, PROJECT, TOLD, duty_fold
from audit.checkpoint import read_checkpoint, tree_of
from audit.merkle import record_hash
from audit.records import TreeId
from audit.signed_note import read_note
from audit.sql_ledger import SqlLedgerStore
from audit.tiles import StoredCheckpoint
from projections.identity.sql_fold import IdentityFold
from projections.positions import advance, fence
from projections.rows import Rows, open_store
from projections.sharing import begin_rebuild, finish_rebuild, take_tables
from projections.sql_fold import SqlFold
from projections.sql_held import put_back_held
from projections.sql_readmit import ReadmitFold
from projections.sql_told import ToldFold
from schemas.catalogue import Catalogue, load_catalogue
from schemas.moments import moment
from schemas.sealed import SealedCodec
from schemas.topics import HUB_CHECKPOINTS, HUB_EVENTS, HUB_IDENTITY, HUB_QUARANTINE, LEDGERED, partitions_of
from streams import admit, ledger
from streams.admission import MILLISECOND
from streams.quality import marking

OWNER = "mash_owner"
RUN_RECORDS = 10_000
KEPT = ("schema_file", "feed_mark", "feed_arrival", "feed_happened", "log_position")
"""Tables that are not emptied: what was migrated says nothing about the log, and marks of what agencies' topics have forgotten (30 days) could not be made again.

Positions are emptied but for the stage that makes those marks, since it goes on from where it was.
"""

Told = Callable[[str, int, int], None]
"""Progress: topic, records done, records in all."""


class RebuildRefused(Exception):
    """The rebuild cannot begin; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Rebuilding:
    """The parts of one rebuild, on one connection as the owner of the tables."""

    conn: Connection[Rows]
    reader: AIOKafkaConsumer
    told: Told

    async def topic(
        self, topic: str, fold: Callable[[int, Sequence[tuple[int, bytes]]], object], stages: Sequence[str]
    ) -> None:
        """Fold a whole topic, partition by partition, its leaves and the stages' positions with it."""
        for part in range(partitions_of(topic)):
            tiles = SqlLedgerStore(self.conn)
            async for records in self.partition(topic, part):
                # If we crash here the rebuild is begun anew: it starts by emptying every table.
                with self.conn.transaction():
                    fold(part, [(record.offset, record.value) for record in records])
                    if topic in LEDGERED:
                        tiles.append(
                            TreeId(topic, part),
                            records[0].offset,
                            [record_hash(record.key, record.value) for record in records],
                        )
                    for stage in stages:
                        fence(self.conn, stage, topic, part)
                        advance(self.conn, stage, topic, part, records[-1].offset + 1)

    async def partition(self, topic: str, part: int) -> AsyncIterator[Sequence[Any]]:
        """Give the records of one partition in runs, up to the end that it has now."""
        place = TopicPartition(topic, part)
        end = (await self.reader.end_offsets([place]))[place]
        if not end:
            # Assigned and never read, it would leave a fetch behind on which aiokafka 0.14 waits for ever when it is stopped.
            return
        self.reader.assign([place])
        self.reader.seek(place, 0)
        done = 0
        while done < end:
            fetched = await self.reader.getmany(place, timeout_ms=1000, max_records=RUN_RECORDS)
            records = fetched.get(place, ())
            if records:
                done = records[-1].offset + 1
                self.told(f"{topic}/{part}", done, end)
                yield records


def rebuild(settings: Settings, told: Told) -> None:
    """Empty every projection and fold the whole log again; RebuildRefused while a worker, a door or a verification lives."""
    with open_store(conninfo(settings, OWNER)) as conn:
        if not take_tables(conn):
            raise RebuildRefused(
                "Expected nobody at work while everything is rebuilt, found a worker, a door or a verification; "
                "stop the workers (`mash workers down`) and `mash api`, let other commands end, and try again."
            )
        asyncio.run(_rebuild(settings, conn, told))


async def _rebuild(settings: Settings, conn: Connection[Rows], told: Told) -> None:
    _empty(conn)
    catalogue = load_catalogue()
    reader = AIOKafkaConsumer(**aiokafka_options(kafka_login(settings, HUB_USER)), max_partition_fetch_bytes=8 << 20)
    await reader.start()
    try:
        work = Rebuilding(conn, reader, told)
        await _identity(work, catalogue)
        for topic, contracts in TOLD.items():
            await work.topic(topic, ToldFold(conn, catalogue, *contracts).fold, (PROJECT, ledger.STAGE))
        await _events(work, catalogue)
        await _checkpoints(work)
        # Crash before this: the tables stay marked as a part, and are used by nobody but the next rebuild. After it: they are whole.
        finish_rebuild(conn)
    finally:
        await reader.stop()


async def _identity(work: Rebuilding, catalogue: Catalogue) -> None:
    """Fold hub.identity, before any entry is there: then every entry that comes finds its child at once."""
    fold = IdentityFold(work.conn, catalogue, duty_fold(work.conn, catalogue))
    await work.topic(HUB_IDENTITY, fold.fold, (PROJECT, ledger.STAGE))


async def _events(work: Rebuilding, catalogue: Catalogue) -> None:
    """Fold hub.events into the chronologies, and into what the admit stage remembers."""
    readmit = ReadmitFold(work.conn, admit.STAGE)
    duties = duty_fold(work.conn, catalogue, put_off=True)
    fold = SqlFold(work.conn, SealedCodec(catalogue), [duties, readmit])
    await work.topic(HUB_EVENTS, fold.fold, (PROJECT, ledger.STAGE))
    with work.conn.transaction():
        duties.settle()
        readmit.finish()
        readmit.read_to(_quarantined(work.conn))
        _settled(work.conn)


def _quarantined(conn: Connection[Rows]) -> Iterable[tuple[str, int, int]]:
    return conn.execute("select topic, source_part, source_offset from quarantined").fetchall()


def _settled(conn: Connection[Rows]) -> None:
    """Put back what the admit stage remembers of the quarantine: it goes on at the first settling of which the log does not say what came."""
    first_left = put_back_held(conn)
    end = fence(conn, PROJECT, HUB_QUARANTINE, 0)
    fence(conn, admit.STAGE, HUB_QUARANTINE, 0)
    advance(conn, admit.STAGE, HUB_QUARANTINE, 0, end if first_left is None else first_left)


async def _checkpoints(work: Rebuilding) -> None:
    """Put the published checkpoints back; the time of each is the broker's stamp."""
    store = SqlLedgerStore(work.conn)
    async for records in work.partition(HUB_CHECKPOINTS, 0):
        with work.conn.transaction():
            for record in records:
                checkpoint = read_checkpoint(read_note(record.value).text)
                made_at = moment(record.timestamp * MILLISECOND)
                stored = StoredCheckpoint(checkpoint.head.size, record.value, made_at)
                store.append_checkpoint(tree_of(checkpoint.origin), stored)


def _empty(conn: Connection[Rows]) -> None:
    rows = conn.execute(
        "select tablename from pg_tables where schemaname = 'public' and tablename <> all(%s)", (list(KEPT),)
    ).fetchall()
    with conn.transaction():
        conn.execute(sql.SQL("truncate {}").format(sql.SQL(", ").join(sql.Identifier(name) for (name,) in rows)))
        conn.execute("delete from log_position where stage <> %s", (marking.STAGE,))
        begin_rebuild(conn)
