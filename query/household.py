"""A child's household as one person may see it: relations, addresses, and which other children are there (WT13 p.28).

Another child is shown only because of two entries that the person may both READ: one of this child and one of the other, opened and found to say the same. That the
reader may merely know of an entry is not enough, since "same address" would tell what a withheld entry says. So whoever acts asks the agencies as well; the view says so.
That another child was shown is recorded under that child too.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from access_policy.keys import random_id
from access_policy.question import ChildRecord, Decision
from access_policy.vocabulary import OPEN_RECORD
from projections.chronology.amendments import version_order
from projections.chronology.entry import Entry
from projections.chronology.merge import merge
from projections.chronology.opened import Opened
from projections.genogram import GenogramRow, genogram_rows
from projections.headers import entry_of
from projections.household_tokens import SharedToken, TokenKind, household_tokens, own_person
from projections.households import Relation, Source, Stay, household_of, source_of
from projections.identity.strands import Kin
from query.agencies import agency_in_words
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
from query.naming import name_in, shown_name
from query.seeing import Sight, ids_of, see
from query.view import AskedBy, Completeness, WithheldCount, asked_by, canonical_bytes
from query.view_desk import ViewDesk

OPEN_HOUSEHOLD = "open_household"
"""How such a disclosure is named; the rules decide on it as on opening the record."""
SAME: Mapping[TokenKind, str] = {
    "address": "the same address",
    "household": "the same household, by the agency's own reference",
    "person": "the same person, by name and date of birth",
}
ASK_TOO = (
    "Only what entries that you may read say is here, and agencies may know of other children: before emergency action ask each of them about other children in the "
    "household, and in the household of whoever is alleged to have harmed the child (WT13 p.28). A record shown here may also be this child's own, not joined yet."
)


@dataclass(frozen=True, slots=True)
class SharedFact:
    """What an entry of this child and an entry of the other both say; the times are those of the two tellings, which need not be one time."""

    kind: TokenKind
    sentence: str
    here: Source
    there: Source


@dataclass(frozen=True, slots=True)
class OtherChild:
    """Another child, by its pseudonym, and why it is shown; nothing of its record."""

    child: UUID = field(repr=False)
    because: tuple[SharedFact, ...]


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
        others = _others(desk, attempt, standing, child)
        if isinstance(others, Decision):
            return refuse(door, attempt, others)
    view = _view(name, attempt, sight, (opened, standing, tuple(one.shown for one in others)))
    shown = canonical_bytes(view)
    for one in others:
        # Crash in here: some children are recorded as shown that were not; nothing has left the door.
        _record_other(door, attempt, one, decision)
    record(door, attempt, Showing(shown, _rules(decision, sight), ids_of(sight.read), ids_of(sight.withheld)))
    # Crash from here on: the disclosures say more than was seen, never less.
    return OpenedHousehold(attempt.disclosure_id, shown, view)


def standing_of(opened: Iterable[Opened], sight: Sight) -> tuple[Opened, ...]:
    """Give the entries that stand among those that were opened; what a withheld entry corrects or withdraws does not stand."""
    read = {one.entry.event_id: one for one in opened}
    return tuple(read[entry.event_id] for entry in _standing(sight) if entry.event_id in read)


def _standing(sight: Sight) -> list[Entry]:
    return [line.entry for line in merge(entry_of(event.header) for event in sight.known).timeline]


@dataclass(frozen=True, slots=True)
class _Found:
    """Another child, by which rules, and the entries of it that were read for that."""

    shown: OtherChild
    sight: Sight


def _others(desk: ViewDesk, attempt: Attempt, standing: Sequence[Opened], child: UUID) -> list[_Found] | Decision:
    """Find the other children of the household; a refusal where the rules could not be applied to an entry of one."""
    records, here = desk.door.records, {one.entry.event_id: one for one in standing if one.fields is not None}
    shared = desk.tokens.shared(sorted(here))
    events = records.events({one.event_id for one in shared})
    kin = records.kin({child} | {UUID(bytes=one.header.child) for one in events}, attempt.wanted.as_known_at)
    name_of = {UUID(bytes=one.header.event_id): name_in(one, kin) for one in events}
    by_child: dict[UUID, list[SharedToken]] = defaultdict(list)
    for one in shared:
        if one.event_id in name_of and name_of[one.event_id] != kin.child_of(child):
            by_child[name_of[one.event_id]].append(one)
    found = []
    for name, tokens in sorted(by_child.items()):
        one_found = _other(desk.door, attempt, (name, kin), _pairs(tokens, here))
        if isinstance(one_found, Decision):
            return one_found
        found += [] if one_found is None else [one_found]
    return sorted(found, key=lambda one: one.shown.child)


Pairs = Sequence[tuple[SharedToken, Opened]]


def _pairs(shared: Iterable[SharedToken], here: Mapping[UUID, Opened]) -> Pairs:
    """Give what is shared in one order, each entry of the other once for each kind of likeness."""
    ordered = sorted(shared, key=lambda one: (one.kind, one.event_id, one.mine), reverse=True)
    return [(one, here[one.mine]) for one in {(one.kind, one.event_id): one for one in ordered}.values()]


def _other(door: Door, attempt: Attempt, named: tuple[UUID, Kin], pairs: Pairs) -> _Found | Decision | None:
    name, kin = named
    sight = see(door, attempt, door.records.sealed_events(name, attempt.wanted.as_known_at))
    if isinstance(sight, Decision):
        return sight
    newest = _newest(pairs, sight)
    asked = tuple(event for event in sight.read if UUID(bytes=event.header.event_id) in newest)
    there = {one.entry.event_id: one for one in door.unsealing.open_all(asked)}
    because = tuple(
        _shared_fact(shared.kind, here, there[shared.event_id])
        for shared, here in pairs
        if shared.event_id in there and _says_the_same(shared.kind, here, there[shared.event_id])
    )
    used = {one.there.event_id for one in because}
    read = tuple(event for event in asked if UUID(bytes=event.header.event_id) in used)
    seen = see(door, attempt, read)
    if isinstance(seen, Decision) or not because:
        return seen if isinstance(seen, Decision) else None
    return _Found(OtherChild(shown_name(name, sight.known, kin), because), seen)


def _newest(pairs: Pairs, sight: Sight) -> frozenset[UUID]:
    """Choose which of the other child's entries are opened: of each agency the one that stands and was learned last, for each kind of likeness."""
    kinds: dict[UUID, set[TokenKind]] = defaultdict(set)
    for shared, _ in pairs:
        kinds[shared.event_id].add(shared.kind)
    read = frozenset(ids_of(sight.read))
    newest: dict[tuple[TokenKind, str], UUID] = {}
    for entry in sorted(_standing(sight), key=version_order):
        if entry.event_id in read:
            newest |= {(kind, entry.agency): entry.event_id for kind in kinds.get(entry.event_id, ())}
    return frozenset(newest.values())


