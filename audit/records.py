"""What the ledger reads: records of one partition of the log, named by tree and offset."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, order=True)
class TreeId:
    """One tree of the ledger: one partition of one topic."""

    topic: str
    partition: int


class Record(Protocol):
    """A record as Kafka's clients give it; only what the ledger covers is asked for."""

    @property
    def offset(self) -> int:
        """The record's place in its partition, which is its leaf index."""

    @property
    def key(self) -> bytes | None:
        """The key's bytes as they are in the log."""

    @property
    def value(self) -> bytes | None:
        """The value's bytes as they are in the log."""


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One raw record; timestamp in milliseconds since 1970-01-01 UTC; key, value and headers stay out of the repr."""

    offset: int
    key: bytes | None = field(repr=False)
    value: bytes | None = field(repr=False)
    timestamp: int = 0
    headers: tuple[tuple[str, bytes | None], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class DamagedRange:
    """Offsets start (inclusive) to stop (exclusive) whose batch fails its checksum or cannot be read.

    When readable, the records follow as they were found; when not, nothing of them follows.
    """

    tree: TreeId
    start: int
    stop: int
    readable: bool


Run = Sequence[Record] | DamagedRange
"""A run of records in offset order, or a place in the log that is damaged."""
