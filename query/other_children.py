"""Which other children of a household one person may be shown, and because of which entries: at most `MOST` of them, those first of whom the newest was told.

An address of many (a hostel, a refuge) leads to every child that ever stayed there. How many are there, and who comes first, is taken from entries that whoever asks may
read: what is locked neither takes a place nor is counted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from access_policy.question import Decision
from projections.chronology.amendments import version_order
from projections.chronology.entry import Entry
from projections.chronology.merge import merge
from projections.chronology.opened import Opened
from projections.headers import entry_of
from projections.household_tokens import Page, SharedToken, TokenKind, household_tokens, own_person
from projections.households import Source, source_of
from projections.identity.strands import Kin
from query.agencies import agency_in_words
from query.door import Attempt
from query.naming import name_in, shown_name
from query.seeing import Sight, ids_of, see
from query.view_desk import ViewDesk
from schemas.moments import moment
from schemas.sealed import SealedEvent

MOST = 30
"""How many other children are shown at most; each is a disclosure of its own."""
A_PAGE = 500
"""How many entries of others are looked at in one go."""
OF_MANY = f"an address of many (more than {MOST} other children), where living does not make a household"
SAME: Mapping[TokenKind, str] = {
    "address": "the same address",
    "household": "the same household, by the agency's own reference",
    "person": "the same person, by name and date of birth",
}


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
class Found:
    """Another child, and the entries of it that were read for that, with the rules."""

    shown: OtherChild
    sight: Sight


@dataclass(frozen=True, slots=True)
class Others:
    """The other children, at most `MOST`, and whether there are more that the same person might be shown."""

    found: tuple[Found, ...]
    more: bool


def other_children(desk: ViewDesk, attempt: Attempt, standing: Sequence[Opened], child: UUID) -> Others | Decision:
    """Find the other children of a child's household, by its entries that stand and were opened; a refusal where the rules could not be applied to an entry of one."""
    here = {one.entry.event_id: one for one in standing if one.fields is not None}
    found: list[Found] = []
    for named in _named(desk, attempt, sorted(here), child):
        one = named if isinstance(named, Decision) else _other(desk, attempt, named, here)
        if isinstance(one, Decision):
            return one
        found += [] if one is None else [one]
        if len(found) > MOST:
            break
    of_many = _of_many(found)
    return Others(tuple(_said_of_many(one, of_many) for one in found[:MOST]), len(found) > MOST)


def standing_of(opened: Iterable[Opened], sight: Sight) -> tuple[Opened, ...]:
    """Give the entries that stand among those that were opened; what a withheld entry corrects or withdraws does not stand."""
    read = {one.entry.event_id: one for one in opened}
    return tuple(read[entry.event_id] for entry in _standing(sight) if entry.event_id in read)


def _standing(sight: Sight) -> list[Entry]:
    return [line.entry for line in merge(entry_of(event.header) for event in sight.known).timeline]


Named = tuple[UUID, Kin]


def _named(desk: ViewDesk, attempt: Attempt, asked: Sequence[UUID], child: UUID) -> Iterator[Named | Decision]:
    """Name each other child once, by the newest entry of it that may be read and that may share something; ends with a refusal where there is one."""
    records, until, skip = desk.door.records, attempt.wanted.as_known_at, 0
    named: set[UUID] = set()
    while page := desk.tokens.newest(asked, Page(A_PAGE, skip)):
        skip += len(page)
        sight = see(desk.door, attempt, (one for one in records.events(page) if until is None or _by(one) <= until))
        if isinstance(sight, Decision):
            yield sight
            return
        read = {UUID(bytes=one.header.event_id): one for one in sight.read}
        kin = records.kin({child} | {UUID(bytes=one.header.child) for one in sight.read}, until)
        named.add(kin.child_of(child))
        for name in dict.fromkeys(name_in(read[one], kin) for one in page if one in read):
            if name not in named:
                named.add(name)
                yield name, kin


def _by(event: SealedEvent) -> datetime:
    return moment(event.header.received)


Pairs = Sequence[tuple[SharedToken, Opened]]


def _pairs(shared: Iterable[SharedToken], here: Mapping[UUID, Opened]) -> Pairs:
    """Give what is shared in one order, each entry of the other once for each kind of likeness."""
    ordered = sorted(shared, key=lambda one: (one.kind, one.event_id, one.mine), reverse=True)
    return [(one, here[one.mine]) for one in {(one.kind, one.event_id): one for one in ordered}.values()]


def _other(desk: ViewDesk, attempt: Attempt, named: Named, here: Mapping[UUID, Opened]) -> Found | Decision | None:
    (name, kin), door = named, desk.door
    sight = see(door, attempt, door.records.sealed_events(name, attempt.wanted.as_known_at))
    if isinstance(sight, Decision):
        return sight
    pairs = _pairs(desk.tokens.shared(sorted(here), kin.sources_of(name)), here)
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
    return Found(OtherChild(shown_name(name, sight.known, kin), because), seen)


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


def _of_many(found: Iterable[Found]) -> frozenset[UUID]:
    """Give the entries of this child whose address more other children share than are shown."""
    told = ({why.here.event_id for why in one.shown.because if why.kind == "address"} for one in found)
    counted = Counter(entry for entries in told for entry in entries)
    return frozenset(entry for entry, children in counted.items() if children > MOST)


def _said_of_many(one: Found, of_many: frozenset[UUID]) -> Found:
    because = tuple(
        replace(why, sentence=f"{OF_MANY}: {why.sentence}")
        if why.kind == "address" and why.here.event_id in of_many
        else why
        for why in one.shown.because
    )
    return replace(one, shown=replace(one.shown, because=because))
