"""Invented files of every format, as large as asked: made row by row, so that making one takes no memory either."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import BinaryIO

from openpyxl import Workbook

START = date(2023, 4, 1)
CHILDREN = 5_000
NOTE = "Arrived hungry and tired for the third time this week; says that nobody was at home."
CSV_HEADING = (
    "contact_id,contact_type,hospital_no,nhs_number,family_name,given_name,date_of_birth,sex,address,postcode,contact_at,sensitive,seal,"
    "corrects_contact_id,service,reason,note,seen_alone,wishes_and_feelings"
)
XLSX_BYTES_A_ROW = 90
"""About what one row of the health file takes in a workbook, which is compressed."""


@dataclass(frozen=True, slots=True)
class Made:
    """One kind of file that can be made: the format that reads it, its suffix, the mapping where it has one, and its maker."""

    name: str
    suffix: str
    mapping: str | None
    write: Callable[[BinaryIO, int], None]


def nhs_number(child: int) -> str:
    """Give a sound NHS number of the range that is never issued; its last digit is found by modulus 11."""
    for serial in range(child * 2, child * 2 + 2):
        digits = f"999{serial:06d}"
        check = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(digits)) % 11
        if check != 10:
            return digits + str(check % 11)
    return nhs_number(child + CHILDREN)


def day_of(row: int) -> date:
    """Spread rows over a year."""
    return START + timedelta(days=row % 365)


def health_rows() -> Iterator[list[str]]:
    """Give rows of the health mapping, without end."""
    row = 0
    while True:
        child, day = row % CHILDREN, day_of(row)
        named = ["Bench", f"Invented{child}", "2015-03-01", "F", f"{child} Nowhere Lane", "ZZ99 3VZ"]
        seen = [f"{day} {row % 24:02d}:{row % 60:02d}", "N", "O", "", "emergency department", "fall", NOTE, "", ""]
        yield [f"B{row}", "ATTENDED", f"H-{child}", nhs_number(child), *named, *seen]
        row += 1


def write_csv(stream: BinaryIO, size: int) -> None:
    """Write a health drop of at least `size` bytes."""
    text = io.TextIOWrapper(stream, "utf-8", newline="", write_through=True)
    text.write(CSV_HEADING + "\r\n")
    rows = csv.writer(text)
    for row in health_rows():
        rows.writerow(row)
        if stream.tell() >= size:
            break
    text.detach()


def write_xlsx(stream: BinaryIO, size: int) -> None:
    """Write the same as a workbook; `size` is of the compressed file, and is met roughly."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("contacts")
    sheet.append(CSV_HEADING.split(","))
    for row, _ in zip(health_rows(), range(max(1, size // XLSX_BYTES_A_ROW)), strict=False):
        sheet.append(row)
    book.save(stream)


def write_census(stream: BinaryIO, size: int) -> None:
    """Write a children-in-need census of 2024."""
    header = (
        "<CollectionDetails><Collection>CIN</Collection><Year>2024</Year><ReferenceDate>2024-03-31</ReferenceDate></CollectionDetails>"
        "<Source><SourceLevel>L</SourceLevel><LEA>999</LEA><SoftwareCode>bench</SoftwareCode></Source>"
    )
    stream.write(f"<Message>\n<Header>{header}</Header>\n<Children>\n".encode())
    child = 0
    while stream.tell() < size:
        stream.write(_census_child(child).encode())
        child += 1
    stream.write(b"</Children>\n</Message>\n")


def _census_child(child: int) -> str:
    day = day_of(child)
    later = day + timedelta(days=30)
    who = f"<LAchildID>B{child}</LAchildID><PersonBirthDate>2015-03-01</PersonBirthDate><Sex>F</Sex>"
    return (
        f"<Child>\n<ChildIdentifiers>{who}</ChildIdentifiers>\n<ChildCharacteristics><Ethnicity>NOBT</Ethnicity></ChildCharacteristics>\n"
        f"<CINdetails>\n<CINreferralDate>{day}</CINreferralDate>\n<ReferralSource>1A</ReferralSource>\n<PrimaryNeedCode>N1</PrimaryNeedCode>\n"
        f"<Assessments>\n<AssessmentActualStartDate>{day}</AssessmentActualStartDate>\n<AssessmentAuthorisationDate>{later}</AssessmentAuthorisationDate>\n"
        f"<FactorsIdentifiedAtAssessment><AssessmentFactors>3A</AssessmentFactors></FactorsIdentifiedAtAssessment>\n</Assessments>\n</CINdetails>\n</Child>\n"
    )


def write_episodes(stream: BinaryIO, size: int) -> None:
    """Write the episodes file of an SSDA903 set."""
    stream.write(b"CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n")
    row = 0
    while stream.tell() < size:
        day = day_of(row)
        until = day + timedelta(days=90)
        stream.write(f"{row},{day:%d/%m/%Y},S,C2,N1,U1,PR1,{until:%d/%m/%Y},E4A,,ZZ99 3VZ,ZZ99 3WZ,0999999\n".encode())
        row += 1


def write_sessions(stream: BinaryIO, size: int) -> None:
    """Write the termly session details of a school census."""
    stream.write(
        b"pupilonrolltableid,NativeId,termlysessiondetailsonrolltableid,termlysessiondetailsonrollorderseqcolumn,sourceid,sessions,attendancereason\n"
    )
    row = 0
    while stream.tell() < size:
        stream.write(f"p{row % CHILDREN},SCH{row % 40},t{row},1,s{row % 40},{row % 130}.0,I\n".encode())
        row += 1


def write_ndjson(stream: BinaryIO, size: int) -> None:
    """Write health's attendances, one event a line."""
    row = 0
    while stream.tell() < size:
        child, at = row % CHILDREN, datetime.combine(day_of(row), datetime.min.time()).isoformat() + "Z"
        who = {"local_id": f"H-{child}", "nhs_number": nhs_number(child), "date_of_birth": "2015-03-01"}
        plain = {"assertion": "FACT", "sensitivity": "ROUTINE", "seal": "OPEN", "source_system": "bench"}
        envelope = {"reference": f"B{row}", "child": who, "happened": at, "learned": at, **plain}
        event = {"event_type": "AttendanceRecorded", "envelope": envelope, "service": "ED", "presentation": "fall"}
        stream.write(json.dumps({**event, "summary": NOTE}).encode() + b"\n")
        row += 1


def write_bundle(stream: BinaryIO, size: int) -> None:
    """Write a FHIR bundle: all patients first, then encounters."""
    stream.write(b'{"resourceType": "Bundle", "type": "collection", "entry": [\n')
    stream.writelines((b",\n" if child else b"") + _entry(_patient(child)) for child in range(CHILDREN))
    row = 0
    while stream.tell() < size:
        stream.write(b",\n" + _entry(_encounter(row)))
        row += 1
    stream.write(b"\n]}\n")


def _entry(resource: dict[str, object]) -> bytes:
    return json.dumps(
        {"fullUrl": f"https://bench.invalid/{resource['resourceType']}/{resource['id']}", "resource": resource}
    ).encode()


def _patient(child: int) -> dict[str, object]:
    nhs = {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": nhs_number(child)}
    local = {"system": "https://bench.invalid/mrn", "value": f"H-{child}"}
    named = {"use": "official", "family": "Bench", "given": [f"Invented{child}"]}
    who = {"identifier": [nhs, local], "name": [named], "birthDate": "2015-03-01", "gender": "female"}
    return {"resourceType": "Patient", "id": f"p{child}", **who}


def _encounter(row: int) -> dict[str, object]:
    kind = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "EMER", "display": "emergency"}
    at = f"{day_of(row)}T10:00:00Z"
    what = {"status": "finished", "class": kind, "period": {"start": at, "end": at}, "reasonCode": [{"text": "fall"}]}
    subject = {"subject": {"reference": f"Patient/p{row % CHILDREN}"}}
    return {"resourceType": "Encounter", "id": f"e{row}", **what, **subject}


KINDS: tuple[Made, ...] = (
    Made("csv", ".csv", "health", write_csv),
    Made("excel", ".xlsx", "health", write_xlsx),
    Made("cin-census", ".xml", None, write_census),
    Made("ssda903-episodes", ".csv", None, write_episodes),
    Made("school-census-sessions", ".csv", None, write_sessions),
    Made("ndjson", ".ndjson", None, write_ndjson),
    Made("fhir", ".json", None, write_bundle),
)
"""Every format, with its maker."""
