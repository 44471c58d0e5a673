"""What is told of who a child is: pure folds over the entries that stand and may be read; their order does not matter."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from access_policy.blind_index import NHS_NUMBER, UPN, normalised
from projections.chronology.amendments import version_order
from projections.chronology.entry import Entry
from projections.chronology.opened import Opened
from query.view import Fact, FactKind, Telling

LOCAL_ID: FactKind = "local id"
KINDS: tuple[FactKind, ...] = ("name", "date of birth", "sex", "address", "NHS number", "UPN", LOCAL_ID)


def facts_of(standing: Iterable[Opened]) -> tuple[Fact, ...]:
    """Give everything told of who the child is: by kind, the newest first, each value once with every agency that told it and when it last did.

    The newest is what an agency learned last; agencies that tell otherwise stay in sight, since the hub does not know who is right. A local id is each
    agency's own, so each agency has a newest one.
    """
    told: dict[tuple[FactKind, str], dict[str, Entry]] = {}
    for entry, kind, value in _said(standing):
        by_agency = told.setdefault((kind, value), {})
        by_agency[entry.agency] = max(entry, by_agency.get(entry.agency, entry), key=version_order)
    facts: list[Fact] = []
    for kind in KINDS:
        newest = sorted(
            ((value, by_agency) for (one, value), by_agency in told.items() if one == kind),
            key=lambda told_value: (_last(told_value[1].values()), told_value[0]),
            reverse=True,
        )
        first = {_whose(kind, by_agency): value for value, by_agency in reversed(newest)}
        facts += [Fact(kind, value, first[_whose(kind, by)] == value, _tellings(by)) for value, by in newest]
    return tuple(facts)


def _said(standing: Iterable[Opened]) -> Iterator[tuple[Entry, FactKind, str]]:
    for one in standing:
        if one.fields is not None:
            for kind, value in _facts_in(one.entry.agency, one.fields["envelope"]["child"]):
                if value:
                    yield one.entry, kind, value


def _facts_in(agency: str, child: Mapping[str, Any]) -> Iterator[tuple[FactKind, str]]:
    yield "name", _joined(" ", child["given_name"], child["family_name"])
    yield "date of birth", child["date_of_birth"] or ""
    yield "sex", child["sex"] or ""
    yield "address", _joined(", ", child["address"], child["postcode"])
    yield "NHS number", normalised(NHS_NUMBER, child["nhs_number"] or "")
    yield "UPN", normalised(UPN, child["upn"] or "")
    yield LOCAL_ID, f"{agency} {child['local_id'].strip()}"


def _whose(kind: FactKind, by_agency: Mapping[str, Entry]) -> str:
    """Say among whose tellings the newest is looked for: everybody's, and of local ids the agency's that gave it."""
    return next(iter(by_agency)) if kind == LOCAL_ID else ""


def _joined(between: str, *parts: str | None) -> str:
    return between.join(part.strip() for part in parts if part and part.strip())


def _last(entries: Iterable[Entry]) -> tuple[datetime, datetime, UUID]:
    return max(version_order(entry) for entry in entries)


def _tellings(by_agency: Mapping[str, Entry]) -> tuple[Telling, ...]:
    newest = sorted(by_agency.values(), key=version_order, reverse=True)
    return tuple(Telling(entry.agency, entry.event_id, entry.learned) for entry in newest)
