"""Entries of an opened record as lines of plain text: their times, their source, how they were told, and what they say."""

from collections.abc import Iterator
from typing import Any

from projections.chronology.uncertain import moment_in_words
from query.agencies import agency_in_words
from query.marks import Marks, told_as
from query.view import Body, Grading, Part, ShownEntry, ShownLine, ShownWithdrawal, WithheldEntry

ASSERTIONS = {"FACT": "told as fact", "OPINION": "an opinion", "ANALYSIS": "an analysis"}
NOTES = {
    "SENSITIVE": "sensitive",
    "RESTRICTED": "restricted",
    "SEALED": "sealed",
    "LOCKED": "sealed and locked",
}
ABOUT = {"adult": "about an adult of the household", "third_party": "about a third party"}
INDENT = "    "


def timeline_lines(line: ShownLine, marks: Marks) -> Iterator[str]:
    """Say one line of the timeline, and the versions that it replaced."""
    yield from _part(line.standing, "", marks)
    for one in line.superseded:
        yield from (f"{INDENT}{text}" for text in _part(one, "replaced: ", marks))


def withdrawal_lines(one: ShownWithdrawal, marks: Marks) -> Iterator[str]:
    """Say a statement that its agency withdrew, and what withdrew it."""
    yield from _part(one.withdrawn, "withdrawn: ", marks)
    for by in one.by:
        yield from (f"{INDENT}{text}" for text in _part(by, "withdrawn by: ", marks))


def entry_lines(entry: ShownEntry, before: str, marks: Marks) -> Iterator[str]:
    """Say one entry; `before` is put in front of its first line."""
    yield from told_lines(entry, before)
    if entry.body is None:
        yield f"{INDENT}shredded: its key was destroyed, nobody can read it any more"
    else:
        yield from (f"{INDENT}{line}" for line in _body(entry, entry.body, marks))


def told_lines(entry: ShownEntry, before: str) -> Iterator[str]:
    """Say how an entry was told, without what it says: its times, its agency, its marks, its grading and the conditions under which it may be handled."""
    notes = [NOTES[word] for word in (entry.sensitivity, entry.seal) if word in NOTES]
    manner = ", ".join([ASSERTIONS.get(entry.assertion, entry.assertion), *notes])
    yield f"{before}{entry.happened_in_words}: {entry.event_type}, {agency_in_words(entry.agency)} ({manner})"
    yield f"{INDENT}learned {entry.learned_in_words}; received {moment_in_words(entry.received)}; event {entry.event_id}"
    if entry.grading is not None:
        yield f"{INDENT}{_grading(entry.grading)}"
    if entry.body is not None and entry.body.handling_conditions is not None:
        yield f"{INDENT}HANDLING CONDITIONS: {entry.body.handling_conditions}"


def _part(part: Part, before: str, marks: Marks) -> Iterator[str]:
    if isinstance(part, WithheldEntry):
        yield f"{before}an entry of {agency_in_words(part.withheld_by)} that you may not see"
    else:
        yield from entry_lines(part, before, marks)


def _grading(grading: Grading) -> str:
    return f"GRADED: source {grading.source_evaluation}, assessment {grading.assessment}, handling {grading.handling}"


def _body(entry: ShownEntry, body: Body, marks: Marks) -> Iterator[str]:
    yield f"source: {body.source_system}, reference {body.reference}"
    for name, value in body.fields.items():
        if value not in (None, []):
            yield f"{name.replace('_', ' ')}{_mark(entry, name, marks)}: {_value(value)}"


def _mark(entry: ShownEntry, name: str, marks: Marks) -> str:
    """Say how a field is told where it is no fact about the child."""
    mark = marks.get(entry.event_type, {}).get(name)
    if mark is None:
        return ""
    assertion = told_as(entry.assertion, mark)
    said = [assertion] * (assertion != "fact") + [ABOUT.get(mark.about, mark.about)] * mark.third_party
    return f" ({', '.join(said)})" if said else ""


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return str(value)
