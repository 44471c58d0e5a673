"""Times as people say them, in local time (Europe/London), with their uncertainty."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from projections.chronology.entry import Span
from projections.working_days import LONDON

DAY_BEGINS = time(0, 0)
DAY_ENDS = time(23, 59)


def moment_in_words(moment: datetime) -> str:
    """Say an aware moment to the minute: 3 March 2025 at 14:05."""
    local = _local(moment)
    return f"{_day(local)} at {local:%H:%M}"


def span_in_words(span: Span) -> str:
    """Say when something was: at a moment, on a day, between two days, or between two moments."""
    first, last = _local(span.earliest), _local(span.latest)
    if span.earliest == span.latest:
        return moment_in_words(span.earliest)
    if first.time() == DAY_BEGINS and last.time() >= DAY_ENDS:
        return _days(first, last)
    return f"some time between {moment_in_words(span.earliest)} and {moment_in_words(span.latest)}"


def _days(first: datetime, last: datetime) -> str:
    if first.date() == last.date():
        return f"{_day(first)}, time not known"
    return f"some day between {_day(first)} and {_day(last)}"


def _day(local: datetime) -> str:
    return f"{local.day} {local:%B} {local.year}"


def _local(moment: datetime) -> datetime:
    try:
        return moment.astimezone(ZoneInfo(LONDON))
    except OverflowError:  # within a day of year 1 or 9999: an agency's slip, shown as it is
        return moment.astimezone(UTC)
