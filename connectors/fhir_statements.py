"""What each FHIR resource that is taken says, in our contracts' words: codes and displays as recorded, and no judgement of ours added.

Element names and code sets are those of FHIR R4 (4.0.1), which UK Core 2 profiles.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from connectors.envelope import When
from connectors.fhir_elements import (
    Concept,
    Resource,
    code_of,
    concept,
    notes_of,
    number_text,
    rows,
    table,
    text,
    when,
    whole_day,
    words_of,
)
from connectors.statement import Unreadable
from schemas.moments import days

CLASSES = {
    "EMER": "emergency",
    "AMB": "ambulatory",
    "IMP": "inpatient",
    "ACUTE": "inpatient, acute",
    "NONAC": "inpatient, not acute",
    "OBSENC": "observation",
    "PRENC": "before admission",
    "SS": "short stay",
    "HH": "at home",
    "FLD": "in the field",
    "VR": "virtual",
}
"""HL7 v3 ActCode, the encounter classes."""
NOT_SURE = frozenset({"unconfirmed", "provisional", "differential"})
NOT_TAKEN = {
    "Encounter": {"planned": "Encounter that is planned", "cancelled": "Encounter that was cancelled"},
    "Observation": {"registered": "Observation without a result", "cancelled": "Observation that was cancelled"},
}
"""Statuses in which nothing happened: counted, not told. An encounter that was cancelled is not a child who was not brought."""


@dataclass(frozen=True, slots=True)
class Said:
    """One statement that a resource makes: `suffix` follows the resource's reference, and `learned` is what it says itself of when it was recorded."""

    event_type: str
    happened: When
    body: dict[str, Any] = field(repr=False)
    suffix: str = ""
    learned: When | None = None
    assertion: str = "FACT"


@dataclass(frozen=True, slots=True)
class Times:
    """Reads times of one resource; `recorded` is when others say that it was recorded, for what has no time of its own."""

    zone: tzinfo
    recorded: When | None

    def first(self, kind: str, **found: Any) -> When:
        """Read the first of these elements that is there; else when the resource was recorded; Unreadable where nothing says."""
        for name, value in found.items():
            known = when(value, self.zone, f"{kind}.{name}")
            if known is not None:
                return known
        if self.recorded is None:
            sentence = (
                f"expected one of {', '.join(found)} in the {kind} (or a Provenance of it), found none; fill it in"
            )
            raise Unreadable("missing-date", sentence)
        return self.recorded

    def maybe(self, found: Any, where: str) -> When | None:
        """Read a time that may be missing."""
        return when(found, self.zone, where)


def encounter(resource: Resource, times: Times) -> list[Said]:
    """Read an Encounter that took place, or is taking place, as an attendance."""
    period = table(resource.get("period"))
    kind = table(resource.get("class"))
    place = CLASSES.get(str(kind.get("code"))) or text(kind.get("display")) or text(kind.get("code"))
    service = words_of(resource.get("serviceType")) or words_of(resource.get("type"))
    provider = text(table(resource.get("serviceProvider")).get("display"))
    reasons = [text(one.get("display")) for one in rows(resource.get("reasonReference"))]
    presentation = words_of(resource.get("reasonCode")) or "; ".join(filter(None, reasons))
    body = {
        "service": ", ".join(filter(None, (service, place, provider))) or "not recorded",
        "presentation": presentation or "not recorded",
        "summary": _summary(resource),
    }
    return [Said("AttendanceRecorded", times.first("Encounter", period=period.get("start")), body)]


def condition(resource: Resource, times: Times) -> list[Said]:
    """Read a Condition, with how sure its recorder was; one that is not sure is told as an opinion."""
    found = _named(resource, "Condition")
    recorded = times.maybe(resource.get("recordedDate"), "Condition.recordedDate")
    began = resource.get("onsetDateTime") or table(resource.get("onsetPeriod")).get("start")
    happened = times.first("Condition", onsetDateTime=began, recordedDate=resource.get("recordedDate"))
    began_on = whole_day(began)
    verification = code_of(resource.get("verificationStatus"))
    body = {
        **_coded(found),
        "category": words_of(resource.get("category")),
        "clinical_status": code_of(resource.get("clinicalStatus")),
        "verification_status": verification,
        "severity": words_of(resource.get("severity")),
        "began_on": None if began_on is None else days(began_on),
        "summary": _summary(resource, text(resource.get("onsetString"))),
    }
    assertion = "OPINION" if verification in NOT_SURE else "FACT"
    return [Said("ConditionRecorded", happened, body, learned=recorded, assertion=assertion)]


