"""CSV bytes to rows, in constant memory: UTF-8 only, every row with the line it begins on, every fault said by line."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from connectors.statement import Refusal

LONGEST_LINE = 1024 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row's cells, trimmed, and the line it begins on; `fault` instead of cells where the row cannot be split."""

    line: int
    cells: list[str]
    fault: Refusal | None = None


class FileFault(Exception):
    """The file itself is at fault from some line on; carries the refusal that ends reading."""

    def __init__(self, line: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.refusal = Refusal(line, code, sentence, ends_reading=True)


def read_rows(stream: BinaryIO, delimiter: str) -> Iterator[RawRow]:
    """Give the rows of a file; blank lines are no rows. FileFault for bytes that are not UTF-8, NULs and lines without end."""
    reader = csv.reader(_lines(stream), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield RawRow(line, [], _fault(line, reader.line_num, str(error)))
            continue
        if any(cells):
            yield RawRow(line, [cell.strip() for cell in cells])


def first_row(rows: Iterator[RawRow]) -> RawRow:
    """Give the row of headings; FileFault for a file that has none."""
    first = next(rows, None)
    if first is None:
        raise FileFault(1, "empty-file", "expected a line of column headings, found an empty file; send the file again")
    return first


def not_under(heading: Sequence[str], row: RawRow) -> Refusal | None:
    """Say why a row's cells do not stand under a heading; None where they do."""
    if row.fault is not None or len(row.cells) == len(heading):
        return row.fault
    sentence = f"expected {len(heading)} cells as in the heading, found {len(row.cells)}; put quotation marks around cells that hold the separator"
    return Refusal(row.line, "ragged-row", sentence)


def _fault(first: int, last: int, complaint: str) -> Refusal:
    """Say what Python's csv module complains of (its complaints quote no content)."""
    lines = f"line {first}" if first == last else f"lines {first} to {last}"
    if "field limit" in complaint:
        return Refusal(
            first,
            "long-cell",
            f"expected cells of at most {csv.field_size_limit()} characters, found a longer one in {lines}; close its quotation mark or shorten it",
        )
    if "new-line" in complaint:
        return Refusal(
            first,
            "bad-line-end",
            f"expected lines that end in LF or CRLF, found a lone CR in {lines}; save the file with such line ends",
        )
    sentence = f"expected cells in matched quotation marks, found one that is not closed or goes on after it in {lines}; double a quotation mark inside a cell"
    return Refusal(first, "broken-quoting", sentence)


def _lines(stream: BinaryIO) -> Iterator[str]:
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(BYTE_ORDER_MARK)
        yield _text(line, number)


def _text(line: bytes, number: int) -> str:
    if b"\0" in line:
        raise FileFault(
            number,
            "not-utf-8",
            f"expected UTF-8 text, found a NUL byte at line {number}; the file may be UTF-16 or not a CSV file: save it as CSV in UTF-8",
        )
    if len(line) > LONGEST_LINE:
        raise FileFault(
            number,
            "endless-line",
            f"expected lines of at most {LONGEST_LINE} bytes, found a longer one at line {number}; save the file with line ends",
        )
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        sentence = f"expected UTF-8, found bytes that are not, from line {number}; save the file as UTF-8 and send it again (rows before that line are the same in both)"
        raise FileFault(number, "not-utf-8", sentence) from None
