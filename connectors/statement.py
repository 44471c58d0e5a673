"""What a connector hands on: a statement to tell, or a refusal to say back to the feed owner. Nothing in a refusal repeats what a cell held."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

LISTED = 10_000
"""How many refusals of one file are told line by line."""
LISTED_CHANGES = 100
"""How many rows that would be corrected, and statements that would be withdrawn, a check lists."""
PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,63}")


@dataclass(frozen=True, slots=True)
class Statement:
    """One row as the hub will be told it: the contract's short name and a value that fits it (times in microseconds, days since 1970).

    `line` is where the row begins in the file, or its place in a JSON array; 0 when it came from neither. `kin` is what the row still is when its date
    changes (the child and the kind of row): in a snapshot, one row of a kin that went and one that came are one correction; empty where rows have none.
    Neither is part of what is told.
    """

    event_type: str
    value: dict[str, Any] = field(repr=False)
    line: int = field(default=0, compare=False)
    kin: str = field(default="", compare=False, repr=False)

    @property
    def agency(self) -> str:
        """The agency that makes the statement."""
        return str(self.value["envelope"]["agency"])

    @property
    def reference(self) -> str:
        """The agency's own id for the statement."""
        return str(self.value["envelope"]["reference"])


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row that was not told, and why: a short stable `code` and a sentence (expected, found, what to do) in the feed owner's terms.

    `ends_reading` marks a fault of the file rather than of a row: nothing from `line` on was read.
    """

    line: int
    code: str
    sentence: str
    ends_reading: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One row that its mapping says is no event: neither told nor refused."""

    line: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a file is about, so that silence can be told from absence: a reader gives it once, as soon as the file has said it.

    `scope` names what the next such file replaces (cin-census 2024); `whole` says that rows no longer in it are withdrawn; `first` and `last` are the
    days that it covers (None: as far as its events reach); `population` says in words of whom it speaks; `edition` is the format's own, where it has one;
    `next_due_days` is how soon the next such file is promised.
    """

    scope: str
    population: str
    whole: bool
    first: date | None = None
    last: date | None = None
    edition: str | None = None
    next_due_days: int | None = None


Outcome = Statement | Refusal | Coverage | LeftOut
Outcomes = Iterator[Outcome]


@dataclass(frozen=True, slots=True)
class Delivery:
    """The receipt for one file: each row that went in came out told, corrected, unchanged, refused or left out.

    The first LISTED refusals are listed, so that a file that is wrong throughout cannot fill the memory; `unlisted` counts the others by their code.

    `retracted` counts the statements that were withdrawn because no row states them any longer, `resumed` the statements that an interrupted run of the
    same delivery had told already (they are among those counted). `stopped` says why reading ended before the end of the file, `withheld` why nothing
    was withdrawn; None where neither is so. `rows_later` counts the rows that happened after the delivery's own day. Of a check, `not_sent` says why the
    file would not be sent at all; the first LISTED_CHANGES lines of rows that would be corrected are listed, and references that would be withdrawn.
    """

    rows_in: int
    rows_told: int
    refusals: tuple[Refusal, ...]
    stopped: Refusal | None = None
    rows_corrected: int = 0
    rows_unchanged: int = 0
    retracted: int = 0
    resumed: int = 0
    withheld: str | None = None
    coverage: Coverage | None = None
    unlisted: Mapping[str, int] = field(default_factory=dict)
    rows_left_out: int = 0
    rows_later: int = 0
    not_sent: str | None = None
    corrected_lines: tuple[int, ...] = ()
    withdrawn: tuple[str, ...] = ()

    @property
    def rows_refused(self) -> int:
        """How many rows were refused."""
        return len(self.refusals) + sum(self.unlisted.values())

    @property
    def complete(self) -> bool:
        """Whether the whole file was read, nothing in it refused, and the file itself not either."""
        return self.stopped is None and not self.refusals and self.not_sent is None


class Unreadable(Exception):
    """One value cannot be read as what the contract wants; the reader that catches it adds the line and makes a refusal."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def plain_name(name: str, kind: str) -> str:
    """Quote a sender's own name for a thing where it looks like a name; otherwise say only that there is one, since it may be content."""
    return f"{kind} {name}" if PLAIN_NAME.fullmatch(name) else f"{kind} whose name is not a plain word"
