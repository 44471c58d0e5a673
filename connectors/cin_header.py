"""What a census says of itself: its edition, its year, and so what it covers."""

from dataclasses import dataclass
from datetime import date

from connectors.cin_editions import FIRST_EDITION, NEWEST_EDITION
from connectors.shapes import iso_day
from connectors.statement import Coverage, Unreadable
from connectors.xml_elements import Element
from schemas.moments import day

SIGNS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("Sex", ("ChildIdentifiers",), f"2025 to {NEWEST_EDITION}"),
    ("CINPlanDates", ("CINdetails",), "2022 to 2024"),
    ("GenderCurrent", ("ChildIdentifiers",), f"{FIRST_EDITION} to 2024"),
)
"""Elements that only some editions have: where they stand in a Child, and of which editions they are; the first that is found decides."""


@dataclass(frozen=True, slots=True)
class CensusYear:
    """The edition in words, its year (None where the file does not say it) and the days that it covers."""

    edition: str
    year: int | None = None
    first: date | None = None
    last: date | None = None

    def coverage(self) -> Coverage:
        """Say what the file covers. Without a year it replaces no other file, so nothing is withdrawn by it."""
        if self.year is None:
            return Coverage(
                "cin-census", "children in need in the authority", False, self.first, self.last, self.edition
            )
        population = f"children in need in the authority, {self.year}"
        return Coverage(f"cin-census {self.year}", population, True, self.first, self.last, self.edition)

    def recorded(self) -> tuple[date, date] | None:
        """Give the days within which what has no day of its own was recorded: the census's year, or the days that the sender gave; None when neither is known."""
        if self.year is not None:
            return date(self.year - 1, 4, 1), date(self.year, 3, 31)
        return None if self.first is None or self.last is None else (self.first, self.last)


def read_year(details: Element) -> CensusYear | None:
    """Read Year and ReferenceDate of a CollectionDetails; None when neither can be read.

    A reference date of 31 March decides (the census is of the year that ends on it); otherwise Year, otherwise the reference date's year.
    """
    said, reference = _year_of(details), _reference_of(details)
    if reference is not None and ((reference.month, reference.day) == (3, 31) or said is None):
        year = reference.year
    elif said is not None:
        year = said
    else:
        return None
    edition = _read_as(year) + (f", Year says {said}" if said not in (None, year) else "")
    return CensusYear(edition, year, date(year - 1, 4, 1), reference or date(year, 3, 31))


def year_by_elements(child: Element, first: date | None, last: date | None) -> CensusYear:
    """Judge the edition by the first child's elements, where the header says nothing; the days are those that the sender gave, if any."""
    for name, where, editions in SIGNS:
        if any(block.first(name) is not None for part in where for block in child.named(part)):
            return CensusYear(f"{editions}, by its elements", None, first, last)
    return CensusYear(f"{FIRST_EDITION} to {NEWEST_EDITION}", None, first, last)


def _read_as(year: int) -> str:
    """Name the edition, and tell where it is none of those known and is read as the nearest."""
    nearest = min(max(year, FIRST_EDITION), NEWEST_EDITION)
    return str(year) if nearest == year else f"{year}, read as {nearest}"


def _year_of(details: Element) -> int | None:
    found = details.first("Year")
    text = found.text if found is not None else ""
    return int(text) if len(text) == 4 and text.isascii() and text.isdigit() and int(text) > 1 else None


def _reference_of(details: Element) -> date | None:
    found = details.first("ReferenceDate")
    try:
        reference = day(iso_day(found.text[: len("2024-03-31")], "ReferenceDate")) if found is not None else None
    except Unreadable:
        return None
    return reference if reference is not None and reference.year > 1 else None
