"""A school's attendance marks, one session a row (CSV), as absences.

Columns: `pupil_id` (the school system's own), `date` (YYYY-MM-DD), `session` (AM or PM), `code`; and as the school has them `upn`, `surname`, `forename`, `dob`, `sex`,
`school`, `comment`. Only absences and lateness are told, each with its own reference ATT/<pupil_id>/<date>/<session>: a present mark, a session elsewhere and one that was not
required are no events, and have no outcome. Lateness before the register closed misses no session. With first and last day from the sender the file is a snapshot of
those days, so a mark that was an absence and no longer is one is withdrawn.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, BinaryIO

from connectors.csv_rows import BYTE_ORDER_MARK, FileFault, RawRow, read_rows
from connectors.dates import read_day
from connectors.envelope import blank_envelope, check_envelope, local_day, no_identifiers
from connectors.formats import Format, Given
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
SESSIONS = {"AM": "morning session", "PM": "afternoon session"}
Row = Mapping[str, str]


def _recognises(suffix: str, head: bytes) -> bool:
    first = head.removeprefix(BYTE_ORDER_MARK).split(b"\n", 1)[0].decode("utf-8", "replace")
    return suffix == ".csv" and {cell.strip().strip('"').casefold() for cell in first.split(",")} >= set(COLUMNS)


def read_attendance(stream: BinaryIO, given: Given) -> Outcomes:
    """Read a file (bytes) in constant memory, one outcome for each absence or lateness, or row that cannot be read."""
    return refuse_reused(_outcomes(stream, given))


FORMAT = Format(
    "school-attendance",
    "school attendance marks (CSV, one session a row)",
    AGENCY,
    SOURCE_SYSTEM,
    _recognises,
    read_attendance,
)


def _outcomes(stream: BinaryIO, given: Given) -> Iterator[Outcome]:
    try:
        rows = read_rows(stream, ",")
        heading = _heading(rows)
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


def _heading(rows: Iterator[RawRow]) -> list[str]:
    first = next(rows, None)
    if first is None:
        raise FileFault(1, "empty-file", "expected a line of column headings, found an empty file; send the file again")
    if first.fault is not None:
        raise FileFault(first.fault.line, first.fault.code, first.fault.sentence)
    heading = [cell.casefold() for cell in first.cells]
    missing = [column for column in COLUMNS if column not in heading]
    if missing:
        sentence = f"expected the columns {', '.join(COLUMNS)}, found no {', '.join(missing)}; add them"
        raise FileFault(first.line, "missing-column", sentence)
    for place, column in enumerate(heading):
        if column not in (*COLUMNS, *OPTIONAL):
            # Not repeated: without a heading line it would be somebody's details.
            sentence = f"expected only the columns {', '.join((*COLUMNS, *OPTIONAL))}, found another at place {place + 1}; rename or remove it"
            raise FileFault(first.line, "unknown-column", sentence)
        if column in heading[:place]:
            sentence = f"expected each heading once, found column {column} again at place {place + 1}; remove one"
            raise FileFault(first.line, "duplicate-column", sentence)
    return heading


def _outcome(row: RawRow, heading: list[str], given: Given) -> Outcome | None:
    if row.fault is not None:
        return row.fault
    if len(row.cells) != len(heading):
        sentence = f"expected {len(heading)} cells as in the heading, found {len(row.cells)}; put quotation marks around cells that hold the separator"
        return Refusal(row.line, "ragged-row", sentence)
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
