"""What the review of who is who is made of beside what was said about strands: admission's own questions, and what people kept apart lately."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from psycopg import Connection

from projections.identity.messages import DECIDED, decode_said
from projections.identity.said import Decided, Said
from projections.rows import Blobs, Rows
from schemas.catalogue import Catalogue
from schemas.codec import MAGIC, PREFIX

DECISIONS = "select record from identity_said where at >= %s and substring(record for 5) = any(%b) order by log_offset"
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

    def kept_apart_since(self, moment: datetime) -> Sequence[Decided]:
        """List what people kept apart or split from a moment (UTC) on, oldest first."""
        ...


class MemoryReviewList:
    """What it means, in memory, over what was said on hub.identity."""

    def __init__(self, said: Sequence[Said]) -> None:
        self._waiting: list[WaitingStrand] = []
        self._said = said

    def wait(self, one: WaitingStrand) -> None:
        """Let a strand wait."""
        self._waiting.append(one)

    def waiting(self) -> Sequence[WaitingStrand]:
        """List every strand that was ever put there, decided on or not, once for each statement."""
        return tuple(self._waiting)

    def kept_apart_since(self, moment: datetime) -> Sequence[Decided]:
        """List what people kept apart or split from a moment (UTC) on, oldest first."""
        return _kept_apart(one for one in self._said if one.at >= moment)


class SqlReviewList:
    """Lists the rows of review_item, which the admit stage adds, and of identity_said, which is folded from hub.identity."""

    def __init__(self, conn: Connection[Rows], catalogue: Catalogue) -> None:
        self._conn = conn
        self._catalogue = catalogue

    def waiting(self) -> Sequence[WaitingStrand]:
        """List every strand that was ever put there, decided on or not, once for each statement."""
        rows = self._conn.execute(WAITING, binary=True)
        return [WaitingStrand(strand, tuple(candidates), reason) for strand, candidates, reason in rows]

    def kept_apart_since(self, moment: datetime) -> Sequence[Decided]:
        """List what people kept apart or split from a moment (UTC) on, oldest first."""
        # A message begins with the id of its contract: of the many comparisons none is even read.
        prefixes = [PREFIX.pack(MAGIC, one.id) for one in self._catalogue.versions(DECIDED)]
        rows = self._conn.execute(DECISIONS, (moment, Blobs(prefixes)), binary=True)
        return _kept_apart(decode_said(self._catalogue, record) for (record,) in rows)


def _kept_apart(said: Iterable[Said]) -> Sequence[Decided]:
    return [one for one in said if isinstance(one, Decided) and one.action in ("KEEP_APART", "SPLIT")]
