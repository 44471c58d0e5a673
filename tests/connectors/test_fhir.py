import io
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fhir_samples import (
    ALL,
    MRN,
    NHS,
    bundle,
    concept,
    condition,
    encounter,
    flag,
    label,
    observation,
    patient,
    provenance,
    status,
)

from connectors.envelope import time_zone
from connectors.fhir import FORMAT
from connectors.formats import Given
from connectors.statement import Coverage, Refusal, Statement
from schemas.moments import days, micros

GIVEN = Given(time_zone(), date(2024, 1, 1), date(2024, 3, 31))


def read(content: bytes) -> list[Any]:
    return list(FORMAT.read(io.BytesIO(content), GIVEN))


def told(*resources: Any, **how: Any) -> list[Statement]:
    outcomes = read(bundle(*resources, **how))
    assert [one for one in outcomes if isinstance(one, Refusal)] == []
    return [one for one in outcomes if isinstance(one, Statement)]


def refused(*resources: Any, **how: Any) -> list[tuple[int, str]]:
    return [(one.line, one.code) for one in read(bundle(*resources, **how)) if isinstance(one, Refusal)]


def at(*parts: int) -> int:
    return micros(datetime(*parts, tzinfo=UTC))  # type: ignore[arg-type, misc]


def test_each_resource_that_is_taken_becomes_a_statement_and_the_file_says_what_it_covers(delivered: Any) -> None:
    outcomes = read(bundle(*ALL))
    receipt, messages = delivered([one for one in outcomes if not isinstance(one, Coverage)])
    assert (receipt.rows_in, receipt.rows_told, len(messages)) == (4, 4, 4)
    assert Counter(one.event_type for one in outcomes if isinstance(one, Statement)) == {
        "AttendanceRecorded": 1,
        "ConditionRecorded": 1,
        "ObservationRecorded": 1,
        "WarningFlagRaised": 1,
    }
    assert outcomes[0] == Coverage("fhir collection", "the Bundle's patients", False, GIVEN.first, GIVEN.last, "R4")


def test_the_child_is_the_patient_with_its_official_name_and_current_address() -> None:
    assert told(encounter(), patient())[0].value["envelope"]["child"] == {
        "local_id": f"{MRN}|H-77",
        "nhs_number": "9990000018",
        "upn": None,
        "family_name": "Quillfeather",
        "given_name": "Bramble Anne",
        "date_of_birth": days(date(2013, 4, 5)),
        "sex": "F",
        "address": "1 Nowhere Lane, Fictionham",
        "postcode": "ZZ99 9ZZ",
    }


def test_an_encounter_is_an_attendance_that_was_learned_when_its_provenance_was_recorded() -> None:
    (statement,) = told(encounter(), patient(), provenance("Encounter/e1/_history/2"))
    envelope = statement.value["envelope"]
    assert (statement.event_type, statement.reference, statement.line) == ("AttendanceRecorded", "Encounter/e1", 1)
    assert envelope["happened"]["earliest"] == envelope["happened"]["latest"] == at(2024, 3, 24, 10, 5)
    assert envelope["learned"]["earliest"] == at(2024, 3, 26, 9)
    assert statement.value["service"] == "emergency department, emergency, Fictionham General"
    assert statement.value["presentation"] == "Wrist injury"
    assert statement.value["summary"] == "Recorded by Nurse Invented, Fictionham General"


def test_without_a_provenance_it_was_learned_between_its_happening_and_its_newest_update() -> None:
    (statement,) = told(encounter(meta={"lastUpdated": "2024-03-25T00:00:00Z"}), patient())
    learned = statement.value["envelope"]["learned"]
    assert (learned["earliest"], learned["latest"]) == (at(2024, 3, 24, 10, 5), at(2024, 3, 25))
    (statement,) = told(encounter(), patient())
    assert statement.value["envelope"]["learned"] == statement.value["envelope"]["happened"]


