"""The views of records as lines of plain text, for the command line: households, families, what an agency knew, differences, what was shown."""

from collections.abc import Iterable, Iterator

from projections.chronology.uncertain import in_words, moment_in_words
from projections.households import Ending, Relation, Source, Stay
from query.agencies import agency_in_words
from query.as_shown import ShownThen
from query.difference import Change, DifferenceView
from query.family import FamilyLine, FamilyMember, FamilyView
from query.household import HouseholdView
from query.known_then import AgencyKnowledge
from query.marks import Marks
from query.other_children import OtherChild
from query.plain_entries import INDENT, timeline_lines, told_lines
from query.plain_text import record_in_plain_text
from query.view import Part, ShownEntry, WithheldCount


def household_in_plain_text(view: HouseholdView) -> list[str]:
    """Give a household: what is missing, who was told to be there, where, and which other children are."""
    lines = [
        f"Household of child {view.child}",
        view.sentence,
        *_withheld(view.withheld),
        *_section("Who was told to be there", (_relation(one) for one in view.members)),
        *_section("Where the child was told to live", (_stay(one) for one in view.addresses)),
        *_section("Other children", (_other(one) for one in view.others)),
        "",
        view.others_sentence,
    ]
    return _clean(lines)


def family_in_plain_text(view: FamilyView) -> list[str]:
    """Give a family: each child with what is missing of it, and one timeline with the child named on each line."""
    marks = {one.child: one.view.marks for one in view.members if one.view is not None}
    lines = [
        view.sentence,
        *_section("Children", (_member(one) for one in view.members)),
        *_section("Timeline", (_family_line(one, marks[one.child]) for one in view.timeline)),
    ]
    return _clean(lines)


ENTRIES_ALONE = "Only entries of agencies are compared: what people decided and said of them (contradictions notified or resolved, entries judged, chronologies reviewed) is not part of this."
"""What a difference between two moments leaves out."""


def difference_in_plain_text(view: DifferenceView) -> list[str]:
    """Give what changed between two moments, entry by entry."""
    between = f"{moment_in_words(view.moments.earlier)} and {moment_in_words(view.moments.later)}"
    numbers = (
        [f"{agency_in_words(one.agency)}: {one.before} entries that you may not see before, {one.after} after"]
        for one in view.withheld
    )
    lines = [
        f"What changed in the record of child {view.child} between {between}",
        view.sentence,
        ENTRIES_ALONE,
        *_section("Changes", (_change(one) for one in view.changes)),
        *_section("Withheld", numbers),
    ]
    return _clean(lines)


def knowledge_in_plain_text(view: AgencyKnowledge) -> list[str]:
    """Give what an agency knew: the limits first, then which entries were its own and which it was shown, then the record."""
    lines = [
        f"As {agency_in_words(view.agency)} knew it on {moment_in_words(view.moment)}",
        view.sentence,
        view.limits,
        *_section("Learned by the agency itself", ([f"event {one}"] for one in view.own)),
        *_section("Shown to its people by the hub", ([f"event {one}"] for one in view.shown_to_it)),
        "",
    ]
    return [*_clean(lines), *record_in_plain_text(view.record)]


def as_shown_in_plain_text(view: ShownThen) -> list[str]:
    """Give the account of a disclosure: who, when, why, by which rules, how many entries, and whether the same bytes come out."""
    counts = ([f"{agency_in_words(one.agency)}: {one.shown} shown, {one.withheld} withheld"] for one in view.entries)
    known = "" if view.as_known_at is None else f", as known on {moment_in_words(view.as_known_at)}"
    lines = [
        f"Disclosure {view.disclosure_id}: {view.action} {'allowed' if view.allowed else 'refused'}",
        f"{view.person} ({agency_in_words(view.agency)} {view.role}), {moment_in_words(view.asked_at)}, for {view.purpose or 'no stated purpose'}{known}",
        f"rules: {', '.join(view.rules) or 'none'}",
        *_section("Entries", counts),
        *([f"{view.not_found} entries of it are not in the store: run `mash verify`"] if view.not_found else []),
        f"Check: {view.check}; SHA-256 {view.digest}",
        *([view.why_not] if view.why_not else []),
    ]
    return _clean(lines)


def _withheld(counts: Iterable[WithheldCount]) -> Iterator[str]:
    yield from (f"{INDENT}{one.sentence}" for one in counts)


def _section(title: str, items: Iterable[Iterable[str]]) -> Iterator[str]:
    lines = [line for item in items for line in item]
    if lines:
        yield ""
        yield title
        yield from (f"{INDENT}{line}" for line in lines)


def _relation(one: Relation) -> Iterator[str]:
    born = f", born {one.born}" if one.born else ""
    lives = {True: ", lives there", False: ", does not live there", None: ""}[one.lives_there]
    yield f"{one.kind}: {one.name or 'no name told'}{born} ({one.word}){lives}"
    if one.since is not None:
        yield f"{INDENT}from {in_words(one.since)}; {_told(one.told_by)}"
    if one.ended is not None:
        yield f"{INDENT}left {_ending(one.ended)}"
    yield from (f"{INDENT}left, by another agency: {_ending(ending)}" for ending in one.others_say_left)


def _ending(one: Ending) -> str:
    return f"{in_words(one.at)}; {_told(one.told_by)}"


def _stay(one: Stay) -> Iterator[str]:
    until = f"until {in_words(one.until)}" if one.until else f"last told {in_words(one.last_told)}"
    place = ", ".join(part for part in (one.address, one.postcode) if part)
    yield f"{place}: from {in_words(one.since)}, {until}; told by {agency_in_words(one.agency)}"


def _other(one: OtherChild) -> Iterator[str]:
    yield f"child {one.child}"
    for why in one.because:
        yield f"{INDENT}{why.sentence}"
        yield f"{INDENT * 2}of this child: {_told(why.here)}"
        yield f"{INDENT * 2}of the other: {_told(why.there)}"


def _told(source: Source) -> str:
    return f"told by {agency_in_words(source.agency)}, learned {in_words(source.learned)}; event {source.event_id}"


def _member(one: FamilyMember) -> Iterator[str]:
    if one.refused is not None:
        yield f"child {one.child}: REFUSED; {' '.join(one.refused.sentences)}"
    elif one.view is not None:
        yield f"child {one.child}, {one.called or 'no name told'}: {one.view.sentence}"
        yield from _withheld(one.view.withheld)


def _family_line(one: FamilyLine, marks: Marks) -> Iterator[str]:
    first, *more = timeline_lines(one.line, marks)
    yield f"[{one.called or one.child}] {first}"
    yield from more


def _change(one: Change) -> Iterator[str]:
    yield from _changed(one.entry, f"{one.kind}: ")
    for part in one.by:
        yield from (f"{INDENT}{line}" for line in _changed(part, "by "))


def _changed(part: Part, before: str) -> Iterator[str]:
    """Say an entry by how it was told and by what says most of it; the chronology has the whole."""
    if not isinstance(part, ShownEntry):
        yield f"{before}an entry of {agency_in_words(part.withheld_by)} that you may not see"
        return
    yield from told_lines(part, before)
    said = next((part.body.fields[name] for name in SAYING if part.body and part.body.fields.get(name)), None)
    if said:
        yield f"{INDENT}{said}"


SAYING = ("summary", "wishes_and_feelings", "reason", "kind")
"""The fields that say most of an entry on one line, the first that is filled in."""


def _clean(lines: Iterable[str]) -> list[str]:
    # What an agency wrote stays on its own line and cannot move a terminal's cursor: it must not look like a line of ours.
    return ["".join(char if char.isprintable() else " " for char in line) for line in lines]
