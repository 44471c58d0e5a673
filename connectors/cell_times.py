"""When something happened or was learned, from the cells of one row, as surely as the file knows it."""

from collections.abc import Callable
from collections.abc import Mapping as Row
from datetime import date, datetime, tzinfo
from functools import lru_cache

from connectors.dates import has_time, read_time
from connectors.envelope import When, days_about, exact, local_days, local_moment, month_of
from connectors.mapping import Precision, TimeRule
from connectors.statement import Unreadable

REMEMBERED_DAYS = 4_096
Stretch = Callable[[date, date], When]


def when_reader(rule: TimeRule, zone: tzinfo) -> Callable[[Row[str, str]], When]:
    """Make the function that reads a time from a row; it raises Unreadable for an empty or unreadable cell."""
    return _Times(rule, zone).when


class _Times:
    """Reads times by one rule; stretches of whole days are worked out once, since the same days come again row after row."""

    def __init__(self, rule: TimeRule, zone: tzinfo) -> None:
        self._rule = rule
        self._zone = zone
        self._timed = has_time(rule.format)
        self._days: Stretch = lru_cache(REMEMBERED_DAYS)(lambda first, last: local_days(first, last, zone))

    def when(self, row: Row[str, str]) -> When:
        """Read one row."""
        rule = self._rule
        cell = row[rule.column]
        if not cell:
            raise Unreadable("empty-date", f"expected a date in column {rule.column}, found it empty; fill it in")
        start = read_time(cell, rule.format, rule.column)
        found = self._range(start, row) if rule.latest_column is not None else self._sure(start, row)
        own_words = row[rule.wording_column] if rule.wording_column else ""
        return {**found, "wording": own_words} if own_words else found

    def _range(self, start: datetime, row: Row[str, str]) -> When:
        """Read from the earliest to the latest column; where the latest is empty, the earliest is all that is known."""
        column = str(self._rule.latest_column)
        end = read_time(row[column], self._rule.format, column) if row[column] else start
        earliest, latest = self._stretch(start, self._timed), self._stretch(end, self._timed)
        return {"earliest": earliest["earliest"], "latest": latest["latest"], "wording": None}

    def _sure(self, start: datetime, row: Row[str, str]) -> When:
        """Read one column as precisely as its precision column allows; with an empty time of day the day alone is known."""
        rule = self._rule
        precision = _precision(rule, row)
        if precision != "exact":
            first, last, said = _uncertain(start.date(), precision, rule.about_days)
            return local_days(first, last, self._zone, said)
        if rule.time_column is None or not row[rule.time_column]:
            return self._stretch(start, self._timed)
        clock = read_time(row[rule.time_column], rule.time_format, rule.time_column)
        return self._stretch(datetime.combine(start.date(), clock.timetz()), timed=True)

    def _stretch(self, at: datetime, timed: bool) -> When:
        if not timed:
            return self._days(at.date(), at.date())
        return exact(at) if at.tzinfo is not None else local_moment(at, self._zone)


def _precision(rule: TimeRule, row: Row[str, str]) -> Precision:
    if rule.precision_column is None or not row[rule.precision_column]:
        return "exact"
    found = rule.precision_codes.get(row[rule.precision_column])
    if found is None:
        known = ", ".join(rule.precision_codes)
        raise Unreadable(
            "unknown-code",
            f"expected one of {known} in column {rule.precision_column}, found another code; correct the cell",
        )
    return found


def _uncertain(day: date, precision: Precision, about_days: int) -> tuple[date, date, str]:
    if precision == "month":
        return *month_of(day), f"in {day.isoformat()[:7]}"
    if precision == "year":
        return day.replace(month=1, day=1), day.replace(month=12, day=31), f"in {day.year}"
    return *days_about(day, about_days), f"about {day.isoformat()}"
