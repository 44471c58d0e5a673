"""An opened record as lines of plain text, for the command line and for print."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from projections.chronology.uncertain import in_words, moment_in_words
from query.agencies import agency_in_words
from query.plain_beside import contradiction_lines, curated_lines, entries_of, gap_section, incident_lines
from query.plain_entries import INDENT, entry_lines, timeline_lines, withdrawal_lines
from query.view import Fact, RecordView, ShownAlert, ShownClock, ShownOddity, Sightings


def record_in_plain_text(view: RecordView) -> list[str]:
    """Give a record as lines, most needed first: what is missing, what to look at, when the child was seen, who it is, what does not fit together, then the timeline."""
    entries = entries_of(view)
    marks = view.marks
    lines = [
        *_head(view),
        *_section("To look at", view.alerts, _alert),
        "",
        "The child itself",
        *_sightings(view.sightings),
        *_section("Contradictions", view.contradictions, lambda one: contradiction_lines(one, entries)),
        "",
        *gap_section(view.gaps),
        *_section("Duties", view.clocks, _clock),
        *_section("Who the child is, as told", view.facts, _fact),
        *_section("Told by more than one agency", view.incidents, lambda one: incident_lines(one, entries)),
        *_section("Curated chronologies", view.curated, lambda one: curated_lines(one, entries)),
        *_section("Timeline", view.timeline, lambda one: timeline_lines(one, marks)),
        *_section("Withdrawn by their own agency", view.withdrawn, lambda one: withdrawal_lines(one, marks)),
        *_section("Withdrawals that had no effect", view.without_effect, lambda one: entry_lines(one, "", marks)),
        *_section("What does not fit", view.oddities, _oddity),
    ]
    return [_clean(line) for line in lines]


def _head(view: RecordView) -> Iterator[str]:
    asked = view.asked
    known = "now" if asked.as_known_at is None else moment_in_words(asked.as_known_at)
    yield f"Record of child {view.child}, as known {'' if asked.as_known_at is None else 'on '}{known}"
    yield (
        f"Opened {moment_in_words(asked.asked_at)} by {asked.staff_id}, {agency_in_words(asked.agency)} {asked.role}, "
        f"for {(asked.purpose or 'no purpose').replace('_', ' ')}"
    )
    yield view.sentence
    yield from (f"{INDENT}{count.sentence}" for count in view.withheld)
    if view.shredded:
        entries = "entry has" if view.shredded == 1 else "entries have"
        yield f"{view.shredded} {entries} been shredded: what it said is gone for everyone."


def _section(title: str, items: Iterable[Any], said: Callable[[Any], Iterable[str]]) -> Iterator[str]:
    lines = [line for item in items for line in said(item)]
    if lines:
        yield ""
        yield title
        yield from (f"{INDENT}{line}" for line in lines)


def _alert(alert: ShownAlert) -> Iterator[str]:
    yield alert.sentence
    yield f"{INDENT}because of {_ids(alert)}; rule {alert.rule}, edition {alert.edition}"


def _ids(alert: ShownAlert) -> str:
    return ", ".join(str(event_id) for event_id in alert.evidence)


def _clock(clock: ShownClock) -> Iterator[str]:
    met = "" if clock.satisfied_at is None else f", done {moment_in_words(clock.satisfied_at)}"
    yield f"{clock.title}: {clock.state}, due {moment_in_words(clock.due)}{met}"
    yield f"{INDENT}started by {clock.started_by}; rule {clock.rule}, edition {clock.edition}"


def _fact(fact: Fact) -> Iterator[str]:
    told = "; ".join(f"told by {agency_in_words(one.agency)}, learned {in_words(one.learned)}" for one in fact.told_by)
    yield f"{fact.kind}: {fact.value}{'' if fact.latest else ' (not the latest)'} - {told}"


def _sightings(sightings: Sightings) -> Iterator[str]:
    for sentence in (sightings.seen_sentence, sightings.alone_sentence, sightings.heard_sentence):
        yield f"{INDENT}{sentence}"
    if sightings.heard is not None and sightings.heard.wishes_and_feelings is not None:
        yield f"{INDENT * 2}{sightings.heard.wishes_and_feelings}"


def _oddity(odd: ShownOddity) -> Iterator[str]:
    target = "" if odd.target is None else f" (about {odd.target})"
    yield f"{odd.event_id}: {odd.kind}{target}"


def _clean(text: str) -> str:
    # What an agency wrote stays on its own line and cannot move a terminal's cursor: it must not look like a line of ours.
    return "".join(char if char.isprintable() else " " for char in text)
