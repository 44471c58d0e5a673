"""England's working days, and the local day of a moment.

A working day is Monday to Friday less England's bank holidays. "Within N working days" counts from the day after the start, and the limit ends
with the last of those days in Europe/London.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

LONDON = "Europe/London"
SATURDAY = 5
LAST_MOMENT = time(23, 59, 59, 999999)


class WorkingDays:
    """England's calendar of working days; bank holidays are looked up once for each year and limits once for each day, and kept in this instance."""

    def __init__(self) -> None:
        self._bank_holidays: dict[int, frozenset[date]] = {}
        self._due_moment = lru_cache(maxsize=65_536)(self._end_of_limit)

    def is_working_day(self, day: date) -> bool:
        """Whether this day is Monday to Friday and no bank holiday in England."""
        return day.weekday() < SATURDAY and day not in self._bank_holidays_of(day.year)

    def add_working_days(self, start: date, n: int) -> date:
        """Give the n-th working day after `start`, the start itself not counted (n >= 0); the calendar's last day where it runs out."""
        day = start
        while n > 0 and day < date.max:
            day += timedelta(days=1)
            n -= self.is_working_day(day)
        return day

    def due(self, start: datetime, n: int) -> datetime:
        """Give the last microsecond (UTC) of the n-th working day after the local day of `start`."""
        return self._due_moment(local_day(start), n)

    def _end_of_limit(self, start: date, n: int) -> datetime:
        return end_of_local_day(self.add_working_days(start, n))

    def _bank_holidays_of(self, year: int) -> frozenset[date]:
        if year not in self._bank_holidays:
            self._bank_holidays[year] = frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))
        return self._bank_holidays[year]


def local_day(moment: datetime) -> date:
    """Give the day in Europe/London of an aware moment."""
    try:
        return moment.astimezone(ZoneInfo(LONDON)).date()
    except (
        OverflowError
    ):  # within a day of year 1 or 9999, where London's day may not exist: an agency's slip, never a stop
        return moment.date()


def end_of_local_day(day: date) -> datetime:
    """Give the last microsecond (UTC) of a day in Europe/London."""
    try:
        return datetime.combine(day, LAST_MOMENT, ZoneInfo(LONDON)).astimezone(UTC)
    except OverflowError:
        return datetime.combine(day, LAST_MOMENT, UTC)
