"""Composing what is shown of a record: a pure function of the entries that are read, the headers of those withheld, and who asked when.

Only entries that may be known of come in here, and they are merged by themselves: an entry that nobody told the reader of changes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from projections.casework import Casework
from projections.casework import standing as casework_stands
from projections.chronology.amendments import Oddity
from projections.chronology.contradictions import contradictions
from projections.chronology.coverage import Coverage
from projections.chronology.entry import Entry
from projections.chronology.gaps import gaps
from projections.chronology.merge import Chronology, merge
from projections.chronology.opened import Fields, Opened
from projections.chronology.uncertain import certainty, happened_order, in_words
from projections.working_days import local_day
from query.agencies import agency_in_words, whom_to_ask
from query.beside import gaps_shown, incidents_shown
from query.contradictions import contradictions_shown
from query.curated import curated_shown
from query.door import Attempt, DutyRules
from query.duties import alerts_shown, clocks_shown
from query.facts import facts_of
from query.marks import Marks
from query.sightings import sightings_of
from query.view import (
    Body,
    Completeness,
    Grading,
    Part,
    RecordView,
    ShownEntry,
    ShownLine,
    ShownOddity,
    ShownWithdrawal,
    WithheldCount,
    WithheldEntry,
    asked_by,
)

INTELLIGENCE = "IntelligenceGraded"


@dataclass(frozen=True, slots=True)
class Material:
    """What a view is made of: entries opened, headers of entries that are withheld, and what was known beside them at the moment that is shown.

    `casework` is what was said about opened entries alone, with its words, opened, by the id of what was said; `coverage` is of feeds; `marks` are the contracts'.
    """

    opened: tuple[Opened, ...]
    withheld: tuple[Entry, ...]
    casework: tuple[Casework, ...]
    words: Mapping[UUID, str | None] = field(repr=False)
    coverage: tuple[Coverage, ...]
    marks: Marks


def compose(child: UUID, attempt: Attempt, material: Material, duties: DutyRules) -> RecordView:
    """Put together all that is shown of a record, and nothing else of it."""
    read = {one.entry.event_id: one for one in material.opened}
    chronology = merge([*(one.entry for one in material.opened), *material.withheld])
    standing = [read[line.entry.event_id] for line in chronology.timeline if line.entry.event_id in read]
    timeline, withdrawn = _timeline(chronology, read), _withdrawn(chronology, read)
    now = moment_shown(attempt)
    complete = completeness_of(len(material.opened), len(material.withheld))
    withheld, said = counts_of(material.withheld), casework_stands(material.casework)
    return RecordView(
        child=child,
        asked=asked_by(attempt),
        completeness=complete,
        sentence=SENTENCES[complete],
        withheld=withheld,
        shredded=sum(one.fields is None for one in material.opened),
        facts=facts_of(standing),
        sightings=sightings_of(standing, now),
        clocks=clocks_shown(chronology, duties, now),
        alerts=alerts_shown(chronology, duties, now),
        incidents=incidents_shown(standing),
        contradictions=contradictions_shown(contradictions(standing), said, material.words),
        gaps=gaps_shown(gaps(standing, material.coverage, local_day(now)), withheld),
        curated=curated_shown(chronology, frozenset(read), said, material.words),
        marks=material.marks,
        timeline=timeline,
        withdrawn=withdrawn,
        without_effect=_without_effect(chronology, read),
        oddities=_oddities(chronology, read),
    )


def counts_of(withheld: Iterable[Entry]) -> tuple[WithheldCount, ...]:
    """Count withheld entries by agency, each with a sentence that says whom to ask."""
    counts = Counter(entry.agency for entry in withheld)
    return tuple(
        WithheldCount(agency, count, _count_sentence(agency, count)) for agency, count in sorted(counts.items())
    )


def _count_sentence(agency: str, count: int) -> str:
    entries = "entry" if count == 1 else "entries"
    return f"{count} {agency_in_words(agency)} {entries} you may not see; ask {whom_to_ask(agency)}."


def completeness_of(read: int, withheld: int) -> Completeness:
    """Say how much of what may be known of is shown, from how many entries are read and withheld."""
    if not read:
        return "fully withheld" if withheld else "empty"
    return "partly withheld" if withheld else "whole"


SENTENCES: Mapping[Completeness, str] = {
    "empty": "The hub holds no entry about this child that you may know of.",
    "whole": "Every entry that you may know of is shown.",
    "partly withheld": "This is a part of the record: there are entries that you may not see. Ask those named before you take it for the whole.",
    "fully withheld": "This record is not empty: there are entries, and you may see none of them. Ask those named.",
}


def moment_shown(attempt: Attempt) -> datetime:
    """Give the moment (UTC) whose knowledge is shown: the one asked for, and now where it is yet to come or none was asked for."""
    # Of a moment to come nothing is known yet: a duty that is due tomorrow is not overdue today.
    asked_for = attempt.wanted.as_known_at
    return attempt.asked_at if asked_for is None else min(asked_for, attempt.asked_at)


def _timeline(chronology: Chronology, read: Mapping[UUID, Opened]) -> tuple[ShownLine, ...]:
    placed = []
    for line in chronology.timeline:
        shown = [one for one in (line.entry, *reversed(line.superseded)) if one.event_id in read]
        if shown:
            # A line stands where what is shown of it happened: its place must not tell when a withheld version did.
            placed.append((happened_order(shown[0]), ShownLine(_part(line.entry, read), _parts(line.superseded, read))))
    return tuple(line for _, line in sorted(placed, key=lambda one: one[0]))


def _withdrawn(chronology: Chronology, read: Mapping[UUID, Opened]) -> tuple[ShownWithdrawal, ...]:
    placed = []
    for one in chronology.retracted:
        shown = [read[part].entry for part in (one.entry.event_id, *one.by) if part in read]
        if shown:
            # Only the agency that made a statement can withdraw it.
            by = tuple(_shown(read[part]) if part in read else WithheldEntry(one.entry.agency) for part in one.by)
            placed.append((happened_order(shown[0]), ShownWithdrawal(_part(one.entry, read), by)))
    return tuple(withdrawal for _, withdrawal in sorted(placed, key=lambda one: one[0]))


def _without_effect(chronology: Chronology, read: Mapping[UUID, Opened]) -> tuple[ShownEntry, ...]:
    """Give what is read and is neither a line nor part of a withdrawal: retractions that withdraw nothing."""
    placed = {entry.event_id for line in chronology.timeline for entry in (line.entry, *line.superseded)}
    placed |= {one for gone in chronology.retracted for one in (gone.entry.event_id, *gone.by)}
    rest = sorted((one for one in read.values() if one.entry.event_id not in placed), key=_opened_order)
    return tuple(_shown(one) for one in rest)


def _opened_order(one: Opened) -> tuple[object, ...]:
    return happened_order(one.entry)


def _oddities(chronology: Chronology, read: Mapping[UUID, Opened]) -> tuple[ShownOddity, ...]:
    return tuple(_oddity(odd, read) for odd in chronology.oddities if odd.event_id in read)


def _oddity(odd: Oddity, read: Mapping[UUID, Opened]) -> ShownOddity:
    return ShownOddity(odd.kind, odd.event_id, odd.target if odd.target in read else None)


def _parts(entries: Sequence[Entry], read: Mapping[UUID, Opened]) -> tuple[Part, ...]:
    return tuple(_part(entry, read) for entry in entries)


def _part(entry: Entry, read: Mapping[UUID, Opened]) -> Part:
    opened = read.get(entry.event_id)
    return WithheldEntry(entry.agency) if opened is None else _shown(opened)


def _shown(opened: Opened) -> ShownEntry:
    entry = opened.entry
    body = None if opened.fields is None else _body(opened.fields)
    return ShownEntry(
        event_id=entry.event_id,
        agency=entry.agency,
        event_type=entry.event_type,
        happened=entry.happened,
        happened_in_words=in_words(entry.happened, None if body is None else body.happened_wording),
        certainty=certainty(entry.happened),
        learned=entry.learned,
        learned_in_words=in_words(entry.learned, None if body is None else body.learned_wording),
        received=entry.received,
        assertion=entry.assertion,
        sensitivity=entry.sensitivity,
        seal=entry.seal,
        grading=_grading(opened),
        body=body,
    )


def _grading(opened: Opened) -> Grading | None:
    # Read from this entry and no other: what stands beside it, corrects it or tells of the same incident makes no grading better.
    if opened.fields is None or opened.entry.event_type != INTELLIGENCE:
        return None
    return Grading(opened.fields["source_evaluation"], opened.fields["assessment"], opened.fields["handling"])


def _body(fields: Fields) -> Body:
    envelope = fields["envelope"]
    return Body(
        fields={name: value for name, value in fields.items() if name != "envelope"},
        source_system=envelope["source_system"],
        reference=envelope["reference"],
        episode=envelope["correlation"],
        handling_conditions=envelope["handling_conditions"],
        happened_wording=envelope["happened"]["wording"],
        learned_wording=envelope["learned"]["wording"],
    )
