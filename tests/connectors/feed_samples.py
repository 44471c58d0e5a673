"""Small invented files in the formats of the feeds."""

import csv
import io
from collections.abc import Iterable
from typing import Any

POLICE_ROW = {
    "record_type": "INCIDENT",
    "record_no": "2024/000117",
    "nominal_no": "N-551",
    "surname": "Quillfeather",
    "forenames": "Bramble Anne",
    "dob": "05/04/2013",
    "sex": "F",
    "address": "1 Nowhere Lane, Fictionham",
    "postcode": "ZZ99 9ZZ",
    "marking": "",
    "conditions": "",
    "kind": "domestic incident",
    "summary": "Present during an argument.",
    "source_evaluation": "",
    "intel_assessment": "",
    "handling_code": "",
    "corrects_record_no": "",
    "retracts_record_no": "",
    "occurred_date": "22/03/2024",
    "occurred_time": "23:15",
    "date_precision": "",
    "recorded_at": "23/03/2024 01:40",
}

HEALTH_ROW = {
    "contact_type": "ATTENDED",
    "contact_id": "C-9001",
    "hospital_no": "H-77",
    "nhs_number": "9990000018",
    "family_name": "Quillfeather",
    "given_name": "Bramble",
    "date_of_birth": "2013-04-05",
    "sex": "2",
    "address": "",
    "postcode": "",
    "sensitive": "N",
    "seal": "",
    "service": "emergency department",
    "reason": "wrist injury",
    "note": "",
    "seen_alone": "",
    "wishes_and_feelings": "",
    "corrects_contact_id": "",
    "contact_at": "2024-03-24 10:05",
}

EDUCATION_ROW = {
    "record": "ABSENCE",
    "record_id": "A-31",
    "school_no": "4001",
    "pupil_id": "P-12",
    "upn": "X999000000017",
    "nhs_number": "",
    "legal_surname": "Quillfeather",
    "legal_forename": "Bramble",
    "birth_date": "05/04/2013",
    "sex": "F",
    "address": "",
    "postcode": "",
    "first_day": "25/03/2024",
    "last_day": "28/03/2024",
    "entered_on": "28/03/2024",
    "sessions_missed": "8",
    "code": "O",
    "note": "",
    "corrects_record_id": "",
}


def csv_file(rows: Iterable[dict[str, str]], columns: Iterable[str] | None = None) -> bytes:
    """Write rows as a CSV file in UTF-8."""
    kept = list(rows)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(columns or kept[0]), extrasaction="ignore")
    writer.writeheader()
    writer.writerows(kept)
    return out.getvalue().encode()


def police_file(*changes: dict[str, str]) -> bytes:
    """Write one police row for each set of changes, each with a record number of its own unless it gives one."""
    return csv_file({**POLICE_ROW, "record_no": f"2024/{number:06}", **change} for number, change in enumerate(changes))


EPISODE = """
      <CINdetails>
        <CINreferralDate>2024-01-10</CINreferralDate>
        <ReferralSource>2A</ReferralSource>
        <PrimaryNeedCode>N1</PrimaryNeedCode>
        <CINclosureDate>2024-06-20</CINclosureDate>
        <ReasonForClosure>RC7</ReasonForClosure>
        <Assessments>
          <AssessmentActualStartDate>2024-01-11</AssessmentActualStartDate>
          <AssessmentAuthorisationDate>2024-02-28</AssessmentAuthorisationDate>
          <FactorsIdentifiedAtAssessment><AssessmentFactors>4B</AssessmentFactors><AssessmentFactors>3B</AssessmentFactors></FactorsIdentifiedAtAssessment>
        </Assessments>
        <CINPlanDates><CINPlanStartDate>2024-03-01</CINPlanStartDate><CINPlanEndDate>2024-03-20</CINPlanEndDate></CINPlanDates>
        <Section47>
          <S47ActualStartDate>2024-03-04</S47ActualStartDate>
          <InitialCPCtarget>2024-03-25</InitialCPCtarget>
          <DateOfInitialCPC>2024-03-21</DateOfInitialCPC>
          <ICPCnotRequired>false</ICPCnotRequired>
        </Section47>
        <ReferralNFA>0</ReferralNFA>
        <ChildProtectionPlans>
          <CPPstartDate>2024-03-21</CPPstartDate>
          <CPPendDate>2024-06-19</CPPendDate>
          <InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse>
          <LatestCategoryOfAbuse>EMO</LatestCategoryOfAbuse>
          <NumberOfPreviousCPP>0</NumberOfPreviousCPP>
          <Reviews><CPPreviewDate>2024-05-02</CPPreviewDate><CPPreviewDate>2024-06-18</CPPreviewDate></Reviews>
        </ChildProtectionPlans>
      </CINdetails>"""

SHORT_EPISODE = """
      <CINdetails>
        <CINreferralDate>2024-01-10</CINreferralDate>
        <ReferralSource>2A</ReferralSource>
        <ReferralNFA>1</ReferralNFA>
      </CINdetails>"""


def child(local_id: str = "LA-1", *episodes: str, identifiers: str = "") -> str:
    """Write one child with its episodes."""
    known = identifiers or "<UPN>X999000000017</UPN><PersonBirthDate>2013-04-05</PersonBirthDate><Sex>F</Sex>"
    return f"""
    <Child>
      <ChildIdentifiers><LAchildID>{local_id}</LAchildID>{known}</ChildIdentifiers>
      <ChildCharacteristics><Ethnicity>NOBT</Ethnicity></ChildCharacteristics>{"".join(episodes or (EPISODE,))}
    </Child>"""


def census(*children: str, before: str = "", collection: str = "CIN") -> bytes:
    """Write a census file."""
    header = f"<Header><CollectionDetails><Collection>{collection}</Collection><Year>2024</Year></CollectionDetails></Header>"
    return f"{before}<Message>\n  {header}\n  <Children>{''.join(children)}\n  </Children>\n</Message>\n".encode()


def http_event(**changes: Any) -> dict[str, Any]:
    """Make one event as a producer would post it."""
    event: dict[str, Any] = {
        "event_type": "ReferralReceived",
        "envelope": {
            "source_system": "case-system",
            "reference": "R-1",
            "child": {"local_id": "LA-1", "date_of_birth": "2013-04-05"},
            "happened": "2024-01-10",
            "learned": "2024-01-10T09:41:00+00:00",
            "assertion": "FACT",
            "sensitivity": "ROUTINE",
            "seal": "OPEN",
        },
        "source": "school",
        "primary_need": "N1",
    }
    return {**event, **changes}
