"""Rows of a file: each becomes one statement through the feed's mapping, or is refused in the feed owner's own words."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from connectors.cells import RowReader
from connectors.csv_rows import FileFault, RawRow, first_row, not_under, read_rows
from connectors.formats import Given
from connectors.mapping import Mapping
from connectors.repeats import refuse_reused
from connectors.statement import Coverage, LeftOut, Outcome, Outcomes, Refusal, Statement, Unreadable

SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "upright strokes"}
"""What else separates the cells of exports, and what people call it."""


def read_csv(stream: BinaryIO, mapping: Mapping) -> Outcomes:
    """Read a file (bytes) in constant memory, one outcome for each row; a fault of the file itself is a last refusal that ends reading."""
    return read_mapped(read_rows(stream, mapping.delimiter), mapping)


def read_mapped(rows: Iterator[RawRow], mapping: Mapping) -> Outcomes:
    """Read rows, the first of which is the heading; a FileFault among them is a last refusal that ends reading."""
    return refuse_reused(_outcomes(rows, mapping))


def covered(outcomes: Outcomes, mapping: Mapping, given: Given) -> Outcomes:
    """Say what a file of this mapping covers before its outcomes; the days are those that the sender gave."""
    rule = mapping.coverage
    yield Coverage(rule.scope, rule.population, rule.whole, given.first, given.last, next_due_days=rule.next_due_days)
    yield from outcomes


def _outcomes(rows: Iterator[RawRow], mapping: Mapping) -> Outcomes:
    try:
        heading, reader = _heading(rows, mapping), RowReader(mapping)
        for row in rows:
            yield _outcome(row, heading, reader)
    except FileFault as fault:
        yield fault.refusal


def _heading(rows: Iterator[RawRow], mapping: Mapping) -> list[str]:
    """Read the heading; FileFault when a mapped column is missing or two columns have one heading.

    Headings that the mapping does not name are not repeated: without a heading line they would be somebody's details.
    """
    first = first_row(rows)
    missing = [column for column in mapping.columns() if column not in first.cells]
    if missing:
        raise FileFault(first.line, "missing-column", _missing(missing, first, mapping))
    twice = next((name for name, times in Counter(first.cells).items() if times > 1 and name), None)
    if twice is not None:
        places = " and ".join(str(place) for place, name in enumerate(first.cells, start=1) if name == twice)
        named = f"column {twice}" if twice in mapping.columns() else "one heading"
        raise FileFault(
            first.line,
            "duplicate-column",
            f"expected each heading once, found {named} at places {places}; rename or remove one",
        )
    return first.cells


def _missing(missing: list[str], first: RawRow, mapping: Mapping) -> str:
    """Say which columns are missing and what is likely the cause: another separator, headings in another line, or just these columns."""
    number = len(first.cells)
    none = "no such heading" if len(missing) < len(mapping.columns()) else "none of them"
    found = f"{none} among {number} heading{'' if number == 1 else 's'} in line {first.line}"
    separator = next((sign for sign in SEPARATORS if any(sign in cell for cell in first.cells)), None)
    if separator is not None and none == "none of them":
        found += f", which is separated by {SEPARATORS[separator]}; write delimiter = {json.dumps(separator)} in the mapping {mapping.feed}"
    elif none == "none of them":
        found += (
            f"; the headings may be in another line (remove titles above them), or change the mapping {mapping.feed}"
        )
    else:
        found += f"; add {'it' if len(missing) == 1 else 'them'}, or change the mapping {mapping.feed}"
    return f"expected column{'s' if len(missing) > 1 else ''} {', '.join(missing)}, found {found}"


def _outcome(row: RawRow, heading: list[str], reader: RowReader) -> Outcome:
    refusal = not_under(heading, row)
    if refusal is not None:
        return refusal
    cells = dict(zip(heading, row.cells, strict=True))
    if reader.leaves_out(cells):
        return LeftOut(row.line)
    try:
        event_type, value = reader.statement_value(cells)
    except Unreadable as error:
        return Refusal(row.line, error.code, str(error))
    return Statement(event_type, value, row.line)
