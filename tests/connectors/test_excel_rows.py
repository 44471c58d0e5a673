"""A workbook is read by the mapping that reads the same feed's CSV, to the same statements; and every way in which one can be broken is said."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest
from feed_samples import EDUCATION_ROW, HEALTH_ROW, POLICE_ROW, csv_file
from feed_world import CATALOGUE, LONDON
from openpyxl import Workbook

from connectors.csv_drop import read_csv
from connectors.excel_rows import LARGEST_STRINGS, OLE, read_excel
from connectors.formats import Given
from connectors.known_formats import mapped_formats
from connectors.mapping_file import parse_mapping, shipped_mapping
from connectors.statement import Coverage, Refusal, Statement

POLICE = shipped_mapping("police", CATALOGUE)
Row = dict[str, Any]


def workbook(*rows: Row, sheet: str | None = None, change: Callable[[Any], None] | None = None) -> bytes:
    """Write rows as a workbook, the first row its heading; `change` has the sheet before it is saved."""
    made = Workbook()
    page = made.active
    assert page is not None
    if sheet is not None:
        page = made.create_sheet(sheet)
    page.append(list(rows[0]))
    for row in rows:
        page.append(list(row.values()))
    if change is not None:
        change(page)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def read(content: bytes, mapping: Any = POLICE) -> list[Any]:
    return list(read_excel(io.BytesIO(content), mapping))


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("feed", "row"), [("police", POLICE_ROW), ("health", HEALTH_ROW), ("education", EDUCATION_ROW)]
)
def test_a_workbook_of_texts_says_what_the_csv_file_says(feed: str, row: Row) -> None:
    mapping = shipped_mapping(feed, CATALOGUE)
    outcomes = read(workbook(row), mapping)
    assert outcomes == list(read_csv(io.BytesIO(csv_file([row])), mapping))
    assert [type(one) for one in outcomes] == [Statement]
    assert outcomes[0].line == 2


def test_dates_times_and_numbers_of_excel_are_read_as_the_mapping_writes_them() -> None:
    cells = {
        **POLICE_ROW,
        "record_no": 117.0,
        "nominal_no": 551,
        "dob": date(2013, 4, 5),
        "occurred_date": datetime(2024, 3, 22),  # noqa: DTZ001  # Excel knows no zones
        "occurred_time": time(23, 15),
        "recorded_at": datetime(2024, 3, 23, 1, 40),  # noqa: DTZ001  # as above
    }
    texts = {**POLICE_ROW, "record_no": "117", "nominal_no": "551"}
    assert read(workbook(cells)) == read(workbook(texts))


def test_yes_and_no_of_excel_are_read_as_such() -> None:
    text = """
