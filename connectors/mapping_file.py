"""Mapping files: TOML that a feed owner can write, checked against the contracts before the first row is read.

The reference, with an example, is in connectors/README.md.
"""

import tomllib
from datetime import date
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Any, cast

from connectors.dates import check_format
from connectors.envelope import LONDON, time_zone
from connectors.mapping import PRECISIONS, CellRule, CoverageRule, JoinedRule, Mapping, Precision, TimeRule
from connectors.sections import MappingBroken, Section
from connectors.shapes import Shape, body_of, shape_of
from connectors.statement import Unreadable
from schemas.catalogue import Catalogue
from schemas.moments import days
from schemas.topics import AGENCIES

HANDLING = ("assertion", "sensitivity", "seal", "handling_conditions")
LINKS = ("correlation", "cause", "corrects", "retracts")
NEAREST, USUAL = 5, 20
"""How many event types are named where a mapping names one that there is not."""
TAKES = {"string": str, "int": int, "boolean": bool, "date": date, "enum": str}


def shipped_mappings() -> list[str]:
    """Name the mappings that come with the hub."""
    folder = resources.files("connectors") / "mappings"
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def shipped_mapping(name: str, catalogue: Catalogue) -> Mapping:
    """Read a mapping that comes with the hub; MappingBroken lists their names when there is none of this name."""
    if name not in shipped_mappings():
        raise MappingBroken(
            f"expected one of the mappings {', '.join(shipped_mappings())}, found another name; give one of them or a .toml file"
        )
    text = (resources.files("connectors") / "mappings" / f"{name}.toml").read_text("utf-8")
    return parse_mapping(text, f"{name}.toml", catalogue)


