"""A document as an Excel workbook: what it is and what was withheld, the entries as a table to filter, and what was found."""

import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from query.outputs.document import Document
from query.outputs.table import COLUMNS, entry_row, first_rows, safe_cell, section_rows
from query.outputs.zipped import settled

LONGEST_CELL = 32_000
CUT = " ... (cut here: a cell of Excel holds no more; the Word and HTML outputs have all of it)"
WIDTHS = {
    "When": 24,
    "Agency": 16,
    "Source": 16,
    "Kind": 22,
    "How told": 20,
    "Handling": 28,
    "What is said": 70,
    "What it replaced": 40,
    "Notes": 40,
    "Analysis": 40,
}
USUAL_WIDTH, NARROW = 14, 8
HEADING = PatternFill("solid", fgColor="FFDDE6EC")
TOP = Alignment(vertical="top", wrap_text=True)


def write_excel(document: Document) -> bytes:
    """Write three sheets, every cell a text; the file's own properties name nobody."""
    book = Workbook()
    about = book.worksheets[0]
    about.title = "About this record"
    _sheet(about, document, ("What", "Said"), first_rows(document))
    _sheet(book.create_sheet("Entries"), document, COLUMNS, (entry_row(row) for row in document.rows))
    found = (*section_rows(document.after), ("Foot", document.foot))
    _sheet(book.create_sheet("Found and withdrawn"), document, ("What", "Said"), found)
    book.properties.creator = "mash-hub"
    book.properties.title = "Chronology"
    packed = io.BytesIO()
    book.save(packed)
    return settled(packed.getvalue(), document.produced_at)


def _sheet(sheet: Worksheet, document: Document, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    _line(sheet, 1, columns)
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), HEADING
    for at, row in enumerate(rows, 2):
        _line(sheet, at, row)
    for at, name in enumerate(columns, 1):
        width = WIDTHS.get(name, USUAL_WIDTH) if len(columns) > 2 else (34, 120)[at - 1]
        sheet.column_dimensions[get_column_letter(at)].width = NARROW if name == "No." else width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    _printed(sheet, document)


def _line(sheet: Worksheet, at: int, texts: Sequence[str]) -> None:
    for column, text in enumerate(texts, 1):
        cell = sheet.cell(at, column)
        if isinstance(cell, Cell) and text:
            safe = safe_cell(text)
            cell.value = safe if len(safe) <= LONGEST_CELL else safe[:LONGEST_CELL] + CUT
            cell.data_type = "s"  # never a formula, whatever it looks like
            cell.alignment = TOP


def _printed(sheet: Worksheet, document: Document) -> None:
    """Print on A4 across, as wide as the page, the headings on each."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0
    sheet.print_title_rows = "1:1"
    # An ampersand begins a code in a foot of Excel's, so that it is doubled.
    sheet.oddFooter = HeaderFooterItem(
        left=_HeaderFooterPart(document.foot.replace("&", "&&")), right=_HeaderFooterPart("Page &P of &N")
    )
