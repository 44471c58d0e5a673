"""CSV files whose columns are fixed by whoever designed the return, read by a table: which statements a row becomes, and from which columns.

A row may become several statements, or be refused in part: each is an outcome of its own, with the row's line. What has no day of its own is told as of the
period that the sender names. Codes are told as they stand; only a cell that its field cannot hold is refused.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from itertools import chain
from typing import Any, BinaryIO

from connectors.csv_rows import FileFault, RawRow, not_under, read_rows
from connectors.dates import read_day
from connectors.envelope import blank_envelope, check_envelope, local_days, no_identifiers
from connectors.formats import Format, Given
from connectors.headings import Headings
from connectors.references import join_reference
from connectors.shapes import whole_number
from connectors.statement import Coverage, Outcome, Outcomes, Refusal, Statement, Unreadable
from schemas.moments import days

REMEMBERED, REMEMBERED_DAYS = 50_000, 4_096
BRITISH_DAY = "%d/%m/%Y"
NOT_RECORDED = "not recorded"

Row = Mapping[str, str]
Cell = Callable[[Row], Any]
"""How one field is filled from a row; Unreadable names the column, never what it holds."""


def text(column: str) -> Cell:
    """Take the cell as it stands; None when it is empty or the file has no such column."""
    return lambda row: row.get(column) or None


def said(column: str) -> Cell:
    """Take the cell as it stands, for a field that cannot be empty: `not recorded` where the cell is."""
    return lambda row: row.get(column) or NOT_RECORDED


def number(column: str) -> Cell:
    """Read a whole number; None when the cell is empty."""
    return lambda row: whole_number(row[column], f"column {column}") if row.get(column) else None


def day_number(column: str, layout: str = BRITISH_DAY) -> Cell:
    """Read a day into days since 1970; None when the cell is empty."""
    return lambda row: days(read_day(row[column], layout, column)) if row.get(column) else None


def yes_no(column: str) -> Cell:
    """Read 1 or 0 (true or false); None when the cell is empty."""

    def read(row: Row) -> bool | None:
        word = row.get(column, "").casefold()
        if word not in TRUTHS:
            raise Unreadable(
                "bad-yes-no", f"expected 1 or 0 in column {column}, found something else; correct the cell"
            )
        return TRUTHS[word]

    return read


TRUTHS: dict[str, bool | None] = {"": None, "1": True, "true": True, "0": False, "false": False}


def always(_row: Row) -> bool:
    """Tell it of every row."""
    return True


@dataclass(frozen=True, slots=True)
class Told:
    """One statement that a row may become.

    It happened on the day in column `day`; where there is none, within the file's period if `in_period`, and otherwise it is not told. `kind` says in the
    reference and to a snapshot's comparison what it is. `sensitivity` judges the body.
    """

    event_type: str
    kind: str
    fields: Mapping[str, Cell]
    day: str = ""
    in_period: bool = False
    when: Callable[[Row], bool] = always
    sensitivity: Callable[[Mapping[str, Any]], str] = field(default=lambda _body: "ROUTINE")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file of a return: its columns (`columns` must be there, `optional` may), whom a row is about, and what it becomes.

    `child` fills identifiers beside `local_id`; `prefix` begins every reference; `population` says in words of whom the file speaks.
    """

    name: str
    title: str
    agency: str
    source_system: str
    prefix: str
    population: str
    columns: tuple[str, ...]
    local_id: str
    child: Mapping[str, Cell]
    told: tuple[Told, ...]
    optional: tuple[str, ...] = ()
    layout: str = BRITISH_DAY

    def format(self) -> Format:
        """Make the format by which files of this sheet are known and read."""
        name = f"{self.source_system}-{self.name}"
        return Format(name, self.title, self.agency, self.source_system, self.headings.recognise, self.read)

    @property
    def headings(self) -> Headings:
        """The heading line of its files."""
        add, only = f"send {self.title}, with its heading line", f"columns of {self.title} only"
        return Headings(self.columns, self.optional, add, only, "correct its name or remove it")

    def read(self, stream: BinaryIO, given: Given) -> Outcomes:
        """Read a file (bytes) in constant memory; a fault of the file itself is a last refusal that ends reading."""
        return _outcomes(stream, self, given)

    def coverage(self, given: Given) -> Coverage:
        """Say what a file covers: only one whose period is known replaces an earlier one of that period, so that another year's withdraws nothing."""
        if given.first is None or given.last is None:
            return Coverage(f"{self.source_system} {self.name}", self.population, False, given.first, given.last)
        scope = f"{self.source_system} {self.name} {given.first} to {given.last}"
        return Coverage(scope, self.population, True, given.first, given.last)


