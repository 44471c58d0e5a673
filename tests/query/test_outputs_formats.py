import csv
import io
import json
import re
import zipfile
from html.parser import HTMLParser
from uuid import UUID

import docx
import openpyxl
import pytest
from record_world import Told, World, staff
from rich_record import crowded_world, curated_world

from query.outputs.compiling import named_document
from query.outputs.document import FORMATS, Document, Format, Output
from query.outputs.table import COLUMNS, safe_cell
from query.outputs.writing import WRITINGS

READER = staff("health", "analyst", "sensitive_health")


def document(world: World, profile: str = "automatic log") -> Document:
    return named_document(world.open(READER).view, UUID(int=5), Output("word", profile))


@pytest.fixture(scope="module")
def rich() -> Document:
    return document(curated_world(READER), "CONFERENCE")


@pytest.mark.parametrize("output_format", FORMATS)
def test_the_same_document_is_the_same_bytes(rich: Document, output_format: Format) -> None:
    assert WRITINGS[output_format].write(rich) == WRITINGS[output_format].write(rich)


@pytest.mark.parametrize("output_format", ["excel", "word"])
def test_an_office_file_has_no_time_of_packing_and_nobody_in_its_properties(
    rich: Document, output_format: Format
) -> None:
    with zipfile.ZipFile(io.BytesIO(WRITINGS[output_format].write(rich))) as parts:
        assert {one.date_time for one in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert parts.namelist()[0] == "[Content_Types].xml"
        properties = parts.read("docProps/core.xml").decode()
    assert set(re.findall(r"<dcterms:\w+[^>]*>([^<]*)<", properties)) == {"2025-03-10T12:00:00Z"}
    assert "Chronology</dc:title>" in properties
    assert "Zebedee" not in properties


@pytest.mark.parametrize("output_format", [one for one in FORMATS if one != "svg"])
def test_every_format_says_source_times_profile_purpose_producer_and_what_was_withheld(
    rich: Document, output_format: Format
) -> None:
    told = readable(output_format, WRITINGS[output_format].write(rich))
    for said in (
        "Curated chronology for conference",
        "health-17, health analyst",
        "assessment",
        "2 police entries you may not see; ask the police public protection unit",
        "ref-14",
        "invented",
        "6 August 2024",
        "9 August 2024",
        "orthodontist",
        "dentist",
        "Nil return: coroner",
        "Reviewed by health-17, on 10 March 2025",
        "Confidential: need to know",
        "Do not tell the household who rang.",
    ):
        assert said in told


def readable(output_format: Format, content: bytes) -> str:
    if output_format not in ("word", "excel"):
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return "\n".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())


def test_csv_is_one_table_with_a_byte_order_mark(rich: Document) -> None:
    content = WRITINGS["csv"].write(rich)
    assert content.startswith(b"\xef\xbb\xbfPart,No.,When,")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert [row[1] for row in rows if row[0] == "Entry"] == [str(one.number) for one in rich.rows]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", " =", "\n=", "\uff1d"])
def test_no_cell_begins_a_formula(begin: str) -> None:
    assert safe_cell(f"{begin}HYPERLINK(1)").startswith("'")


def test_other_cells_stay_as_they_are_but_for_line_ends_and_signs_that_cannot_be_seen() -> None:
    assert safe_cell("a = b\r\nc\rd\x00") == "a = b\nc\nd "
    assert safe_cell("3 March 2025") == "3 March 2025"


def test_hostile_texts_are_text_in_csv_and_excel(world: World) -> None:
    world.say(
        Told(agency="health", handling_conditions="x", wording="=1+1", child_said={"given_name": "=cmd|'/c calc'!A0"})
    )
    said = document(world)
    hostile = [*csv.reader(io.StringIO(WRITINGS["csv"].write(said).decode("utf-8-sig")))]
    assert not any(cell.lstrip().startswith(tuple("=+-@")) for row in hostile for cell in row)
    book = openpyxl.load_workbook(io.BytesIO(WRITINGS["excel"].write(said)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(str(cell.value).startswith(tuple("=+-@")) for cell in cells)


def test_a_text_too_long_for_a_cell_is_cut_and_says_so(world: World) -> None:
    world.say(Told(agency="health", fields={"summary": "x" * 40_000}))
    said = document(world)
    book = openpyxl.load_workbook(io.BytesIO(WRITINGS["excel"].write(said)))
    longest = max((str(cell.value) for row in book["Entries"].iter_rows() for cell in row), key=len)
    assert len(longest) < 32_767
    assert longest.endswith("the Word and HTML outputs have all of it)")
    assert "x" * 40_000 in WRITINGS["html"].write(said).decode()


def test_excel_can_be_filtered_and_is_printed_across_with_its_head_on_each_page(rich: Document) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(WRITINGS["excel"].write(rich)))["Entries"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", f"A1:T{len(rich.rows) + 1}")
    assert (sheet.page_setup.orientation, sheet.print_title_rows) == ("landscape", "$1:$1")


def test_word_repeats_the_head_of_its_table_and_strikes_through_what_was_replaced(rich: Document) -> None:
    file = docx.Document(io.BytesIO(WRITINGS["word"].write(rich)))
    entries = file.tables[1]
    assert len(entries.rows) == len(rich.rows) + 1
    assert "w:tblHeader" in entries.rows[0]._tr.xml
    struck = [
        run.text
        for row in entries.rows
        for cell in row.cells
        for line in cell.paragraphs
        for run in line.runs
        if run.font.strike
    ]
    assert struck == ["5 August 2024, 11:00: Not brought, health; Service: dentist; Summary: Not brought by Morwenna."]
    foot = file.sections[0].footer.paragraphs[0]
    assert foot.text.startswith("Produced 10 March 2025")
    assert 'w:instr="PAGE"' in foot._p.xml


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_html_has_no_script_and_nothing_from_elsewhere_and_repeats_the_tables_head(rich: Document) -> None:
    page = WRITINGS["html"].write(rich).decode()
    tags = Tags()
    tags.feed(page)
    assert {tag for tag, _ in tags.found}.isdisjoint({"script", "link", "img", "iframe", "object", "form"})
    assert not any(
        name in ("href", "src") or name.startswith("on") for _, attributes in tags.found for name in attributes
    )
    assert "thead{display:table-header-group}" in page
    assert "size:A4 landscape" in page
    assert "<del>5 August 2024" in page
    assert ("html", {"lang": "en-GB"}) in tags.found


def test_what_an_agency_wrote_is_text_in_html_and_in_its_style_sheet(world: World) -> None:
    world.say(
        Told(agency="health", wording="</title><script>x</script>", child_said={"given_name": '</style>"}<img src=x>'})
    )
    page = WRITINGS["html"].write(document(world)).decode()
    assert "<img" not in page
    assert "<script" not in page


def test_json_is_canonical_and_holds_every_row(rich: Document) -> None:
    content = WRITINGS["json"].write(rich)
    read = json.loads(content)
    assert json.dumps(read, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == content
    assert [one["number"] for one in read["rows"]] == [one.number for one in rich.rows]
    assert read["rows"][0]["earliest"] == "2024-06-03T22:40:00+00:00"


def test_a_long_chronology_is_whole_in_every_format() -> None:
    said = document(crowded_world(400))
    assert len(said.rows) > 400
    for output_format in ("csv", "excel", "word", "html", "json"):
        told = readable(output_format, WRITINGS[output_format].write(said))
        assert said.rows[-1].when in told
