"""Admission's own questions: statements whose identifiers point to more than one strand wait under a strand of their own until a person decides."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from psycopg import Connection

from projections.rows import Rows

WAITING = "select child, candidates, reason from review_item order by child, event_id"


@dataclass(frozen=True, slots=True)
class WaitingStrand:
    """A strand that waits beside the strands that its statement's identifiers point to, and why."""

    strand: UUID = field(repr=False)
    candidates: tuple[UUID, ...] = field(repr=False)
    reason: str


class ReviewList(Protocol):
    """Where strands wait."""

    def waiting(self) -> Sequence[WaitingStrand]:
        """List every strand that was ever put there, decided on or not, once for each statement."""
        ...


class MemoryReviewList:
    """What waiting means, in memory."""

    def __init__(self) -> None:
        self._waiting: list[WaitingStrand] = []

    def wait(self, one: WaitingStrand) -> None:
        """Let a strand wait."""
        self._waiting.append(one)

    def waiting(self) -> Sequence[WaitingStrand]:
        """List every strand that was ever put there, decided on or not, once for each statement."""
        return tuple(self._waiting)


class SqlReviewList:
    """Lists the rows of review_item, which the admit stage adds."""

    def __init__(self, conn: Connection[Rows]) -> None:
        self._conn = conn

    def waiting(self) -> Sequence[WaitingStrand]:
        """List every strand that was ever put there, decided on or not, once for each statement."""
        rows = self._conn.execute(WAITING, binary=True)
        return [WaitingStrand(strand, tuple(candidates), reason) for strand, candidates, reason in rows]