def load_mapping(path: Path, catalogue: Catalogue) -> Mapping:
    """Read a mapping file; MappingBroken when it is not there, is not TOML or does not fit the contracts."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MappingBroken(
            f"{path.name}: expected a mapping file in UTF-8, could not read it ({type(error).__name__}); check the name"
        ) from None
    return parse_mapping(text, path.name, catalogue)


def parse_mapping(text: str, name: str, catalogue: Catalogue) -> Mapping:
    """Read the text of a mapping; MappingBroken names `name` and the key."""
    try:
        top = Section(name, "", tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise MappingBroken(f"{name}: expected TOML, found something else: {error}; correct that line") from None
    mapping = _mapping(top, catalogue)
    top.finish()
    _no_personal_references(top, mapping)
    return mapping


def _mapping(top: Section, catalogue: Catalogue) -> Mapping:
    types = {contract.short_name: shape_of(contract) for contract in catalogue.statements()}
    envelope = next(iter(types.values())).parts["envelope"].parts
    section = top.section("event_type")
    left_out = _left_out(section)
    event_type = _event_type(section, types, _usual(catalogue, _agency(top)))
    extra = top.may_section("envelope")
    handling = {key: _cell(extra.section(key), envelope[key]) for key in HANDLING if key in extra}
    links = {key: _joined(extra.section(key)) for key in LINKS if key in extra}
    _taken(extra, HANDLING + LINKS)
    return Mapping(
        feed=top.must("feed", str),
        agency=_agency(top),
        source_system=top.must("source_system", str),
        zone=_zone(top),
        delimiter=_delimiter(top),
        event_type=event_type,
        reference=_joined(top.section("reference")),
        happened=_time(top.section("happened")),
        learned=_learned(top.section("learned")),
        child=_cells(top.section("child"), envelope["child"].parts),
        handling=handling,
        links=links,
        bodies=_bodies(top, event_type, types, links),
        # A contract that says nothing of it is kept closest, never plainest.
        sensitivities={one.short_name: one.sensitivity or "RESTRICTED" for one in catalogue.statements()},
        coverage=_coverage(top),
        sheet=top.may("sheet", str),
        leave_out=left_out,
    )


def _coverage(top: Section) -> CoverageRule:
    """Read [coverage]; without it files add and change and never withdraw."""
    section, feed = top.may_section("coverage"), top.must("feed", str)
    rule = CoverageRule(
        scope=section.may("scope", str) or feed,
        population=section.may("population", str) or "whomever its rows are about",
        whole=section.may("whole", bool) or False,
        next_due_days=section.may("next_due_days", int),
    )
    section.finish()
    return rule


def _agency(top: Section) -> str:
    found = top.must("agency", str)
    if found not in AGENCIES:
        raise top.broken("agency", f"expected one of {', '.join(AGENCIES)}, found another; correct it")
    return found


def _taken(section: Section, keys: tuple[str, ...]) -> None:
    for key in keys:
        section.anything(key)
    section.finish()


def _zone(top: Section) -> Any:
    try:
        return time_zone(top.may("time_zone", str) or LONDON)
    except Unreadable as error:
        raise top.broken("time_zone", str(error)) from None


def _delimiter(top: Section) -> str:
    found = top.may("delimiter", str) or ","
    if len(found) != 1 or found in '"\r\n\0':
        raise top.broken("delimiter", "expected one character such as a comma, found something else; correct it")
    return found


def _usual(catalogue: Catalogue, agency: str) -> list[str]:
    """Name event types that this agency tells and not every one does, those that fewest tell first."""
    told = [one for one in catalogue.statements() if agency in one.told_by and one.told_by != AGENCIES]
    return [one.short_name for one in sorted(told, key=lambda one: len(one.told_by))[:USUAL]]


def _event_type(section: Section, types: dict[str, Shape], usual: list[str]) -> CellRule:
    codes = section.may("codes", dict) or {}
    said = {key: section.anything(key) for key in ("value", "empty", "otherwise")}
    for key, name in (said | {f"codes.{code}": name for code, name in codes.items()}).items():
        if isinstance(name, str) and name not in types:
            near = ", ".join(get_close_matches(name, types, NEAREST)) or "none of a like name"
            raise section.broken(
                key,
                f"expected an event type, found another name; nearest: {near}; this agency tells, among others, {', '.join(usual)}; see docs/contracts.md for all",
            )
    return _cell(section, Shape("enum", symbols=tuple(types)))


def _left_out(section: Section) -> frozenset[str]:
    """Read which codes of the event type's column are no events; a code cannot be both."""
    found = section.may("leave_out", list) or []
    if not all(isinstance(code, str) for code in found):
        raise section.broken(
            "leave_out", 'expected a list of codes such as ["N", ""], found something else; correct it'
        )
    if found and "column" not in section:
        raise section.broken("leave_out", "expected a column whose codes are left out, found none; name the column")
    taken = {*(section.may("codes", dict) or {}), *([""] if "empty" in section else [])}
    if both := [code for code in found if code in taken]:
        said = both[0] or "the empty cell"
        raise section.broken(
            "leave_out", f"expected codes that become no event, found {said}, which becomes one; remove it from either"
        )
    return frozenset(found)


def event_types(rule: CellRule) -> list[str]:
    """Name the event types that rows of a feed may become."""
    found = [rule.value, rule.empty, rule.otherwise, *(rule.codes or {}).values()]
    return list(dict.fromkeys(name for name in found if name is not None))


def _bodies(
    top: Section, rule: CellRule, types: dict[str, Shape], links: dict[str, JoinedRule]
) -> dict[str, dict[str, CellRule]]:
    fields = top.may_section("fields")
    wanted = event_types(rule)
    if not wanted:
        raise top.broken(
            "event_type.codes", "expected a code table that says which code is which event type, found none; add it"
        )
    _taken(fields, tuple(wanted))
    if "StatementRetracted" in wanted and "retracts" not in links:
        raise top.broken(
            "envelope.retracts",
            "expected to be told which statement a StatementRetracted withdraws, found nothing; add it",
        )
    return {name: _cells(fields.may_section(name), body_of(types[name])) for name in wanted}


def _cells(section: Section, parts: dict[str, Shape]) -> dict[str, CellRule]:
    for key in section.keys():  # noqa: SIM118  # a section is not a dict; its keys are the file's
        if key not in parts:
            raise section.broken(
                key, f"expected one of the contract's fields {', '.join(parts)}, found another; correct or remove it"
            )
    missing = [name for name, shape in parts.items() if not shape.optional and name not in section]
    if missing:
        raise section.broken(
            missing[0], "expected a column or a value, found nothing; the contract requires this field"
        )
    return {key: _cell(section.section(key), parts[key]) for key in section.keys()}  # noqa: SIM118  # as above


