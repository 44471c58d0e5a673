"""From the cells of one row to the fields of one statement, as the mapping says. Unreadable names columns, never what a cell holds."""

from collections.abc import Mapping as Row
from datetime import date, datetime, tzinfo
from typing import Any

from connectors.dates import has_time, read_day, read_time
from connectors.envelope import (
    When,
    blank_envelope,
    check_envelope,
    days_about,
    exact,
    local_days,
    local_moment,
    month_of,
    no_identifiers,
)
from connectors.mapping import CellRule, JoinedRule, Mapping, Precision, TimeRule
from connectors.references import join_reference
from connectors.shapes import whole_number
from connectors.statement import Unreadable
from schemas.moments import days

YES = frozenset({"true", "yes", "y", "1"})
NO = frozenset({"false", "no", "n", "0"})


def statement_value(mapping: Mapping, row: Row[str, str]) -> tuple[str, dict[str, Any]]:
    """Read one row: (event type, value); Unreadable when a cell cannot be what its field wants."""
    event_type = str(read_cell(mapping.event_type, row))
    envelope = _envelope(mapping, event_type, row)
    if event_type == "StatementRetracted" and envelope["retracts"] is None:
        named = mapping.links["retracts"].columns[0]
        raise Unreadable(
            "nothing-retracted",
            f"expected column {named} to say which statement is withdrawn, found it empty; fill it in",
        )
    check_envelope(envelope)
    body = {name: read_cell(rule, row) for name, rule in mapping.bodies[event_type].items()}
    return event_type, {"envelope": envelope, **body}


def _envelope(mapping: Mapping, event_type: str, row: Row[str, str]) -> dict[str, Any]:
    happened = read_when(mapping.happened, row, mapping.zone)
    handling = {name: read_cell(rule, row) for name, rule in mapping.handling.items()}
    return {
        **blank_envelope(),
        "agency": mapping.agency,
        "source_system": mapping.source_system,
        "reference": _reference(mapping.reference, row),
        "child": {**no_identifiers(), **{name: read_cell(rule, row) for name, rule in mapping.child.items()}},
        "happened": happened,
        "sensitivity": mapping.sensitivities[event_type],
        "learned": happened if mapping.learned is None else read_when(mapping.learned, row, mapping.zone),
        **handling,
        **{name: joined(rule, row) for name, rule in mapping.links.items()},
    }


def read_cell(rule: CellRule, row: Row[str, str]) -> Any:
    """Fill one field; Unreadable for an empty cell that is required, a code without a meaning, or a cell of another kind."""
    if rule.column is None:
        return rule.value
    cell = row[rule.column]
    if not cell:
        return _empty(rule)
    if rule.shape.kind == "words":
        parts = [part.strip() for part in cell.split(rule.separator)]
        return [_decoded(rule, part) for part in parts if part]
    if rule.codes is not None:
        return _decoded(rule, cell)
    return _typed(rule, cell)


def _empty(rule: CellRule) -> Any:
    if rule.empty is not None or rule.shape.optional:
        return rule.empty
    if rule.shape.kind == "words":
        return []
    raise Unreadable("empty-cell", f"expected something in column {rule.column}, found it empty; fill it in")


def _decoded(rule: CellRule, cell: str) -> Any:
    if rule.codes is None:
        return cell
    found = rule.codes.get(cell, rule.otherwise)
    if found is None:
        known = ", ".join(rule.codes)
        raise Unreadable(
            "unknown-code",
            f"expected one of {known} in column {rule.column}, found another code; correct the cell or add the code to the mapping",
        )
    return found


def _typed(rule: CellRule, cell: str) -> Any:
    kind, column = rule.shape.kind, str(rule.column)
    if kind == "int":
        return whole_number(cell, f"column {column}")
    if kind == "date":
        return days(read_day(cell, str(rule.format), column))
    if kind == "boolean":
        return _yes_or_no(cell, column)
    if kind == "enum" and cell not in rule.shape.symbols:
        raise Unreadable(
            "unknown-code",
            f"expected one of {', '.join(rule.shape.symbols)} in column {column}, found another; correct the cell",
        )
    return cell


def _yes_or_no(cell: str, column: str) -> bool:
    word = cell.casefold()
    if word not in YES | NO:
        raise Unreadable("bad-yes-no", f"expected yes or no in column {column}, found something else; correct the cell")
    return word in YES


def _reference(rule: JoinedRule, row: Row[str, str]) -> str:
    for column in rule.columns:
        if not row[column]:
            raise Unreadable(
                "no-reference",
                f"expected something in column {column}, which the reference is built from, found it empty; fill it in",
            )
    return str(joined(rule, row))


def joined(rule: JoinedRule, row: Row[str, str]) -> str | None:
    """Join prefix and cells by slashes; None when one of the cells is empty."""
    cells = [row[column] for column in rule.columns]
    return join_reference(rule.prefix, *cells) if all(cells) else None


def read_when(rule: TimeRule, row: Row[str, str], zone: tzinfo) -> When:
    """Read when something happened or was learned, as surely as the file knows it; Unreadable for an empty or unreadable cell."""
    cell = row[rule.column]
    if not cell:
        raise Unreadable("empty-date", f"expected a date in column {rule.column}, found it empty; fill it in")
    start = read_time(cell, rule.format, rule.column)
    found = _range(start, rule, row, zone) if rule.latest_column is not None else _sure(start, rule, row, zone)
    own_words = row[rule.wording_column] if rule.wording_column else ""
    return {**found, "wording": own_words or found["wording"]}


def _range(start: datetime, rule: TimeRule, row: Row[str, str], zone: tzinfo) -> When:
    """Read from the earliest to the latest column; where the latest is empty, the earliest is all that is known."""
    timed, column = has_time(rule.format), str(rule.latest_column)
    end = read_time(row[column], rule.format, column) if row[column] else start
    return {
        "earliest": _stretch(start, zone, timed)["earliest"],
        "latest": _stretch(end, zone, timed)["latest"],
        "wording": None,
    }


def _sure(start: datetime, rule: TimeRule, row: Row[str, str], zone: tzinfo) -> When:
    """Read one column as precisely as its precision column allows; with an empty time of day the day alone is known."""
    precision = _precision(rule, row)
    if precision != "exact":
        first, last, said = _uncertain(start.date(), precision, rule.about_days)
        return local_days(first, last, zone, said)
    if rule.time_column is None or not row[rule.time_column]:
        return _stretch(start, zone, has_time(rule.format))
    clock = read_time(row[rule.time_column], rule.time_format, rule.time_column)
    return _stretch(datetime.combine(start.date(), clock.timetz()), zone, timed=True)


def _stretch(at: datetime, zone: tzinfo, timed: bool) -> When:
    if not timed:
        return local_days(at.date(), at.date(), zone)
    return exact(at) if at.tzinfo is not None else local_moment(at, zone)


def _precision(rule: TimeRule, row: Row[str, str]) -> Precision:
    if rule.precision_column is None or not row[rule.precision_column]:
        return "exact"
    found = rule.precision_codes.get(row[rule.precision_column])
    if found is None:
        known = ", ".join(rule.precision_codes)
        raise Unreadable(
            "unknown-code",
            f"expected one of {known} in column {rule.precision_column}, found another code; correct the cell",
        )
    return found


def _uncertain(day: date, precision: Precision, about_days: int) -> tuple[date, date, str]:
    if precision == "month":
        return *month_of(day), f"in {day.isoformat()[:7]}"
    if precision == "year":
        return day.replace(month=1, day=1), day.replace(month=12, day=31), f"in {day.year}"
    return *days_about(day, about_days), f"about {day.isoformat()}"
