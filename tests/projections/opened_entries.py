"""Invented entries, opened, for the pure rules about content: every field that a contract has is there, empty unless it is said."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from projections.chronology.entry import Entry, Span
from projections.chronology.opened import Opened
from tests.schemas.contract_values import CATALOGUE

EMPTY = {"string": "", "boolean": False, "int": 0}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def telling(number: int, event_type: str, agency: str, when: str, /, **said: Any) -> Opened:
    """Make entry `number`, of a moment, or up to `until`; `envelope` goes over an empty one, the rest over empty fields; `shredded` has no fields at all."""
    until, envelope, shredded = said.pop("until", when), said.pop("envelope", {}), said.pop("shredded", False)
    entry = Entry(
        event_id=UUID(int=number),
        child=UUID(int=0),
        agency=agency,
        event_type=event_type,
        happened=Span(at(when), at(until)),
        learned=Span(at(until), at(until)),
        received=at(until) + timedelta(hours=1),
        assertion="FACT",
        sensitivity="ROUTINE",
        seal="OPEN",
        correlation=None,
        corrects=None,
        retracts=None,
        content_digest=b"",
    )
    return Opened(entry, None if shredded else {**_fields(event_type), **said, "envelope": _envelope(number, envelope)})


def _fields(event_type: str) -> dict[str, Any]:
    record = json.loads(CATALOGUE.own(event_type).schema)
    return {one["name"]: _empty(one["type"]) for one in record["fields"] if one["name"] != "envelope"}


def _empty(kind: Any) -> Any:
    if isinstance(kind, list):
        return None
    return [] if isinstance(kind, dict) else EMPTY[kind]


def _envelope(number: int, said: dict[str, Any]) -> dict[str, Any]:
    return {
        "source_system": "invented",
        "reference": f"ref-{number}",
        "cause": None,
        "correlation": None,
        "happened": {"wording": None},
        **said,
    }
