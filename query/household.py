"""A child's household as one person may see it: relations, addresses, and which other children are there (WT13 p.28).

Another child is shown only because of two entries that the person may both READ: one of this child and one of the other, opened and found to say the same. That the
reader may merely know of an entry is not enough, since "same address" would tell what a withheld entry says. So whoever acts asks the agencies as well; the view says so.
That another child was shown is recorded under that child too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from access_policy.keys import random_id
from access_policy.question import ChildRecord, Decision
from access_policy.vocabulary import OPEN_RECORD
from projections.chronology.opened import Opened
from projections.genogram import GenogramRow, genogram_rows
from projections.headers import entry_of
from projections.households import Relation, Stay, household_of
from query.compose import SENTENCES, completeness_of, counts_of
from query.door import (
    Attempt,
    Door,
    Refused,
    Showing,
    StaffMember,
    Wanted,
    begin,
    breakage_recorded,
    decide,
    record,
    refuse,
)
from query.naming import shown_name
from query.other_children import MOST, Found, OtherChild, Others, other_children, standing_of
from query.seeing import Sight, ids_of, see
from query.view import AskedBy, Completeness, WithheldCount, asked_by, canonical_bytes
from query.view_desk import ViewDesk

OPEN_HOUSEHOLD = "open_household"
"""How such a disclosure is named; the rules decide on it as on opening the record."""
MORE = (
    f"There are more other children than the {MOST} shown here, who are those of whom the newest entries tell: ask housing, children's social care and the agencies "
    "that told of the address which of the others live with this child."
)
ASK_TOO = (
    "Only what entries that you may read say is here, and agencies may know of other children: before emergency action ask each of them about other children in the "
    "household, and in the household of whoever is alleged to have harmed the child (WT13 p.28). A record shown here may also be this child's own, not joined yet."
)


@dataclass(frozen=True, slots=True)
class HouseholdView:
    """A child's household as one person is shown it; contradictory tellings stand side by side."""

    child: UUID = field(repr=False)
    asked: AskedBy
    completeness: Completeness
    sentence: str
    withheld: tuple[WithheldCount, ...]
    shredded: int
    members: tuple[Relation, ...]
    addresses: tuple[Stay, ...]
    genogram: tuple[GenogramRow, ...]
    others: tuple[OtherChild, ...]
    more_others: bool
    others_sentence: str


@dataclass(frozen=True, slots=True)
class OpenedHousehold:
    """What one person is shown of a household: the very bytes whose digest the disclosure holds, and the same as values."""

    disclosure_id: UUID
    shown: bytes = field(repr=False)
    view: HouseholdView = field(repr=False)


def open_household(
    desk: ViewDesk, staff: StaffMember, child: UUID, purpose: str | None, as_known_at: datetime | None = None
) -> OpenedHousehold | Refused:
    """Open a child's household for a stated purpose, as it is known now or as the hub knew it at an aware moment.

    RecordBroken: an entry that would be shown was altered; that is recorded, and nothing is shown. DisclosureFailed: as at `query.open_record`.
    """
    door = desk.door
    attempt = begin(door, staff, purpose, Wanted(OPEN_RECORD, child, as_known_at))
    decision = decide(door, attempt, ChildRecord())
    attempt = replace(attempt, wanted=replace(attempt.wanted, action=OPEN_HOUSEHOLD))
    if not decision.allowed:
        return refuse(door, attempt, decision)
    with breakage_recorded(door, attempt):
        sight = see(door, attempt, door.records.sealed_events(child, as_known_at))
        if isinstance(sight, Decision):
            return refuse(door, attempt, sight)
        name = shown_name(child, sight.known, door.records.kin([child], as_known_at))
        attempt = replace(attempt, wanted=replace(attempt.wanted, child=name))
        opened = door.unsealing.open_all(sight.read)
        standing = standing_of(opened, sight)
        others = other_children(desk, attempt, standing, child)
        if isinstance(others, Decision):
            return refuse(door, attempt, others)
    view = _view(name, attempt, sight, (opened, standing, others))
    shown = canonical_bytes(view)
    for one in others.found:
        # Crash in here: some children are recorded as shown that were not; nothing has left the door.
        _record_other(door, attempt, one, decision)
    record(door, attempt, Showing(shown, _rules(decision, sight), ids_of(sight.read), ids_of(sight.withheld)))
    # Crash from here on: the disclosures say more than was seen, never less.
    return OpenedHousehold(attempt.disclosure_id, shown, view)


def _record_other(door: Door, attempt: Attempt, one: Found, decision: Decision) -> None:
    about = replace(
        attempt,
        disclosure_id=random_id(door.randomness),
        wanted=replace(attempt.wanted, child=one.shown.child),
    )
    record(door, about, Showing(canonical_bytes(one.shown), _rules(decision, one.sight), ids_of(one.sight.read)))


def _rules(decision: Decision, sight: Sight) -> tuple[str, ...]:
    return tuple(sorted({*decision.rules, *sight.rules}))


Gathered = tuple[Sequence[Opened], Sequence[Opened], Others]


def _view(child: UUID, attempt: Attempt, sight: Sight, gathered: Gathered) -> HouseholdView:
    opened, standing, others = gathered
    household = household_of(standing)
    completeness = completeness_of(len(sight.read), len(sight.withheld))
    return HouseholdView(
        child=child,
        asked=asked_by(attempt),
        completeness=completeness,
        sentence=SENTENCES[completeness],
        withheld=counts_of(entry_of(event.header) for event in sight.withheld),
        shredded=sum(one.fields is None for one in opened),
        members=household.members,
        addresses=household.addresses,
        genogram=genogram_rows(household),
        others=tuple(one.shown for one in others.found),
        more_others=others.more,
        others_sentence=f"{MORE} {ASK_TOO}" if others.more else ASK_TOO,
    )
