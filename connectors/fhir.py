"""HL7 FHIR R4 Bundles, as UK Core shapes them, as statements of health.

A Bundle is read twice: first for its Patients and Provenances, which may stand anywhere in it, then for its Encounters, Conditions, Observations and Flags. A file
that is broken anywhere is told not at all. A refusal's line is the entry's number. References are `<type>/<id>` (without an id, the uuid of the fullUrl);
a newer version of a resource has the reference of the older one, and other content; one that is entered in error is a retraction. Resources that only say who and
where (CONTEXT) are passed over; all others are counted in one refusal, `not-taken`, for the whole file.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import BinaryIO

from connectors.envelope import When, blank_envelope, check_envelope
from connectors.fhir_bundle import Bundle, BundleFault
from connectors.fhir_elements import Resource, code_of, table, text, when
from connectors.fhir_patient import patient_of
from connectors.fhir_sensitivity import sensitivity_of
from connectors.fhir_shelf import Recorded, Shelf, without_version
from connectors.fhir_statements import NOT_TAKEN, TAKEN, Said, Times
from connectors.formats import Format, Given
from connectors.repeats import refuse_reused
from connectors.statement import PLAIN_NAME, Coverage, Outcome, Outcomes, Refusal, Statement, Unreadable

AGENCY = "health"
SOURCE_SYSTEM = "fhir"
ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
CONTEXT = frozenset(
    {
        "CareTeam",
        "Composition",
        "Device",
        "Endpoint",
        "HealthcareService",
        "Location",
        "Medication",
        "MessageHeader",
        "OperationOutcome",
        "Organization",
        "Practitioner",
        "PractitionerRole",
        "RelatedPerson",
    }
)
SAYS: Mapping[str, tuple[str, ...]] = {"Flag": ("", "/ended")}
"""What follows a resource's reference in what it may say, for kinds that say more than one thing."""
MOST_KINDS = 60
"""How many kinds of resource that are not taken are told by name."""


def _recognises(suffix: str, head: bytes) -> bool:
    return suffix == ".json" and b'"resourceType"' in head and b'"Bundle"' in head


def read_bundle(stream: BinaryIO, given: Given) -> Outcomes:
    """Read a Bundle (bytes that can seek) in constant memory, one outcome for each statement; a fault of the file is one refusal that ends reading."""
    return refuse_reused(_outcomes(stream, given))


FORMAT = Format("fhir", "HL7 FHIR R4 Bundle (UK Core)", AGENCY, SOURCE_SYSTEM, _recognises, read_bundle)


def _outcomes(stream: BinaryIO, given: Given) -> Iterator[Outcome]:
    with Shelf() as shelf:
        try:
            kind = _fill(shelf, Bundle(stream), given)
            yield Coverage(f"fhir {kind}", "the Bundle's patients", False, given.first, given.last, "R4")
            yield from _Statements(shelf, given).outcomes(Bundle(stream))
        except BundleFault as fault:
            yield fault.refusal


def _fill(shelf: Shelf, bundle: Bundle, given: Given) -> str:
    """Put Patients and Provenances on the shelf, and give the Bundle's type; BundleFault where the file is at fault anywhere."""
    for _number, entry in bundle.entries():
        resource = table(table(entry).get("resource"))
        try:
            kind = text(resource.get("resourceType"))
            if kind == "Patient":
                shelf.put_patient(resource, _full_url(table(entry)))
            elif kind == "Provenance":
                shelf.put_provenance(resource, given.zone)
        except Unreadable:
            continue  # said when the Bundle is read for its statements
    shelf.all_put()
    return bundle.kind


def _full_url(entry: Resource) -> str | None:
    try:
        return text(entry.get("fullUrl"))
    except Unreadable:
        return None


