"""The same incident told by two agencies: which entries belong together, and why. Nothing is merged: an incident names its entries, and each stays as it was told.

Entries belong together when their kinds can be one incident (`incident_rules.py`) and either they lie near each other in time, or a reference ties them: the same crime reference, or an
agency's own word that one led to the other or that both are of one episode. Two that carry different crime references never do, nor do two of one kind by one agency that does not
tie them itself: it says that there were two. What is told only in free text is not seen: likeness of words is no evidence here.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from projections.chronology.entry import Entry, Span
from projections.chronology.incident_rules import LONGEST_TIE, REFERENCE_FIELDS, RULES, WIDEST, IncidentRule
from projections.chronology.opened import Opened
from projections.chronology.uncertain import happened_order

VERSION_AND_VARIANT, VERSION_8 = (0xF << 76) | (0x3 << 62), (0x8 << 76) | (0x2 << 62)
SAME_REFERENCE = "they carry the same crime reference"
SAME_EPISODE = "the agency itself ties them together as one episode, or as one following from the other"


KINDS = frozenset[str]().union(*(rule.kinds for rule in RULES))


@dataclass(frozen=True, slots=True)
class Incident:
    """Entries (event ids, in the order in which they happened) of two agencies or more that tell of one incident, and why they were put together.

    `happened` reaches from the earliest to the latest moment that any of them says. It has no grading of its own: each entry keeps its own.
    """

    incident_id: UUID
    events: tuple[UUID, ...]
    agencies: tuple[str, ...]
    happened: Span = field(repr=False)
    reasons: tuple[str, ...]


def incidents(standing: Iterable[Opened]) -> tuple[Incident, ...]:
    """Put together the entries, among those that stand and are read, that tell of one incident; in the order in which they happened, whatever order they come in."""
    ordered = [_candidate(one) for one in in_order(standing) if one.entry.event_type in KINDS]
    taken: set[UUID] = set()
    found: list[Incident] = []
    for rule in RULES:
        candidates = [one for one in ordered if one.entry.event_type in rule.kinds]
        found += _incidents(candidates, rule, taken)
    place = {one.entry.event_id: number for number, one in enumerate(ordered)}
    return tuple(sorted(found, key=lambda one: place[one.events[0]]))


def in_order(standing: Iterable[Opened]) -> Sequence[Opened]:
    """Give entries in the order in which they happened, each once."""
    return sorted({one.entry.event_id: one for one in standing}.values(), key=lambda one: happened_order(one.entry))


def derived_id(what: str, event_ids: Iterable[UUID]) -> UUID:
    """Derive an id from what something is and the entries that it is about, never from what they say: the same entries give everybody the same id."""
    told = "|".join([what, *sorted(one.hex for one in event_ids)])
    derived = int.from_bytes(hashlib.sha256(told.encode()).digest()[:16])
    return UUID(int=derived & ~VERSION_AND_VARIANT | VERSION_8)


def apart(one: Span, other: Span) -> timedelta:
    """Give how far apart two times are at the least; none where they overlap."""
    return max(one.earliest - other.latest, other.earliest - one.latest, timedelta())


def is_wide(span: Span) -> bool:
    """Whether a time is too uncertain to say which incident it belongs to."""
    return span.latest - span.earliest > WIDEST


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An entry, and what in it can tie it to others: references of incidents by field, and within its agency its own reference, its cause's and its episode's."""

    entry: Entry
    references: Mapping[str, str]
    own: tuple[str, str] | None
    cause: tuple[str, str] | None
    episode: tuple[str, str] | None


