"""Times on the wire are integers: microseconds, or days, since 1970-01-01 UTC. Here they become Python's times and back."""

from datetime import UTC, date, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = date(1970, 1, 1)
EARLIEST = -62_135_596_800_000_000
"""0001-01-01 in microseconds: the first moment that a clock or a database can hold."""
LATEST = 253_402_300_799_999_999
"""The last microsecond of the year 9999."""
MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """Turn an aware moment into microseconds since 1970-01-01 UTC; ValueError for a moment without a zone."""
    if moment.tzinfo is None:
        raise ValueError("expected a moment with a time zone, found one without; attach Europe/London or UTC")
    return (moment - EPOCH) // MICROSECOND


def moment(value: int) -> datetime:
    """Turn microseconds since 1970-01-01 UTC into an aware UTC moment."""
    return EPOCH + timedelta(microseconds=value)


def days(day: date) -> int:
    """Turn a day into days since 1970-01-01."""
    return (day - EPOCH_DAY).days


def day(value: int) -> date:
    """Turn days since 1970-01-01 into a day."""
    return EPOCH_DAY + timedelta(days=value)
