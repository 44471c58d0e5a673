"""The same incident told by two agencies: which entries belong together, and why. Nothing is merged: an incident names its entries, and each stays as it was told.

Entries belong together when their kinds can be one incident (`incident_rules.py`) and either they lie near each other in time, or a reference ties them: the same crime reference, or an
agency's own word that one led to the other or that both are of one episode. Two that carry different crime references never do, nor do two of one kind by one agency that does not
tie them itself: it says that there were two. What is told only in free text is not seen: likeness of words is no evidence here.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from projections.chronology.entry import Span
from projections.chronology.incident_rules import LONGEST_TIE, REFERENCE_FIELDS, RULES, WIDEST, IncidentRule
from projections.chronology.opened import Opened
from projections.chronology.uncertain import happened_order

VERSION_AND_VARIANT, VERSION_8 = (0xF << 76) | (0x3 << 62), (0x8 << 76) | (0x2 << 62)
SAME_REFERENCE = "they carry the same crime reference"
SAME_EPISODE = "the agency itself ties them together as one episode, or as one following from the other"


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
    ordered = in_order(standing)
    taken: set[UUID] = set()
    found: list[tuple[Opened, Incident]] = []
    for rule in RULES:
        candidates = [one for one in ordered if one.entry.event_type in rule.kinds]
        found += ((members[0], _incident(members, reasons)) for members, reasons in _groups(candidates, rule, taken))
    return tuple(incident for _, incident in sorted(found, key=lambda one: happened_order(one[0].entry)))


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


def _groups(
    candidates: Sequence[Opened], rule: IncidentRule, taken: set[UUID]
) -> Iterator[tuple[Sequence[Opened], Sequence[str]]]:
    """Gather entries around each that is free, the first in order first; a gathering of one agency alone is none, and its entries stay free."""
    for place, first in enumerate(candidates):
        if first.entry.event_id in taken:
            continue
        members, reasons = _gathered(first, _reachable(first, candidates[place + 1 :], taken), rule)
        if len({one.entry.agency for one in members}) > 1:
            taken.update(one.entry.event_id for one in members)
            yield members, reasons


def _reachable(first: Opened, later: Iterable[Opened], taken: set[UUID]) -> Iterator[Opened]:
    for one in later:
        if one.entry.happened.earliest - first.entry.happened.latest > LONGEST_TIE:
            return  # all that come later begin later still
        if one.entry.event_id not in taken:
            yield one


def _gathered(first: Opened, others: Iterable[Opened], rule: IncidentRule) -> tuple[Sequence[Opened], Sequence[str]]:
    members, reasons = [first], dict[str, None]()
    for one in others:
        reason = _reason(members, one, rule)
        if reason is not None:
            members.append(one)
            reasons[reason] = None
    return members, tuple(reasons)


def _reason(members: Sequence[Opened], one: Opened, rule: IncidentRule) -> str | None:
    """Say why an entry belongs to what was gathered; None when it does not."""
    references = {(name, value) for member in members for name, value in _references(member)}
    own = set(_references(one))
    if own & references:
        return SAME_REFERENCE
    if {name for name, _ in own} & {name for name, _ in references}:
        return None
    if any(_tied(member, one) for member in members):
        return SAME_EPISODE
    if any(
        (member.entry.agency, member.entry.event_type) == (one.entry.agency, one.entry.event_type) for member in members
    ):
        return None
    return rule.sentence if _near(members[0], one, rule) else None


def _near(first: Opened, one: Opened, rule: IncidentRule) -> bool:
    # Nearness to the first alone: entries that are each near the next would make one incident of a whole week.
    spans = first.entry.happened, one.entry.happened
    return not any(is_wide(span) for span in spans) and apart(*spans) <= rule.within


def _references(one: Opened) -> Iterator[tuple[str, str]]:
    for name in REFERENCE_FIELDS:
        value = (one.fields or {}).get(name)
        if value and value.strip():
            yield name, "".join(value.split()).casefold()


def _tied(one: Opened, other: Opened) -> bool:
    """Whether their agency says that they are of one episode, or that one led to the other."""
    if one.entry.agency != other.entry.agency or one.fields is None or other.fields is None:
        return False
    here, there = one.fields["envelope"], other.fields["envelope"]
    caused = here["reference"] == there["cause"] or there["reference"] == here["cause"]
    return caused or (here["correlation"] is not None and here["correlation"] == there["correlation"])


def _incident(members: Sequence[Opened], reasons: Sequence[str]) -> Incident:
    ids = tuple(one.entry.event_id for one in members)
    spans = [one.entry.happened for one in members]
    reach = Span(min(one.earliest for one in spans), max(one.latest for one in spans))
    agencies = tuple(sorted({one.entry.agency for one in members}))
    return Incident(derived_id("incident", ids), ids, agencies, reach, tuple(reasons))
