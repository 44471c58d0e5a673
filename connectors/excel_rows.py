"""Excel workbooks (.xlsx) to rows, through the same mappings as CSV: one sheet, its first row the heading, a cell turned into the text that a CSV file would hold.

The sheet is read as a stream. The table of shared strings is not: openpyxl keeps all of it, so its size is capped before anything is read, as are those of
all other parts; a zip part cannot unpack to more than the zip's own index says, which is what is judged.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, BinaryIO
from zipfile import ZipFile

from openpyxl import load_workbook
from openpyxl.cell.cell import ERROR_CODES

from connectors.csv_drop import read_mapped
from connectors.csv_rows import FileFault, RawRow
from connectors.mapping import Mapping
from connectors.statement import Outcomes, Refusal

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
"""How an encrypted workbook begins, and one in the format of before 2007."""
MEBIBYTE = 1024 * 1024
LARGEST_STRINGS = 24 * MEBIBYTE
LARGEST_PART = 8 * MEBIBYTE
LARGEST_SHEET = 4096 * MEBIBYTE
MOST_PARTS = 1_000
MOST_COLUMNS = 1_000


def read_excel(stream: BinaryIO, mapping: Mapping) -> Outcomes:
    """Read a workbook (bytes, seekable), one outcome for each row; a fault of the workbook is a last refusal that ends reading."""
    return read_mapped(_rows(stream, mapping), mapping)


def _rows(stream: BinaryIO, mapping: Mapping) -> Iterator[RawRow]:
    _guard(stream)
    line = 1
    try:
        for row in _sheet_rows(stream, mapping):
            line = row.line
            yield row
    except FileFault:
        raise
    except Exception as error:  # noqa: BLE001  # a library reads a stranger's file: whatever it stumbles over is the file's fault, said with the kind of error alone
        raise FileFault(
            line,
            "broken-workbook",
            f"expected a workbook that can be read, found a fault after row {line} ({type(error).__name__}); open it, save it anew as .xlsx and send it again",
        ) from None


def _guard(stream: BinaryIO) -> None:
    """Judge the file by its first bytes and the zip's own index, before anything of it is unpacked."""
    begins = stream.read(len(OLE))
    stream.seek(0)
    if begins == OLE:
        sentence = "expected an open .xlsx workbook, found one with a password or of the format before 2007; save it as .xlsx without a password"
        raise FileFault(1, "closed-workbook", sentence)
    try:
        with ZipFile(stream) as parts:
            sizes = {part.filename: part.file_size for part in parts.infolist()}
    except Exception:  # noqa: BLE001  # zipfile raises half a dozen kinds over a broken index; to its sender they are one
        raise FileFault(
            1, "not-a-workbook", "expected an .xlsx workbook, found a file that is none; save it as .xlsx, or as CSV"
        ) from None
    stream.seek(0)
    if "xl/workbook.xml" not in sizes:
        raise FileFault(
            1, "not-a-workbook", "expected an .xlsx workbook, found a zip without one; save it as .xlsx, or as CSV"
        )
    if len(sizes) > MOST_PARTS or any(size > _allowed(name) for name, size in sizes.items()):
        raise FileFault(
            1,
            "large-workbook",
            f"expected texts of at most {LARGEST_STRINGS // MEBIBYTE} MiB and a sheet of at most {LARGEST_SHEET // MEBIBYTE} MiB when unpacked, found more; "
            "split the workbook, or save the sheet as CSV, which has no limit",
        )


def _allowed(name: str) -> int:
    if name.startswith("xl/worksheets/sheet"):
        return LARGEST_SHEET
    return LARGEST_STRINGS if name == "xl/sharedStrings.xml" else LARGEST_PART


def _sheet_rows(stream: BinaryIO, mapping: Mapping) -> Iterator[RawRow]:
    workbook = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    try:
        names = workbook.sheetnames
        if mapping.sheet is not None and mapping.sheet not in names:
            sentence = f"expected a sheet named {mapping.sheet}, found none; rename the sheet, or correct sheet in the mapping {mapping.feed}"
            raise FileFault(1, "missing-sheet", sentence)
        sheet = workbook[mapping.sheet if mapping.sheet is not None else names[0]]
        # A workbook may understate its own size; without this the rows beyond would be lost in silence.
        sheet.reset_dimensions()
        yield from _texts(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS), mapping)
    finally:
        workbook.close()


def _texts(rows: Iterator[tuple[Any, ...]], mapping: Mapping) -> Iterator[RawRow]:
    """Turn values into texts; rows without anything in them are no rows, and short ones are filled up to the heading."""
    heading: list[str] = []
    formats: list[str | None] = []
    for line, values in enumerate(rows, start=1):
        kept = _trimmed(values)
        if not kept:
            continue
        if not heading:
            heading = [_text(value, None) for value in kept]
            _check_heading(heading, line, mapping)
            formats = [mapping.formats().get(name) for name in heading]
            yield RawRow(line, heading)
            continue
        if any(isinstance(value, str) and value in ERROR_CODES for value in kept):
            yield RawRow(line, [], _formula_error(kept, heading, line))
            continue
        filled = formats[: len(kept)] + [None] * (len(kept) - len(formats))
        cells = [_text(value, form) for value, form in zip(kept, filled, strict=True)]
        yield RawRow(line, cells + [""] * (len(heading) - len(cells)))


def _trimmed(values: tuple[Any, ...]) -> list[Any]:
    kept = [None if isinstance(value, str) and not value.strip() else value for value in values]
    while kept and kept[-1] is None:
        kept.pop()
    return kept


def _check_heading(heading: list[str], line: int, mapping: Mapping) -> None:
    """Say what it is when columns are missing because headings are merged or run over two rows."""
    if "" in heading and any(column not in heading for column in mapping.columns()):
        places = ", ".join(str(place) for place, name in enumerate(heading, start=1) if not name)
        raise FileFault(
            line,
            "merged-heading",
            f"expected a heading in each column of row {line}, found none at places {places}: cells may be merged; unmerge them, and leave no title above the heading",
        )


def _formula_error(values: list[Any], heading: list[str], line: int) -> Refusal:
    at = next(place for place, value in enumerate(values) if isinstance(value, str) and value in ERROR_CODES)
    named = f"column {heading[at]}" if at < len(heading) and heading[at] else f"column {at + 1}"
    sentence = f"expected a value in {named}, found a formula that failed; correct the formula, or leave the cell empty"
    return Refusal(line, "formula-error", sentence)


def _text(value: Any, form: str | None) -> str:
    """Write a cell's value as a CSV file would hold it; dates and times by the column's own format."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date | time):
        return value.strftime(form) if form is not None else value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
