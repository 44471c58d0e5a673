"""What a feed said before, kept at the feed's own side: what it takes to tell a repeat, a correction and a withdrawal apart, and nothing of what rows hold.

A *matter* is one row of the agency's through all its changes; a *telling* is one statement made about it. Of a statement the memory keeps its reference, a
keyed digest of its content, and what a retraction of it would need: the agency's own id of the child, and how the statement was sealed.

Tellings are *intended* before they are published and *acknowledged* after. If we crash in between, what was intended is unsure: it may be in the log or
not. `begin` marks it so, and `connectors.comparing` then makes tellings that are right in both cases.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

Kind = Literal["told", "corrected", "retracted"]
State = Literal["sending", "stands", "unsure", "withdrawn"]


class FeedMemoryBroken(Exception):
    """The memory cannot be used; the message says expected, found, what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as a file states it now: its reference, its kin (see Statement), a keyed digest of all that it says, and its line."""

    reference: str
    kin: str
    digest: bytes = field(repr=False)
    line: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What the memory knows of a row.

    `matter` is None where no matter goes by this reference, and `taken` whether some statement has it as its own all the same. `digest`, `last` (the
    reference) and `local_id` are of the last telling; `seen` says that this very delivery stated the row before, `unsure` that the last telling may not
    have reached the log.
    """

    matter: int | None = None
    taken: bool = False
    digest: bytes | None = field(default=None, repr=False)
    last: str = ""
    local_id: str = field(default="", repr=False)
    withdrawn: bool = False
    unsure: bool = False
    seen: bool = False


UNKNOWN = Known()


@dataclass(frozen=True, slots=True)
class Telling:
    """One statement as the memory keeps it. `amends` is the reference that it corrects or retracts; `moment` is when the feed learned of the change.

    `matter` is None for the first telling of a matter, and `stem` the row's reference at the time: further references are built from it.
    """

    reference: str
    kind: Kind
    matter: int | None
    stem: str
    digest: bytes = field(repr=False)
    kin: str = field(repr=False)
    moment: int
    local_id: str = field(repr=False)
    sensitivity: str
    seal: str
    amends: str | None = None
    state: State = "sending"


@dataclass(frozen=True, slots=True)
class Begun:
    """One delivery under way: its id (16 bytes), the moment that it began (microseconds), and what an earlier run of it already told, by kind."""

    delivery_id: bytes
    moment: int
    already: dict[Kind, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What telling the staged rows would come to. `held` is how many matters the scope holds before; `gone` those that would be withdrawn."""

    new: int
    corrected: int
    unchanged: int
    gone: int
    held: int


@dataclass(frozen=True, slots=True)
class Changes:
    """Which the staged rows are that change what is held: the first lines of rows to correct, and the first references of all `statements` to withdraw."""

    corrected: tuple[int, ...]
    withdrawn: tuple[str, ...]
    statements: int


class FeedMemory(Protocol):
    """What one feed said before. One delivery uses it at a time; every method that changes it is one transaction."""

    def begin(self, fingerprint: bytes, scope: str, begun: Begun) -> Begun:
        """Begin a delivery of these bytes, or go on with the one that was interrupted: gives its id and moment, and what it already told."""

    def unstage(self) -> None:
        """Forget every staged row: a first reading begins."""

    def stage(self, rows: Sequence[Row]) -> list[bool]:
        """Note rows of a first reading; False for each that bears the reference of an earlier one with other content."""

    def plan(self, scope: str, *, pairing: bool) -> Plan:
        """Hold the staged rows against the scope; `pairing`: within a kin, as many that went as came are one and the same."""

    def changes(self, scope: str, *, pairing: bool, most: int) -> Changes:
        """Say which rows the plan would correct, in the order of their lines, and which statements it would withdraw; up to `most` of each."""

    def pair(self, scope: str) -> None:
        """Let each matter that went go by the reference of the row that came in its stead, where a kin has as many of both."""

    def known(self, rows: Sequence[Row]) -> list[Known]:
        """Say for each row what is known of it."""

    def history(self, matter: int) -> list[Telling]:
        """Give the tellings of a matter in their order, retractions among them."""

    def used(self, stem: str) -> int:
        """Say how many statements were told so far whose references are built from this one."""

    def intend(self, tellings: Sequence[Telling], stated: Sequence[Row]) -> None:
        """Note what is about to be published, and which rows this delivery states. Once this returns a crash leaves the tellings unsure, never unknown."""

    def acknowledge(self) -> None:
        """Note that all that was intended is in the log."""

    def gone(self, most: int) -> list[int]:
        """Give up to `most` matters of the scope, the first told first, that stand, that the staged rows no longer state, and that no other scope states."""

    def finish(self, *, whole: bool) -> None:
        """End the delivery; `whole`: the scope then holds what this delivery stated and nothing else."""

    def empty(self) -> bool:
        """Whether nothing is remembered at all."""
