"""Uncertain times: how sure one is, where it stands among others, and how people say it, in local time (Europe/London).

A time is a span, from the earliest moment that it can have been to the latest, beside the agency's own wording where it gave one. The span is what is counted
with; the wording is shown with it and is never read by a rule.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from projections.chronology.entry import Span
from projections.working_days import LONDON

Certainty = Literal["exact", "day", "range"]

DAY_BEGINS = time(0, 0)
LAST_MINUTE = time(23, 59)
MONTHS_OF_A_YEAR = 12


class Happening(Protocol):
    """What has a place in a chronology: an entry, stored or shown."""

    @property
    def event_id(self) -> UUID:
        """Give its id."""
        ...

    @property
    def happened(self) -> Span:
        """Say when it happened."""
        ...

    @property
    def learned(self) -> Span:
        """Say when its agency learned it."""
        ...


def span_order(span: Span) -> tuple[datetime, timedelta]:
    """Order times by when they can first have been, and of those that begin together the least certain first, so that a span stands before all that it holds."""
    return span.earliest, span.earliest - span.latest


def happened_order(entry: Happening) -> tuple[datetime, timedelta, datetime, UUID]:
    """Order entries by when they happened (`span_order`); wherever entries stand one after another, they stand in this order.

    Two spans that begin and end together stand by when they were learned, and the event id settles the rest: the order is total, and it depends on nothing but the two
    entries.
    """
    return *span_order(entry.happened), entry.learned.earliest, entry.event_id


def is_uncertain(span: Span) -> bool:
    """Whether it is not known to the moment when it was."""
    return span.earliest != span.latest


def certainty(span: Span) -> Certainty:
    """Say how sure a time is: `exact` to the moment, `day` when the day is known (one local day, whole or in part), else `range`."""
    if not is_uncertain(span):
        return "exact"
    return "day" if local(span.earliest).date() == local(span.latest).date() else "range"


def in_words(span: Span, wording: str | None = None) -> str:
    """Say when something was as people do, with the agency's own wording, if it gave one, in brackets after it."""
    said = _span_in_words(span)
    return said if wording is None or not wording.strip() else f"{said} (told as “{wording.strip()}”)"


def moment_in_words(moment: datetime) -> str:
    """Say an aware moment to the minute: 22 March 2016, 14:05."""
    return f"{day_in_words(local(moment).date())}, {local(moment):%H:%M}"


def day_in_words(day: date) -> str:
    """Say a day: 22 March 2016."""
    return f"{day.day} {day:%B} {day.year}"


def local(moment: datetime) -> datetime:
    """Give an aware moment in Europe/London."""
    try:
        return moment.astimezone(ZoneInfo(LONDON))
    except OverflowError:  # within a day of year 1 or 9999: an agency's slip, shown as it is
        return moment.astimezone(UTC)


def _span_in_words(span: Span) -> str:
    first, last = local(span.earliest), local(span.latest)
    if not is_uncertain(span):
        return moment_in_words(span.earliest)
    if first.time() == DAY_BEGINS and last.time() >= LAST_MINUTE:
        return _days_in_words(first.date(), last.date())
    if first.date() == last.date():
        return f"{day_in_words(first.date())}, between {first:%H:%M} and {last:%H:%M}"
    return f"between {moment_in_words(span.earliest)} and {moment_in_words(span.latest)}"


def _days_in_words(first: date, last: date) -> str:
    """Say whole days: one day, whole months or years by their names, else the first and the last day."""
    if first == last:
        return day_in_words(first)
    if first.day == 1 and _ends_a_month(last):
        return _months_in_words(first, last)
    if (first.year, first.month) == (last.year, last.month):
        return f"between {first.day} and {day_in_words(last)}"
    if first.year == last.year:
        return f"between {first.day} {first:%B} and {day_in_words(last)}"
    return f"between {day_in_words(first)} and {day_in_words(last)}"


def _months_in_words(first: date, last: date) -> str:
    if (first.month, last.month) == (1, MONTHS_OF_A_YEAR):
        return _one_or_more(str(first.year), str(last.year), last.year - first.year)
    begins = f"{first:%B}" if first.year == last.year else f"{first:%B} {first.year}"
    apart = (last.year - first.year) * MONTHS_OF_A_YEAR + last.month - first.month
    return _one_or_more(begins, f"{last:%B} {last.year}", apart)


def _one_or_more(first: str, last: str, apart: int) -> str:
    if apart == 0:
        return last
    return f"{first} or {last}" if apart == 1 else f"between {first} and {last}"


def _ends_a_month(day: date) -> bool:
    return day == date.max or (day + timedelta(days=1)).day == 1
