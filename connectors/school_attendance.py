"""A school's attendance marks, one session a row (CSV), as absences.

Columns: `pupil_id` (the school system's own), `date` (YYYY-MM-DD), `session` (AM or PM), `code`; and as the school has them `upn`, `surname`, `forename`, `dob`, `sex`,
`school`, `comment`. Only absences and lateness are told, each with its own reference ATT/<pupil_id>/<date>/<session>: a present mark, a session elsewhere and one that was not
required are no events, and have no outcome. Lateness before the register closed misses no session. With first and last day from the sender the file is a snapshot of
those days, so a mark that was an absence and no longer is one is withdrawn.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, BinaryIO

from connectors.csv_rows import FileFault, RawRow, not_under, read_rows
from connectors.dates import read_day
from connectors.envelope import blank_envelope, check_envelope, local_day, no_identifiers
from connectors.formats import Format, Given
from connectors.headings import Headings
from connectors.references import join_reference
from connectors.repeats import refuse_reused
from connectors.school_attendance_codes import CODES, MISSED, TOLD, AttendanceCode
from connectors.statement import Coverage, Outcome, Outcomes, Refusal, Statement, Unreadable
from schemas.moments import days

AGENCY = "education"
SOURCE_SYSTEM = "school-attendance"
ISO = "%Y-%m-%d"
COLUMNS = ("pupil_id", "date", "session", "code")
OPTIONAL = ("upn", "surname", "forename", "dob", "sex", "school", "comment")
HEADINGS = Headings(
    COLUMNS, OPTIONAL, "add them", f"only the columns {', '.join((*COLUMNS, *OPTIONAL))}", "rename or remove it"
)
SESSIONS = {"AM": "morning session", "PM": "afternoon session"}
Row = Mapping[str, str]


def read_attendance(stream: BinaryIO, given: Given) -> Outcomes:
    """Read a file (bytes) in constant memory, one outcome for each absence or lateness, or row that cannot be read."""
    return refuse_reused(_outcomes(stream, given))


FORMAT = Format(
    "school-attendance",
    "school attendance marks (CSV, one session a row)",
    AGENCY,
    SOURCE_SYSTEM,
    HEADINGS.recognise,
    read_attendance,
)


def _outcomes(stream: BinaryIO, given: Given) -> Iterator[Outcome]:
    try:
        rows = read_rows(stream, ",")
        heading = HEADINGS.read(rows)
        yield _coverage(given)
        for row in rows:
            outcome = _outcome(row, heading, given)
            if outcome is not None:
                yield outcome
    except FileFault as fault:
        yield fault.refusal


def _coverage(given: Given) -> Coverage:
    whole = given.first is not None and given.last is not None
    scope = f"{SOURCE_SYSTEM} {given.first} to {given.last}" if whole else SOURCE_SYSTEM
    return Coverage(scope, "pupils with attendance marks", whole, given.first, given.last)


def _outcome(row: RawRow, heading: list[str], given: Given) -> Outcome | None:
    refusal = not_under(heading, row)
    if refusal is not None:
        return refusal
    try:
        return _statement(row.line, dict(zip(heading, row.cells, strict=True)), given)
    except Unreadable as error:
        return Refusal(row.line, error.code, str(error))


def _statement(line: int, row: Row, given: Given) -> Statement | None:
    code, session = _code(row["code"]), row["session"].upper()
    if session not in SESSIONS:
        raise Unreadable("unknown-code", "expected AM or PM in column session, found something else; correct the cell")
    if not row["date"]:
        raise Unreadable("empty-date", "expected a date in column date, found it empty; fill it in")
    day = read_day(row["date"], ISO, "date")
    if code.mark not in TOLD:
        return None
    when = {**local_day(day, given.zone), "wording": SESSIONS[session]}
    pupil = row["pupil_id"]
    envelope = {
        **blank_envelope(),
        "agency": AGENCY,
        "source_system": SOURCE_SYSTEM,
        "reference": join_reference("ATT", pupil, day.isoformat(), session),
        "child": _child(row),
        "happened": when,
        "learned": when,
    }
    check_envelope(envelope)
    body = {
        "sessions_missed": int(code.mark in MISSED),
        "code": row["code"].upper(),
        "summary": _summary(code, row, day),
    }
    return Statement("AbsenceRecorded", {"envelope": envelope, **body}, line, f"{pupil}/{day}/{session}")


def _code(cell: str) -> AttendanceCode:
    found = CODES.get(cell.upper())
    if found is None:
        raise Unreadable(
            "unknown-code",
            "expected an attendance code of the 2024 regulations, or one that they replaced, in column code, found another; correct the cell",
        )
    return found


def _summary(code: AttendanceCode, row: Row, day: date) -> str:
    meaning = f"{code.mark}: {code.meaning}" if code.mark in MISSED else code.meaning
    odd = None if code.known_on(day) else "the register had no such code on that day"
    school = f"at {row['school']}" if row.get("school") else None
    return "; ".join(filter(None, (meaning, odd, school, row.get("comment"))))


def _child(row: Row) -> dict[str, Any]:
    return {
        **no_identifiers(),
        "local_id": row["pupil_id"],
        "upn": row.get("upn") or None,
        "family_name": row.get("surname") or None,
        "given_name": row.get("forename") or None,
        "date_of_birth": days(read_day(row["dob"], ISO, "dob")) if row.get("dob") else None,
        "sex": row.get("sex") or None,
    }
