"""How two dates of birth agree: slips of the pen and estimates that agencies make."""

from datetime import date

from projections.identity.likeness.degrees import Born


def dates_of_birth(left: date, right: date) -> Born:
    """Compare two dates of birth."""
    if left == right:
        return Born.SAME
    if (left.year, left.month, left.day) == (right.year, right.day, right.month):
        return Born.DAY_AND_MONTH_SWAPPED
    if abs(left.toordinal() - right.toordinal()) == 1:
        return Born.ONE_DAY_OUT
    if _estimated(left, right) or _estimated(right, left):
        return Born.ESTIMATED
    return Born.ONE_DIGIT if _digits_apart(left, right) == 1 else Born.DIFFERS


def _estimated(rough: date, other: date) -> bool:
    """Say whether the first of January, or of a month, stands for a day of which only the year, or the month, was known."""
    return rough.day == 1 and rough.year == other.year and rough.month in (1, other.month)


def _digits_apart(left: date, right: date) -> int:
    return sum(mine != yours for mine, yours in zip(left.isoformat(), right.isoformat(), strict=False))
