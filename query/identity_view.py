"""What is shown of who is who: questions, the two sides field by field, the parts of a record, who saw a wrong view."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from projections.identity.said import Action
from query.view import AskedBy, Fact, FactKind, WithheldCount

QuestionKind = Literal["likeness", "identifiers", "none"]
Agreement = Literal["agree", "differ", "told of one side", "not told", "not shown"]


@dataclass(frozen=True, slots=True)
class QuestionItem:
    """Two strands of which a person has to say whether they are one child.

    `likeness`: the hub compared them (score, what agreed and did not, edition, since when); `identifiers`: a statement's identifiers point to both; `none`: nobody asked, and
    somebody looks at them all the same. `because` is what kept a rule from linking them. A strand of which the reader may know of no entry is not named: another of its side stands for it.
    Where anything is withheld from the reader on a side, what was found is not shown, and `not_shown` says so: it was found out from what is withheld too.
    """

    left: UUID
    right: UUID
    kind: QuestionKind
    score: float | None
    agreed: tuple[str, ...]
    disagreed: tuple[str, ...]
    because: str | None
    edition: str | None
    since: datetime | None
    deferred: bool
    not_shown: str | None = None


@dataclass(frozen=True, slots=True)
class QuestionsView:
    """The questions that one person is shown, the likeliest first; `more` when there are others beyond them."""

    asked: AskedBy
    questions: tuple[QuestionItem, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class SideView:
    """One side: the child it is called by now, the strands of it of which the reader may know an entry, how many entries were read of it, and what is withheld, with whom to ask."""

    child: UUID
    strands: tuple[UUID, ...]
    entries: int
    withheld: tuple[WithheldCount, ...]


@dataclass(frozen=True, slots=True)
class ComparedField:
    """One kind of particulars on both sides, each value with who told it and when, the newest first; `not shown` where an address is protected."""

    kind: FactKind
    agreement: Agreement
    left: tuple[Fact, ...] = field(repr=False)
    right: tuple[Fact, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShownDecision:
    """What a person (a staff id) decided of the two before, when, and why; no reason unless the reader reads all there is on both sides, or where it cannot be read."""

    decision_id: UUID
    action: Action
    person: str = field(repr=False)
    at: datetime
    reason: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class QuestionView:
    """Two strands side by side; `linked` while they are one child."""

    asked: AskedBy
    question: QuestionItem
    linked: bool
    left: SideView
    right: SideView
    fields: tuple[ComparedField, ...]
    decisions: tuple[ShownDecision, ...]


@dataclass(frozen=True, slots=True)
class PartView:
    """What one agency told under one of its own ids, in one strand: that id, and the entries that are read of it. Only whole parts can be split off."""

    strand: UUID
    agency: str
    local_id: str = field(repr=False)
    entries: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class PartsView:
    """The parts of a record that one person may tell apart, and what is withheld from them."""

    asked: AskedBy
    child: UUID = field(repr=False)
    parts: tuple[PartView, ...]
    withheld: tuple[WithheldCount, ...]


@dataclass(frozen=True, slots=True)
class DecisionView:
    """What was decided. `told` names the agencies whose entries were shown in another child's record, where a decision keeps apart what was linked."""

    asked: AskedBy
    decision_id: UUID
    action: Action
    left: UUID
    right: UUID
    entries_moved: tuple[UUID, ...]
    wrong_views: int
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WrongView:
    """One disclosure in which two children stood as one: who (a staff id) was shown it, when, why, and how many entries of each side, locked ones not counted."""

    disclosure_id: UUID
    person: str = field(repr=False)
    agency: str
    role: str
    action: str
    purpose: str | None
    asked_at: datetime
    left_entries: int
    right_entries: int


@dataclass(frozen=True, slots=True)
class WrongViews:
    """Who was shown two children as one, oldest first, the people (staff ids) among them, and the agencies whose entries stood in another child's record."""

    asked: AskedBy
    left: UUID
    right: UUID
    linked: bool
    views: tuple[WrongView, ...]
    people: tuple[str, ...] = field(repr=False)
    owners: tuple[str, ...]
