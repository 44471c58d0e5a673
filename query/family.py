"""The family view: several children's records beside each other, each opened by its own decision, under its own rules and its own disclosure.

A child's entries are shown as that child's opened record shows them, and nothing of one child's record is shown because of another's. A child that is refused
stands in the view as refused, so that nobody takes it for a child of whom there is nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from projections.chronology.uncertain import happened_order
from query.door import Door, Refused, StaffMember
from query.open_record import OpenedRecord, open_record
from query.view import RecordView, ShownEntry, ShownLine, canonical_bytes


@dataclass(frozen=True, slots=True)
class FamilyMember:
    """One child of the family: its record as it was opened, or why it was refused; and the disclosure that says so."""

    child: UUID = field(repr=False)
    called: str | None = field(repr=False)
    disclosure_id: UUID
    view: RecordView | None = field(repr=False)
    refused: Refused | None


@dataclass(frozen=True, slots=True)
class FamilyLine:
    """One line of the merged timeline, and whose it is."""

    child: UUID = field(repr=False)
    called: str | None = field(repr=False)
    line: ShownLine = field(repr=False)


@dataclass(frozen=True, slots=True)
class FamilyView:
    """The children in the order in which they were asked for, and one timeline of all that were opened."""

    members: tuple[FamilyMember, ...]
    timeline: tuple[FamilyLine, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class OpenedFamily:
    """What one person is shown of a family: `records` holds, for each child that was opened, the very bytes whose digest its disclosure holds; `shown` is made of them alone."""

    shown: bytes = field(repr=False)
    view: FamilyView = field(repr=False)
    records: tuple[OpenedRecord, ...] = field(repr=False)


def open_family(
    door: Door, staff: StaffMember, children: Sequence[UUID], purpose: str | None, as_known_at: datetime | None = None
) -> OpenedFamily:
    """Open the records of several children for a stated purpose; each is decided and recorded by itself. ValueError when none is named.

    RecordBroken, DisclosureFailed: as at `query.open_record`; nothing of any child is shown then, though those before it are on record as shown.
    """
    if not children:
        raise ValueError("expected at least one child, found none; name the children of the family")
    answers = [(child, open_record(door, staff, child, purpose, as_known_at)) for child in dict.fromkeys(children)]
    members = _distinct([_member(child, answer) for child, answer in answers])
    view = FamilyView(members, _timeline(members), _sentence(members))
    records = tuple(answer for _, answer in answers if isinstance(answer, OpenedRecord))
    return OpenedFamily(canonical_bytes(view), view, records)


def called(view: RecordView) -> str | None:
    """Give the latest names told of a child, as far as they are shown; None where none is."""
    names = dict.fromkeys(fact.value for fact in view.facts if fact.kind == "name" and fact.latest)
    return " / ".join(names) or None


def _member(child: UUID, answer: OpenedRecord | Refused) -> FamilyMember:
    if isinstance(answer, Refused):
        return FamilyMember(child, None, answer.disclosure_id, None, answer)
    return FamilyMember(answer.view.child, called(answer.view), answer.disclosure_id, answer.view, None)


def _distinct(members: Sequence[FamilyMember]) -> tuple[FamilyMember, ...]:
    """Show a child once, though two of its strands were named."""
    first: dict[UUID, FamilyMember] = {}
    for one in members:
        first.setdefault(one.child, one)
    return tuple(first.values())


def _timeline(members: Sequence[FamilyMember]) -> tuple[FamilyLine, ...]:
    lines = [
        FamilyLine(one.child, one.called, line) for one in members if one.view is not None for line in one.view.timeline
    ]
    return tuple(sorted(lines, key=_order))


def _order(line: FamilyLine) -> tuple[object, ...]:
    # A line stands where what is shown of it happened, as in one child's record.
    shown = [one for one in (line.line.standing, *reversed(line.line.superseded)) if isinstance(one, ShownEntry)]
    return happened_order(shown[0])


def _sentence(members: Sequence[FamilyMember]) -> str:
    refused = sum(one.refused is not None for one in members)
    partly = sum(one.view is not None and bool(one.view.withheld) for one in members)
    children = "1 child was" if len(members) == 1 else f"{len(members)} children were"
    opened = f"{len(members) - refused} opened, {refused} refused" if refused else "each record is opened"
    if not partly:
        withheld = "Of what is opened, nothing that you may know of is withheld." if len(members) > refused else ""
    else:
        withheld = (
            f"{partly} {'is' if partly == 1 else 'are'} shown only in part: something of it is withheld from you."
        )
    said = (f"{children} asked for: {opened}.", withheld, "Each child's entries are shown by that child's own rules.")
    return " ".join(filter(None, said))
