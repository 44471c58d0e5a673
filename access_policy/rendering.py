"""The rules as people read them: a page of every rule with its examples, and a table of every decision that they lead to."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from access_policy.decision import DecisionPoint
from access_policy.examples import DOORS, NO_PURPOSE, Answer, Example, entry_in, in_code
from access_policy.question import EntryClass, Person, Question
from access_policy.rules import Rule, RuleBook
from access_policy.visibility import classify
from access_policy.vocabulary import CLEARANCES, PURPOSES, ROLES, SEALS, SENSITIVITIES

MATRIX_COLUMNS = ("what", "role", "agency", "cleared for", "purpose", "outcome", "because")
ASKING = ("police", "health", "children's social care", "education")
TELLING = ("police", "health", "children's social care")
"""Agencies of the matrix: the two that rules name, one that stands for all others, and (asking only) another of those others."""

_CLEARED: dict[str, frozenset[str]] = {
    "nothing": frozenset(),
    **{word: frozenset({word}) for word in CLEARANCES},
    "everything": frozenset(CLEARANCES),
}
_STATED = (NO_PURPOSE, *PURPOSES)


@dataclass(frozen=True, slots=True)
class _Line:
    what: str
    role: str
    agencies: tuple[str, ...]
    cleared: tuple[str, ...]
    purposes: tuple[str, ...]
    answer: Answer


def render_matrix(book: RuleBook) -> str:
    """Render every decision of the rules as CSV, cells that come out alike joined into one line; takes a few seconds."""
    lines: Iterable[_Line] = _lines(DecisionPoint(book))
    for column in ("purposes", "cleared", "agencies"):
        lines = _joined(lines, column)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(MATRIX_COLUMNS)
    order = {what: at for at, what in enumerate([*DOORS, *_entries()])}
    for line in sorted(lines, key=lambda line: order[line.what]):
        values = (_listed(line.agencies, ASKING), _listed(line.cleared, _CLEARED), _listed(line.purposes, _STATED))
        writer.writerow((line.what, line.role, *values, line.answer.outcome, " and ".join(line.answer.rules)))
    return out.getvalue()


def render_rules(book: RuleBook, examples: Iterable[Example]) -> str:
    """Render every rule with all that was said about it, and the examples, as Markdown."""
    parts = [_INTRODUCTION, "| rule | effect | in a sentence |\n|---|---|---|\n"]
    parts += [f"| [{rule.id}](#{rule.id}) | {rule.effect} | {rule.sentence} |\n" for rule in book.rules]
    parts += [_section(rule) for rule in book.rules]
    parts.append(
        "\n## Examples\n\nWritten by hand in `access_policy/examples.csv`; a test asks the rules about each.\n\n"
    )
    parts.append("| who | purpose | what | outcome | because |\n|---|---|---|---|---|\n")
    parts += [f"| {one.who} | {one.purpose} | {one.what} | {one.outcome} | {one.because} |\n" for one in examples]
    return "".join(parts)


def _lines(point: DecisionPoint) -> Iterator[_Line]:
    entries = _entries()
    for role, agency, (cleared, clearances), stated in product(ROLES, ASKING, _CLEARED.items(), _STATED):
        person = Person(in_code(agency), role, clearances)
        purpose = None if stated == NO_PURPOSE else stated
        decisions = point.decide_many(
            [Question(person, action, resource, purpose) for action, resource in DOORS.values()]
        )
        seen = classify(point, person, purpose, entries.values())
        answers = {
            what: Answer("allowed" if one.allowed else "refused", one.rules)
            for what, one in zip(DOORS, decisions, strict=True)
        }
        answers |= {what: Answer(seen[entry].outcome.value, seen[entry].rules) for what, entry in entries.items()}
        for what, found in answers.items():
            yield _Line(what, role, (agency,), (cleared,), (stated,), found)


def _joined(lines: Iterable[_Line], column: str) -> list[_Line]:
    # Lines that differ in nothing but this column become one; each later joining sees whole groups, so nothing is lost.
    empty: dict[str, Any] = {column: ()}
    groups: dict[_Line, list[str]] = {}
    for line in lines:
        groups.setdefault(replace(line, **empty), []).extend(getattr(line, column))
    joined: list[tuple[_Line, dict[str, Any]]] = [(line, {column: tuple(values)}) for line, values in groups.items()]
    return [replace(line, **value) for line, value in joined]


def _section(rule: Rule) -> str:
    policy = rule.text[rule.text.index(f"\n{rule.effect}") + 1 :].strip()
    owed = ", ".join(rule.obligations) or "nothing"
    return f"""
## {rule.id}

{rule.sentence}

- Owner: {rule.owner}
- Agreement: {rule.agreement}
- Lawful basis: {rule.lawful_basis}
- Source: {rule.source}
- To be reviewed by: {rule.review_date.isoformat()}
- Owed in return: {owed}

```cedar
{policy}
```
"""


_INTRODUCTION = """# Who may know, and why

This page and `matrix.csv` beside it are generated from `access_policy/rules/` and `access_policy/examples.csv`; a test fails when they differ from what
the rules say. Agreements and owners are invented until a partnership puts in its own.

Whatever no rule permits is refused (`nothing-permits`), and a rule that forbids wins over every rule that permits. If a rule cannot be applied, or is unknown, the answer is
no (`engine-error`), and so it is when a rule asks for something in return that the hub cannot do (`unknown-obligation`).

An entry is **read** (its body is shown), **withheld** (counted by agency, with whom to ask) or **invisible** (as if it were not there).

`matrix.csv` holds every combination of role, purpose, kind of entry, and clearance (none, each one, all), with police and health, which rules name, and others standing for all other agencies;
lines that come out alike are joined, and "any" means every value of that column.

## Every rule

"""


def _entries() -> dict[str, EntryClass]:
    words = [
        f"a{'n' if seal == 'OPEN' else ''} {seal.lower()} {level.lower()} {agency} entry"
        for agency, level, seal in product(TELLING, SENSITIVITIES, SEALS)
    ]
    return {what: entry_in(what) for what in words}


def _listed(values: tuple[str, ...], every: Iterable[str]) -> str:
    return "any" if set(values) == set(every) else " or ".join(values)
