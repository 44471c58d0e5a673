"""The lines of a document: each entry that may be read in words, and each place where one is withheld."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from query.agencies import agency_in_words, whom_to_ask
from query.curated import CuratedEntry
from query.marks import told_as
from query.outputs.document import FieldSaid, Row, Version
from query.outputs.voice import Voice, sentence_case
from query.plain_entries import ASSERTIONS, NOTES
from query.view import FieldMark, Part, ShownEntry, ShownLine, WithheldEntry

SHREDDED = "Shredded: its key was destroyed, nobody can read what it said any more."
NIL_RETURN = "Nil return: this agency says itself that it had no involvement."
GRADED = "IntelligenceGraded"
GRADES: Mapping[str, Mapping[object, str]] = {
    "source_evaluation": {1: "reliable", 2: "untested", 3: "not reliable"},
    "assessment": {
        "A": "known directly",
        "B": "known indirectly",
        "C": "not known",
        "D": "untested",
        "E": "suspected false",
    },
    "handling": {"P": "lawful sharing permitted", "C": "lawful sharing permitted with conditions"},
}
"""The police grading in words, as the contract explains it; it travels with the entry and is never upgraded."""


@dataclass(frozen=True, slots=True)
class Telling:
    """All that a row needs beside its line: the voice, what contracts say of fields, what curators judged, and the notes on each entry."""

    voice: Voice
    marks: Mapping[str, Mapping[str, FieldMark]]
    judged: Mapping[UUID, CuratedEntry]
    notes: Mapping[UUID, Sequence[str]]


def row_of(number: int, line: ShownLine, telling: Telling) -> Row:
    """Put one line of the timeline into words."""
    versions = tuple(_version(one, telling) for one in line.superseded)
    if isinstance(line.standing, WithheldEntry):
        return _withheld_row(number, line.standing, versions)
    return _shown_row(number, line.standing, versions, telling)


def kind_in_words(event_type: str) -> str:
    """Say an event type: `PoliceIncidentRecorded` as Police incident recorded, `Section47EnquiryStarted` as Section 47 enquiry started."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]*|[0-9]+|[a-z]+", event_type)
    return sentence_case(" ".join(words).lower())


def part_in_words(part: Part, voice: Voice) -> str:
    """Say in one line which entry is meant."""
    if isinstance(part, WithheldEntry):
        return (
            f"an entry of {agency_in_words(part.withheld_by)} that you may not see; ask {whom_to_ask(part.withheld_by)}"
        )
    return f"{_when(part, voice)}: {kind_in_words(part.event_type)}, {agency_in_words(part.agency)}"


def _when(entry: ShownEntry, voice: Voice) -> str:
    return voice.span(entry.happened, None if entry.body is None else entry.body.happened_wording)


def _withheld_row(number: int, part: WithheldEntry, versions: tuple[Version, ...]) -> Row:
    agency = agency_in_words(part.withheld_by)
    return Row(
        number=number,
        event_id=None,
        placed=None,
        when="not shown",
        earliest="",
        latest="",
        uncertain=False,
        age="",
        agency=agency,
        source="",
        reference="",
        learned="",
        received="",
        kind="Withheld",
        manner="",
        handling=(),
        fields=(),
        versions=versions,
        notes=(f"An entry of {agency} that you may not see; ask {whom_to_ask(part.withheld_by)}.",),
        significance=None,
        analysis="",
    )


def _shown_row(number: int, entry: ShownEntry, versions: tuple[Version, ...], telling: Telling) -> Row:
    voice, body = telling.voice, entry.body
    judged = telling.judged.get(entry.event_id)
    return Row(
        number=number,
        event_id=entry.event_id,
        placed=entry.happened,
        when=_when(entry, voice),
        earliest=voice.iso(entry.happened.earliest),
        latest=voice.iso(entry.happened.latest),
        uncertain=entry.certainty != "exact",
        age=voice.age(entry),
        agency=agency_in_words(entry.agency),
        source="" if body is None else voice.text(body.source_system),
        reference="" if body is None else voice.reference(body.reference),
        learned=voice.span(entry.learned, None if body is None else body.learned_wording),
        received=voice.moment(entry.received),
        kind=kind_in_words(entry.event_type),
        manner=_manner(entry),
        handling=tuple(_handling(entry, voice)),
        fields=tuple(_fields(entry, telling)),
        versions=versions,
        notes=(*_notes(entry), *telling.notes.get(entry.event_id, ())),
        significance=None if judged is None else judged.significance,
        analysis="" if judged is None else voice.text(judged.analysis or ""),
    )


def _manner(entry: ShownEntry) -> str:
    notes = [NOTES[word] for word in (entry.sensitivity, entry.seal) if word in NOTES]
    return ", ".join([ASSERTIONS.get(entry.assertion, entry.assertion), *notes])


def _handling(entry: ShownEntry, voice: Voice) -> Iterator[str]:
    if entry.body is not None and entry.body.handling_conditions:
        yield f"HANDLING CONDITIONS: {voice.text(entry.body.handling_conditions)}"
    if entry.grading is not None:
        graded = {name: getattr(entry.grading, name) for name in GRADES}
        yield "Police grading: " + ", ".join(
            f"{sentence_case(name).lower()} {grade} ({GRADES[name].get(grade, 'not a grade')})"
            for name, grade in graded.items()
        )


def _fields(entry: ShownEntry, telling: Telling) -> Iterator[FieldSaid]:
    """Say an entry's fields that were told; a grading is said where it is about handling."""
    if entry.body is None:
        return
    marks = telling.marks.get(entry.event_type, {})
    for name, value in entry.body.fields.items():
        if value in (None, [], "") or (entry.grading is not None and name in GRADES):
            continue
        said, mark = telling.voice.value(name, value, entry), marks.get(name)
        if said is not None:
            manner, third = (None, False) if mark is None else (told_as(entry.assertion, mark), mark.third_party)
            yield FieldSaid(sentence_case(name), said, manner, third)


def _notes(entry: ShownEntry) -> Iterator[str]:
    if entry.body is None:
        yield SHREDDED
    elif entry.body.fields.get("nil_return") is True:
        yield NIL_RETURN


def _version(part: Part, telling: Telling) -> Version:
    if isinstance(part, WithheldEntry):
        return Version((part_in_words(part, telling.voice),), withheld=True)
    said = [f"{one.label}: {one.text}" for one in _fields(part, telling)]
    if part.body is None:
        said.append(SHREDDED)
    return Version((part_in_words(part, telling.voice), *said), withheld=False)
