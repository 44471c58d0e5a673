"""Envelopes: built alike by every connector, and checked before anything is told.

The check holds what a contract cannot say. It is no judge of quality: an odd UPN, a birthday in the future or a closure before its referral passes.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime, time, tzinfo
from typing import Any, TypedDict
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.statement import Unreadable
from schemas.moments import EARLIEST, LATEST, micros
from schemas.topics import AGENCIES

LONDON = "Europe/London"
LONGEST_REFERENCE = 200
REFERENCES = ("reference", "correlation", "cause", "corrects", "retracts")
IDENTIFIERS = ("nhs_number", "upn")
SHORTEST_IDENTIFIER = 8
NO_LETTERS, NO_LETTERS_OR_DIGITS = re.compile(r"[^a-z]+"), re.compile(r"[^a-z0-9]+")


class When(TypedDict):
    """A stretch of time as the contract holds it: microseconds since 1970-01-01 UTC, and the agency's own words where it is uncertain."""

    earliest: int
    latest: int
    wording: str | None


def time_zone(name: str = LONDON) -> tzinfo:
    """Find a time zone by name; Unreadable when this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise Unreadable(
            "unknown-time-zone",
            "expected the name of a time zone such as Europe/London, found one that this machine does not know; "
            "correct the name, or install the package tzdata",
        ) from None


def exact(moment: datetime) -> When:
    """Say that something happened at this very moment (aware)."""
    at = micros(moment)
    return {"earliest": at, "latest": at, "wording": None}


def local_moment(moment: datetime, zone: tzinfo) -> When:
    """Read a wall-clock time without a zone; where the clocks go back it may mean two moments an hour apart, and both are kept as a range.

    Unreadable when it lies outside the years 1 to 9999.
    """
    both = [_utc(moment.replace(tzinfo=zone, fold=fold)) for fold in (0, 1)]
    return {"earliest": min(both), "latest": max(both), "wording": None}


def local_days(first: date, last: date, zone: tzinfo, wording: str | None = None) -> When:
    """Say that something happened between local midnight of the first day and the last microsecond of the last one."""
    earliest = local_moment(datetime.combine(first, time.min), zone)["earliest"]
    latest = local_moment(datetime.combine(last, time.max), zone)["latest"]
    return {"earliest": earliest, "latest": latest, "wording": wording}


def local_day(day: date, zone: tzinfo) -> When:
    """Say that something happened some time on this local day."""
    return local_days(day, day, zone)


def days_about(day: date, spread: int) -> tuple[date, date]:
    """Give the days `spread` before and after a day, within the years that a calendar has."""
    ordinal = day.toordinal()
    first = max(date.min.toordinal(), ordinal - spread)
    last = min(date.max.toordinal(), ordinal + spread)
    return date.fromordinal(first), date.fromordinal(last)


def month_of(day: date) -> tuple[date, date]:
    """Give the first and last day of the month that a day lies in."""
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def no_identifiers() -> dict[str, Any]:
    """Give the identifiers of a child of whom only the local id will be known."""
    names = ("nhs_number", "upn", "family_name", "given_name", "date_of_birth", "sex", "address", "postcode")
    return {"local_id": "", **dict.fromkeys(names)}


def blank_envelope() -> dict[str, Any]:
    """Give an envelope with every field of the contract, empty or at its plainest: fact, routine, open."""
    nothing: dict[str, Any] = dict.fromkeys(("handling_conditions", "correlation", "cause", "corrects", "retracts"))
    plain = {"assertion": "FACT", "sensitivity": "ROUTINE", "seal": "OPEN"}
    unset: When = {"earliest": EARLIEST, "latest": LATEST, "wording": None}
    names = {"agency": "", "source_system": "", "reference": ""}
    return {**names, "child": no_identifiers(), "happened": unset, "learned": unset, **plain, **nothing}


def check_envelope(envelope: Mapping[str, Any]) -> None:
    """Refuse an envelope that the hub could not use or must not have; Unreadable names the field, never its content."""
    if envelope["agency"] not in AGENCIES:
        raise Unreadable(
            "unknown-agency", f"expected agency to be one of {', '.join(AGENCIES)}, found another; correct the agency"
        )
    if not envelope["child"]["local_id"].strip():
        raise Unreadable("no-local-id", "expected the agency's own id for the child, found none; fill it in")
    for name in ("happened", "learned"):
        _check_when(name, envelope[name])
    for name in REFERENCES:
        # What begins a matter names itself as its correlation: once is enough.
        if envelope[name] is not None and (name == "reference" or envelope[name] != envelope["reference"]):
            _check_reference(name, envelope[name], envelope["child"])


def _check_when(name: str, when: Mapping[str, int]) -> None:
    if not EARLIEST <= when["earliest"] <= when["latest"] <= LATEST:
        raise Unreadable(
            "backward-range",
            f"expected {name} to run from an earliest to a latest moment within the years 1 to 9999, found another order; correct the two times",
        )


def _check_reference(name: str, reference: str, child: Mapping[str, Any]) -> None:
    if not reference.strip() or len(reference) > LONGEST_REFERENCE or not reference.isprintable():
        raise Unreadable(
            "bad-reference",
            f"expected {name} to have 1 to {LONGEST_REFERENCE} printable characters, found otherwise; build it from the agency's own record numbers",
        )
    found = _found_in(reference.casefold(), child)
    if found is not None:
        raise Unreadable(
            "personal-reference",
            f"expected {name} to be made of record numbers only, found the child's {found} in it; build it from other fields",
        )


def _found_in(reference: str, child: Mapping[str, Any]) -> str | None:
    """Say which of the child's identifiers a reference (in small letters) holds, if any."""
    for name in IDENTIFIERS:
        if child[name]:
            letters = _squeezed(child[name].casefold())
            if len(letters) >= SHORTEST_IDENTIFIER and letters in _squeezed(reference):
                return name
    return "names" if _holds_both_names(reference, child) else None


def _holds_both_names(reference: str, child: Mapping[str, Any]) -> bool:
    """Look for family and given name together: one alone (May, Mark) may well be part of a record number."""
    if not child["family_name"] or not child["given_name"]:
        return False
    words = _words(reference)
    return bool(words) and all(
        not words.isdisjoint(_words(child[name].casefold())) for name in ("family_name", "given_name")
    )


def _squeezed(text: str) -> str:
    return NO_LETTERS_OR_DIGITS.sub("", text)


def _words(text: str) -> set[str]:
    return {word for word in NO_LETTERS.split(text) if len(word) > 1}


def _utc(moment: datetime) -> int:
    try:
        at = micros(moment)
    except OverflowError:
        at = LATEST + 1
    if not EARLIEST <= at <= LATEST:
        raise Unreadable(
            "out-of-range", "expected a time within the years 1 to 9999, found one outside; correct the date"
        )
    return at
