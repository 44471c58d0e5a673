"""Fact, opinion and analysis kept apart, and passages about third parties marked: what each contract says of its fields."""

import json
from collections.abc import Iterable, Mapping

from query.view import FieldMark
from schemas.catalogue import Catalogue

Marks = Mapping[str, Mapping[str, FieldMark]]


def marks_of(catalogue: Catalogue, event_types: Iterable[str]) -> Marks:
    """Give the marks of each event type's fields, as its newest contract has them; bodies are read as the newest."""
    return {event_type: _marks(catalogue, event_type) for event_type in sorted(set(event_types))}


def told_as(assertion: str, mark: FieldMark) -> str:
    """Say how one field of an entry is told, `fact`, `opinion` or `analysis`: as its contract says, but never as more of a fact than the entry itself (its own assertion, FACT, OPINION or ANALYSIS)."""
    whole = assertion.lower()
    return mark.assertion if whole == "fact" or mark.assertion != "fact" else whole


def _marks(catalogue: Catalogue, event_type: str) -> Mapping[str, FieldMark]:
    contract = catalogue.by_name(event_type)
    if contract is None:
        return {}
    fields = json.loads(contract.schema)["fields"]
    return {one["name"]: FieldMark(one["assertion"], one["about"]) for one in fields if "assertion" in one}
