"""Days and times as people type them, in local time (Europe/London)."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from projections.working_days import LONDON

NOT_A_DAY = "Enter a day like 31/12/2025"
NOT_A_TIME = "Enter a time like 14:05 or 14:05:30, or leave it out"
TO_COME = "Enter a moment that has been: expected one until now, found one that is still to come"


def typed_day(text: str) -> date | None:
    """Read a day such as 31/12/2025, 31.12.2025 or 2025-12-31; None where it is none."""
    parts = text.replace("-", "/").replace(".", "/").split("/")
    try:
        first, month, last = (int(part) for part in parts)
        return date(first, month, last) if first > 999 else date(last, month, first)
    except ValueError:
        return None


def typed_time(text: str) -> time | None:
    """Read a time such as 14:05, 14.05 or 14:05:30; None where it is none."""
    try:
        hour, minute, *seconds = (int(part) for part in text.replace(".", ":").split(":"))
        (second,) = seconds or [0]
        return time(hour, minute, second)
    except ValueError:
        return None


def moment_of(day: date, at: time) -> datetime | None:
    """Give the moment (UTC) of a local day and time; None where UTC's calendar holds none."""
    try:
        return datetime.combine(day, at, ZoneInfo(LONDON)).astimezone(UTC)
    except OverflowError:
        return None
