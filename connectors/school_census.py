"""The school census as three CSV exports of its loaded tables: pupils on roll, termly exclusions and termly session details.

A pupil's local id is the export's own `pupilonrolltableid`, by which the three join; a UPN is in no reference. The census has no column that says which term it
is, so the sender says its first and last day; with them a file is a snapshot of that term. Totals by sessions happened within the term. Codes are told as they stand.
Not told: summer half term, hours of courses, prior attainment, funding, former names.
"""

from typing import Any

from connectors.fixed_columns import Cell, Row, Sheet, Told, day_number, said, text, yes_no
from connectors.shapes import whole_number

AGENCY = "education"
SOURCE_SYSTEM = "school-census"
PUPIL = "pupilonrolltableid"
LAYOUT = "%Y-%b-%d %H:%M:%S"
PERMANENT = "PERM"
SENSITIVE_REASONS = frozenset({"SM", "DA"})
"""Sexual misconduct, and drugs or alcohol."""


def count(column: str) -> Cell:
    """Read a whole number that an export may write with a decimal nought (10.0); None when the cell is empty."""
    return lambda row: whole_number(row[column].removesuffix(".0"), f"column {column}") if row.get(column) else None


def by_code(row: Row) -> list[str]:
    """Write sessions by attendance code, as the contract has them: N:12."""
    code, sessions = row["attendancereason"], count("sessions")(row)
    return [] if sessions is None else [f"{code or 'not recorded'}:{sessions}"]


def reasons(row: Row) -> list[str]:
    """Give the reasons that were recorded, three at most."""
    return [row[column] for column in ("reason1", "reason2", "reason3") if row[column]]


def _nothing(_row: Row) -> None:
    return None


def _is_permanent(row: Row) -> bool:
    return row["category"] == PERMANENT


def _has_totals(row: Row) -> bool:
    return any(row[column] for column in TOTALS)


def _reasons_in_words(row: Row) -> str | None:
    found = reasons(row)
    return f"Reasons as recorded: {', '.join(found)}" if found else None


def _of_reasons(body: Any) -> str:
    return "SENSITIVE" if SENSITIVE_REASONS & set(body.get("reasons", ())) else "ROUTINE"


def _of_row(row: Row) -> bool:
    return not _is_permanent(row)


