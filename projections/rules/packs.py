"""The rule packs as committed, read strictly: an edition, the days on which it applied, and its rules with their source paragraphs."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from importlib import resources
from itertools import pairwise
from typing import Any, TypeVar

FILES = ("wt2013.toml", "current.toml")
WORKING_DAYS = "working_days"


class RulePacksError(Exception):
    """The rule packs cannot be used; the message says which file, what was expected, what was found and what to do."""


@dataclass(frozen=True, slots=True)
class ClockRule:
    """A duty with a limit: what starts it, what satisfies it, within how many working days, owed by whom, and the paragraph that says so."""

    id: str
    title: str
    starts_on: frozenset[str]
    satisfied_by: frozenset[str]
    limit: int
    unit: str
    owed_by: str
    source: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ThresholdRule:
    """An accumulation: entries of the counted types from so many distinct agencies within so many days."""

    id: str
    title: str
    distinct_agencies: int
    window_days: int
    counts: frozenset[str]
    source: str
    sentence: str


@dataclass(frozen=True, slots=True)
class RulePack:
    """One edition of the rules and the days on which it applied, both counted; `applied_to` is None while it still does."""

    edition: str
    nation: str
    applied_from: date
    applied_to: date | None
    verified: bool
    clocks: tuple[ClockRule, ...]
    thresholds: tuple[ThresholdRule, ...]

    def applied_on(self, day: date) -> bool:
        """Whether this edition applied on that day."""
        return self.applied_from <= day and (self.applied_to is None or day <= self.applied_to)


@dataclass(frozen=True, slots=True)
class RulePacks:
    """All editions, oldest first; on any day at most one applied."""

    packs: tuple[RulePack, ...]

    def __iter__(self) -> Iterator[RulePack]:
        """Go through the editions, oldest first."""
        return iter(self.packs)

    def applying_on(self, day: date) -> RulePack | None:
        """Give the edition that applied on that day, or None before the first."""
        return next((pack for pack in self.packs if pack.applied_on(day)), None)

    def clock_rule(self, edition: str, rule_id: str) -> ClockRule:
        """Find a clock rule by its edition and id; RulePacksError when there is none."""
        for pack in self.packs:
            for rule in pack.clocks:
                if (pack.edition, rule.id) == (edition, rule_id):
                    return rule
        raise RulePacksError(
            f"expected a clock rule {rule_id} in edition {edition}, found none; put the edition's rule pack back"
        )

    def counted(self) -> frozenset[str]:
        """Give every event type that a threshold of any edition counts."""
        return frozenset(kind for pack in self.packs for rule in pack.thresholds for kind in rule.counts)


def load_rule_packs() -> RulePacks:
    """Read the committed packs; RulePacksError when one is not as described here or two applied on the same day."""
    folder = resources.files("projections.rules")
    return rule_packs({name: (folder / name).read_text("utf-8") for name in FILES})


def rule_packs(texts: Mapping[str, str]) -> RulePacks:
    """Read packs from TOML texts by file name; RulePacksError when one is not as described here or two applied on the same day."""
    packs = sorted((_pack(file, text) for file, text in texts.items()), key=lambda pack: pack.applied_from)
    for earlier, later in pairwise(packs):
        if earlier.applied_to is None or earlier.applied_to >= later.applied_from:
            raise RulePacksError(
                f"{earlier.edition} and {later.edition}: expected days that do not overlap, found both on {later.applied_from}; "
                f"end {earlier.edition} the day before"
            )
    editions = [pack.edition for pack in packs]
    if len(set(editions)) < len(editions):
        raise RulePacksError(f"expected each edition once, found {', '.join(editions)}; rename one")
    return RulePacks(tuple(packs))


def _pack(file: str, text: str) -> RulePack:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise RulePacksError(f"{file}: expected TOML, found {broken}; correct the line") from broken
    rules = {
        "clocks": _rules(file, table.pop("clock", []), "clock", ClockRule),
        "thresholds": _rules(file, table.pop("threshold", []), "threshold", ThresholdRule),
    }
    unknown = table.keys() & rules.keys()
    if unknown:
        raise RulePacksError(f"{file}: unknown keys {sorted(unknown)}; write each rule as [[clock]] or [[threshold]]")
    raw = {"applied_to": None, **table, **rules}
    pack = _record(file, RulePack, raw)
    _check_whole(file, pack)
    return pack


Shape = TypeVar("Shape", RulePack, ClockRule, ThresholdRule)


def _rules(file: str, tables: object, name: str, shape: type[Shape]) -> tuple[Shape, ...]:
    if not isinstance(tables, list) or not all(isinstance(row, dict) for row in tables):
        raise RulePacksError(
            f"{file}: expected {name} as [[{name}]] tables, found something else; write one for each rule"
        )
    return tuple(_record(f"{file}, {name} {n}", shape, row) for n, row in enumerate(tables, 1))


def _record(where: str, shape: type[Shape], raw: Mapping[str, Any]) -> Shape:
    """Fill a frozen record from a TOML table whose keys and types must be exactly the record's."""
    wanted = {field.name: field.type for field in fields(shape)}
    if raw.keys() != wanted.keys():
        missing, unknown = sorted(wanted.keys() - raw.keys()), sorted(raw.keys() - wanted.keys())
        raise RulePacksError(
            f"{where}: expected {', '.join(wanted)}; missing {missing}, unknown {unknown}; correct the keys"
        )
    return shape(**{name: _field(f"{where}, {name}", kind, raw[name]) for name, kind in wanted.items()})


def _field(where: str, kind: object, found: Any) -> Any:
    """Check one value against its field's type: text and lists not empty, numbers above zero, days without a time."""
    if kind is str and isinstance(found, str) and found.strip():
        return found
    if kind is int and type(found) is int and found > 0:
        return found
    if (
        kind == frozenset[str]
        and isinstance(found, list)
        and found
        and all(isinstance(one, str) and one for one in found)
    ):
        return frozenset(found)
    if kind is bool and isinstance(found, bool):
        return found
    if kind in (date, date | None) and isinstance(found, date) and not isinstance(found, datetime):
        return found
    if (kind == date | None and found is None) or isinstance(found, tuple):
        return found
    raise RulePacksError(
        f"{where}: expected {getattr(kind, '__name__', kind)}, not empty and above zero, found {found!r}; correct the value"
    )


def _check_whole(file: str, pack: RulePack) -> None:
    ids = [*(rule.id for rule in pack.clocks), *(rule.id for rule in pack.thresholds)]
    if len(set(ids)) < len(ids):
        raise RulePacksError(f"{file}: expected each rule id once, found {', '.join(sorted(ids))}; rename one")
    if pack.applied_to is not None and pack.applied_to < pack.applied_from:
        raise RulePacksError(f"{file}: expected applied_to on or after applied_from, found it before; correct the days")
    for clock in pack.clocks:
        if clock.unit != WORKING_DAYS:
            raise RulePacksError(
                f"{file}, {clock.id}: expected unit {WORKING_DAYS}, found {clock.unit}; write the limit in working days"
            )