@dataclass(slots=True)
class _Gathering:
    """What was gathered around a first entry so far."""

    members: list[Entry] = field(default_factory=list)
    references: dict[str, set[str]] = field(default_factory=dict)
    ties: set[tuple[str, str, str]] = field(default_factory=set)
    tellings: set[tuple[str, str]] = field(default_factory=set)
    reasons: dict[str, None] = field(default_factory=dict)

    def take(self, one: _Candidate, reason: str | None) -> None:
        """Take an entry in, and note why."""
        self.members.append(one.entry)
        for name, value in one.references.items():
            self.references.setdefault(name, set()).add(value)
        self.ties |= {
            (what, *key) for what, key in (("own", one.own), ("cause", one.cause), ("episode", one.episode)) if key
        }
        self.tellings.add((one.entry.agency, one.entry.event_type))
        if reason is not None:
            self.reasons[reason] = None


def _candidate(one: Opened) -> _Candidate:
    if one.fields is None:
        return _Candidate(one.entry, {}, None, None, None)
    envelope, agency = one.fields["envelope"], one.entry.agency
    written = ((name, one.fields.get(name)) for name in REFERENCE_FIELDS)
    references = {name: "".join(value.split()).casefold() for name, value in written if value and value.strip()}
    own, cause, episode = (
        (agency, text) if text else None for text in (envelope["reference"], envelope["cause"], envelope["correlation"])
    )
    return _Candidate(one.entry, references, own, cause, episode)


def _incidents(candidates: Sequence[_Candidate], rule: IncidentRule, taken: set[UUID]) -> Iterator[Incident]:
    """Gather entries around each that is free, the first in order first; a gathering of one agency alone is none, and its entries stay free."""
    for place, first in enumerate(candidates):
        if first.entry.event_id in taken:
            continue
        gathering = _gathered(first, _reachable(candidates, place, taken), rule)
        if len({agency for agency, _ in gathering.tellings}) > 1:
            taken.update(one.event_id for one in gathering.members)
            yield _incident(gathering)


def _reachable(candidates: Sequence[_Candidate], place: int, taken: set[UUID]) -> Iterator[_Candidate]:
    """Give the free entries after the one at `place` that something could tie to it."""
    first = candidates[place].entry
    for number in range(place + 1, len(candidates)):
        one = candidates[number]
        if one.entry.happened.earliest - first.happened.latest > LONGEST_TIE:
            return  # all that come later begin later still
        if one.entry.event_id not in taken:
            yield one


def _gathered(first: _Candidate, others: Iterable[_Candidate], rule: IncidentRule) -> _Gathering:
    gathering = _Gathering()
    gathering.take(first, None)
    for one in others:
        reason = _reason(gathering, one, rule)
        if reason is not None:
            gathering.take(one, reason)
    return gathering


def _reason(gathering: _Gathering, one: _Candidate, rule: IncidentRule) -> str | None:
    """Say why an entry belongs to what was gathered; None when it does not."""
    for name, value in one.references.items():
        if name in gathering.references:
            return SAME_REFERENCE if value in gathering.references[name] else None
    if _tied(gathering, one):
        return SAME_EPISODE
    if (one.entry.agency, one.entry.event_type) in gathering.tellings:
        return None
    # Nearness to the first alone: entries that are each near the next would make one incident of a whole week.
    spans = gathering.members[0].happened, one.entry.happened
    near = apart(*spans) <= rule.within and not any(is_wide(span) for span in spans)
    return rule.sentence if near else None


def _tied(gathering: _Gathering, one: _Candidate) -> bool:
    """Whether its agency says that it is of one episode with something gathered, or that one led to the other."""
    told = (("own", one.cause), ("cause", one.own), ("episode", one.episode))
    return any(key is not None and (what, *key) in gathering.ties for what, key in told)


def _incident(gathering: _Gathering) -> Incident:
    ids = tuple(one.event_id for one in gathering.members)
    spans = [one.happened for one in gathering.members]
    reach = Span(min(one.earliest for one in spans), max(one.latest for one in spans))
    agencies = tuple(sorted({one.agency for one in gathering.members}))
    return Incident(derived_id("incident", ids), ids, agencies, reach, tuple(gathering.reasons))
