"""Windows: what is judged together, and how many rows of it are as expected. Pure: this is what Great Expectations must agree with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from projections.feeds import Arrival, Feed, Level
from projections.marks import Alike
from streams.quality.suites import LEVELS, WHOLE, Expected

FEWEST_ROWS = 20
"""A day with fewer rows than this is judged together with the days before it: one odd row of three says nothing about a feed."""
LONGEST_WINDOW = timedelta(days=27)

YES, NO = "yes", "no"
Column = list[str | int | None]


@dataclass(frozen=True, slots=True)
class Window:
    """One feed over the days from `first` to `day` (Europe/London, by when the hub received), the expectations, the rows, and the statements of the day itself."""

    feed: Feed
    first: date
    day: date
    expected: tuple[Expected, ...]
    alike: tuple[Alike, ...]
    statements: int

    @property
    def rows(self) -> int:
        """Count the rows that are judged."""
        return sum(one.rows for one in self.alike)


def first_day_of(day: date, history: Sequence[Arrival]) -> date | None:
    """Say from which day on a window has to reach back to be worth judging; None where even the longest is not."""
    rows = 0
    for one in reversed([one for one in history if day - LONGEST_WINDOW <= one.day <= day]):
        rows += one.statements + one.refused
        if rows >= FEWEST_ROWS:
            return one.day
    return None


def columns_of(alike: Iterable[Alike]) -> dict[str, Column]:
    """Lay rows out in columns, one value for all that are alike: yes or no where an expectation applies, None where it does not; days as they are."""
    laid: dict[str, Column] = {}
    for one in alike:
        for name, value in _row(one).items():
            laid.setdefault(name, []).append(value)
    return laid


def levels_of(window: Window) -> tuple[Level, ...]:
    """Judge a window by counting."""
    columns, counts = columns_of(window.alike), [one.rows for one in window.alike]
    return tuple(
        rows_level(one, window.statements) if one.unit == "rows" else _share(one, columns, counts)
        for one in window.expected
    )


def rows_level(expected: Expected, found: int) -> Level:
    """Hold a number of rows against its bounds."""
    low, high = expected.least, expected.most
    met = (low is None or found >= low) and (high is None or found <= high)
    return Level(expected.name, expected.unit, low, high, found, met)


def share_level(expected: Expected, good: int, rows: int) -> Level:
    """Hold so many good rows, of those to which the expectation applies, against its level; where it applies to none it is met."""
    if not rows:
        return Level(expected.name, expected.unit, expected.least, None, None, met=True)
    met = good * WHOLE >= (expected.least or 0) * rows
    return Level(expected.name, expected.unit, expected.least, None, good * WHOLE // rows, met)


def _row(one: Alike) -> Mapping[str, str | int | None]:
    if one.refused:
        return {**dict.fromkeys(LEVELS), "readable": NO}
    odd = one.oddities
    return {
        "readable": YES,
        "nhs_number_given": _word(odd.nhs_number != "absent"),
        "nhs_number_valid": None if odd.nhs_number == "absent" else _word(odd.nhs_number == "valid"),
        "upn_given": _word(odd.upn != "absent"),
        "upn_valid": None if odd.upn == "absent" else _word(odd.upn == "valid"),
        "in_order": _word(odd.in_order),
        "not_at_weekends": None if odd.weekend is None else _word(not odd.weekend),
        "codes_known": _word(odd.codes_known),
        "fresh": odd.days_to_arrive,
    }


def _word(value: bool | None) -> str | None:
    return None if value is None else YES if value else NO


def _share(expected: Expected, columns: Mapping[str, Column], counts: Sequence[int]) -> Level:
    judged = [(value, rows) for value, rows in zip(columns[expected.name], counts, strict=True) if value is not None]
    good = sum(rows for value, rows in judged if _is_good(value, expected.within))
    return share_level(expected, good, sum(rows for _, rows in judged))


def _is_good(value: str | int, within: int | None) -> bool:
    return value == YES if within is None else isinstance(value, int) and value <= within
