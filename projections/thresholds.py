"""Concerns that add up: entries of several agencies close together, none of which is alarming alone.

A window is the days from a first day up to and with `window_days` days after it: as with limits, days are counted from the day after the first, so two
concerns exactly 28 days apart lie in one window of 28. A concern lies on the local day of the earliest moment at which it can have happened.
A window is met when its concerns come from enough distinct agencies.

Locked concerns: everything is judged without them first, which everyone may see. What is met only with their help is marked `locked`, and only
those who may know of the locked entries may see it.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from projections.chronology.entry import Entry
from projections.chronology.merge import Chronology
from projections.rules.packs import RulePacks, ThresholdRule
from projections.working_days import local_day


@dataclass(frozen=True, slots=True, order=True)
class Concern:
    """A standing entry that a threshold may count: the local day on which it happened, who said it, what kind, and whether it is locked."""

    day: date
    agency: str
    event_id: UUID
    event_type: str
    locked: bool


@dataclass(frozen=True, slots=True)
class Met:
    """A window that is met: its concerns' event ids in the order in which they happened, its first and last concern's days, its agencies, sorted."""

    evidence: tuple[UUID, ...]
    start: date
    end: date
    agencies: tuple[str, ...]
    locked: bool


@dataclass(frozen=True, slots=True)
class Crossing:
    """A window that one concern completed, and the rule and edition that say so."""

    edition: str
    rule: ThresholdRule
    completed_by: Concern
    met: Met


def concerns_in(chronology: Chronology, counted: Collection[str]) -> frozenset[Concern]:
    """Give a chronology's concerns: its standing entries of the counted event types."""
    return frozenset(concern_of(line.entry) for line in chronology.timeline if line.entry.event_type in counted)


def concern_of(entry: Entry) -> Concern:
    """Give a standing entry as a concern, on the local day of the earliest moment at which it can have happened."""
    return Concern(local_day(entry.happened.earliest), entry.agency, entry.event_id, entry.event_type, entry.locked)


def crossing(before: Iterable[Concern], new: Concern, rule: ThresholdRule, gone: Collection[UUID] = ()) -> Met | None:
    """Say what window is met because of `new`, or None where none is, or where one within reach was met before.

    A pure function of the set `before` and of `new`. Within reach is a window that holds a concern at most `window_days` from the day of `new`:
    it was told of already, and what adds to it raises nothing more. Concerns further than twice `window_days` from `new` make no difference
    and may be left out. `gone` names concerns of `before` that the same statement took away (a correction's target): they still say that
    a window was met before, but are no evidence now.
    """
    counted = {one for one in before if one.event_type in rule.counts}
    if new.event_type not in rule.counts or any(one.event_id == new.event_id for one in counted):
        return None
    # A window that `new` completes lies within reach of it: most new concerns are told apart by this alone.
    if not _enough([new, *(one for one in counted if _reaches((one,), new, rule))], rule):
        return None
    if not new.locked:
        seen = _crossing([one for one in counted if not one.locked], new, rule, gone)
        if seen is not None:
            return seen
    met = _crossing(counted, new, rule, gone)
    return met if met is not None and met.locked else None


def crossings(before: Collection[Concern], after: Collection[Concern], rules: RulePacks) -> Iterator[Crossing]:
    """For a change of one child's concerns, give each crossing by the rules that applied on the day of the completing concern.

    Concerns that came are taken one by one, oldest first; those that went are no evidence.
    """
    gone = frozenset(one.event_id for one in before) - frozenset(one.event_id for one in after)
    known = set(before)
    for new in sorted(set(after) - known):
        pack = rules.applying_on(new.day)
        for rule in pack.thresholds if pack is not None else ():
            met = crossing(known, new, rule, gone)
            if pack is not None and met is not None:
                yield Crossing(pack.edition, rule, new, met)
        known.add(new)


def met_windows(concerns: Iterable[Concern], rule: ThresholdRule) -> frozenset[Met]:
    """State which windows are met, whatever the order in which the concerns came: each that is not part of a larger one.

    Windows that are met without locked concerns are given without them; those that need them are added, marked `locked`.
    """
    counted = [one for one in concerns if one.event_type in rule.counts]
    seen = _met(sorted(one for one in counted if not one.locked), rule)
    return frozenset([*seen, *(met for met in _met(sorted(counted), rule) if met.locked)])


def _crossing(counted: Collection[Concern], new: Concern, rule: ThresholdRule, gone: Collection[UUID]) -> Met | None:
    if any(_reaches(window, new, rule) for window in _windows(sorted(counted), rule) if _enough(window, rule)):
        return None
    now = sorted([*(one for one in counted if one.event_id not in gone), new])
    met = [_as_met(window, rule) for window in _windows(now, rule) if new in window and _enough(window, rule)]
    return max(met, key=lambda one: (len(one.agencies), len(one.evidence), -one.start.toordinal()), default=None)


def _reaches(window: Sequence[Concern], new: Concern, rule: ThresholdRule) -> bool:
    return any(abs((one.day - new.day).days) <= rule.window_days for one in window)


def _met(concerns: Sequence[Concern], rule: ThresholdRule) -> list[Met]:
    return [_as_met(window, rule) for window in _windows(concerns, rule) if _enough(window, rule)]


def _windows(concerns: Sequence[Concern], rule: ThresholdRule) -> Iterator[Sequence[Concern]]:
    """Give the windows of sorted concerns, each from its first concern on, without those that are part of the one before."""
    end = 0
    for first, concern in enumerate(concerns):
        last = end
        while last < len(concerns) and (concerns[last].day - concern.day).days <= rule.window_days:
            last += 1
        if last > end:
            yield concerns[first:last]
            end = last


def _enough(window: Iterable[Concern], rule: ThresholdRule) -> bool:
    return len({one.agency for one in window}) >= rule.distinct_agencies


def _as_met(window: Sequence[Concern], rule: ThresholdRule) -> Met:
    return Met(
        evidence=tuple(one.event_id for one in window),
        start=window[0].day,
        end=window[-1].day,
        agencies=tuple(sorted({one.agency for one in window})),
        locked=not _enough((one for one in window if not one.locked), rule),
    )