feed = "visits"
agency = "health"
source_system = "visits"
sheet = "Seen"
event_type = { value = "ChildSeen" }
reference = { columns = ["no"] }
happened = { column = "day", format = "%d/%m/%Y" }
learned = { same_as = "happened" }
child = { local_id = { column = "child" } }
fields.ChildSeen = { alone = { column = "alone" }, summary = { column = "note" } }
"""
    mapping = parse_mapping(text, "visits.toml", CATALOGUE)
    row = {"no": 1, "day": date(2024, 3, 1), "child": 7, "alone": True, "note": None}
    (found,) = read(workbook(row, sheet="Seen"), mapping)
    assert found.value["alone"] is True


def test_empty_rows_are_no_rows_and_lines_are_the_sheets_own() -> None:
    def change(page: Any) -> None:
        page.insert_rows(3, 2)

    outcomes = read(workbook(POLICE_ROW, {**POLICE_ROW, "record_no": "8"}, change=change))
    assert [one.line for one in outcomes] == [2, 5]


def test_a_bad_cell_is_refused_with_its_row_and_column_in_the_words_of_the_csv_file() -> None:
    (refusal,) = read(workbook({**POLICE_ROW, "dob": "in spring"}))
    (same,) = read_csv(io.BytesIO(csv_file([{**POLICE_ROW, "dob": "in spring"}])), POLICE)
    assert (refusal, refusal.code) == (same, "bad-date")


def test_a_formula_that_failed_refuses_its_row_and_names_the_column() -> None:
    outcomes = read(workbook({**POLICE_ROW, "kind": "#REF!"}, {**POLICE_ROW, "record_no": "8"}))
    assert [type(one) for one in outcomes] == [Refusal, Statement]
    assert (outcomes[0].code, outcomes[0].line, "column kind" in outcomes[0].sentence) == ("formula-error", 2, True)


def test_a_merged_heading_is_said_to_be_one() -> None:
    (refusal,) = read(workbook(POLICE_ROW, change=lambda page: page.merge_cells("A1:C1")))
    assert (refusal.code, refusal.ends_reading) == ("merged-heading", True)
    assert "places 2, 3" in refusal.sentence


def test_a_cell_beyond_the_heading_is_a_ragged_row() -> None:
    def change(page: Any) -> None:
        page.cell(2, len(POLICE_ROW) + 1, "beyond")

    (refusal,) = read(workbook(POLICE_ROW, change=change))
    assert refusal.code == "ragged-row"


BROKEN = {
    "closed-workbook": OLE + bytes(600),
    "not-a-workbook": b"record_type,record_no\nINCIDENT,1\n",
    "large-workbook": zipped(**{"xl/workbook.xml": b"<workbook/>", "xl/sharedStrings.xml": bytes(LARGEST_STRINGS + 1)}),
    "broken-workbook": zipped(**{"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook"}),
}


@pytest.mark.parametrize("code", BROKEN)
def test_a_file_that_is_no_workbook_to_be_read_is_one_sentence(code: str) -> None:
    (refusal,) = read(BROKEN[code])
    assert (refusal.code, refusal.ends_reading) == (code, True)
    assert refusal.sentence.startswith("expected ")


def test_a_zip_without_a_workbook_is_none() -> None:
    (refusal,) = read(zipped(readme=b"nothing"))
    assert refusal.code == "not-a-workbook"


def test_a_workbook_cut_anywhere_gives_one_last_refusal_and_no_other_error() -> None:
    whole = workbook(*[{**POLICE_ROW, "record_no": str(number)} for number in range(50)])
    for end in range(0, len(whole), 97):
        outcomes = read(whole[:end])
        assert isinstance(outcomes[-1], Refusal)
        assert outcomes[-1].ends_reading


def test_a_workbook_with_any_byte_changed_gives_outcomes_and_no_other_error() -> None:
    whole = bytearray(workbook(POLICE_ROW))
    for at in range(0, len(whole), 31):
        changed = bytearray(whole)
        changed[at] ^= 0xFF
        for outcome in read(bytes(changed)):
            assert isinstance(outcome, Statement | Refusal)


def test_a_sheet_that_is_not_there_is_named_as_the_mapping_has_it() -> None:
    mapping = replace(POLICE, sheet="Incidents")
    (refusal,) = read(workbook(POLICE_ROW), mapping)
    assert (refusal.code, "Incidents" in refusal.sentence) == ("missing-sheet", True)
    assert len(read(workbook(POLICE_ROW, sheet="Incidents"), mapping)) == 1


def test_excel_and_csv_say_what_they_cover_as_the_mapping_does() -> None:
    excel, plain = mapped_formats(POLICE)
    given = Given(LONDON, date(2024, 4, 1), date(2025, 3, 31))
    for kind, content in ((excel, workbook(POLICE_ROW)), (plain, csv_file([POLICE_ROW]))):
        first, second = kind.read(io.BytesIO(content), given)
        assert isinstance(first, Coverage)
        assert (first.scope, first.whole, first.first, first.last) == ("police", False, given.first, given.last)
        assert isinstance(second, Statement)
