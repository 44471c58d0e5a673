"""A feed's mapping as it is used, once `mapping_file` has read and checked it: which column becomes which field, and how."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any, Literal

from connectors.shapes import Shape

Precision = Literal["exact", "month", "year", "about"]
PRECISIONS: tuple[Precision, ...] = ("exact", "month", "year", "about")


@dataclass(frozen=True, slots=True)
class CellRule:
    """How one field is filled: from a constant, or from a column through an optional code table.

    `empty` stands in for an empty cell and `otherwise` for a code that the table does not have; None where the mapping gives none.
    """

    shape: Shape
    value: Any = None
    column: str | None = None
    codes: dict[str, Any] | None = None
    empty: Any = None
    otherwise: Any = None
    format: str | None = None
    separator: str = ";"


@dataclass(frozen=True, slots=True)
class JoinedRule:
    """How a reference is built: a fixed prefix and the cells of some columns, joined by slashes; the same cells always give the same reference."""

    prefix: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TimeRule:
    """How a time is read: one column (with an optional one for the time of day), or an earliest and a latest column, and how sure it is."""

    format: str
    column: str
    latest_column: str | None = None
    time_column: str | None = None
    time_format: str = "%H:%M"
    precision_column: str | None = None
    precision_codes: dict[str, Precision] = field(default_factory=dict)
    about_days: int = 7
    wording_column: str | None = None

    def columns(self) -> Iterator[str]:
        """Name the columns that are read."""
        named = (self.column, self.latest_column, self.time_column, self.precision_column, self.wording_column)
        return (column for column in named if column is not None)


@dataclass(frozen=True, slots=True)
class CoverageRule:
    """What files of a feed are about (see Coverage): `whole` files withdraw what they no longer state, others only add and change."""

    scope: str
    population: str
    whole: bool
    next_due_days: int | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """One feed: how each row of its CSV or Excel files becomes a statement.

    `learned` is None where it is the same as `happened`; `sheet` names the sheet of a workbook, None for its first; `sensitivities` has each event type's
    default, for rows of which the mapping does not say how sensitive they are. `leave_out` has the codes of the event type's column, the empty one
    too, whose rows are no events.
    """

    feed: str
    agency: str
    source_system: str
    zone: tzinfo
    delimiter: str
    event_type: CellRule
    reference: JoinedRule
    happened: TimeRule
    learned: TimeRule | None
    child: dict[str, CellRule]
    handling: dict[str, CellRule]
    links: dict[str, JoinedRule]
    bodies: dict[str, dict[str, CellRule]]
    sensitivities: dict[str, str]
    coverage: CoverageRule
    sheet: str | None = None
    leave_out: frozenset[str] = frozenset()

    def columns(self) -> list[str]:
        """Name every column that a file of this feed must have, once each, in the order of the mapping."""
        cells = [self.event_type, *self.child.values(), *self.handling.values()]
        cells += [rule for body in self.bodies.values() for rule in body.values()]
        named = [rule.column for rule in cells if rule.column is not None]
        for joined in (self.reference, *self.links.values()):
            named += joined.columns
        for time in (self.happened, self.learned):
            named += time.columns() if time is not None else ()
        return list(dict.fromkeys(named))

    def formats(self) -> dict[str, str]:
        """Name the format of dates and times in each column that is read by one."""
        times = [time for time in (self.happened, self.learned) if time is not None]
        cells = [*self.child.values(), *(rule for body in self.bodies.values() for rule in body.values())]
        found = {rule.column: rule.format for rule in cells if rule.column is not None and rule.format is not None}
        for time in times:
            found |= dict.fromkeys((one for one in (time.column, time.latest_column) if one), time.format)
            if time.time_column is not None:
                found.setdefault(time.time_column, time.time_format)
        return found
