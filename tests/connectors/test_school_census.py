import io
import os
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.envelope import time_zone
from connectors.formats import Format, Given
from connectors.producer import encode_statement
from connectors.school_census import FORMATS
from connectors.statement import Coverage, Refusal, Statement
from schemas.catalogue import load_catalogue
from schemas.moments import days, micros
from tests.connectors.school_samples import DETAIL_ROW, EXCLUSION_ROW, PUPIL_ROW, rows

PUPILS, EXCLUSIONS, DETAILS = FORMATS
AUTUMN = Given(time_zone(), date(2024, 9, 1), date(2024, 12, 31))
UNSAID = Given(time_zone())
CATALOGUE = load_catalogue()


def read(form: Format, content: bytes, said: Given = AUTUMN) -> list[Any]:
    return list(form.read(io.BytesIO(content), said))


def told(form: Format, content: bytes, said: Given = AUTUMN) -> list[Statement]:
    outcomes = read(form, content, said)
    assert [one for one in outcomes if isinstance(one, Refusal)] == []
    statements = [one for one in outcomes if isinstance(one, Statement)]
    assert all(encode_statement(CATALOGUE, one) for one in statements)
    return statements


def body(statement: Statement) -> dict[str, Any]:
    return {name: value for name, value in statement.value.items() if name != "envelope"}


def test_a_pupil_on_roll_is_enrolled_and_has_its_sessions_of_the_term_counted() -> None:
    enrolled, sessions = told(PUPILS, rows(PUPIL_ROW, {}))
    assert (enrolled.event_type, body(enrolled)) == (
        "PupilEnrolled",
        {
            "school": "SCH7",
            "enrolment_status": "C",
            "year_group": "5",
            "special_needs_provision": "K",
            "boarder": "N",
            "part_time": False,
            "summary": None,
        },
    )
    child = enrolled.value["envelope"]["child"]
    assert (child["local_id"], child["upn"], child["date_of_birth"]) == (
        "a1b2-1",
        "X999000000017",
        days(date(2013, 4, 5)),
    )
    assert sessions.event_type == "SessionsRecorded"
    assert (body(sessions)["sessions_possible"], body(sessions)["authorised_absences"]) == (134, 8)
    happened = sessions.value["envelope"]["happened"]
    assert happened["earliest"] == micros(datetime(2024, 8, 31, 23, tzinfo=UTC))
    assert happened["latest"] == micros(datetime(2025, 1, 1, tzinfo=UTC)) - 1


def test_a_permanent_exclusion_and_a_suspension_are_told_apart() -> None:
    suspended, excluded = told(EXCLUSIONS, rows(EXCLUSION_ROW, {"reason2": "SM"}, {"category": "PERM"}))
    assert (suspended.event_type, body(suspended)["sessions"], body(suspended)["reasons"]) == (
        "SuspensionRecorded",
        10,
        ["PP", "SM"],
    )
    assert suspended.value["envelope"]["sensitivity"] == "SENSITIVE"
    assert (excluded.event_type, body(excluded)["summary"]) == ("ExclusionRecorded", "Reasons as recorded: PP")


def test_session_details_are_told_by_code() -> None:
    (statement,) = told(DETAILS, rows(DETAIL_ROW, {}))
    assert (statement.event_type, body(statement)["sessions_by_code"]) == ("SessionsRecorded", ["N:12"])


def test_a_file_whose_term_is_said_is_a_snapshot_of_it_and_one_of_dated_rows_may_leave_it_unsaid() -> None:
    assert read(PUPILS, rows(PUPIL_ROW, {}))[0].whole
    assert not read(EXCLUSIONS, rows(EXCLUSION_ROW, {}), UNSAID)[0].whole
    (refusal,) = read(DETAILS, rows(DETAIL_ROW, {}), UNSAID)
    assert (refusal.code, refusal.ends_reading) == ("no-period", True)


def test_no_reference_holds_the_upn() -> None:
    for statement in told(PUPILS, rows(PUPIL_ROW, {})):
        assert "X999" not in statement.reference
    outcomes = read(PUPILS, rows(PUPIL_ROW, {"pupilonrolltableid": "X999000000017"}))
    assert [one.code for one in outcomes if isinstance(one, Refusal)] == ["personal-reference"] * 2


@pytest.mark.parametrize(("form", "row"), [(PUPILS, PUPIL_ROW), (EXCLUSIONS, EXCLUSION_ROW), (DETAILS, DETAIL_ROW)])
def test_each_file_is_known_by_its_own_heading(form: Format, row: dict[str, str]) -> None:
    assert [one.name for one in FORMATS if one.recognises(".csv", rows(row, {}))] == [form.name]


def test_a_broken_twin_shows_every_refusal_by_its_line_and_the_rest_goes_in() -> None:
    content = rows(
        PUPIL_ROW,
        {},
        {"pupilonrolltableid": "b", "dob": "05/04/2013"},
        {"pupilonrolltableid": "c", "entrydate": "2022-09-05"},
        {"pupilonrolltableid": "d", "termlysessionspossible": "many"},
        {"pupilonrolltableid": "e", "parttime": "perhaps"},
        {"pupilonrolltableid": ""},
        {"pupilonrolltableid": "g"},
    ).replace(b"\ng,", b"\ng,g,")
    refused = [(one.line, one.code) for one in read(PUPILS, content) if isinstance(one, Refusal)]
    assert refused == [
        (3, "bad-time"),
        (4, "bad-time"),
        (5, "bad-number"),
        (6, "bad-yes-no"),
        (7, "no-local-id"),
        (7, "no-local-id"),
        (8, "ragged-row"),
    ]
    assert Counter(one.line for one in read(PUPILS, content) if isinstance(one, Statement)) == {
        2: 2,
        3: 2,
        4: 1,
        5: 1,
        6: 1,
    }


def test_the_samples_go_in_whole_with_counts_that_add_up() -> None:
    folder = os.environ.get("MASH_SAMPLES")
    if not folder:
        pytest.skip("MASH_SAMPLES does not say where the sector's sample files are")
    found = {}
    for form in FORMATS:
        (path,) = [
            path
            for path in sorted((Path(folder) / "school_census").glob("*.csv"))
            if form.recognises(".csv", path.read_bytes())
        ]
        found[path.stem.removeprefix("2024_autumn_")] = Counter(one.event_type for one in told(form, path.read_bytes()))
    assert found == {
        "pupilonroll": {"PupilEnrolled": 100, "SessionsRecorded": 100},
        "termlyexclusionsonroll": {"ExclusionRecorded": 41, "SuspensionRecorded": 59},
        "termlysessiondetailsonroll": {"SessionsRecorded": 100},
    }


CONTENT = rows(PUPIL_ROW, {}, {"pupilonrolltableid": "b"})


@settings(deadline=None)
@given(st.integers(0, len(CONTENT)), st.binary(max_size=4), st.integers(0, 40))
def test_whatever_is_damaged_there_are_outcomes_only_and_no_content_in_a_sentence(
    at: int, put: bytes, cut: int
) -> None:
    for one in read(PUPILS, CONTENT[:at] + put + CONTENT[at + cut :]):
        assert isinstance(one, Statement | Refusal | Coverage)
        assert not isinstance(one, Refusal) or "Quill" not in one.sentence
