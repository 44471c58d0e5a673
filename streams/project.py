"""Project: fold hub events into the projections; rows and position are written in one transaction."""

from collections.abc import Iterable
from typing import Protocol

from psycopg import Connection

from projections.positions import advance, fence, require_no_hole
from projections.rows import Rows
from streams.runs import Run


class Fold(Protocol):
    """What is done with the records of a run, inside the transaction that holds the stage's position."""

    def fold(self, part: int, records: Iterable[tuple[int, bytes]]) -> int:
        """Take in (offset, message) pairs of one partition, oldest first; returns how many were new."""
        ...


class Project:
    """A stage that folds one topic, kept for ever and without holes, into PostgreSQL."""

    def __init__(self, stage: str, conn: Connection[Rows], fold: Fold) -> None:
        self._stage = stage
        self._conn = conn
        self._fold = fold

    async def fold(self, run: Run) -> None:
        """Fold one run. If we crash before the commit nothing of it is there; after it, the run is older than the position and is dropped."""
        place = f"{run.topic}/{run.partition}"
        with self._conn.transaction():
            following = fence(self._conn, self._stage, run.topic, run.partition)
            records = [(record.offset, record.value) for record in run.records if record.offset >= following]
            if records:
                for due, (offset, _) in enumerate(records, following):
                    require_no_hole(self._stage, place, due, offset)
                self._fold.fold(run.partition, records)
                advance(self._conn, self._stage, run.topic, run.partition, records[-1][0] + 1)
