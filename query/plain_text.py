"""An opened record as lines of plain text, for the command line and for print."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from projections.chronology.uncertain import in_words, moment_in_words
from query.agencies import agency_in_words
from query.view import (
    Fact,
    Part,
    RecordView,
    ShownAlert,
    ShownClock,
    ShownEntry,
    ShownLine,
    ShownOddity,
    ShownWithdrawal,
    Sightings,
    WithheldEntry,
)

ASSERTIONS = {"FACT": "told as fact", "OPINION": "an opinion", "ANALYSIS": "an analysis"}
NOTES = {
    "SENSITIVE": "sensitive",
    "RESTRICTED": "restricted",
    "SEALED": "sealed",
    "LOCKED": "sealed and locked",
}
INDENT = "    "


def record_in_plain_text(view: RecordView) -> list[str]:
    """Give a record as lines, most needed first: what is missing, what to look at, who the child is, then the timeline."""
    return [
        *_head(view),
        *_section("To look at", view.alerts, _alert),
        *_section("Duties", view.clocks, _clock),
        *_section("Who the child is, as told", view.facts, _fact),
        "",
        "The child itself",
        *_sightings(view.sightings),
        *_section("Timeline", view.timeline, _line),
        *_section("Withdrawn by their own agency", view.withdrawn, _withdrawal),
        *_section("Withdrawals that had no effect", view.without_effect, lambda one: _entry(one, "")),
        *_section("What does not fit", view.oddities, _oddity),
    ]


def _head(view: RecordView) -> Iterator[str]:
    asked = view.asked
    known = "now" if asked.as_known_at is None else moment_in_words(asked.as_known_at)
    yield f"Record of child {view.child}, as known {'' if asked.as_known_at is None else 'on '}{known}"
    yield (
        f"Opened {moment_in_words(asked.asked_at)} by {_clean(asked.staff_id)}, {agency_in_words(asked.agency)} {asked.role}, "
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
    yield _clean(alert.sentence)
    yield f"{INDENT}because of {_ids(alert)}; rule {alert.rule}, edition {alert.edition}"


def _ids(alert: ShownAlert) -> str:
    return ", ".join(str(event_id) for event_id in alert.evidence)


def _clock(clock: ShownClock) -> Iterator[str]:
    met = "" if clock.satisfied_at is None else f", done {moment_in_words(clock.satisfied_at)}"
    yield f"{clock.title}: {clock.state}, due {moment_in_words(clock.due)}{met}"
    yield f"{INDENT}started by {clock.started_by}; rule {clock.rule}, edition {clock.edition}"


def _fact(fact: Fact) -> Iterator[str]:
    told = "; ".join(f"told by {agency_in_words(one.agency)}, learned {in_words(one.learned)}" for one in fact.told_by)
    yield f"{fact.kind}: {_clean(fact.value)}{'' if fact.latest else ' (not the latest)'} - {told}"


def _sightings(sightings: Sightings) -> Iterator[str]:
    for sentence in (sightings.seen_sentence, sightings.alone_sentence, sightings.heard_sentence):
        yield f"{INDENT}{_clean(sentence)}"
    if sightings.heard is not None and sightings.heard.wishes_and_feelings is not None:
        yield f"{INDENT * 2}{_clean(sightings.heard.wishes_and_feelings)}"


def _line(line: ShownLine) -> Iterator[str]:
    yield from _part(line.standing, "")
    for one in line.superseded:
        yield from (f"{INDENT}{text}" for text in _part(one, "replaced: "))


def _withdrawal(one: ShownWithdrawal) -> Iterator[str]:
    yield from _part(one.withdrawn, "withdrawn: ")
    for by in one.by:
        yield from (f"{INDENT}{text}" for text in _part(by, "withdrawn by: "))


def _oddity(odd: ShownOddity) -> Iterator[str]:
    target = "" if odd.target is None else f" (about {odd.target})"
    yield f"{odd.event_id}: {odd.kind}{target}"


def _part(part: Part, before: str) -> Iterator[str]:
    if isinstance(part, WithheldEntry):
        yield f"{before}an entry of {agency_in_words(part.withheld_by)} that you may not see"
    else:
        yield from _entry(part, before)


def _entry(entry: ShownEntry, before: str) -> Iterator[str]:
    notes = [NOTES[word] for word in (entry.sensitivity, entry.seal) if word in NOTES]
    manner = ", ".join([ASSERTIONS.get(entry.assertion, entry.assertion), *notes])
    yield f"{before}{_clean(entry.happened_in_words)}: {entry.event_type}, {agency_in_words(entry.agency)} ({manner})"
    yield f"{INDENT}learned {_clean(entry.learned_in_words)}; received {moment_in_words(entry.received)}; event {entry.event_id}"
    yield from (f"{INDENT}{line}" for line in _body(entry))


def _body(entry: ShownEntry) -> Iterator[str]:
    body = entry.body
    if body is None:
        yield "shredded: its key was destroyed, nobody can read it any more"
        return
    yield f"source: {_clean(body.source_system)}, reference {_clean(body.reference)}"
    conditions = {"HANDLING CONDITIONS": body.handling_conditions}
    for name, value in {**conditions, **body.fields}.items():
        if value not in (None, []):
            yield f"{name.replace('_', ' ')}: {_clean(_value(value))}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return str(value)


def _clean(text: str) -> str:
    # What an agency wrote stays on its own line and cannot move a terminal's cursor: it must not look like a line of ours.
    return "".join(char if char.isprintable() else " " for char in text)
