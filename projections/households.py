"""A child's household and relations: who was told to be who, when, and by whom; and where the child was told to live. Pure, on opened entries that stand.

- Every telling is a relation of its own. Agencies that contradict each other stand side by side; nothing is decided here.
- A departure ends what its own agency told; what other agencies say of it stands beside, in `others_say_left`. One that ends nothing is still told.
- Whoever was told of is in it, by a name or without one: partners, lodgers, arrested and released adults too (Ofsted 2011 pp.24-27).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from projections.chronology.entry import Span
from projections.chronology.opened import Fields, Opened
from projections.chronology.uncertain import span_order
from projections.household_words import Kind, address_words, kind_of, postcode_of, same_text
from projections.persons import Person, Telling, persons

MEMBER, LEFT, ADDRESS_CHANGED = "HouseholdMemberRecorded", "HouseholdMemberLeft", "AddressChanged"
ALLEGED: Mapping[str, tuple[str, str]] = {
    "ChildVictimRecorded": ("suspect_relationship", "suspect, relation not told"),
    "HouseholdAdultArrested": ("relationship", "arrested adult of the household, relation not told"),
    "RiskToChildrenIdentified": ("relationship", "offender, relation not told"),
    "OffenderReceived": ("relationship", "offender, relation not told"),
    "OffenderReleased": ("relationship", "offender, relation not told"),
    "OffenderSupervisionStarted": ("relationship", "offender, relation not told"),
    "OffenderTransferred": ("relationship", "offender, relation not told"),
}
"""Statements of an alleged perpetrator or an offender: the field with the agency's word, and what stands there when it told none. An arrest is no finding of guilt."""
TOLD_WITHOUT_NAME: Mapping[str, tuple[Kind, str | None, str]] = {
    "PrivateFosteringNotified": (Kind.CARER, "carer_relationship", "private foster carer"),
    "GuardianAppointed": (Kind.OTHER, None, "children's guardian, appointed by the court"),
    "ParenthoodRecorded": (Kind.OWN_CHILD, None, "the child's own child"),
    "ParentalDifficultyRecorded": (Kind.PARENT, "relationship", "parent, which one not told"),
    "YoungCarerIdentified": (Kind.OTHER, "cares_for", "somebody the child cares for"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """Who said so: the agency, its entry, and when it learned it."""

    agency: str
    event_id: UUID
    event_type: str
    learned: Span


@dataclass(frozen=True, slots=True)
class Ending:
    """That somebody no longer belongs to the household: since when, and who said so."""

    at: Span
    told_by: Source


@dataclass(frozen=True, slots=True)
class Relation:
    """One telling of who somebody is to the child. `since` is when it was true as told (it may have been so before); None where only the departure was told.

    `ended` is the departure that the same agency told; `others_say_left` are those that other agencies told, which decide nothing.
    """

    kind: Kind
    word: str = field(repr=False)
    name: str | None = field(repr=False)
    born: str | None = field(repr=False)
    lives_there: bool | None
    household_reference: str | None = field(repr=False)
    since: Span | None
    told_by: Source
    ended: Ending | None = None
    others_say_left: tuple[Ending, ...] = ()


@dataclass(frozen=True, slots=True)
class Stay:
    """Where the child lived as one agency told it: first and last told, and until when it held (None: the agency told no other since)."""

    address: str | None = field(repr=False)
    postcode: str | None = field(repr=False)
    agency: str
    since: Span
    last_told: Span
    until: Span | None
    told_by: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Household:
    """A child's relations and addresses over time, each in the order of its times."""

    members: tuple[Relation, ...]
    addresses: tuple[Stay, ...]


def household_of(standing: Iterable[Opened]) -> Household:
    """Gather who was told to be in a child's household, and where; `standing` are entries that stand and may be read, in any order. Shredded ones tell nothing."""
    told = sorted((one for one in standing if one.fields is not None), key=_order)
    departures = [one for one in told if one.entry.event_type == LEFT]
    relations = [found for one in told if (found := _relation(one)) is not None]
    named = (*map(telling_of, relations), *map(_gone, departures))
    who = persons(one for one in named if one is not None)
    ended = [_with_departures(one, departures, who) for one in relations]
    used = {ending.told_by.event_id for one in ended for ending in _endings(one)}
    alone = [_departure_alone(one) for one in departures if one.entry.event_id not in used]
    return Household(tuple(sorted([*ended, *alone], key=_relation_order)), _stays(told))


def telling_of(relation: Relation) -> Telling | None:
    """Give what a relation tells of who somebody is; None where it names nobody."""
    return Telling(relation.told_by.agency, relation.name, relation.born) if relation.name else None


def source_of(one: Opened) -> Source:
    """Say whose telling an entry is."""
    return Source(one.entry.agency, one.entry.event_id, one.entry.event_type, one.entry.learned)


def _relation(one: Opened) -> Relation | None:
    said, event_type = one.fields or {}, one.entry.event_type
    if event_type == MEMBER:
        word, lives_there = said["relationship"], said["lives_there"]
        found = _plain(one, kind_of(word, lives_there=lives_there), word)
        return replace(
            found,
            name=said["person_name"],
            born=said["person_born_on"],
            lives_there=lives_there,
            household_reference=said["household_reference"],
        )
    if event_type in ALLEGED:
        name, otherwise = ALLEGED[event_type]
        return _plain(one, Kind.ALLEGED_PERPETRATOR, said[name] or otherwise)
    if event_type in TOLD_WITHOUT_NAME:
        return _told_without_name(one, said)
    return None


def _told_without_name(one: Opened, said: Fields) -> Relation:
    kind, name, otherwise = TOLD_WITHOUT_NAME[one.entry.event_type]
    word = (said[name] if name else None) or otherwise
    if one.entry.event_type == "ParentalDifficultyRecorded" and word != otherwise:
        kind = kind_of(word, lives_there=None)
    return replace(_plain(one, kind, word), born=said.get("child_born_on"))


def _plain(one: Opened, kind: Kind, word: str) -> Relation:
    return Relation(kind, word, None, None, None, None, one.entry.happened, source_of(one))


def _departure_alone(one: Opened) -> Relation:
    said = one.fields or {}
    word = said["relationship"]
    gone = Ending(one.entry.happened, source_of(one))
    return replace(
        _plain(one, kind_of(word, lives_there=False), word), name=said["person_name"], since=None, ended=gone
    )


def _with_departures(relation: Relation, departures: Sequence[Opened], who: Mapping[Telling, Person]) -> Relation:
    if relation.told_by.event_type != MEMBER:
        return relation  # an arrest or a court's appointment is not undone by somebody moving out
    fitting = [one for one in departures if _speaks_of(one, relation, who)]
    endings = sorted((Ending(one.entry.happened, source_of(one)) for one in fitting), key=_ending_order)
    own = [one for one in endings if one.told_by.agency == relation.told_by.agency]
    others = tuple(one for one in endings if one.told_by.agency != relation.told_by.agency)
    return replace(relation, ended=own[0] if own else None, others_say_left=others)


def _speaks_of(departure: Opened, relation: Relation, who: Mapping[Telling, Person]) -> bool:
    """Whether a departure can be that of this person: by who they are where both name one, else by the agency's word; and not before the person was told of."""
    gone, told = _gone(departure), telling_of(relation)
    if relation.since is None or departure.entry.happened.latest < relation.since.earliest:
        return False
    if gone is not None and told is not None:
        return who[gone] == who[told]
    return same_text((departure.fields or {})["relationship"]) == same_text(relation.word)


def _gone(departure: Opened) -> Telling | None:
    name = (departure.fields or {})["person_name"]
    return Telling(departure.entry.agency, name, None) if name else None


def _endings(relation: Relation) -> Iterable[Ending]:
    return [*([relation.ended] if relation.ended else []), *relation.others_say_left]


def _stays(told: Sequence[Opened]) -> tuple[Stay, ...]:
    by_agency: dict[str, list[tuple[Span, Opened]]] = defaultdict(list)
    for one in told:
        child = _child(one)
        if child["address"] or child["postcode"]:
            by_agency[one.entry.agency].append((_held_since(one), one))
    found = [stay for tellings in by_agency.values() for stay in _of_one_agency(tellings)]
    return tuple(sorted(found, key=lambda one: (*span_order(one.since), one.agency)))


def _of_one_agency(tellings: list[tuple[Span, Opened]]) -> list[Stay]:
    """Put an agency's tellings of one address after another together, until it tells of another."""
    tellings.sort(key=lambda told: (*span_order(told[0]), told[1].entry.event_id))
    runs: list[list[tuple[Span, Opened]]] = []
    for told in tellings:
        if runs and _place(runs[-1][-1][1]) == _place(told[1]):
            runs[-1].append(told)
        else:
            runs.append([told])
    ends = [run[0][0] for run in runs[1:]]
    return [_stay(run, until) for run, until in zip(runs, [*ends, None], strict=True)]


def _stay(run: Sequence[tuple[Span, Opened]], until: Span | None) -> Stay:
    first, last = run[0], run[-1]
    child = _child(last[1])
    sources = tuple(source_of(one) for _, one in run)
    return Stay(child["address"], child["postcode"], first[1].entry.agency, first[0], last[0], until, sources)


def _held_since(one: Opened) -> Span:
    # An address stands in the envelope as the agency held it when it learned what it tells; of a move it tells when that was.
    return one.entry.happened if one.entry.event_type == ADDRESS_CHANGED else one.entry.learned


def _place(one: Opened) -> tuple[Any, ...]:
    child = _child(one)
    return postcode_of(child["address"], child["postcode"]), address_words(child["address"] or "")


def _child(one: Opened) -> Mapping[str, Any]:
    child: Mapping[str, Any] = (one.fields or {})["envelope"]["child"]
    return child


def _order(one: Opened) -> tuple[Any, ...]:
    return (*span_order(one.entry.happened), one.entry.event_id)


def _ending_order(one: Ending) -> tuple[Any, ...]:
    return (*span_order(one.at), one.told_by.event_id)


def _relation_order(one: Relation) -> tuple[Any, ...]:
    when = one.since if one.since is not None else one.ended.at if one.ended is not None else one.told_by.learned
    return (*span_order(when), one.told_by.event_id)