def test_a_condition_keeps_code_words_and_how_sure_its_recorder_was() -> None:
    (sure, unsure) = told(condition(), condition(id="c2", verificationStatus=status("provisional")), patient())
    assert {name: value for name, value in sure.value.items() if name != "envelope"} == {
        "name": "Sprain of wrist",
        "code": "70704007",
        "code_system": "http://snomed.info/sct",
        "category": "Encounter Diagnosis",
        "clinical_status": "active",
        "verification_status": "confirmed",
        "severity": "mild",
        "began_on": days(date(2024, 3, 23)),
        "summary": "Fell off a wall.",
    }
    assert sure.value["envelope"]["learned"]["earliest"] == at(2024, 3, 24, 11)
    assert sure.value["envelope"]["correlation"] == "Encounter/e1"
    assert [one.value["envelope"]["assertion"] for one in (sure, unsure)] == ["FACT", "OPINION"]


@pytest.mark.parametrize(
    ("changes", "value", "unit"),
    [
        ({}, "31.5", "kg"),
        ({"valueQuantity": {"value": 3, "comparator": "<", "code": "mg"}}, "<3", "mg"),
        ({"valueQuantity": None, "valueCodeableConcept": concept("Bruise")}, "Bruise", None),
    ],
)
def test_an_observation_keeps_its_value_as_recorded(changes: Any, value: Any, unit: Any) -> None:
    (statement,) = told(observation(**changes), patient())
    assert (statement.value["value"], statement.value["unit"]) == (value, unit)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"valueCodeableConcept": concept("Bruise")}, "Bruise"),
        ({"valueString": "pale"}, "pale"),
        ({"valueBoolean": False}, "no"),
        ({"valueInteger": 7}, "7"),
        ({"valueRange": {"low": {"value": 1, "unit": "cm"}, "high": {"value": 2, "unit": "cm"}}}, "1 cm to 2 cm"),
        (
            {
                "component": [
                    {"code": {"text": "Systolic"}, "valueQuantity": {"value": 107, "unit": "mmHg"}},
                    {"code": {"text": "Diastolic"}, "valueQuantity": {"value": 60, "unit": "mmHg"}},
                ]
            },
            "Systolic: 107 mmHg; Diastolic: 60 mmHg",
        ),
        ({}, None),
    ],
)
def test_an_observation_of_another_kind_is_told_in_words(value: Any, said: Any) -> None:
    made = observation(**value)
    del made["valueQuantity"]
    assert told(made, patient())[0].value["value"] == said


def test_a_flag_is_raised_and_where_its_period_has_an_end_ended() -> None:
    raised, ended = told(flag(period={"start": "2024-03-25", "end": "2024-06-01"}, status="inactive"), patient())
    assert (raised.event_type, raised.reference) == ("WarningFlagRaised", "Flag/f1")
    assert (ended.event_type, ended.reference, ended.value["envelope"]["cause"]) == (
        "WarningFlagEnded",
        "Flag/f1/ended",
        "Flag/f1",
    )
    assert ended.value["envelope"]["happened"]["earliest"] == at(2024, 5, 31, 23)


def test_a_resource_entered_in_error_withdraws_what_was_said_under_its_reference() -> None:
    wrong = {"meta": {"versionId": "2", "lastUpdated": "2024-04-01T00:00:00Z"}}
    one, two = told(
        encounter(status="entered-in-error", **wrong),
        condition(verificationStatus=status("entered-in-error"), **wrong),
        patient(),
    )
    assert (one.event_type, one.reference, one.value["envelope"]["retracts"]) == (
        "StatementRetracted",
        "Encounter/e1",
        "Encounter/e1",
    )
    assert two.value["envelope"]["happened"]["latest"] == at(2024, 4, 1)


