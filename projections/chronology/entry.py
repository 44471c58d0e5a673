"""One entry of a child's record, as far as it can be read without a key: the header of an admitted statement."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Span:
    """When something was, as far as it is known: not before `earliest` and not after `latest`, both UTC, in order."""

    earliest: datetime
    latest: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """The readable header of one admitted statement; its body is sealed and is opened elsewhere.

    `received` is UTC. `assertion` is FACT, OPINION or ANALYSIS; `sensitivity` is ROUTINE, SENSITIVE or RESTRICTED; `seal` is OPEN,
    SEALED or LOCKED. `correlation` is 16 bytes that tie the statements of one episode, for example one referral.
    """

    event_id: UUID
    child: UUID = field(repr=False)
    agency: str
    event_type: str
    happened: Span = field(repr=False)
    learned: Span = field(repr=False)
    received: datetime
    assertion: str
    sensitivity: str
    seal: str
    correlation: bytes | None = field(repr=False)
    corrects: UUID | None
    retracts: UUID | None
    content_digest: bytes = field(repr=False)

    @property
    def locked(self) -> bool:
        """Whether even the existence of this entry is invisible outside the team that locked it."""
        return self.seal == "LOCKED"

    @property
    def is_retraction(self) -> bool:
        """Whether this statement only withdraws another, so that it is itself no line of a chronology."""
        return self.retracts is not None