def _says_the_same(kind: TokenKind, here: Opened, there: Opened) -> bool:
    # The table only says where to look: what is shown rests on what the two entries say.
    if here.fields is None or there.fields is None:
        return False
    own = own_person(here.fields) & own_person(there.fields)
    return any(one[0] == kind for one in (household_tokens(here.fields) & household_tokens(there.fields)) - own)


def _shared_fact(kind: TokenKind, here: Opened, there: Opened) -> SharedFact:
    sentence = (
        f"{SAME[kind]}, told by {agency_in_words(here.entry.agency)} of this child and by {agency_in_words(there.entry.agency)} of the other; "
        "see when each learned it"
    )
    return SharedFact(kind, sentence, source_of(here), source_of(there))


def _record_other(door: Door, attempt: Attempt, one: _Found, decision: Decision) -> None:
    about = replace(
        attempt,
        disclosure_id=random_id(door.randomness),
        wanted=replace(attempt.wanted, child=one.shown.child),
    )
    record(door, about, Showing(canonical_bytes(one.shown), _rules(decision, one.sight), ids_of(one.sight.read)))


def _rules(decision: Decision, sight: Sight) -> tuple[str, ...]:
    return tuple(sorted({*decision.rules, *sight.rules}))


Gathered = tuple[Sequence[Opened], Sequence[Opened], tuple[OtherChild, ...]]


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
        others=others,
        others_sentence=ASK_TOO,
    )
