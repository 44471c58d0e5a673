"""Examples that information-governance staff write in plain words, and their check against the rules."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import NamedTuple

from access_policy.decision import DecisionPoint
from access_policy.question import ChildRecord, EntryClass, Hub, Person, Quarantine, Question
from access_policy.visibility import classify
from access_policy.vocabulary import (
    CLEARANCES,
    CURATE_CHRONOLOGY,
    DECIDE_IDENTITY,
    DISCARD_QUARANTINED,
    EXPORT_RECORD,
    FIND_CHILD,
    LIST_QUARANTINE,
    OPEN_RECORD,
    PURPOSES,
    REDRIVE_QUARANTINED,
    ROLES,
    SEALS,
    SEE_ALERTS,
    SEE_DISCLOSURES,
    SEE_IDENTITY,
    SEE_WRONG_VIEWS,
    SENSITIVITIES,
    SETTLE_CONTRADICTION,
    SHOW_QUARANTINED,
    VERIFY_LEDGER,
)

COLUMNS = ("who", "purpose", "what", "outcome", "because")
NO_PURPOSE = "none stated"
DOORS: dict[str, tuple[str, ChildRecord | Hub | Quarantine]] = {
    "the record": (OPEN_RECORD, ChildRecord()),
    "the ledger": (VERIFY_LEDGER, Hub()),
    "the disclosures": (SEE_DISCLOSURES, Hub()),
    "the alerts": (SEE_ALERTS, Hub()),
    "a child by an identifier": (FIND_CHILD, Hub()),
    "the list of police quarantine": (LIST_QUARANTINE, Quarantine("police")),
    "a quarantined police message": (SHOW_QUARANTINED, Quarantine("police")),
    "redriving a quarantined police message": (REDRIVE_QUARANTINED, Quarantine("police")),
    "discarding a quarantined police message": (DISCARD_QUARANTINED, Quarantine("police")),
    "the questions of who is who": (SEE_IDENTITY, Hub()),
    "deciding who is who": (DECIDE_IDENTITY, Hub()),
    "who saw a wrong view": (SEE_WRONG_VIEWS, Hub()),
    "settling a contradiction": (SETTLE_CONTRADICTION, ChildRecord()),
    "curating the chronology": (CURATE_CHRONOLOGY, ChildRecord()),
    "the record as a document": (EXPORT_RECORD, ChildRecord()),
}
"""What can be asked for that is not an entry: in words, as an action, and on what."""

_WHO = re.compile(
    rf"(?P<agency>[a-z' ]+) (?P<role>{'|'.join(role.replace('_', ' ') for role in ROLES)})(?: cleared for (?P<clearances>[a-z, ]+))?"
)
_ENTRY = re.compile(
    rf"an? (?P<seal>{'|'.join(SEALS)}) (?P<sensitivity>{'|'.join(SENSITIVITIES)}) (?P<agency>[a-z' ]+) entry",
    re.IGNORECASE,
)


class ExamplesRefused(Exception):
    """A line of the examples cannot be understood; the message says which, what was expected and what was found."""


@dataclass(frozen=True, slots=True)
class Example:
    """One line of the table: the words as they were written, and its line number in the file."""

    line: int
    who: str
    purpose: str
    what: str
    outcome: str
    because: str


class Answer(NamedTuple):
    """What the rules say: allowed or refused, or for an entry read, withheld or invisible; and the ids of the rules."""

    outcome: str
    rules: tuple[str, ...]


def shipped_examples() -> tuple[Example, ...]:
    """Read the examples that come with the hub."""
    return read_examples(resources.files("access_policy") / "examples.csv")


def read_examples(file: Traversable) -> tuple[Example, ...]:
    """Read a table of examples (CSV, UTF-8, a header line); ExamplesRefused when its columns are not COLUMNS."""
    rows = list(csv.reader(file.read_text("utf-8").splitlines()))
    if not rows or tuple(rows[0]) != COLUMNS:
        raise ExamplesRefused(
            f"{file.name}: expected the columns {', '.join(COLUMNS)}, found {', '.join(rows[0]) if rows else 'an empty file'}"
        )
    wrong = [number for number, row in enumerate(rows, 1) if len(row) != len(COLUMNS)]
    if wrong:
        raise ExamplesRefused(
            f"{file.name} line {wrong[0]}: expected {len(COLUMNS)} columns, found another number; put quotation marks around text with a comma"
        )
    return tuple(Example(number, *row) for number, row in enumerate(rows[1:], 2))


def failing_examples(point: DecisionPoint, examples: Sequence[Example]) -> list[str]:
    """Ask the rules about every example: one sentence for each that comes out otherwise than it says, none when all hold."""
    sentences = []
    for example in examples:
        found = answer(point, person_in(example), purpose_in(example), example.what)
        if found != (example.outcome, tuple(example.because.split(" and "))):
            sentences.append(
                f"line {example.line}: {example.who} / {example.purpose} / {example.what}: expected {example.outcome} because {example.because}, "
                f"found {found.outcome} because {' and '.join(found.rules)}; change the rule or the example"
            )
    return sentences


def answer(point: DecisionPoint, person: Person, purpose: str | None, what: str) -> Answer:
    """Ask the rules for something in words: one of DOORS, or an entry such as "an open routine health entry"."""
    if what in DOORS:
        action, resource = DOORS[what]
        decision = point.decide(Question(person, action, resource, purpose))
        return Answer("allowed" if decision.allowed else "refused", decision.rules)
    entry = entry_in(what)
    seen = classify(point, person, purpose, [entry])[entry]
    return Answer(seen.outcome.value, seen.rules)


def person_in(example: Example) -> Person:
    """Understand who asks: "police analyst cleared for sealed, police intelligence"; ExamplesRefused when it is not put so."""
    found = _WHO.fullmatch(example.who)
    clearances = (
        frozenset(in_code(word) for word in (found["clearances"] or "").split(", ") if word) if found else frozenset()
    )
    if not found or not clearances <= set(CLEARANCES):
        raise ExamplesRefused(
            f"line {example.line}: expected who as 'police analyst cleared for sealed, locked' in the published words, found '{example.who}'"
        )
    return Person(in_code(found["agency"]), in_code(found["role"]), clearances)


def purpose_in(example: Example) -> str | None:
    """Understand the purpose: a published one in words, or "none stated"; ExamplesRefused for any other."""
    if example.purpose == NO_PURPOSE:
        return None
    if in_code(example.purpose) not in PURPOSES:
        raise ExamplesRefused(
            f"line {example.line}: expected a purpose out of {', '.join(PURPOSES)} or '{NO_PURPOSE}', found '{example.purpose}'"
        )
    return in_code(example.purpose)


def entry_in(what: str) -> EntryClass:
    """Understand a kind of entry in words; ExamplesRefused when it is not put as "a sealed sensitive health entry"."""
    found = _ENTRY.fullmatch(what)
    if not found:
        raise ExamplesRefused(
            f"expected {', '.join(DOORS)} or a kind of entry such as 'a sealed sensitive health entry', found '{what}'"
        )
    # No rule looks at event type or assertion (a test says so), so any will do.
    return EntryClass(
        in_code(found["agency"]), "ConcernRaised", found["sensitivity"].upper(), found["seal"].upper(), "FACT"
    )


def in_code(words: str) -> str:
    """Turn words into the code that the log uses: "children's social care" is childrens_social_care."""
    return words.replace("'", "").replace(" ", "_")
