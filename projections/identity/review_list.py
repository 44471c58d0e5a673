"""What the review list is made of: all that was said of who is who, and statements that wait because their identifiers point to more than one strand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from psycopg import Connection

from projections.identity.messages import decode_said
from projections.identity.said import Said
from projections.rows import Rows
from schemas.catalogue import Catalogue

SAID = "select log_offset, record from identity_said order by log_offset"
WAITING = "select child, candidates, reason from review_item order by child, event_id"


@dataclass(frozen=True, slots=True)
class WaitingStrand:
    """A strand that waits beside the strands that its statement's identifiers point to, and why."""

    strand: UUID = field(repr=False)
    candidates: tuple[UUID, ...] = field(repr=False)
    reason: str


class ReviewList(Protocol):
    """Where questions come from."""

    def said(self) -> Sequence[tuple[int, Said]]:
        """Give all that was ever said of who is who, with its offset on hub.identity, oldest first."""
        ...

    def waiting(self) -> Sequence[WaitingStrand]:
        """List every strand that was ever put there, decided on or not, each statement's once."""
        ...


class MemoryReviewList:
    """What it means, in memory."""

    def __init__(self, said: Iterable[tuple[int, Said]] = (), waiting: Iterable[WaitingStrand] = ()) -> None:
        self._said = dict(said)
        self._waiting = list(waiting)

    def say(self, one: Said) -> None:
        """Put something at the end of hub.identity."""
        self._said[max(self._said, default=-1) + 1] = one

    def wait(self, one: WaitingStrand) -> None:
        """Let a strand wait."""
        self._waiting.append(one)

    def said(self) -> Sequence[tuple[int, Said]]:
        """Give all that was ever said of who is who, with its offset on hub.identity, oldest first."""
        return sorted(self._said.items())

    def waiting(self) -> Sequence[WaitingStrand]:
        """List every strand that was ever put there, decided on or not, each statement's once."""
        return tuple(self._waiting)


class SqlReviewList:
    """Reads the rows of identity_said, which the worker folds, and of review_item, which the admit stage adds."""

    def __init__(self, conn: Connection[Rows], catalogue: Catalogue) -> None:
        self._conn = conn
        self._catalogue = catalogue

    def said(self) -> Sequence[tuple[int, Said]]:
        """Give all that was ever said of who is who, with its offset on hub.identity, oldest first."""
        rows = self._conn.execute(SAID, binary=True)
        return [(offset, decode_said(self._catalogue, record)) for offset, record in rows]

    def waiting(self) -> Sequence[WaitingStrand]:
        """List every strand that was ever put there, decided on or not, each statement's once."""
        rows = self._conn.execute(WAITING, binary=True)
        return [WaitingStrand(strand, tuple(candidates), reason) for strand, candidates, reason in rows]