def _outcomes(stream: BinaryIO, sheet: Sheet, given: Given) -> Iterator[Outcome]:
    try:
        rows = read_rows(stream, ",")
        heading = sheet.headings.read(rows)
        _check_period(sheet, given)
        first = next(rows, None)
        # An export that failed has a heading and no row as often as a return that is empty: it withdraws nothing.
        yield sheet.coverage(given) if first is not None else replace(sheet.coverage(given), whole=False)
        reader = _Rows(sheet, given)
        for row in chain(() if first is None else (first,), rows):
            yield from _split(row, heading, reader)
    except FileFault as fault:
        yield fault.refusal


def _check_period(sheet: Sheet, given: Given) -> None:
    if any(told.in_period for told in sheet.told) and (given.first is None or given.last is None):
        sentence = f"expected to be told what period the file covers, since {sheet.name} has no days of its own, found none; say it, such as --period 2024-04-01..2025-03-31"
        raise FileFault(1, "no-period", sentence)


def _split(row: RawRow, heading: list[str], reader: "_Rows") -> Iterator[Outcome]:
    refusal = not_under(heading, row)
    if refusal is not None:
        yield refusal
    else:
        yield from reader.outcomes(row.line, dict(zip(heading, row.cells, strict=True)))


class _Rows:
    """Reads rows of one file, and remembers for a while which rows fell on the same day, so that each has a reference of its own."""

    def __init__(self, sheet: Sheet, given: Given) -> None:
        self._sheet = sheet
        self._given = given
        self._stretch = lru_cache(REMEMBERED_DAYS)(lambda first, last: local_days(first, last, given.zone))
        self._day = lru_cache(REMEMBERED_DAYS)(lambda cell, column: read_day(cell, sheet.layout, column))
        self._same = {**blank_envelope(), "agency": sheet.agency, "source_system": sheet.source_system}
        self._nobody = no_identifiers()
        self._places: OrderedDict[tuple[str, str, date], list[bytes]] = OrderedDict()

    def outcomes(self, line: int, row: Row) -> Iterator[Outcome]:
        """Give first what of the child cannot be read, then each statement or why it is refused; a row that says nothing datable is refused too."""
        child = {**self._nobody, "local_id": row[self._sheet.local_id]}
        for name, cell in self._sheet.child.items():
            try:
                child[name] = cell(row)
            except Unreadable as error:
                yield Refusal(line, error.code, f"{error} (what the row tells goes in without it)")
        found = False
        for told in self._sheet.told:
            if not told.when(row):
                continue
            try:
                statement = self._statement(told, row, child, line)
            except Unreadable as error:
                yield Refusal(line, error.code, str(error))
            else:
                if statement is None:
                    continue
                yield statement
            found = True
        if not found:
            wanted = ", ".join(told.day for told in self._sheet.told if told.day)
            yield Refusal(
                line, "empty-date", f"expected a day in {wanted}, found none; fill one in or leave the row out"
            )

    def _statement(self, told: Told, row: Row, child: dict[str, Any], line: int) -> Statement | None:
        within = self._within(told, row)
        if within is None:
            return None
        body = {name: cell(row) for name, cell in told.fields.items()}
        when = self._stretch(*within)
        envelope = {
            **self._same,
            "reference": self._reference(told, row, within[1]),
            "child": child,
            "happened": when,
            "learned": when,
            "sensitivity": told.sensitivity(body),
        }
        check_envelope(envelope)
        kin = f"{child['local_id']}/{told.kind}"
        return Statement(told.event_type, {"envelope": envelope, **body}, line, kin)

    def _within(self, told: Told, row: Row) -> tuple[date, date] | None:
        if told.day and row[told.day]:
            on = self._day(row[told.day], told.day)
            return on, on
        if not told.in_period or self._given.first is None or self._given.last is None:
            return None
        return self._given.first, self._given.last

    def _reference(self, told: Told, row: Row, on: date) -> str:
        """Build the reference from the child's id, the kind and the day; other rows of that kind and day are numbered, a plain repeat is not."""
        key = (row[self._sheet.local_id], told.kind, on)
        content = blake2b("\x1f".join(row.values()).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        places = self._places.setdefault(key, [])
        if content not in places:
            places.append(content)
        if len(self._places) > REMEMBERED:
            self._places.popitem(last=False)
        place = places.index(content) + 1
        parts = (key[0], told.kind, on.isoformat(), *([str(place)] if place > 1 else []))
        return join_reference(self._sheet.prefix, *parts)