def _cell(section: Section, shape: Shape) -> CellRule:
    value, column = section.anything("value"), section.may("column", str)
    if (value is None) == (column is None):
        raise section.broken(
            "", "expected either value (the same for every row) or column, found both or neither; give one of them"
        )
    codes = section.may("codes", dict)
    rule = CellRule(
        shape=shape,
        value=_constant(section, "value", shape, value),
        column=column,
        codes=None if codes is None else {key: _code(section, key, shape, code) for key, code in codes.items()},
        empty=_constant(section, "empty", shape, section.anything("empty")),
        otherwise=_constant(section, "otherwise", shape, section.anything("otherwise")),
        format=_format(section, shape, column),
        separator=section.may("separator", str) or ";",
    )
    section.finish()
    return rule


def _code(section: Section, key: str, shape: Shape, code: Any) -> Any:
    item = Shape("string") if shape.kind == "words" else shape
    return _constant(section, f"codes.{key}", item, code)


def _constant(section: Section, key: str, shape: Shape, found: Any) -> Any:
    """Check a constant of the mapping file against the field that it fills; dates become days since 1970."""
    if found is None:
        return None
    if shape.kind == "words":
        if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
            raise section.broken(key, "expected a list of texts, found something else; correct it")
        return found
    if not isinstance(found, TAKES[shape.kind]) or (shape.kind == "int" and isinstance(found, bool)):
        raise section.broken(
            key, f"expected a value of the kind {shape.kind}, found another; the contract's field wants that"
        )
    if shape.kind == "enum" and found not in shape.symbols:
        raise section.broken(key, f"expected one of {', '.join(shape.symbols)}, found another; correct it")
    return days(found) if isinstance(found, date) else found


def _format(section: Section, shape: Shape, column: str | None) -> str | None:
    if shape.kind != "date" or column is None:
        return None
    return _checked_format(section, "format", section.must("format", str), time=False)


def _checked_format(section: Section, key: str, found: str, *, time: bool) -> str:
    try:
        check_format(found, time=time)
    except Unreadable as error:
        raise section.broken(key, str(error)) from None
    return found


def _joined(section: Section) -> JoinedRule:
    rule = JoinedRule(section.may("prefix", str) or "", section.words("columns"))
    section.finish()
    return rule


def _learned(section: Section) -> TimeRule | None:
    if "same_as" not in section:
        return _time(section)
    if section.must("same_as", str) != "happened":
        raise section.broken(
            "same_as", 'expected "happened", found another; write same_as = "happened", or name a column'
        )
    section.finish()
    return None


def _time(section: Section) -> TimeRule:
    latest = section.may("latest_column", str)
    rule = TimeRule(
        format=_checked_format(section, "format", section.must("format", str), time=True),
        column=section.must("column" if latest is None else "earliest_column", str),
        latest_column=latest,
        time_column=section.may("time_column", str),
        time_format=_checked_format(section, "time_format", section.may("time_format", str) or "%H:%M", time=True),
        precision_column=section.may("precision_column", str),
        precision_codes=_precisions(section),
        about_days=section.may("about_days", int) or 7,
        wording_column=section.may("wording_column", str),
    )
    section.finish()
    if latest is not None and (rule.time_column or rule.precision_column):
        raise section.broken(
            "latest_column",
            "expected a range or a precision, found both; with an earliest and a latest column give neither time nor precision",
        )
    return rule


def _precisions(section: Section) -> dict[str, Precision]:
    codes = section.may("precision_codes", dict) or {}
    for key, found in codes.items():
        if found not in PRECISIONS:
            raise section.broken(
                f"precision_codes.{key}", f"expected one of {', '.join(PRECISIONS)}, found another; correct it"
            )
    return cast("dict[str, Precision]", codes)


def _no_personal_references(top: Section, mapping: Mapping) -> None:
    """Refuse a reference built from a column that also names the child: references may be read without a key."""
    personal = {rule.column: name for name, rule in mapping.child.items() if name != "local_id" and rule.column}
    for name, rule in (
        ("reference", mapping.reference),
        *((f"envelope.{key}", rule) for key, rule in mapping.links.items()),
    ):
        for column in rule.columns:
            if column in personal:
                raise top.broken(
                    f"{name}.columns",
                    f"expected record numbers, found column {column}, which is the child's {personal[column]}; use another column",
                )
