"""Where moments stand on the picture, and the marks of its time axis, in local time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from projections.chronology.entry import Span
from projections.working_days import LONDON

WIDTH, RIGHT = 1200.0, 20.0
AT_LEAST = timedelta(days=2)
MOST_TICKS = 14
NOWHERE = datetime(2000, 1, 1, tzinfo=UTC)
MONTHS_BETWEEN = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 12000)
DAYS_BETWEEN = (1, 2, 7, 14)


@dataclass(frozen=True, slots=True)
class Scale:
    """From `first` at x = `left` to `last` at the right edge."""

    first: datetime
    last: datetime
    left: float

    def x(self, moment: datetime) -> float:
        """Say how far right a moment stands."""
        share = (moment - self.first) / (self.last - self.first)
        return self.left + share * (WIDTH - RIGHT - self.left)


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the time axis and what it is called."""

    x: float
    label: str


def scale_of(spans: Sequence[Span], left: float) -> Scale:
    """Give the scale on which all of these have a place, with a little room at both ends."""
    first = min((span.earliest for span in spans), default=NOWHERE)
    last = max((span.latest for span in spans), default=NOWHERE)
    room = max((last - first) / 40, AT_LEAST / 2)
    return Scale(_no_earlier(first, room), _no_later(last, room), left)


def ticks_of(scale: Scale) -> Iterator[Tick]:
    """Give the beginnings of days, months or years, as many as can be read."""
    days = (scale.last - scale.first).days
    between = next((one for one in DAYS_BETWEEN if days / one <= MOST_TICKS), None)
    if between is not None:
        begin = scale.first.astimezone(ZoneInfo(LONDON)).replace(hour=0, minute=0, second=0, microsecond=0)
        moments = [begin + timedelta(days=between * one) for one in range(MOST_TICKS + 2)]
        yield from (Tick(scale.x(one), f"{one.day} {one:%b %Y}") for one in moments if scale.first <= one <= scale.last)
        return
    months = next((one for one in MONTHS_BETWEEN if days / 30.4 / one <= MOST_TICKS), MONTHS_BETWEEN[-1])
    yield from _months(scale, months)


def _months(scale: Scale, between: int) -> Iterator[Tick]:
    first, last = (one.year * 12 + one.month - 1 for one in (scale.first, scale.last))
    for month in range(first // between * between, last + 1, between):
        if month >= 12:
            begin = datetime(month // 12, month % 12 + 1, 1, tzinfo=ZoneInfo(LONDON))
            if scale.first <= begin <= scale.last:
                yield Tick(scale.x(begin), str(begin.year) if between % 12 == 0 else f"{begin:%b %Y}")


def _no_earlier(moment: datetime, room: timedelta) -> datetime:
    try:
        return moment - room
    except OverflowError:  # an agency's slip at the end of the calendar
        return moment


def _no_later(moment: datetime, room: timedelta) -> datetime:
    try:
        return moment + room
    except OverflowError:
        return moment
