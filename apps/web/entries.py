"""A chronology's lines in words: what stands, what it replaced, and what of each field is fact, opinion, or about somebody else."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from apps.web.words import label
from projections.chronology.uncertain import moment_in_words
from query.agencies import agency_in_words
from query.outputs.rows import kind_in_words
from query.outputs.voice import value_in_words
from query.view import FieldMark, Grading, Part, ShownEntry, ShownLine, ShownWithdrawal, WithheldEntry

MANNERS: Mapping[str, str] = {"FACT": "Fact", "OPINION": "Opinion", "ANALYSIS": "Analysis"}
CARE: Mapping[str, str] = {
    "SENSITIVE": "Sensitive",
    "RESTRICTED": "Restricted",
    "SEALED": "Sealed",
    "LOCKED": "Sealed and locked",
}
OF_ANOTHER = "About somebody else"
Marks = Mapping[str, Mapping[str, FieldMark]]


@dataclass(frozen=True, slots=True)
class Passage:
    """One thing that an entry says; `marks` are words such as Opinion or About somebody else."""

    name: str
    label: str
    text: str = field(repr=False)
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryWords:
    """An entry that was read, in words; its passages are None when it is shredded. `of_another`: all of it is about somebody else than the child."""

    event_id: str
    agency: str
    kind: str
    when: str = field(repr=False)
    uncertain: bool
    of_another: bool
    told: str = field(repr=False)
    manner: str
    care: tuple[str, ...]
    conditions: str | None = field(repr=False)
    grading: str | None = field(repr=False)
    source: str = field(repr=False)
    passages: tuple[Passage, ...] | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class WithheldWords:
    """A place where an entry is that may not be seen."""

    agency: str


PartWords = EntryWords | WithheldWords


@dataclass(frozen=True, slots=True)
class LineWords:
    """One line: what stands, and the earlier versions, newest first, each with only what was said otherwise then."""

    standing: PartWords
    replaced: tuple[PartWords, ...]


@dataclass(frozen=True, slots=True)
class WithdrawalWords:
    """What an agency withdrew, and with what words."""

    withdrawn: PartWords
    by: tuple[PartWords, ...]


def line_in_words(line: ShownLine, marks: Marks) -> LineWords:
    """Say one line of a timeline."""
    versions = (line.standing, *reversed(line.superseded))
    said = [part_in_words(one, marks) for one in versions]
    replaced = tuple(_only_changed(earlier, later) for later, earlier in pairwise(said))
    return LineWords(said[0], replaced)


def withdrawal_in_words(one: ShownWithdrawal, marks: Marks) -> WithdrawalWords:
    """Say what was withdrawn."""
    return WithdrawalWords(part_in_words(one.withdrawn, marks), tuple(part_in_words(by, marks) for by in one.by))


def part_in_words(part: Part, marks: Marks) -> PartWords:
    """Say an entry, or that one is withheld."""
    return WithheldWords(part.withheld_by) if isinstance(part, WithheldEntry) else entry_in_words(part, marks)


def entry_in_words(entry: ShownEntry, marks: Marks) -> EntryWords:
    """Say one entry."""
    body = entry.body
    who = sentence_case(agency_in_words(entry.agency))
    told = () if body is None else passages(body.fields, marks.get(entry.event_type, {}), entry.assertion)
    of_another = bool(told) and all(OF_ANOTHER in one.marks for one in told)
    return EntryWords(
        event_id=str(entry.event_id),
        agency=entry.agency,
        kind=kind_in_words(entry.event_type),
        when=entry.happened_in_words,
        uncertain=entry.certainty != "exact",
        of_another=of_another,
        told=f"{who} learned it: {entry.learned_in_words}. The hub received it: {moment_in_words(entry.received)}.",
        manner=MANNERS.get(entry.assertion, label(entry.assertion)),
        care=tuple(CARE[word] for word in (entry.sensitivity, entry.seal) if word in CARE),
        conditions=None if body is None else body.handling_conditions,
        grading=None if entry.grading is None else grading_in_words(entry.grading),
        source="" if body is None else f"{body.source_system}, reference {body.reference}",
        passages=None if body is None else tuple(map(_without_saying_it_each_time, told)) if of_another else told,
    )


def grading_in_words(grading: Grading) -> str:
    """Say how police graded an entry; nothing beside it makes that better."""
    return f"source {grading.source_evaluation}, assessment {grading.assessment}, handling {grading.handling}"


def passages(fields: Mapping[str, Any], marks: Mapping[str, FieldMark], assertion: str) -> tuple[Passage, ...]:
    """Say every field that says something; a mark where it is told in another manner than the entry, or is not about the child."""
    return tuple(
        Passage(name, label(name), value_in_words(value), _marks(marks.get(name), assertion))
        for name, value in fields.items()
        if value not in (None, [], "")
    )


def sentence_case(text: str) -> str:
    """Begin a sentence."""
    return text[:1].upper() + text[1:]


def _without_saying_it_each_time(passage: Passage) -> Passage:
    return replace(passage, marks=tuple(one for one in passage.marks if one != OF_ANOTHER))


def _marks(mark: FieldMark | None, assertion: str) -> tuple[str, ...]:
    if mark is None:
        return ()
    manner = MANNERS.get(mark.assertion.upper(), "")
    found = [manner] if manner and mark.assertion.upper() != assertion else []
    return (*found, OF_ANOTHER) if mark.third_party else tuple(found)


def _only_changed(earlier: PartWords, later: PartWords) -> PartWords:
    """Leave of an earlier version what the later one says otherwise; all of it where the later one may not be seen."""
    if isinstance(earlier, WithheldWords) or isinstance(later, WithheldWords):
        return earlier
    if earlier.passages is None or later.passages is None:
        return earlier
    after = {one.name: one.text for one in later.passages}
    changed = [one for one in earlier.passages if after.get(one.name) != one.text]
    if earlier.when != later.when:
        changed.insert(0, Passage("happened", "When", earlier.when))
    return replace(earlier, passages=tuple(changed))
