"""Duties with a limit: a pure function of the set of one child's statements.

Only statements that stand count: withdrawn ones do not, corrected ones count with the corrected times. There is one clock for each (rule, starting
statement). Where times are uncertain the child's side is taken: a clock starts at the earliest moment at which its start can have happened, and is
satisfied at the latest moment at which its stop can have happened. The edition that applied on the local day of the start gives the rule.

Which stop satisfies which start, for each rule and edition by itself:
1. A stop may satisfy a start only if it can have happened at or after it.
2. A start that carries a correlation is satisfied by the earliest such stop with the same correlation; one stop may answer several starts of its episode.
3. Any other start, in the order in which they happened, takes the earliest such stop without a correlation that no other start has taken.
A stop of another episode never satisfies a start: at worst a duty that was done is shown as overdue and a person looks, never the reverse.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from projections.chronology.entry import Entry
from projections.chronology.merge import Chronology, merge
from projections.chronology.uncertain import happened_order
from projections.rules.packs import ClockRule, RulePack, RulePacks
from projections.working_days import WorkingDays, local_day

ClockState = Literal["running", "met", "met late", "overdue"]


@dataclass(frozen=True, slots=True)
class Clock:
    """One duty that began: `due` is the last microsecond (UTC) in which it can be met; `satisfied_at` is UTC.

    `locked` is true when it rests on a locked entry: then only those who may know of that entry may know of the clock.
    """

    child: UUID = field(repr=False)
    rule: str
    edition: str
    started_by: UUID
    due: datetime
    satisfied_by: UUID | None
    satisfied_at: datetime | None
    locked: bool


def clocks_of(entries: Iterable[Entry], rules: RulePacks, calendar: WorkingDays) -> frozenset[Clock]:
    """Give every clock of one child; the order and repeats of `entries` do not matter."""
    return clocks_in(merge(entries), rules, calendar)


def clocks_in(chronology: Chronology, rules: RulePacks, calendar: WorkingDays) -> frozenset[Clock]:
    """Give every clock of a chronology that is merged already."""
    standing = [line.entry for line in chronology.timeline]
    return frozenset(
        clock for pack in rules for rule in pack.clocks for clock in _clocks(standing, pack, rule, calendar)
    )


def state(clock: Clock, now: datetime) -> ClockState:
    """Say how a duty stands at `now`: due moments themselves still count as in time."""
    if clock.satisfied_at is None:
        return "running" if now <= clock.due else "overdue"
    return "met" if clock.satisfied_at <= clock.due else "met late"


def _clocks(standing: Sequence[Entry], pack: RulePack, rule: ClockRule, calendar: WorkingDays) -> Iterator[Clock]:
    starts = [
        one
        for one in standing
        if one.event_type in rule.starts_on and pack.applied_on(local_day(one.happened.earliest))
    ]
    stops = sorted((one for one in standing if one.event_type in rule.satisfied_by), key=_stop_order)
    for start, stop in _pairs(sorted(starts, key=happened_order), stops):
        yield Clock(
            child=start.child,
            rule=rule.id,
            edition=pack.edition,
            started_by=start.event_id,
            due=calendar.due(start.happened.earliest, rule.limit),
            satisfied_by=stop.event_id if stop else None,
            satisfied_at=stop.happened.latest if stop else None,
            locked=start.locked or (stop is not None and stop.locked),
        )


def _pairs(starts: Sequence[Entry], stops: Sequence[Entry]) -> Iterator[tuple[Entry, Entry | None]]:
    """Pair each start, in order, with the stop that satisfies it, by the rule at the head of this file."""
    taken: set[UUID] = set()
    for start in starts:
        possible = [stop for stop in stops if stop.happened.latest >= start.happened.earliest]
        shared = (stop for stop in possible if start.correlation is not None and stop.correlation == start.correlation)
        free = (stop for stop in possible if stop.correlation is None and stop.event_id not in taken)
        stop = next(shared, None) or next(free, None)
        if stop is not None and stop.correlation is None:
            taken.add(stop.event_id)
        yield start, stop


def _stop_order(entry: Entry) -> tuple[datetime, datetime, UUID]:
    return entry.happened.latest, entry.happened.earliest, entry.event_id
