"""FHIR R4 elements as they may stand in JSON that nobody checked: whatever is not of its type reads as missing, and times keep how precise they are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from connectors.envelope import When, exact, local_days, month_of
from connectors.statement import Unreadable

SNOMED = "http://snomed.info/sct"
YEAR = re.compile(r"[0-9]{4}")
MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Concept:
    """A CodeableConcept: its words, and its code with the code's system where it has one (SNOMED CT first)."""

    name: str
    code: str | None
    system: str | None


def table(found: Any) -> Resource:
    """Give an object, or an empty one where there is none."""
    return found if isinstance(found, dict) else {}


def rows(found: Any) -> list[Resource]:
    """Give the objects of an array; an object that stands alone is one."""
    if isinstance(found, list):
        return [one for one in found if isinstance(one, dict)]
    return [found] if isinstance(found, dict) else []


def text(found: Any) -> str | None:
    """Give a text without the blanks around it, None where there is none; Unreadable for a character that no text has."""
    said = found.strip() if isinstance(found, str) else ""
    if "\0" in said:
        raise Unreadable("bad-value", "expected texts, found a NUL character in one; correct it")
    return said or None


def texts(found: Any) -> list[str]:
    """Give the texts of an array."""
    return [one for one in map(text, found if isinstance(found, list) else [found]) if one]


def concept(found: Any) -> Concept | None:
    """Read a CodeableConcept; None where it has neither words nor code."""
    codings = rows(table(found).get("coding"))
    first = min(codings, key=lambda one: one.get("system") != SNOMED, default={})
    code = text(first.get("code"))
    display = next((words for words in (text(one.get("display")) for one in (first, *codings)) if words), None)
    name = text(table(found).get("text")) or display or code
    return Concept(name, code, text(first.get("system"))) if name else None


def words_of(found: Any) -> str | None:
    """Write CodeableConcepts (one or an array) in words, or None."""
    names = [one.name for one in map(concept, rows(found)) if one]
    return "; ".join(names) or None


def code_of(found: Any) -> str | None:
    """Give the first code of a CodeableConcept, or of the first of an array."""
    codings = (coding for one in rows(found) for coding in rows(one.get("coding")))
    return next((code for code in (text(one.get("code")) for one in codings) if code), None)


def notes_of(resource: Resource) -> list[str]:
    """Give the texts of a resource's annotations."""
    return [words for words in (text(one.get("text")) for one in rows(resource.get("note"))) if words]


def number_text(found: Any) -> str | None:
    """Write a number as it stood, with its decimals; None where there is none."""
    return str(found) if isinstance(found, int | Decimal) and not isinstance(found, bool) else None


def when(found: Any, zone: tzinfo, where: str) -> When | None:
    """Read a date, dateTime or instant as precisely as it is told: a year, a month, a local day, or a moment; None where missing, Unreadable names the place."""
    said = text(found)
    if said is None:
        return None
    try:
        return _when(said, zone)
    except (ValueError, OverflowError):
        raise Unreadable(
            "bad-date",
            f"expected a FHIR date or dateTime (with its offset where it has a time) in {where}, found something else; correct it",
        ) from None


def _when(said: str, zone: tzinfo) -> When:
    if len(said) > len("2024-05-31"):
        return exact(datetime.fromisoformat(said))
    if YEAR.fullmatch(said):
        return local_days(date(int(said), 1, 1), date(int(said), 12, 31), zone, f"in {said}")
    if MONTH.fullmatch(said):
        return local_days(*month_of(date.fromisoformat(f"{said}-01")), zone, f"in {said}")
    if DAY.fullmatch(said):
        return local_days(date.fromisoformat(said), date.fromisoformat(said), zone)
    return exact(datetime.fromisoformat(said))


def whole_day(found: Any) -> date | None:
    """Read a date that names one day; None for a year, a month, a moment or nothing."""
    said = found.strip() if isinstance(found, str) else ""
    return date.fromisoformat(said) if DAY.fullmatch(said) else None


def extended(found: Resource, url: str) -> Iterator[Resource]:
    """Give the extensions of this URL."""
    return (one for one in rows(found.get("extension")) if one.get("url") == url)
