import io
from datetime import UTC, datetime
from typing import Any, BinaryIO

import pytest
from feed_samples import EDUCATION_ROW, HEALTH_ROW, POLICE_ROW, csv_file, police_file
from hypothesis import given
from hypothesis import strategies as st

from connectors.csv_drop import read_csv
from connectors.delivery import tell_events
from connectors.mapping_file import shipped_mapping
from connectors.producer import NoLog
from connectors.statement import Refusal, Statement
from schemas.catalogue import load_catalogue
from schemas.codec import decode
from schemas.moments import micros


def only_statement(outcomes: list[Any]) -> Statement:
    assert [type(outcome) for outcome in outcomes] == [Statement], outcomes
    return outcomes[0]


def only_refusal(outcomes: list[Any]) -> Refusal:
    assert [type(outcome) for outcome in outcomes] == [Refusal], outcomes
    return outcomes[0]


def at(*parts: int) -> int:
    return micros(datetime(*parts, tzinfo=UTC))


def test_a_police_row_becomes_an_incident_with_its_own_reference_and_times(read_police: Any) -> None:
    statement = only_statement(read_police(csv_file([POLICE_ROW])))
    envelope = statement.value["envelope"]
    assert statement.event_type == "PoliceIncidentRecorded"
    assert statement.line == 2
    assert envelope["reference"] == "RMS/2024%2F000117/N-551"
    assert envelope["correlation"] == "RMS/2024/000117"
    assert envelope["corrects"] is None
    assert envelope["happened"] == {
        "earliest": at(2024, 3, 22, 23, 15),
        "latest": at(2024, 3, 22, 23, 15),
        "wording": None,
    }
    assert envelope["learned"]["earliest"] == at(2024, 3, 23, 1, 40)
    assert statement.value["kind"] == "domestic incident"


@pytest.mark.parametrize(
    ("feed", "row", "event_type"),
    [("health", HEALTH_ROW, "AttendanceRecorded"), ("education", EDUCATION_ROW, "AbsenceRecorded")],
)
def test_health_and_education_files_become_statements_that_fit_their_contracts(
    catalogue: Any, delivered: Any, feed: Any, row: Any, event_type: Any
) -> None:
    outcomes = list(read_csv(io.BytesIO(csv_file([row])), shipped_mapping(feed, catalogue)))
    receipt, messages = delivered(outcomes)
    assert receipt.complete
    assert [topic for topic, _ in messages] == [f"agency.{feed}.events"]
    assert decode(catalogue, messages[0][1]).contract.short_name == event_type


def test_a_range_of_days_runs_from_the_first_local_midnight_to_the_last_microsecond(catalogue: Any) -> None:
    row = {**EDUCATION_ROW, "first_day": "29/03/2024", "last_day": "31/03/2024"}
    statement = only_statement(list(read_csv(io.BytesIO(csv_file([row])), shipped_mapping("education", catalogue))))
    happened = statement.value["envelope"]["happened"]
    assert happened == {"earliest": at(2024, 3, 29), "latest": at(2024, 3, 31, 23) - 1, "wording": None}


@pytest.mark.parametrize(
    ("precision", "earliest", "latest", "wording"),
    [
        ("MONTH", at(2024, 3, 1), at(2024, 3, 31, 23) - 1, "in 2024-03"),
        ("YEAR", at(2024, 1, 1), at(2025, 1, 1) - 1, "in 2024"),
        ("ABOUT", at(2024, 3, 15), at(2024, 3, 30) - 1, "about 2024-03-22"),
    ],
)
def test_an_uncertain_date_is_told_as_the_stretch_it_may_mean(
    read_police: Any, precision: Any, earliest: Any, latest: Any, wording: Any
) -> None:
    statement = only_statement(read_police(csv_file([{**POLICE_ROW, "date_precision": precision}])))
    assert statement.value["envelope"]["happened"] == {"earliest": earliest, "latest": latest, "wording": wording}


def test_a_time_in_the_hour_that_the_clocks_repeat_is_told_as_both_moments(read_police: Any) -> None:
    row = {**POLICE_ROW, "occurred_date": "27/10/2024", "occurred_time": "01:30"}
    happened = only_statement(read_police(csv_file([row]))).value["envelope"]["happened"]
    assert (happened["earliest"], happened["latest"]) == (at(2024, 10, 27, 0, 30), at(2024, 10, 27, 1, 30))


def test_a_missing_column_refuses_the_whole_file_and_names_the_column(read_police: Any, delivered: Any) -> None:
    columns = [column for column in POLICE_ROW if column != "nominal_no"]
    refusal = only_refusal(read_police(csv_file([POLICE_ROW], columns)))
    assert (refusal.line, refusal.code, refusal.ends_reading) == (1, "missing-column", True)
    assert "nominal_no" in refusal.sentence
    receipt, messages = delivered([refusal])
    assert (receipt.rows_in, receipt.stopped, messages) == (0, refusal, [])