TOTALS = ("termlysessionspossible", "termlysessionsauthorised", "termlysessionsunauthorised")
SESSIONS: dict[str, Cell] = {
    "school": text("NativeId"),
    "period": _nothing,
    "sessions_possible": _nothing,
    "authorised_absences": _nothing,
    "unauthorised_absences": _nothing,
    "sessions_by_code": by_code,
    "summary": _nothing,
}
PUPILS = Sheet(
    name="pupils",
    title="school census, pupils on roll (CSV)",
    agency=AGENCY,
    source_system=SOURCE_SYSTEM,
    prefix="CENSUS",
    population="pupils on roll",
    columns=(PUPIL, "NativeId", "dob", "surname", "forename", "upn", "sex", "entrydate", *TOTALS),
    local_id=PUPIL,
    child={
        "upn": text("upn"),
        "family_name": text("surname"),
        "given_name": text("forename"),
        "date_of_birth": day_number("dob", LAYOUT),
        "sex": text("sex"),
    },
    told=(
        Told(
            "PupilEnrolled",
            "enrolled",
            {
                "school": said("NativeId"),
                "enrolment_status": text("enrolstatus"),
                "year_group": text("ncyearactual"),
                "special_needs_provision": text("senprovision"),
                "boarder": text("boarder"),
                "part_time": yes_no("parttime"),
                "summary": _nothing,
            },
            day="entrydate",
        ),
        Told(
            "SessionsRecorded",
            "sessions",
            {
                **SESSIONS,
                "sessions_possible": count(TOTALS[0]),
                "authorised_absences": count(TOTALS[1]),
                "unauthorised_absences": count(TOTALS[2]),
                "sessions_by_code": lambda _row: [],
            },
            in_period=True,
            when=_has_totals,
        ),
    ),
    optional=(
        *("parttime", "enrolstatus", "boarder", "senprovision", "ncyearactual"),
        *(
            "middlenames",
            "preferredsurname",
            "formersurname",
            "formerupn",
            "uniquelearnernumber",
        ),
        *(
            "pupilonrollorderseqcolumn",
            "sourceid",
            "schoolcensustableid",
            "hoursatsetting",
            "schoollunchtaken",
        ),
        *(
            "topupfunding",
            "senunitindicator",
            "resourcedprovisionindicator",
            "nonqualhrs",
            "ftemp",
        ),
        *(
            "qualhrs",
            "qualhrspreviousyear",
            "nonqualhrspreviousyear",
            "tlevelqualhrs",
            "tlevelnonqualhrs",
        ),
        *(
            "moveoffrollflag",
            "fundedhours",
            "missingaddress",
            "duplicatenotfunded",
            "summerhalfterm2sessionspossible",
        ),
        *(
            "extendedhours",
            "eligibilitycode",
            "summerhalfterm2sessionsauthorised",
            "summerhalfterm2sessionsunauthorised",
            "dafindicator",
        ),
        *(
            "summerhalfterm2sessionseducational",
            "summerhalfterm2sessionsexceptional",
            "summerhalfterm2sessionscoronavirus",
            "yssa",
            "servicechild",
        ),
        *(
            "language",
            "classtype",
            "plaa",
            "mathsgcsehighestpriorattainment",
            "mathsgcsepriorattainmentyear11",
        ),
        *(
            "englishgcsehighestpriorattainment",
            "englishgcsepriorattainmentyear11",
            "mathsgcsefundingexemption",
            "englishgcsefundingexemption",
            "mathsgcsehighestpriorattainmentpreviousyear",
        ),
        *(
            "englishgcsehighestpriorattainmentpreviousyear",
            "eyppr",
            "eyppbf",
        ),
    ),
    layout=LAYOUT,
)
EXCLUSIONS = Sheet(
    name="exclusions",
    title="school census, termly exclusions on roll (CSV)",
    agency=AGENCY,
    source_system=SOURCE_SYSTEM,
    prefix="CENSUS",
    population="pupils on roll who were suspended or excluded",
    columns=(
        PUPIL,
        "termlyexclusionsonrolltableid",
        "startdate",
        "sessions",
        "reason1",
        "reason2",
        "reason3",
        "category",
    ),
    local_id=PUPIL,
    child={},
    told=(
        Told(
            "ExclusionRecorded",
            "exclusion",
            {"kind": lambda _row: "permanent exclusion", "summary": _reasons_in_words},
            day="startdate",
            when=_is_permanent,
        ),
        Told(
            "SuspensionRecorded",
            "suspension",
            {
                "school": text("NativeId"),
                "category": said("category"),
                "sessions": count("sessions"),
                "reasons": reasons,
                "special_needs_provision": text("senprovision"),
                "summary": _nothing,
            },
            day="startdate",
            when=_of_row,
            sensitivity=_of_reasons,
        ),
    ),
    optional=("NativeId", "termlyexclusionsonrollorderseqcolumn", "sourceid", "senprovision"),
    layout=LAYOUT,
)
SESSION_DETAILS = Sheet(
    name="sessions",
    title="school census, termly session details on roll (CSV)",
    agency=AGENCY,
    source_system=SOURCE_SYSTEM,
    prefix="CENSUS",
    population="pupils on roll who missed sessions",
    columns=(PUPIL, "termlysessiondetailsonrolltableid", "sessions", "attendancereason"),
    local_id=PUPIL,
    child={},
    told=(Told("SessionsRecorded", "sessions-by-code", SESSIONS, in_period=True),),
    optional=("NativeId", "termlysessiondetailsonrollorderseqcolumn", "sourceid"),
    layout=LAYOUT,
)
SHEETS = (PUPILS, EXCLUSIONS, SESSION_DETAILS)
FORMATS = tuple(sheet.format() for sheet in SHEETS)