class _Statements:
    """Reads a Bundle's statements, and counts what is not taken."""

    def __init__(self, shelf: Shelf, given: Given) -> None:
        self._shelf = shelf
        self._zone = given.zone
        self._same = {**blank_envelope(), "agency": AGENCY, "source_system": SOURCE_SYSTEM}
        self._not_taken: Counter[str] = Counter()
        self._first_not_taken = 0

    def outcomes(self, bundle: Bundle) -> Iterator[Outcome]:
        """Give the outcomes of each entry, and last what was not taken."""
        for number, entry in bundle.entries():
            try:
                yield from self._entry(number, table(entry))
            except Unreadable as error:
                yield Refusal(number, error.code, f"{error} (entry {number})")
        if self._not_taken:
            listed = ", ".join(f"{times} of {kind}" for kind, times in sorted(self._not_taken.items()))
            sentence = f"expected {', '.join(TAKEN)}, Patient and Provenance, found also {listed}; nothing of those was told: nothing to correct, but the hub does not know it"
            yield Refusal(self._first_not_taken, "not-taken", sentence)

    def _entry(self, number: int, entry: Resource) -> Iterator[Outcome]:
        resource = table(entry.get("resource"))
        kind = text(resource.get("resourceType")) or ""
        if not resource:
            raise _no_resource(entry)
        if kind == "Patient":
            if self._shelf.faulty:
                patient_of(resource)
        elif kind == "Provenance":
            self._provenance(resource)
        elif kind in TAKEN:
            passed = NOT_TAKEN.get(kind, {}).get(str(resource.get("status")))
            if passed is None:
                yield from self._statements(number, resource, _full_url(entry))
            else:
                self._count(number, passed)
        elif kind not in CONTEXT:
            self._count(number, kind if PLAIN_NAME.fullmatch(kind) else "another kind")

    def _provenance(self, resource: Resource) -> None:
        if when(resource.get("recorded"), self._zone, "Provenance.recorded") is None:
            raise Unreadable("missing-date", "expected Provenance.recorded, found nothing; fill it in")

    def _count(self, number: int, kind: str) -> None:
        self._first_not_taken = self._first_not_taken or number
        self._not_taken[kind if kind in self._not_taken or len(self._not_taken) < MOST_KINDS else "other kinds"] += 1

    def _statements(self, number: int, resource: Resource, full_url: str | None) -> Iterator[Outcome]:
        kind = str(resource["resourceType"])
        reference = f"{kind}/{_identity(resource, full_url)}"
        patient = self._shelf.patient(table(resource.get("subject")), resource, full_url)
        recorded = self._shelf.recorded(reference, full_url)
        updated = when(table(resource.get("meta")).get("lastUpdated"), self._zone, "meta.lastUpdated")
        times = Times(self._zone, _at(recorded) or updated)
        shared = {
            **self._same,
            "child": patient.child,
            "sensitivity": sensitivity_of(resource, patient.level),
            "correlation": _encounter_of(resource, reference),
        }
        said = _retractions(kind, times) if _in_error(resource) else TAKEN[kind](resource, times)
        for one in said:
            known = replace(one, learned=_learned(one, recorded, updated))
            yield _statement(number, known, {**shared, "reference": reference}, recorded)


def _statement(number: int, said: Said, shared: Resource, recorded: Recorded | None) -> Statement:
    """Put what a resource says into its envelope; `shared` is the envelope of all that it says, under the resource's own reference."""
    reference = shared["reference"]
    withdrawn = said.event_type == "StatementRetracted"
    envelope = {
        **shared,
        "reference": f"{reference}{said.suffix}",
        "happened": said.happened,
        "learned": said.learned,
        "assertion": said.assertion,
        "cause": reference if said.suffix and not withdrawn else None,
        "retracts": f"{reference}{said.suffix}" if withdrawn else None,
    }
    check_envelope(envelope)
    body = dict(said.body)
    if "summary" in body and recorded is not None and recorded.who:
        body["summary"] = "\n".join(filter(None, (body["summary"], f"Recorded by {recorded.who}")))
    return Statement(said.event_type, {"envelope": envelope, **body}, number)


def _no_resource(entry: Resource) -> Unreadable:
    if table(entry.get("request")).get("method") == "DELETE":
        sentence = "expected a resource, found a deletion, which names no patient; send the resource with status entered-in-error instead"
        return Unreadable("deletion", sentence)
    return Unreadable("missing-resource", "expected a resource in the entry, found none; add it or remove the entry")


def _identity(resource: Resource, full_url: str | None) -> str:
    identity = text(resource.get("id")) or (full_url or "").rpartition("urn:uuid:")[2]
    if not ID.fullmatch(identity):
        sentence = "expected an id (1 to 64 letters, digits, dots and dashes) or a fullUrl that is a urn:uuid, found neither; give the resource its id"
        raise Unreadable("no-reference", sentence)
    return identity


def _in_error(resource: Resource) -> bool:
    return "entered-in-error" in (resource.get("status"), code_of(resource.get("verificationStatus")))


def _retractions(kind: str, times: Times) -> list[Said]:
    """Withdraw all that a resource may have said: each row says of itself that it is withdrawn, which the feed's memory makes good."""
    if times.recorded is None:
        sentence = "expected meta.lastUpdated or a Provenance that says when this was found to be entered in error, found neither; add one"
        raise Unreadable("missing-date", sentence)
    return [
        Said("StatementRetracted", times.recorded, {"reason": "entered in error"}, suffix)
        for suffix in SAYS.get(kind, ("",))
    ]


def _encounter_of(resource: Resource, reference: str) -> str | None:
    """Name the encounter that a resource belongs to, by the reference that its attendance has."""
    if reference.startswith("Encounter/"):
        return reference
    named = without_version(text(table(resource.get("encounter")).get("reference")) or "")
    kind, _, identity = named.rpartition("/")
    return f"Encounter/{identity}" if kind.rpartition("/")[2] == "Encounter" and ID.fullmatch(identity) else None


def _at(recorded: Recorded | None) -> When | None:
    return None if recorded is None else {"earliest": recorded.at, "latest": recorded.at, "wording": None}


def _learned(said: Said, recorded: Recorded | None, updated: When | None) -> When:
    """Say when it was learned: by the newest Provenance, else by the resource; else somewhere between its happening and its newest update."""
    known = _at(recorded) or said.learned
    if known is not None:
        return known
    if updated is None or updated["latest"] < said.happened["earliest"]:
        return said.happened
    return {"earliest": said.happened["earliest"], "latest": updated["latest"], "wording": None}
