"""Days and times of day for the demo's events: never after yesterday, so that no statement lies in the future whenever it is sent today."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from projections.rules.packs import ThresholdRule
from projections.working_days import LONDON, WorkingDays

YEARS_TOLD = 3


@dataclass(frozen=True, slots=True)
class Scene:
    """What every maker of events needs: the day on which the demo runs, the calendar, and the rule that the background mostly stays below."""

    today: date
    calendar: WorkingDays
    rule: ThresholdRule


def at(day: date, clock: str) -> datetime:
    """Give a local wall-clock time, as systems without a zone write it."""
    return datetime.combine(day, time.fromisoformat(clock))


def moment(day: date, clock: str) -> str:
    """Write a local time with its offset, as JSON wants it."""
    return at(day, clock).replace(tzinfo=ZoneInfo(LONDON)).isoformat()


def random_clock(rng: Random, first_hour: int, last_hour: int) -> str:
    """Make up a time of day between two full hours; the hours before three are left alone, since clocks change in them."""
    return f"{rng.randint(first_hour, last_hour):02}:{rng.randrange(60):02}"


def told_days(born: date, today: date, since_age_days: int = 0) -> range:
    """Give, as ordinals, the days of the three years before `today` on which a child had reached an age; empty for one who has not."""
    first = max(today - timedelta(days=YEARS_TOLD * 365), born + timedelta(days=since_age_days))
    return range(first.toordinal(), today.toordinal() - 1)


def random_days(rng: Random, days: range, often: float) -> list[date]:
    """Choose days in their order, on average `often` in a year."""
    expected = often * len(days) / 365
    count = int(expected) + (rng.random() < expected % 1)
    return sorted(date.fromordinal(rng.choice(days)) for _ in range(count)) if days else []


def is_term(day: date) -> bool:
    """Whether schools are open: Monday to Friday, not in August, and not from 20 December to 5 January."""
    holidays = day.month == 8 or (day.month, day.day) >= (12, 20) or (day.month, day.day) <= (1, 5)
    return day.weekday() < 5 and not holidays


def term_day_before(day: date) -> date:
    """Give this day, or the last one before it on which schools were open."""
    while not is_term(day):
        day -= timedelta(days=1)
    return day


def working_days_before(today: date, n: int, calendar: WorkingDays) -> date:
    """Give the n-th working day before today, today itself not counted."""
    day = today
    while n > 0:
        day -= timedelta(days=1)
        n -= calendar.is_working_day(day)
    return day


def stays_calm(concerns: Iterable[tuple[date, str]], new: tuple[date, str], rule: ThresholdRule) -> bool:
    """Whether a further concern (day, agency) leaves every window of the rule below its threshold."""
    near = [one for one in concerns if abs((one[0] - new[0]).days) <= rule.window_days]
    return all(len(_agencies(first[0], [*near, new], rule)) < rule.distinct_agencies for first in [*near, new])


def _agencies(first: date, concerns: Sequence[tuple[date, str]], rule: ThresholdRule) -> set[str]:
    return {agency for day, agency in concerns if 0 <= (day - first).days <= rule.window_days}