def test_a_flag_entered_in_error_withdraws_that_it_was_raised_and_that_it_ended() -> None:
    wrong = {"meta": {"versionId": "2", "lastUpdated": "2024-04-01T00:00:00Z"}}
    both = told(flag(status="entered-in-error", **wrong), patient())
    assert [one.value["envelope"]["retracts"] for one in both] == ["Flag/f1", "Flag/f1/ended"]


def test_a_newer_version_has_the_reference_of_the_older_one_and_other_content() -> None:
    (first,), (second,) = (
        told(flag(), patient()),
        told(flag(code={"text": "No plan"}, meta={"versionId": "2"}), patient()),
    )
    assert first.reference == second.reference
    assert first.value != second.value


@pytest.mark.parametrize(
    ("resource", "level"),
    [
        (condition(), "ROUTINE"),
        (condition(meta=label("N")), "ROUTINE"),
        (condition(meta=label("R")), "SENSITIVE"),
        (condition(meta=label("V")), "RESTRICTED"),
        (condition(code=concept("Depressive disorder", "35489007")), "SENSITIVE"),
        (condition(code=concept("Mild", "F32.0", "http://hl7.org/fhir/sid/icd-10")), "SENSITIVE"),
        (condition(category=[{"text": "Mental health"}]), "SENSITIVE"),
        (encounter(serviceType={"text": "CAMHS"}), "SENSITIVE"),
        (encounter(meta=label("V"), serviceType={"text": "sexual health"}), "RESTRICTED"),
    ],
)
def test_sensitivity_is_what_labels_say_and_never_below_what_codes_and_words_say(resource: Any, level: str) -> None:
    assert told(resource, patient())[0].value["envelope"]["sensitivity"] == level


def test_a_patient_labelled_restricted_raises_every_statement_and_its_address_is_not_told() -> None:
    envelope = told(encounter(), patient(meta=label("R")))[0].value["envelope"]
    assert (envelope["sensitivity"], envelope["child"]["address"], envelope["child"]["postcode"]) == (
        "SENSITIVE",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("resource", "how"),
    [
        (encounter(), {}),
        (encounter(), {"base": "https://fictionham.example/fhir"}),
        (
            encounter(subject={"reference": "https://fictionham.example/fhir/Patient/p1"}),
            {"base": "https://fictionham.example/fhir"},
        ),
        (encounter(subject={"reference": "https://fictionham.example/fhir/Patient/p1/_history/3"}), {}),
        (encounter(subject={"identifier": {"system": NHS, "value": "9990000018"}}), {}),
        (encounter(subject={"reference": "#c", "display": "x"}, contained=[{**patient(), "id": "c"}]), {}),
    ],
)
def test_a_subject_is_found_by_any_name_that_its_patient_has(resource: Any, how: Any) -> None:
    assert told(resource, patient(), **how)[0].value["envelope"]["child"]["local_id"] == f"{MRN}|H-77"


def test_a_subject_may_be_an_nhs_number_alone() -> None:
    (statement,) = told(encounter(subject={"identifier": {"system": NHS, "value": "9990000018"}}))
    child = statement.value["envelope"]["child"]
    assert (child["nhs_number"], child["local_id"], child["family_name"]) == ("9990000018", f"{NHS}|9990000018", None)


def test_a_uuid_stands_for_an_id_that_is_not_there() -> None:
    made = patient()
    del made["id"]
    visit = encounter(subject={"reference": "urn:uuid:11111111-1111-4111-8111-111111111111"})
    del visit["id"]
    (statement,) = told(
        {"fullUrl": "urn:uuid:11111111-1111-4111-8111-111111111111", "resource": made},
        {"fullUrl": "urn:uuid:22222222-2222-4222-8222-222222222222", "resource": visit},
        kind="transaction",
    )
    assert statement.reference == "Encounter/22222222-2222-4222-8222-222222222222"


