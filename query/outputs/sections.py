"""What stands before and after the entries: what was withheld, who told nothing, who the child is, incidents, contradictions, gaps, what does not fit."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from query.agencies import agency_in_words
from query.contradictions import ShownContradiction
from query.outputs.document import Section
from query.outputs.rows import part_in_words
from query.outputs.voice import Voice, sentence_case
from query.view import Part, RecordView, ShownClock, ShownEntry, ShownWithdrawal, WithheldEntry
from schemas.topics import AGENCIES

NOTHING_WITHHELD = "Nothing was withheld from this reader."


def first_sections(view: RecordView, voice: Voice) -> Iterator[Section]:
    """Give what must be read before the entries."""
    yield Section("What was withheld", tuple(one.sentence for one in view.withheld), NOTHING_WITHHELD)
    yield Section("Nil returns", tuple(_nil_returns(view)), "Every agency told the hub something about this child.")
    glossary = tuple(f"{one.label}: {one.text}" for one in voice.glossary())
    if glossary:
        yield Section("Who is who", glossary, "")
    facts = "Nothing was told of who the child is that may be said here."
    yield Section("Who the child is, as told", tuple(_facts(view, voice)), facts)
    yield Section("The child itself", tuple(_sightings(view, voice)), "")
    alerts = tuple(voice.text(one.sentence) for one in view.alerts)
    yield Section("To look at", alerts, "The rules find nothing to look at.")


def last_sections(view: RecordView, voice: Voice) -> Iterator[Section]:
    """Give what is worked out of the entries, and what is no line of the timeline any more."""
    numbers = numbers_of(view)
    told = tuple(_contradictions(view.contradictions, numbers, voice))
    yield Section("Incidents told by more than one agency", tuple(_incidents(view, numbers, voice)), "None was found.")
    yield Section("Contradictions", told, "No entries shown here were found to contradict each other.")
    gaps = tuple(f"{sentence_case(agency_in_words(one.agency))}: {voice.text(one.sentence)}" for one in view.gaps)
    yield Section("Gaps", gaps, "No long silence of an agency was found.")
    yield Section("Duties with a clock", tuple(_clock(one, voice) for one in view.clocks), "None was found.")
    withdrawn = tuple(_withdrawal(one, voice) for one in view.withdrawn)
    yield Section("Withdrawn by their own agency", withdrawn, "Nothing that may be known of was withdrawn.")
    idle = tuple(part_in_words(one, voice) for one in view.without_effect)
    if idle:
        yield Section("Withdrawals that had no effect", idle, "")
    odd = tuple(f"Entry {numbers.get(one.event_id, 'not in the timeline')}: {one.kind}" for one in view.oddities)
    yield Section("What does not fit", odd, "Nothing was found.")


def numbers_of(view: RecordView) -> dict[UUID, int]:
    """Give each entry the number of its line, replaced versions that of the one that stands."""
    return {
        part.event_id: number
        for number, line in enumerate(view.timeline, 1)
        for part in (line.standing, *line.superseded)
        if isinstance(part, ShownEntry)
    }


def notes_on_entries(view: RecordView, voice: Voice) -> dict[UUID, Sequence[str]]:
    """Give each entry its sentences about the other entries of its incident and of its contradictions."""
    numbers = numbers_of(view)
    notes: dict[UUID, list[str]] = defaultdict(list)
    for incident in view.incidents:
        for one in incident.events:
            others = _entries([other for other in incident.events if other != one], numbers)
            notes[one].append(f"The same incident is told in {others}; what each said stays as it is.")
    for odds in view.contradictions:
        for one in odds.events:
            others = _entries([other for other in odds.events if other != one], numbers)
            notes[one].append(f"Contradicts {others} ({odds.state}): {voice.text(odds.sentence)}")
    return dict(notes)


def _nil_returns(view: RecordView) -> Iterator[str]:
    heard = {_agency(part) for line in view.timeline for part in (line.standing, *line.superseded)}
    heard |= {_agency(part) for one in view.withdrawn for part in (one.withdrawn, *one.by)}
    heard |= {one.agency for one in view.withheld} | {one.agency for one in view.without_effect}
    for agency in sorted(set(AGENCIES) - heard):
        yield f"Nil return: {agency_in_words(agency)} told the hub nothing about this child that you may know of."


def _agency(part: Part) -> str:
    return part.withheld_by if isinstance(part, WithheldEntry) else part.agency


def _facts(view: RecordView, voice: Voice) -> Iterator[str]:
    for fact in view.facts:
        said = voice.fact(fact)
        if said is not None:
            told = "; ".join(
                f"{agency_in_words(one.agency)}, learned {voice.span(one.learned)}" for one in fact.told_by
            )
            yield f"{said}{'' if fact.latest else ' (not the latest)'} - told by {told}"


def _sightings(view: RecordView, voice: Voice) -> Iterator[str]:
    seen = view.sightings
    yield from (voice.text(one) for one in (seen.seen_sentence, seen.alone_sentence, seen.heard_sentence))
    if seen.heard is not None and seen.heard.wishes_and_feelings:
        yield f"What the child said or showed: {voice.text(seen.heard.wishes_and_feelings)}"


def _incidents(view: RecordView, numbers: Mapping[UUID, int], voice: Voice) -> Iterator[str]:
    for one in view.incidents:
        agencies = " and ".join(agency_in_words(agency) for agency in one.agencies)
        why = "; ".join(voice.text(reason) for reason in one.reasons)
        yield f"{sentence_case(_entries(one.events, numbers))}: {voice.span(one.happened)}, told by {agencies}: {why}"


def _contradictions(found: Iterable[ShownContradiction], numbers: Mapping[UUID, int], voice: Voice) -> Iterator[str]:
    for one in found:
        said = "; ".join(
            f"{agency_in_words(each.agency)} (entry {numbers.get(each.event_id, '?')}): {voice.text(each.said)}"
            for each in one.said
        )
        yield f"{voice.text(one.sentence)} {said} - {'; '.join(_state(one, voice))}"


def _state(one: ShownContradiction, voice: Voice) -> Iterator[str]:
    yield one.state
    for notice in one.notices:
        told = " and ".join(agency_in_words(agency) for agency in notice.agencies)
        yield f"{told} told of it on {voice.moment(notice.at)} by {notice.person}"
    for resolution in one.resolutions:
        words = f": {voice.text(resolution.words)}" if resolution.words else ""
        yield f"resolved on {voice.moment(resolution.at)} by {resolution.person}{words}"


def _entries(events: Sequence[UUID], numbers: Mapping[UUID, int]) -> str:
    told = sorted({numbers[one] for one in events if one in numbers})
    return f"{'entry' if len(told) == 1 else 'entries'} {' and '.join(str(one) for one in told)}"


def _clock(clock: ShownClock, voice: Voice) -> str:
    met = "" if clock.satisfied_at is None else f", done {voice.moment(clock.satisfied_at)}"
    return f"{clock.title}: {clock.state}, due {voice.moment(clock.due)}{met}"


def _withdrawal(one: ShownWithdrawal, voice: Voice) -> str:
    reasons = [
        voice.text(str(part.body.fields["reason"]))
        for part in one.by
        if isinstance(part, ShownEntry) and part.body is not None and part.body.fields.get("reason")
    ]
    why = f", because: {'; '.join(reasons)}" if reasons else ""
    return f"{part_in_words(one.withdrawn, voice)} - withdrawn by its own agency{why}"
