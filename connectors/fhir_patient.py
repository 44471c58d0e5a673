"""A FHIR Patient, as UK Core shapes it, as the child that statements are about.

The local id is the patient's local identifier as `system|value` (two hospitals may use the same number), or `Patient/<id>` where there is none. Whether an NHS
number is verified (UK Core's extension) is quality: it is taken as it stands. A birth date of a year or a month names no day, so none is told.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.envelope import no_identifiers
from connectors.fhir_elements import DAY, MONTH, YEAR, Resource, rows, table, text, texts, whole_day
from connectors.fhir_sensitivity import label_of
from connectors.statement import Unreadable
from schemas.moments import days

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
GENDERS = {"male": "M", "female": "F", "other": "U", "unknown": "U"}
NAME_ORDER = {"official": 0, "usual": 1, None: 2}
ADDRESS_ORDER = {"home": 0, None: 1, "temp": 2}
"""Which use is preferred: the lowest; uses that are not here come last."""
OLD = ("old", "maiden")


@dataclass(frozen=True, slots=True)
class Patient:
    """What statements need of a patient: the child's identifiers as the envelope has them, and how sensitive the patient's record is labelled."""

    child: dict[str, Any] = field(repr=False)
    level: str = "ROUTINE"

    def kept(self) -> str:
        """Write it down for the shelf."""
        return json.dumps([self.child, self.level])


def patient_kept(kept: str) -> Patient:
    """Read what `kept` wrote."""
    return Patient(*json.loads(kept))


def patient_of(resource: Resource, birthday: bool = True) -> Patient:
    """Read a Patient; Unreadable for a birth date that is none, which `birthday=False` passes over."""
    name = _preferred(resource.get("name"), NAME_ORDER)
    address = _preferred(resource.get("address"), ADDRESS_ORDER)
    level = label_of(resource)
    child = {
        **no_identifiers(),
        "local_id": _local_id(resource),
        "nhs_number": nhs_number(resource.get("identifier")),
        "family_name": text(name.get("family")),
        "given_name": " ".join(texts(name.get("given"))) or None,
        "date_of_birth": _birthday(resource) if birthday else None,
        "sex": GENDERS.get(str(resource.get("gender"))),
    }
    # A patient labelled restricted is one whose whereabouts are withheld from those who look the record up.
    known = {} if level != "ROUTINE" else {"address": _address(address), "postcode": text(address.get("postalCode"))}
    return Patient({**child, **known}, level)


def patient_by_identifier(identifier: Resource) -> Patient | None:
    """Make the patient that a reference names by an identifier alone; None where it has no value."""
    value = text(identifier.get("value"))
    if value is None:
        return None
    return Patient({**no_identifiers(), "local_id": _token(identifier), "nhs_number": nhs_number([identifier])})


def nhs_number(identifiers: Any) -> str | None:
    """Give the NHS number among identifiers, as it stands, or None."""
    found = (one for one in rows(identifiers) if one.get("system") == NHS_NUMBER and one.get("use") != "old")
    return next((value for value in (text(one.get("value")) for one in found) if value), None)


def _local_id(resource: Resource) -> str:
    own = [
        one
        for one in rows(resource.get("identifier"))
        if one.get("system") != NHS_NUMBER and one.get("use") not in ("old", "temp") and text(one.get("value"))
    ]
    own.sort(key=lambda one: not any(code.get("code") == "MR" for code in rows(table(one.get("type")).get("coding"))))
    if own:
        return _token(own[0])
    number, identity = nhs_number(resource.get("identifier")), text(resource.get("id"))
    return f"Patient/{identity}" if identity else f"{NHS_NUMBER}|{number}" if number else ""


def _token(identifier: Resource) -> str:
    system, value = text(identifier.get("system")), text(identifier.get("value")) or ""
    return f"{system}|{value}" if system else value


def _preferred(found: Any, order: Mapping[str | None, int]) -> Resource:
    """Take the first of the preferred uses that is not over; one that is old is none."""
    current = [one for one in rows(found) if one.get("use") not in OLD and not table(one.get("period")).get("end")]
    return min(current, key=lambda one: order.get(text(one.get("use")), len(order)), default={})


def _address(address: Resource) -> str | None:
    parts = [*texts(address.get("line")), text(address.get("city")), text(address.get("district"))]
    return ", ".join(part for part in parts if part) or text(address.get("text"))


def _birthday(resource: Resource) -> int | None:
    said = text(resource.get("birthDate"))
    try:
        if said is None or YEAR.fullmatch(said) or MONTH.fullmatch(said):
            return None
        born = whole_day(said) if DAY.fullmatch(said) else None
    except ValueError:
        born = None
    if born is None:
        raise Unreadable("bad-date", "expected a date in Patient.birthDate, found something else; correct it")
    return days(born)
