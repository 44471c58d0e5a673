"""From the cells of one row to the fields of one statement, as the mapping says. Unreadable names columns, never what a cell holds.

What a mapping asks is looked at once a file: each rule becomes a function from a row to a field, so that a cell costs no more than its own reading.
"""

from collections.abc import Callable
from collections.abc import Mapping as Row
from functools import lru_cache
from typing import Any

from connectors.cell_times import when_reader
from connectors.dates import read_day
from connectors.envelope import blank_envelope, check_envelope, no_identifiers
from connectors.mapping import CellRule, JoinedRule, Mapping
from connectors.references import join_reference
from connectors.shapes import whole_number
from connectors.statement import Unreadable
from schemas.moments import days

YES = frozenset({"true", "yes", "y", "1"})
NO = frozenset({"false", "no", "n", "0"})
REMEMBERED_DAYS = 4_096
Field = Callable[[Row[str, str]], Any]
"""Fills one field from a row; Unreadable for an empty cell that is required, a code without a meaning, or a cell of another kind."""
Filled = Callable[[str], Any]
"""Reads a cell that is not empty."""


class RowReader:
    """Reads the rows of one file through a mapping."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._event_type = field_of(mapping.event_type)
        self._happened = when_reader(mapping.happened, mapping.zone)
        self._learned = None if mapping.learned is None else when_reader(mapping.learned, mapping.zone)
        self._reference = _reference(mapping.reference)
        self._handling = _fields(mapping.handling)
        self._child = _fields(mapping.child)
        self._links = {name: joined(rule) for name, rule in mapping.links.items()}
        self._bodies = {event_type: _fields(rules) for event_type, rules in mapping.bodies.items()}
        self._same = {**blank_envelope(), "agency": mapping.agency, "source_system": mapping.source_system}
        self._nobody = no_identifiers()

    def leaves_out(self, row: Row[str, str]) -> bool:
        """Whether the mapping says that this row is no event."""
        column = self._mapping.event_type.column
        return column is not None and row[column] in self._mapping.leave_out

    def statement_value(self, row: Row[str, str]) -> tuple[str, dict[str, Any]]:
        """Read one row: (event type, value); Unreadable when a cell cannot be what its field wants."""
        event_type = str(self._event_type(row))
        envelope = self._envelope(event_type, row)
        if event_type == "StatementRetracted" and envelope["retracts"] is None:
            named = self._mapping.links["retracts"].columns[0]
            raise Unreadable(
                "nothing-retracted",
                f"expected column {named} to say which statement is withdrawn, found it empty; fill it in",
            )
        check_envelope(envelope)
        return event_type, {"envelope": envelope, **_filled(self._bodies[event_type], row)}

    def _envelope(self, event_type: str, row: Row[str, str]) -> dict[str, Any]:
        happened = self._happened(row)
        handling = _filled(self._handling, row)
        return {
            **self._same,
            "reference": self._reference(row),
            "child": {**self._nobody, **_filled(self._child, row)},
            "happened": happened,
            "sensitivity": self._mapping.sensitivities[event_type],
            "learned": happened if self._learned is None else self._learned(row),
            **handling,
            **_filled(self._links, row),
        }


def _fields(rules: dict[str, CellRule]) -> dict[str, Field]:
    return {name: field_of(rule) for name, rule in rules.items()}


def _filled(fields: dict[str, Field], row: Row[str, str]) -> dict[str, Any]:
    return {name: read(row) for name, read in fields.items()}


def field_of(rule: CellRule) -> Field:
    """Make the function that fills one field."""
    column = rule.column
    if column is None:
        return lambda _row: rule.value
    read, empty = _reading(rule, column), _empty(rule)

    def field(row: Row[str, str]) -> Any:
        cell = row[column]
        return read(cell) if cell else empty()

    return field


def _empty(rule: CellRule) -> Callable[[], Any]:
    """Say what an empty cell comes to."""
    if rule.empty is not None or rule.shape.optional:
        return lambda: rule.empty
    if rule.shape.kind == "words":
        return list

    def refuse() -> Any:
        raise Unreadable("empty-cell", f"expected something in column {rule.column}, found it empty; fill it in")

    return refuse


def _reading(rule: CellRule, column: str) -> Filled:
    """Say how a cell is read that is not empty."""
    kind = rule.shape.kind
    coded = str if rule.codes is None else _decoding(rule, rule.codes)
    if kind == "words":
        return lambda cell: [coded(part) for part in map(str.strip, cell.split(rule.separator)) if part]
    if rule.codes is not None:
        return coded
    if kind == "int":
        return lambda cell: whole_number(cell, f"column {column}")
    if kind == "date":
        # Birthdays and the like come again row after row.
        return lru_cache(REMEMBERED_DAYS)(lambda cell: days(read_day(cell, str(rule.format), column)))
    if kind == "boolean":
        return lambda cell: _yes_or_no(cell, column)
    return str if kind != "enum" else lambda cell: _symbol(rule, cell)


def _decoding(rule: CellRule, codes: dict[str, Any]) -> Filled:
    def decoded(cell: str) -> Any:
        found = codes.get(cell, rule.otherwise)
        if found is None:
            raise Unreadable(
                "unknown-code",
                f"expected one of {', '.join(codes)} in column {rule.column}, found another code; correct the cell or add the code to the mapping",
            )
        return found

    return decoded


def _symbol(rule: CellRule, cell: str) -> str:
    if cell not in rule.shape.symbols:
        raise Unreadable(
            "unknown-code",
            f"expected one of {', '.join(rule.shape.symbols)} in column {rule.column}, found another; correct the cell",
        )
    return cell


def _yes_or_no(cell: str, column: str) -> bool:
    word = cell.casefold()
    if word not in YES | NO:
        raise Unreadable("bad-yes-no", f"expected yes or no in column {column}, found something else; correct the cell")
    return word in YES


def _reference(rule: JoinedRule) -> Field:
    whole = joined(rule)

    def reference(row: Row[str, str]) -> str:
        found = whole(row)
        if found is None:
            column = next(column for column in rule.columns if not row[column])
            raise Unreadable(
                "no-reference",
                f"expected something in column {column}, which the reference is built from, found it empty; fill it in",
            )
        return str(found)

    return reference


def joined(rule: JoinedRule) -> Field:
    """Make the function that joins prefix and cells by slashes; it gives None when one of the cells is empty."""

    def join(row: Row[str, str]) -> str | None:
        cells = [row[column] for column in rule.columns]
        return join_reference(rule.prefix, *cells) if all(cells) else None

    return join