def test_a_bad_date_refuses_that_row_alone_and_says_how_dates_are_written(read_police: Any, delivered: Any) -> None:
    outcomes = read_police(police_file({}, {"occurred_date": "2024-03-22"}, {}))
    receipt, _ = delivered(outcomes)
    assert (receipt.rows_in, receipt.rows_told, receipt.rows_refused) == (3, 2, 1)
    assert receipt.refusals == (
        Refusal(
            3,
            "bad-date",
            "expected a date written as DD/MM/YYYY in column occurred_date, found something else; correct the cell",
        ),
    )


def test_a_latin_1_file_is_refused_from_its_first_line_that_is_not_utf_8(read_police: Any) -> None:
    content = police_file({}, {"surname": "Fiancée"}).decode().encode("latin-1")
    first, second = read_police(content)
    assert isinstance(first, Statement)
    assert (second.line, second.code, second.ends_reading) == (3, "not-utf-8", True)
    assert "save the file as UTF-8" in second.sentence


def test_a_utf_16_file_is_refused_at_its_first_line(read_police: Any) -> None:
    refusal = only_refusal(read_police(police_file({}).decode().encode("utf-16")))
    assert (refusal.line, refusal.code) == (1, "not-utf-8")


def test_a_byte_order_mark_is_no_part_of_the_first_heading(read_police: Any) -> None:
    assert isinstance(read_police(b"\xef\xbb\xbf" + police_file({}))[0], Statement)


def test_a_duplicate_heading_refuses_the_whole_file(read_police: Any) -> None:
    header, row = police_file({}).decode().splitlines()
    refusal = only_refusal(read_police(f"{header},surname\r\n{row},again\r\n".encode()))
    assert (refusal.code, refusal.ends_reading) == ("duplicate-column", True)
    assert "surname" in refusal.sentence


def test_a_ragged_row_is_refused_with_both_counts(read_police: Any) -> None:
    content = police_file({}) + b"INCIDENT,one,two\r\n"
    refusal = read_police(content)[1]
    assert (refusal.line, refusal.code) == (3, "ragged-row")
    assert "22 cells" in refusal.sentence
    assert "found 3" in refusal.sentence


def test_a_nul_byte_stops_reading_with_its_line(read_police: Any) -> None:
    refusal = read_police(police_file({}, {"summary": "a\0b"}))[1]
    assert (refusal.line, refusal.code, refusal.ends_reading) == (3, "not-utf-8", True)


def test_a_quotation_mark_that_is_never_closed_is_refused_with_its_lines(read_police: Any) -> None:
    content = police_file({}) + b'INCIDENT,"never closed\r\nmore\r\n'
    refusal = read_police(content)[1]
    assert (refusal.line, refusal.code) == (3, "broken-quoting")


def test_a_row_over_several_lines_is_named_by_the_line_it_begins_on(read_police: Any) -> None:
    content = police_file({"summary": "first\nsecond\nthird"}, {"dob": "unknown"})
    statement, refusal = read_police(content)
    assert statement.line == 2
    assert refusal.line == 5


def test_blank_rows_are_no_rows(read_police: Any) -> None:
    content = police_file({}) + b"\r\n" + b"," * 21 + b"\r\n"
    assert len(read_police(content)) == 1


def test_a_code_that_the_mapping_does_not_know_is_refused_with_those_it_knows(read_police: Any) -> None:
    refusal = only_refusal(read_police(police_file({"record_type": "SIGHTING"})))
    assert refusal.code == "unknown-code"
    assert "INCIDENT" in refusal.sentence
    assert "SIGHTING" not in refusal.sentence


def test_an_empty_cell_that_the_contract_requires_is_refused_by_its_column(read_police: Any) -> None:
    refusal = only_refusal(read_police(police_file({"record_type": "INTEL", "source_evaluation": ""})))
    assert (refusal.code, "source_evaluation" in refusal.sentence) == ("empty-cell", True)


def test_the_same_reference_with_other_content_is_refused_and_a_plain_repeat_is_not(read_police: Any) -> None:
    same = {"record_no": "2024/000001"}
    outcomes = read_police(police_file(same, same, {**same, "kind": "another"}))
    assert [type(outcome) for outcome in outcomes] == [Statement, Statement, Refusal]
    assert (outcomes[2].line, outcomes[2].code) == (4, "reference-reused")
    assert "line 2" in outcomes[2].sentence


def test_a_correction_names_the_statement_it_replaces_by_the_same_kind_of_reference(read_police: Any) -> None:
    first, second = read_police(police_file({"record_no": "7"}, {"record_no": "8", "corrects_record_no": "7"}))
    assert second.value["envelope"]["corrects"] == first.value["envelope"]["reference"]


def test_a_retraction_must_say_what_it_withdraws(read_police: Any) -> None:
    refusal = only_refusal(read_police(police_file({"record_type": "RETRACT", "summary": "entered for another child"})))
    assert (refusal.code, "retracts_record_no" in refusal.sentence) == ("nothing-retracted", True)


