"""Ledger: every record of the hub's own topics becomes a leaf of its partition's tree, and at a boundary a signed checkpoint is published."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

from psycopg import Connection

from projections.positions import advance, fence
from projections.rows import Rows
from schemas.topics import HUB_CHECKPOINTS
from streams.event_log import EventLog, LogRecord
from streams.runs import Run

STAGE = "ledger"


class Ledger(Protocol):
    """Where leaves and checkpoints are kept; used inside the caller's transaction."""

    def append(self, topic: str, partition: int, records: Sequence[Any], now: datetime) -> Sequence[bytes]:
        """Add a run's leaves (leaf index = offset) and return the notes of checkpoints to publish; an empty run only looks at the clock."""
        ...

    def forget(self) -> None:
        """Drop what is remembered of all trees, since the transaction was rolled back: it is read from the store again."""
        ...


class LedgerStage:
    """Reads every topic that the ledger covers; `now` gives the time (UTC)."""

    def __init__(self, conn: Connection[Rows], ledger: Ledger, log: EventLog, now: Callable[[], datetime]) -> None:
        self._conn = conn
        self._ledger = ledger
        self._log = log
        self._now = now
        self._trees: set[tuple[str, int]] = set()

    async def fold(self, run: Run) -> None:
        """Add one run; leaves, checkpoint and position are written in one transaction, and the checkpoint is published after it."""
        self._trees.add((run.topic, run.partition))
        await self._append(run.topic, run.partition, run.records)

    async def sign(self) -> None:
        """Look at the clock: a tree that grew and then fell quiet gets its checkpoint too."""
        for topic, partition in sorted(self._trees):
            await self._append(topic, partition, ())

    async def _append(self, topic: str, partition: int, records: Sequence[Any]) -> None:
        try:
            with self._conn.transaction():
                following = fence(self._conn, STAGE, topic, partition)
                fresh = [record for record in records if record.offset >= following]
                notes = self._ledger.append(topic, partition, fresh, self._now())
                if fresh:
                    advance(self._conn, STAGE, topic, partition, fresh[-1].offset + 1)
        except BaseException:
            self._ledger.forget()
            raise
        # If we crash here the checkpoint is in the store and not in the log: the ledger gives the newest one again when it next reads the tree.
        await self._log.write(HUB_CHECKPOINTS, [LogRecord(0, f"{topic}/{partition}".encode(), note) for note in notes])