def test_two_patients_of_one_name_are_nobody_and_one_of_another_server_is_not_this_one() -> None:
    assert refused(encounter(), patient(), patient(birthDate="2001-01-01")) == [(1, "unknown-subject")]
    elsewhere = encounter(subject={"reference": "https://elsewhere.example/fhir/Patient/p1"})
    assert refused(elsewhere, patient(), base="https://fictionham.example/fhir") == [(1, "unknown-subject")]


@pytest.mark.parametrize(
    ("born", "told_day"), [("2013", None), ("2013-04", None), ("2013-04-05", days(date(2013, 4, 5)))]
)
def test_a_birth_date_that_names_no_day_is_not_told_as_one(born: str, told_day: Any) -> None:
    assert told(encounter(), patient(birthDate=born))[0].value["envelope"]["child"]["date_of_birth"] == told_day


def test_a_time_is_kept_as_precisely_as_it_was_told() -> None:
    (statement,) = told(condition(onsetDateTime="2023-07"), patient())
    happened = statement.value["envelope"]["happened"]
    assert (happened["earliest"], happened["latest"], happened["wording"]) == (
        at(2023, 6, 30, 23),
        at(2023, 7, 31, 23) - 1,
        "in 2023-07",
    )
    assert statement.value["began_on"] is None


def test_what_is_not_taken_is_said_once_with_counts_and_who_and_where_are_passed_over() -> None:
    outcomes = read(
        bundle(
            patient(),
            {"resourceType": "Practitioner", "id": "x"},
            {"resourceType": "Immunization", "id": "i1"},
            {"resourceType": "Immunization", "id": "i2"},
            encounter(status="cancelled"),
            encounter(status="planned", id="e2"),
            {"resourceType": "Bramble Quillfeather"},
        )
    )
    (refusal,) = [one for one in outcomes if isinstance(one, Refusal)]
    assert (refusal.line, refusal.code, refusal.ends_reading) == (3, "not-taken", False)
    assert "2 of Immunization" in refusal.sentence
    assert "1 of Encounter that was cancelled" in refusal.sentence
    assert "Bramble" not in refusal.sentence


def without(resource: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if name not in names}


def test_a_broken_twin_shows_every_refusal_by_its_entry_and_the_rest_goes_in() -> None:
    twin = (
        patient(),
        encounter(subject=None),
        encounter(subject={"reference": "Patient/p2"}),
        encounter(period={"start": "24/03/2024"}),
        encounter(period={}),
        without(encounter(), "id"),
        encounter(id="9990000018"),
        condition(code=None),
        condition(recordedDate="2024-03-24T11:00:00"),
        without(condition(), "onsetDateTime", "recordedDate"),
        observation(effectiveDateTime="2024-13-01"),
        flag(status="entered-in-error"),
        patient(id="p9", identifier=[], birthDate="5/4/2013"),
        encounter(id="e9", subject={"reference": "Patient/p9"}),
        provenance("Flag/f1", recorded=None),
        {"request": {"method": "DELETE", "url": "Flag/f1"}},
        {"request": {"method": "PUT", "url": "Flag/f1"}},
        observation(valueString="a\0b", valueQuantity=None),
        observation(valueQuantity=None, valueString="one"),
        observation(valueQuantity=None, valueString="two"),
        {"resourceType": "Immunization"},
    )
    assert refused(*twin, kind="transaction") == [
        (2, "missing-subject"),
        (3, "unknown-subject"),
        (4, "bad-date"),
        (5, "missing-date"),
        (6, "no-reference"),
        (7, "personal-reference"),
        (8, "missing-code"),
        (9, "bad-date"),
        (10, "missing-date"),
        (11, "bad-date"),
        (12, "missing-date"),
        (13, "bad-date"),
        (15, "missing-date"),
        (16, "deletion"),
        (17, "missing-resource"),
        (18, "bad-value"),
        (20, "reference-reused"),
        (21, "not-taken"),
    ]
    assert [one.line for one in read(bundle(*twin)) if isinstance(one, Statement)] == [14, 19]
