"""What every store of projections answers: the same questions, and the same answers for the same set of statements.

A child may be asked for by any of its strands; it answers under the name that it has now, or had at the moment that is asked about.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from projections.alerts import Alert
from projections.chronology.merge import Chronology
from projections.clocks import Clock
from projections.thresholds import Concern


@dataclass(frozen=True, slots=True)
class Position:
    """Where in the log a statement stands."""

    topic: str
    partition: int
    offset: int


class Projections(Protocol):
    """Questions about what is now known; nothing here opens a sealed body or decides who may see what."""

    def chronology(self, child: UUID) -> Chronology:
        """Give the child's merged chronology, empty for a child that nobody spoke of."""

    def as_known_at(self, child: UUID, moment: datetime) -> Chronology:
        """Give the child's chronology as the hub knew it at that moment (UTC): of the strands that were the child's then."""

    def clocks(self, child: UUID) -> frozenset[Clock]:
        """Give the child's clocks, run out or not."""

    def concerns(self, child: UUID) -> frozenset[Concern]:
        """Give the child's standing entries that any threshold counts."""

    def alerts(self, child: UUID) -> frozenset[Alert]:
        """Give the alerts raised so far whose whole evidence is the child's, under the name that it has now."""

    def every_alert(self) -> frozenset[Alert]:
        """Give the alerts raised about any child so far, under the name that the child had then."""

    def child_of(self, blind_index: bytes) -> UUID | None:
        """Find the child that an identifier (its blind index, 16 bytes) names, or None."""

    def name_of(self, child: UUID, as_known_at: datetime | None = None) -> UUID:
        """Give the name that a child, known by any of its strands, has now or had at a moment (UTC)."""

    def positions(self) -> Mapping[tuple[str, int], int]:
        """Give the next offset to read, by topic and partition."""

    def digest(self) -> bytes:
        """Give the SHA-256 (32 bytes) of everything that does not depend on the order of arrival, each child named by its smallest event id."""
