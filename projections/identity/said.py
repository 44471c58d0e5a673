"""What is said on hub.identity about two strands: what the hub's comparison came to, and what a person decided."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from projections.identity.particulars import Outcome

Action = Literal["LINK", "KEEP_APART", "DEFER", "SPLIT"]


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison of two strands (left before right); `at` is UTC, `score` a probability. Of one pair the newest counts, unless a person decided."""

    comparison_id: UUID
    left: UUID = field(repr=False)
    right: UUID = field(repr=False)
    edition: str
    outcome: Outcome
    score: float
    agreed: tuple[str, ...]
    disagreed: tuple[str, ...]
    because: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """A person's decision about two strands; for SPLIT `parts` (blind indexes of local ids, 16 bytes) leave `left` for the new strand `right`. `reason` is sealed under `key_id`."""

    decision_id: UUID
    action: Action
    left: UUID = field(repr=False)
    right: UUID = field(repr=False)
    parts: tuple[bytes, ...] = field(repr=False)
    person: str = field(repr=False)
    disclosure_id: UUID
    at: datetime
    key_id: UUID | None = None
    reason: bytes | None = field(default=None, repr=False)


Said = Compared | Decided


def joins(one: Said) -> bool:
    """Whether it says of two strands that they are one child."""
    return one.outcome == "LINK" if isinstance(one, Compared) else one.action == "LINK"