def test_an_odd_nhs_number_is_told_as_it_stands_since_quality_refuses_nothing(catalogue: Any) -> None:
    row = {**HEALTH_ROW, "nhs_number": "not known"}
    statement = only_statement(list(read_csv(io.BytesIO(csv_file([row])), shipped_mapping("health", catalogue))))
    assert statement.value["envelope"]["child"]["nhs_number"] == "not known"


def test_a_reference_that_holds_the_nhs_number_is_refused(catalogue: Any) -> None:
    row = {**HEALTH_ROW, "contact_id": "999-000-0018/1"}
    refusal = only_refusal(list(read_csv(io.BytesIO(csv_file([row])), shipped_mapping("health", catalogue))))
    assert refusal.code == "personal-reference"
    assert "999" not in refusal.sentence


def test_nothing_a_cell_held_is_in_any_refusal(read_police: Any) -> None:
    marked = {column: "Zyxmarker" for column in POLICE_ROW if column not in {"record_type", "record_no"}}
    faults = [
        {column: "Zyxmarker"}
        for column in (
            "dob",
            "occurred_date",
            "occurred_time",
            "recorded_at",
            "marking",
            "record_type",
            "date_precision",
        )
    ]
    content = police_file(marked, *faults) + b'Zyxmarker,"Zyxmarker"x,Zyxmarker\r\nZyxmarker\r\n'
    refusals = read_police(content)
    assert len(refusals) == 10
    assert all(isinstance(outcome, Refusal) for outcome in refusals)
    assert "Zyxmarker" not in repr(refusals)
    without_heading = read_police(b"\r\n".join(content.splitlines()[1:]))
    assert "Zyxmarker" not in repr(without_heading)


def test_the_repr_of_a_statement_shows_nothing_of_the_child(read_police: Any) -> None:
    assert "Quillfeather" not in repr(read_police(police_file({})))


def test_the_same_file_twice_gives_the_same_bytes(read_police: Any, delivered: Any) -> None:
    content = police_file({}, {"date_precision": "ABOUT"}, {"dob": "?"}, {"record_type": "CONCERN"})
    assert delivered(read_police(content)) == delivered(read_police(content))


class Endless(io.RawIOBase):
    """A file of very many rows that is never whole in memory; counts what was asked for ahead of what was read."""

    def __init__(self, rows: int) -> None:
        head, row = police_file({}).splitlines(keepends=True)
        self._lines = iter([head, *(row for _ in range(rows))])
        self.given = 0

    def readline(self, _limit: int | None = -1) -> bytes:
        self.given += 1
        return next(self._lines, b"")


def test_rows_are_read_one_by_one_and_never_the_whole_file(catalogue: Any) -> None:
    source: BinaryIO = Endless(10_000)  # type: ignore[assignment]
    outcomes = read_csv(source, shipped_mapping("police", catalogue))
    for _ in range(10):
        next(outcomes)
    assert source.given < 20  # type: ignore[attr-defined]


CATALOGUE = load_catalogue()
POLICE = shipped_mapping("police", CATALOGUE)


@given(st.binary(max_size=300), st.integers(0, 700), st.integers(0, 60))
def test_whatever_bytes_a_file_holds_every_row_comes_out_told_or_refused(noise: Any, place: Any, length: Any) -> None:
    whole = police_file({}, {"kind": 'a "quoted", word'}, {})
    content = whole[:place] + noise + whole[place + length :]
    receipt = tell_events(read_csv(io.BytesIO(content), POLICE), CATALOGUE, NoLog())
    assert receipt.rows_in == receipt.rows_told + receipt.rows_refused
    again = tell_events(read_csv(io.BytesIO(content), POLICE), CATALOGUE, NoLog())
    assert again == receipt


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("30/02/2024", "no calendar or clock has"),
        ("45374", "a number; format the column as a date"),
        ("soon", "something else"),
    ],
)
def test_a_date_is_refused_for_what_it_is(read_police: Any, cell: str, said: str) -> None:
    refusal = only_refusal(read_police(csv_file([{**POLICE_ROW, "occurred_date": cell}])))
    assert (refusal.code, said in refusal.sentence, cell in refusal.sentence) == ("bad-date", True, False)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (csv_file([POLICE_ROW]).replace(b",", b";"), 'separated by semicolons; write delimiter = ";"'),
        (csv_file([POLICE_ROW]).replace(b",", b"\t"), "separated by tabs"),
        (
            b"Incidents of March\n" + csv_file([POLICE_ROW]),
            "none of them among 1 heading in line 1; the headings may be",
        ),
        (csv_file([POLICE_ROW]).replace(b"surname", b"name", 1), "column surname, found no such heading among 22 head"),
    ],
)
def test_a_heading_that_does_not_suit_says_what_is_likely(read_police: Any, content: bytes, said: str) -> None:
    refusal = only_refusal(read_police(content))
    assert (refusal.line, refusal.code) == (1, "missing-column")
    assert said in refusal.sentence
