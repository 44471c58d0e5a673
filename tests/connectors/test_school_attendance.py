import io
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.envelope import time_zone
from connectors.formats import Given
from connectors.producer import encode_statement
from connectors.school_attendance import FORMAT
from connectors.school_attendance_codes import CODES, REGULATIONS_2024
from connectors.statement import Coverage, Refusal, Statement
from schemas.catalogue import load_catalogue
from tests.connectors.school_samples import MARK_ROW, rows

WEEK = Given(time_zone(), date(2024, 11, 18), date(2024, 11, 22))
CATALOGUE = load_catalogue()


def read(content: bytes, said: Given = WEEK) -> list[Any]:
    return list(FORMAT.read(io.BytesIO(content), said))


def test_an_absence_is_told_with_its_session_and_what_its_code_means() -> None:
    coverage, statement = read(rows(MARK_ROW, {"comment": "seen in the park"}))
    assert coverage == Coverage(
        "school-attendance 2024-11-18 to 2024-11-22", "pupils with attendance marks", True, WEEK.first, WEEK.last
    )
    assert (statement.event_type, statement.reference) == ("AbsenceRecorded", "ATT/P-12/2024-11-20/AM")
    assert statement.value["envelope"]["happened"]["wording"] == "morning session"
    assert {name: value for name, value in statement.value.items() if name != "envelope"} == {
        "sessions_missed": 1,
        "code": "O",
        "summary": "unauthorised: absent without leave, no other code; at 4001; seen in the park",
    }
    assert encode_statement(CATALOGUE, statement)


@pytest.mark.parametrize("code", ["/", "\\", "B", "D", "K", "P", "V", "W", "X", "Z", "#"])
def test_a_mark_that_is_no_absence_is_no_event(code: str) -> None:
    assert [one for one in read(rows(MARK_ROW, {"code": code})) if not isinstance(one, Coverage)] == []


@pytest.mark.parametrize(("code", "missed"), [("L", 0), ("U", 1), ("i", 1), ("C2", 1), ("Y7", 1), ("E", 1)])
def test_lateness_before_the_register_closed_misses_no_session_and_after_it_one(code: str, missed: int) -> None:
    assert read(rows(MARK_ROW, {"code": code}))[1].value["sessions_missed"] == missed


def test_codes_that_the_regulations_of_2024_replaced_are_read_and_known_to_be_of_another_day() -> None:
    before, after = read(rows(MARK_ROW, {"code": "H", "date": "2023-11-20"}, {"code": "H"}))[1:]
    assert "no such code" not in before.value["summary"]
    assert "the register had no such code on that day" in after.value["summary"]
    assert [code for code, one in CODES.items() if one.since == REGULATIONS_2024] == [
        *("K", "C1", "C2", "J1", "Q", "Y1", "Y2", "Y3", "Y4", "Y5", "Y6", "Y7")
    ]


def test_without_days_from_the_sender_a_file_is_no_snapshot() -> None:
    assert not read(rows(MARK_ROW, {}), Given(time_zone()))[0].whole


def test_a_broken_twin_shows_every_refusal_by_its_line_and_the_rest_goes_in() -> None:
    content = rows(
        MARK_ROW,
        {},
        {"code": "?"},
        {"session": "NIGHT"},
        {"date": ""},
        {"date": "20/11/2024"},
        {"dob": "2013"},
        {"pupil_id": ""},
        {"pupil_id": "X999000000017"},
        {"code": "I"},
        {"pupil_id": "P-13"},
    )
    content += b"too,few\n"
    assert [(one.line, one.code) for one in read(content) if isinstance(one, Refusal)] == [
        (3, "unknown-code"),
        (4, "unknown-code"),
        (5, "empty-date"),
        (6, "bad-date"),
        (7, "bad-date"),
        (8, "no-local-id"),
        (9, "personal-reference"),
        (10, "reference-reused"),
        (12, "ragged-row"),
    ]
    assert [one.line for one in read(content) if isinstance(one, Statement)] == [2, 11]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty-file"),
        (b"pupil_id,date,session\n", "missing-column"),
        (b"pupil_id,date,session,code,mood\n", "unknown-column"),
        (b"pupil_id,date,session,code,code\n", "duplicate-column"),
        (b"pupil_id,date,session,code\n\xff\n", "not-utf-8"),
    ],
)
def test_a_file_at_fault_ends_the_reading(content: bytes, code: str) -> None:
    refusal = read(content)[-1]
    assert (refusal.code, refusal.ends_reading) == (code, True)


CONTENT = rows(MARK_ROW, {}, {"session": "PM"})


@settings(deadline=None)
@given(st.integers(0, len(CONTENT)), st.binary(max_size=4), st.integers(0, 40))
def test_whatever_is_damaged_there_are_outcomes_only_and_no_content_in_a_sentence(
    at: int, put: bytes, cut: int
) -> None:
    for one in read(CONTENT[:at] + put + CONTENT[at + cut :]):
        assert isinstance(one, Statement | Refusal | Coverage)
        assert not isinstance(one, Refusal) or "Quill" not in one.sentence
