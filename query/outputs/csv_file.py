"""A document as CSV, one table throughout: UTF-8 with a byte order mark, since Excel on Windows reads a file without one in the machine's own code page; lines end in CR LF."""

import csv
import io

from query.outputs.document import Document
from query.outputs.table import COLUMNS, entry_row, first_rows, safe_cell, section_rows, wide


def write_csv(document: Document) -> bytes:
    """Write the table; line ends within a cell are LF, and no cell begins a formula."""
    text = io.StringIO(newline="")
    lines = csv.writer(text, dialect="excel")
    lines.writerow(COLUMNS)
    rows = [wide(part, said) for part, said in first_rows(document)]
    rows += [entry_row(row) for row in document.rows]
    rows += [wide(part, said) for part, said in (*section_rows(document.after), ("Foot", document.foot))]
    lines.writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")