def observation(resource: Resource, times: Times) -> list[Said]:
    """Read an Observation with its value, or its components' values in words."""
    found = _named(resource, "Observation")
    issued = times.maybe(resource.get("issued"), "Observation.issued")
    effective = (
        resource.get("effectiveDateTime")
        or resource.get("effectiveInstant")
        or table(resource.get("effectivePeriod")).get("start")
    )
    value, unit = _value(resource)
    body = {
        **_coded(found),
        "value": value or "; ".join(filter(None, map(_component, rows(resource.get("component"))))) or None,
        "unit": unit,
        "category": words_of(resource.get("category")),
        "interpretation": words_of(resource.get("interpretation")),
        "status": text(resource.get("status")),
        "summary": _summary(resource),
    }
    happened = times.first("Observation", effectiveDateTime=effective, issued=resource.get("issued"))
    return [Said("ObservationRecorded", happened, body, learned=issued)]


def flag(resource: Resource, times: Times) -> list[Said]:
    """Read a Flag as raised, and as ended where its period has an end or its status is inactive."""
    found = _named(resource, "Flag")
    period = table(resource.get("period"))
    body = {**_coded(found), "category": words_of(resource.get("category")), "summary": _summary(resource)}
    raised = times.first("Flag", period=period.get("start"))
    said = [Said("WarningFlagRaised", raised, body)]
    if period.get("end") is not None or resource.get("status") == "inactive":
        said.append(
            Said("WarningFlagEnded", times.first("Flag", end=period.get("end")), {**body, "reason": None}, "/ended")
        )
    return said


TAKEN: dict[str, Callable[[Resource, Times], list[Said]]] = {
    "Encounter": encounter,
    "Condition": condition,
    "Observation": observation,
    "Flag": flag,
}


def _named(resource: Resource, kind: str) -> Concept:
    found = concept(resource.get("code"))
    if found is None:
        raise Unreadable(
            "missing-code", f"expected {kind}.code with a text, a display or a code, found none; fill it in"
        )
    return found


def _coded(found: Concept) -> dict[str, Any]:
    return {"name": found.name, "code": found.code, "code_system": found.system}


def _summary(resource: Resource, *more: str | None) -> str | None:
    return "\n".join(filter(None, (*more, *notes_of(resource)))) or None


def _component(found: Resource) -> str | None:
    named = concept(found.get("code"))
    words = " ".join(filter(None, _value(found)))
    return f"{named.name}: {words}" if named and words else None


def _value(found: Resource) -> tuple[str | None, str | None]:
    """Give a value in words, and its unit where it is a quantity."""
    if isinstance(found.get("valueQuantity"), dict):
        return _quantity(found["valueQuantity"])
    for name in ("valueRange", "valueRatio"):
        parts = [" ".join(filter(None, _quantity(table(part)))) for part in table(found.get(name)).values()]
        if any(parts):
            return (" to " if name == "valueRange" else " : ").join(filter(None, parts)), None
    if isinstance(found.get("valueBoolean"), bool):
        return "yes" if found["valueBoolean"] else "no", None
    plain = (text(found.get(name)) for name in ("valueString", "valueDateTime", "valueTime"))
    words = words_of(found.get("valueCodeableConcept")) or next(filter(None, plain), None)
    return words or number_text(found.get("valueInteger")), None


def _quantity(found: Resource) -> tuple[str | None, str | None]:
    number = number_text(found.get("value"))
    sign = text(found.get("comparator")) or ""
    return (f"{sign}{number}" if number else None), text(found.get("unit")) or text(found.get("code"))
