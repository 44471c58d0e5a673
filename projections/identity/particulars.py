"""What a strand tells of who its child is: what the rules of likeness compare, and the streams' matching is made of. Held in memory only, and never logged."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal

Outcome = Literal["LINK", "ASK", "NO"]


class Mark(StrEnum):
    """What makes a child a case of its own, whatever the likeness: such a strand is never linked by a rule alone."""

    UNBORN = "unborn"
    ADOPTED = "adopted"
    PROTECTED_ADDRESS = "protected address"
    MULTIPLE_BIRTH = "multiple birth"


@dataclass(frozen=True, slots=True)
class Particulars:
    """One set of particulars as one agency told it; None for what was not told. NHS number and UPN are blind indexes (16 bytes), so that they are only ever found equal."""

    agency: str
    given_name: str | None = field(default=None, repr=False)
    family_name: str | None = field(default=None, repr=False)
    born_on: date | None = field(default=None, repr=False)
    sex: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    postcode: str | None = field(default=None, repr=False)
    nhs_number: bytes | None = field(default=None, repr=False)
    upn: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Sketch:
    """All that a strand's agencies told, in no order; `superseded` are blind indexes of NHS numbers that were replaced by one told here, `relatives` are names told of people in the household."""

    told: frozenset[Particulars] = field(repr=False)
    marks: frozenset[Mark] = frozenset()
    superseded: frozenset[bytes] = field(default=frozenset(), repr=False)
    relatives: frozenset[str] = field(default=frozenset(), repr=False)

    def merged(self, others: Iterable["Sketch"]) -> "Sketch":
        """Put sketches together: the order makes no difference."""
        told, marks, superseded, relatives = set(self.told), set(self.marks), set(self.superseded), set(self.relatives)
        for one in others:
            told |= one.told
            marks |= one.marks
            superseded |= one.superseded
            relatives |= one.relatives
        return Sketch(frozenset(told), frozenset(marks), frozenset(superseded), frozenset(relatives))


@dataclass(frozen=True, slots=True)
class Likeness:
    """What comparing two sketches came to: the probability that they are one child, what agreed and what did not (field and degree, never a value), and the guard that holds the two apart whatever links them with others."""

    outcome: Outcome
    score: float
    agreed: tuple[str, ...]
    disagreed: tuple[str, ...]
    because: str | None
