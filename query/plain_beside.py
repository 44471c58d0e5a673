"""What a record shows beside its lines, as plain text: incidents, contradictions, gaps, and what people made of the log."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from projections.chronology.gaps import LEAST_DAYS, TIMES_THE_RHYTHM
from projections.chronology.uncertain import moment_in_words
from query.agencies import agency_in_words
from query.contradictions import ShownContradiction, ShownNotice, ShownResolution
from query.curated import CuratedChronology, CuratedEntry, ShownJudgement, ShownReview
from query.plain_entries import INDENT
from query.view import RecordView, ShownEntry, ShownGap, ShownIncident

KINDS = {
    "when": "when it was",
    "who_was_there": "who was there",
    "who_lives_there": "who lives there",
    "who_was_told": "who was told",
    "injury_explanation": "how an injury came about",
}
PROFILES = {"LIVE_WORK": "live work", "CONFERENCE": "a conference", "REVIEW": "a review"}
Entries = Mapping[UUID, ShownEntry]


def entries_of(view: RecordView) -> Entries:
    """Give the entries of a view's timeline by their ids, versions that were replaced among them."""
    parts = (part for line in view.timeline for part in (line.standing, *line.superseded))
    return {part.event_id: part for part in parts if isinstance(part, ShownEntry)}


def incident_lines(incident: ShownIncident, entries: Entries) -> Iterator[str]:
    """Say that entries tell of one incident, each with its source, and why they were put together."""
    yield f"{incident.happened_in_words}: told by {_agencies(incident.agencies)}"
    yield from (f"{INDENT}{_entry(event_id, entries)}" for event_id in incident.events)
    yield from (f"{INDENT}put together because {reason}" for reason in incident.reasons)


def contradiction_lines(one: ShownContradiction, entries: Entries) -> Iterator[str]:
    """Say what does not agree, what each says, and what was done about it."""
    yield f"{KINDS[one.kind]} ({one.state}): {one.sentence}"
    if not one.holds:
        yield from (f"{INDENT}{_entry(event_id, entries)}" for event_id in one.events if event_id in entries)
    for saying in one.said:
        yield f"{INDENT}{agency_in_words(saying.agency)}: {saying.said}"
        yield f"{INDENT * 2}{_entry(saying.event_id, entries)}"
    yield from (f"{INDENT}{_notice(notice)}" for notice in one.notices)
    for resolution in one.resolutions:
        yield from (f"{INDENT}{line}" for line in _resolution(resolution))
    yield f"{INDENT}contradiction {one.contradiction_id}"


GAP_RULE = (
    f"A silence is listed as a gap when it lasts at least {LEAST_DAYS} days and at least {TIMES_THE_RHYTHM} times as long as the agency usually leaves "
    "between two days on which it tells of this child, where it told often enough to know that. Shorter silences are not listed."
)
"""Which silences are listed: said with them, and where none is."""
NO_GAP = "No such silence was found in what is shown here. That is not the same as everything being told."


def gap_section(gaps: Sequence[ShownGap]) -> Iterator[str]:
    """Say the gaps, or that there is none, with the rule by which they are listed."""
    yield "Gaps"
    yield f"{INDENT}{GAP_RULE}"
    yield from (f"{INDENT}{line}" for one in gaps for line in gap_lines(one))
    if not gaps:
        yield f"{INDENT}{NO_GAP}"


def gap_lines(gap: ShownGap) -> Iterator[str]:
    """Say a gap and what its silence means."""
    yield f"{agency_in_words(gap.agency)} ({gap.kind}): {gap.sentence}"


def curated_lines(chronology: CuratedChronology, entries: Entries) -> Iterator[str]:
    """Say a curated chronology: its entries with their significance, how that came about, and who reviewed it."""
    yield f"For {PROFILES[chronology.profile]}: {_count(len(chronology.entries))}, {len(chronology.left_out)} left out"
    for entry in chronology.entries:
        yield from (f"{INDENT}{line}" for line in _curated(entry, entries))
    for review in chronology.reviews:
        yield from (f"{INDENT}{line}" for line in _review(review))


def _curated(one: CuratedEntry, entries: Entries) -> Iterator[str]:
    yield f"{one.significance.lower()}: {_entry(one.event_id, entries)}"
    if one.analysis:
        yield f"{INDENT}analysis: {one.analysis}"
    yield from (f"{INDENT}{_judgement(judgement)}" for judgement in one.history)


def _judgement(one: ShownJudgement) -> str:
    place = "in" if one.included else "left out"
    return f"judged {one.significance.lower()}, {place}, by {one.person} on {moment_in_words(one.at)}"


def _review(one: ShownReview) -> Iterator[str]:
    yield f"reviewed by {one.person} on {moment_in_words(one.at)}{'' if one.current else '; judged anew since'}"
    if one.note:
        yield f"{INDENT}{one.note}"


def _notice(one: ShownNotice) -> str:
    return f"{_agencies(one.agencies)} told by {one.person} on {moment_in_words(one.at)}"


def _resolution(one: ShownResolution) -> Iterator[str]:
    yield f"resolved by {one.person} on {moment_in_words(one.at)}"
    yield f"{INDENT}{one.words or 'what was found cannot be read any more, or nothing was written'}"


def _entry(event_id: UUID, entries: Entries) -> str:
    one = entries[event_id]
    return f"{one.happened_in_words}: {one.event_type}, {agency_in_words(one.agency)}; event {event_id}"


def _agencies(agencies: tuple[str, ...]) -> str:
    return " and ".join(agency_in_words(one) for one in agencies)


def _count(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"
