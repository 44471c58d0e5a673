"""What verification says: one frozen finding for each thing that does not agree, never with contents."""

from dataclasses import dataclass
from enum import StrEnum

from audit.records import TreeId


class Kind(StrEnum):
    """What a finding is about."""

    LEAF = "leaf"
    TILE = "tile"
    CHECKPOINT = "checkpoint"
    ROOT = "root"
    WITNESSES = "witnesses"
    MISSING_RECORDS = "missing records"
    REPEATED_OFFSET = "repeated offset"
    DAMAGED_RECORDS = "damaged records"
    LOG_TRUNCATED = "log truncated"
    LEDGER_TRUNCATED = "ledger truncated"
    MISSING_ROW = "missing row"
    UNKNOWN_ROW = "unknown row"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Finding:
    """One disagreement: the tree, its kind, the first index concerned, and three clauses for a person.

    The index counts leaves (= offsets), except for a tile (its number) and a checkpoint, its root or its witnesses (the size).
    """

    tree: TreeId
    kind: Kind
    index: int
    expected: str
    found: str
    remedy: str

    def sentence(self) -> str:
        """Say it in one line."""
        return f"{self.tree.topic}/{self.tree.partition} {self.kind} {self.index}: expected {self.expected}, found {self.found}; {self.remedy}"
