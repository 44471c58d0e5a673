"""When a feed should speak next: by its own promise, or by the rhythm in which it has spoken so far. Pure; days are days in Europe/London."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Literal

from projections.working_days import SATURDAY, end_of_local_day, local_day

FEWEST_GAPS = 3
"""A feed that spoke on fewer than four days has no rhythm yet, and is not expected."""
SHORTEST_LIMIT = 2
USUAL_GAPS = 3
"""How many of its usual gaps a feed may be silent."""


@dataclass(frozen=True, slots=True)
class Voice:
    """When a feed spoke: the last moment (UTC), the days on which it did in order, the day that its last delivery promised, whether its sector works at weekends."""

    last_seen: datetime
    active: Sequence[date]
    promised: date | None
    weekends: bool


@dataclass(frozen=True, slots=True)
class Expectation:
    """Until when (UTC) a feed should have spoken again, and why: it promised to, or it always did."""

    by: datetime
    because: Literal["promise", "rhythm"]


def expected(voice: Voice) -> Expectation | None:
    """Say until when a feed should speak again; None for one that promised nothing and has no rhythm yet."""
    last = local_day(voice.last_seen)
    if voice.promised is not None and voice.promised >= last:
        return Expectation(end_of_local_day(voice.promised), "promise")
    gaps = [_counted(before, after, voice) for before, after in zip(voice.active, voice.active[1:], strict=False)]
    gaps = [gap for gap in gaps if gap > 0]
    if len(gaps) < FEWEST_GAPS:
        return None
    limit = max(SHORTEST_LIMIT, round(USUAL_GAPS * median(gaps)))
    return Expectation(end_of_local_day(_after(last, limit, voice)), "rhythm")


def silent_too_long(voice: Voice, now: datetime) -> Expectation | None:
    """Give the expectation that a feed has not met by `now` (UTC), or None."""
    found = expected(voice)
    return found if found is not None and now > found.by else None


def _counted(before: date, after: date, voice: Voice) -> int:
    """Count the days from one to another; Saturdays and Sundays do not count where the sector does not work on them."""
    days = (after - before).days
    if voice.weekends:
        return days
    weeks, rest = divmod(days, 7)
    return weeks * 5 + sum((before + timedelta(days=one)).weekday() < SATURDAY for one in range(1, rest + 1))


def _after(start: date, count: int, voice: Voice) -> date:
    day = start
    while count:
        day += timedelta(days=1)
        count -= voice.weekends or day.weekday() < SATURDAY
    return day
