"""Small invented FHIR Bundles, as UK Core shapes them."""

import json
from typing import Any

NHS = "https://fhir.nhs.uk/Id/nhs-number"
MRN = "https://fictionham.example/Id/hospital-number"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
SUBJECT = {"reference": "Patient/p1"}


def concept(text: str, code: str = "271807003", system: str = "http://snomed.info/sct") -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": text}]}


def status(code: str) -> dict[str, Any]:
    return {"coding": [{"code": code}]}


def label(code: str) -> dict[str, Any]:
    return {"security": [{"system": CONFIDENTIALITY, "code": code}]}


def patient(**changes: Any) -> dict[str, Any]:
    verified = {
        "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
        "valueCodeableConcept": {"coding": [{"code": "number-present-and-verified"}]},
    }
    made = {
        "resourceType": "Patient",
        "id": "p1",
        "identifier": [
            {"system": NHS, "value": "9990000018", "extension": [verified]},
            {"system": MRN, "value": "H-77", "use": "usual"},
        ],
        "name": [
            {"use": "usual", "family": "Quillfeather", "given": ["Bram"]},
            {"use": "official", "family": "Quillfeather", "given": ["Bramble", "Anne"]},
            {"use": "old", "family": "Oldname"},
        ],
        "birthDate": "2013-04-05",
        "gender": "female",
        "address": [
            {"use": "old", "line": ["9 Gone Street"], "postalCode": "ZZ99 1ZZ"},
            {"use": "home", "line": ["1 Nowhere Lane"], "city": "Fictionham", "postalCode": "ZZ99 9ZZ"},
        ],
    }
    return {**made, **changes}


def encounter(**changes: Any) -> dict[str, Any]:
    made = {
        "resourceType": "Encounter",
        "id": "e1",
        "status": "finished",
        "class": {"code": "EMER"},
        "subject": SUBJECT,
        "period": {"start": "2024-03-24T10:05:00+00:00", "end": "2024-03-24T12:00:00+00:00"},
        "serviceType": {"text": "emergency department"},
        "reasonCode": [concept("Wrist injury", "125598003")],
        "serviceProvider": {"display": "Fictionham General"},
    }
    return {**made, **changes}


def condition(**changes: Any) -> dict[str, Any]:
    made = {
        "resourceType": "Condition",
        "id": "c1",
        "subject": SUBJECT,
        "encounter": {"reference": "Encounter/e1"},
        "clinicalStatus": status("active"),
        "verificationStatus": status("confirmed"),
        "category": [{"text": "Encounter Diagnosis"}],
        "severity": {"text": "mild"},
        "code": concept("Sprain of wrist", "70704007"),
        "onsetDateTime": "2024-03-23",
        "recordedDate": "2024-03-24T11:00:00Z",
        "note": [{"text": "Fell off a wall."}],
    }
    return {**made, **changes}


def observation(**changes: Any) -> dict[str, Any]:
    made = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "subject": SUBJECT,
        "code": concept("Body weight", "27113001"),
        "effectiveDateTime": "2024-03-24T10:30:00+00:00",
        "issued": "2024-03-24T10:31:00.000+00:00",
        "valueQuantity": {"value": 31.50, "unit": "kg"},
    }
    return {**made, **changes}


def flag(**changes: Any) -> dict[str, Any]:
    made = {
        "resourceType": "Flag",
        "id": "f1",
        "status": "active",
        "subject": SUBJECT,
        "category": [{"text": "Safeguarding"}],
        "code": {"text": "Child is subject of a plan"},
        "period": {"start": "2024-03-25"},
    }
    return {**made, **changes}


def provenance(target: str, **changes: Any) -> dict[str, Any]:
    made = {
        "resourceType": "Provenance",
        "id": f"v-{target.replace('/', '-')}",
        "target": [{"reference": target}],
        "recorded": "2024-03-26T09:00:00+00:00",
        "agent": [{"who": {"display": "Nurse Invented"}, "onBehalfOf": {"display": "Fictionham General"}}],
    }
    return {**made, **changes}


ALL = (encounter(), condition(), observation(), flag(), patient(), provenance("Encounter/e1"))


def bundle(*resources: Any, kind: str = "collection", base: str | None = None) -> bytes:
    """Write a Bundle of resources (or whole entries, where they have a `resource` or a `request`)."""
    entries = [
        one
        if "resource" in one or "request" in one
        else {"fullUrl": f"{base}/{one.get('resourceType')}/{one.get('id')}", "resource": one}
        if base
        else {"resource": one}
        for one in resources
    ]
    return json.dumps({"resourceType": "Bundle", "type": kind, "entry": entries}).encode()
