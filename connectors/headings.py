"""Headings of CSV files whose columns are fixed: a file is known by them, and one that lacks some or has others is refused whole."""

from collections.abc import Iterator
from dataclasses import dataclass

from connectors.csv_rows import BYTE_ORDER_MARK, FileFault, RawRow, first_row


@dataclass(frozen=True, slots=True)
class Headings:
    """The columns that must be there and those that may; `add`, `only` and `mend` are what is said of such files when one is missing or strange."""

    columns: tuple[str, ...]
    optional: tuple[str, ...]
    add: str
    only: str
    mend: str

    def recognise(self, suffix: str, head: bytes) -> bool:
        """Know a file by its heading line: every column that must be there, in whatever order."""
        first = head.removeprefix(BYTE_ORDER_MARK).split(b"\n", 1)[0].decode("utf-8", "replace")
        found = {cell.strip().strip('"').casefold() for cell in first.split(",")}
        return suffix == ".csv" and found >= {column.casefold() for column in self.columns}

    def read(self, rows: Iterator[RawRow]) -> list[str]:
        """Read the heading into the columns' own spelling; FileFault when one is missing, twice, or none of them."""
        first = first_row(rows)
        if first.fault is not None:
            raise FileFault(first.fault.line, first.fault.code, first.fault.sentence)
        known = {column.casefold(): column for column in (*self.columns, *self.optional)}
        heading = [known.get(cell.casefold(), "") for cell in first.cells]
        missing = [column for column in self.columns if column not in heading]
        if missing:
            sentence = f"expected the columns {', '.join(self.columns)}, found no {', '.join(missing)}; {self.add}"
            raise FileFault(first.line, "missing-column", sentence)
        for place, column in enumerate(heading):
            if not column:
                # Not repeated: without a heading line it would be somebody's details.
                sentence = f"expected {self.only}, found another at place {place + 1}; {self.mend}"
                raise FileFault(first.line, "unknown-column", sentence)
            if column in heading[:place]:
                sentence = f"expected each heading once, found column {column} again at place {place + 1}; remove one"
                raise FileFault(first.line, "duplicate-column", sentence)
        return heading
