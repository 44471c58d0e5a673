"""Making the document of an output from what one person is shown: pure, and nothing is in it that is not in the view."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from uuid import UUID

from query.agencies import agency_in_words
from query.curated import CuratedChronology, CuratedEntry
from query.outputs.document import Document, Output, Profile, Row, Said, Section
from query.outputs.rows import Telling, row_of
from query.outputs.sections import first_sections, last_sections, notes_on_entries, numbers_of
from query.outputs.voice import Named, Voice
from query.view import RecordView, ShownEntry, ShownLine

PROFILE_WORDS: Mapping[Profile, str] = {
    "automatic log": "Automatic log: every entry that this reader may know of",
    "LIVE_WORK": "Curated chronology for live work",
    "CONFERENCE": "Curated chronology for conference",
    "REVIEW": "Curated chronology for review",
}
CONFIDENTIAL = "Confidential: need to know"
READ_BEFORE_PUBLICATION = (
    "Anonymised by the hub. Free text was searched for the names, identifiers and addresses that the record itself tells, and for no others: a person must read all of it "
    "before it is given to anybody or published (WT13 pp.71, 76)."
)
MARKS_EXPLAINED = "What has no mark was told as fact about the child; [opinion], [analysis] and [third party] mark what was not. Times are in local time (Europe/London)."


def document_of(view: RecordView, disclosure_id: UUID, output: Output, voice: Voice) -> Document:
    """Put an opened record into the words of an output, in a voice that names people or does not; `disclosure_id` is the one that says who was given it."""
    judged = _judged(view, output.profile)
    telling = Telling(voice, view.marks, judged, notes_on_entries(view, voice))
    return Document(
        title=f"Chronology of {voice.child}",
        output=output,
        head=tuple(_head(view, disclosure_id, output, voice)),
        notices=tuple(_notices(view, output)),
        before=tuple(first_sections(view, voice)),
        rows=tuple(_rows(view, output, telling)),
        after=(*_reviews(view, output, voice), *last_sections(view, voice)),
        foot=_foot(view, voice),
        produced_at=view.asked.asked_at,
    )


def named_document(view: RecordView, disclosure_id: UUID, output: Output) -> Document:
    """Put an opened record into the words of an output that names people; for pages too, whose picture is `timeline_svg` of it."""
    return document_of(view, disclosure_id, output, Named(view))


def _judged(view: RecordView, profile: Profile) -> dict[UUID, CuratedEntry]:
    return {one.event_id: one for curated in _curated(view, profile) for one in curated.entries}


def _curated(view: RecordView, profile: Profile) -> list[CuratedChronology]:
    return [one for one in view.curated if one.profile == profile]


def _rows(view: RecordView, output: Output, telling: Telling) -> Iterator[Row]:
    """Give the rows, numbered as in the automatic log, so that a number is one entry in every output of it."""
    for number, line in enumerate(view.timeline, 1):
        if output.profile == "automatic log" or _included(line, telling):
            row = row_of(number, line, telling)
            yield replace(row, event_id=None) if output.anonymised else row


def _included(line: ShownLine, telling: Telling) -> bool:
    return isinstance(line.standing, ShownEntry) and line.standing.event_id in telling.judged


def _head(view: RecordView, disclosure_id: UUID, output: Output, voice: Voice) -> Iterator[Said]:
    asked = view.asked
    yield Said("Child", voice.child)
    yield Said("What this is", PROFILE_WORDS[output.profile] + (", anonymised" if output.anonymised else ""))
    yield Said("Produced by", f"{asked.staff_id}, {agency_in_words(asked.agency)} {asked.role.replace('_', ' ')}")
    yield Said("Produced on", voice.moment(asked.asked_at))
    yield Said("Purpose", _purpose(view))
    known = asked.as_known_at
    yield Said("As the hub knew it", "when it was produced" if known is None else f"on {voice.moment(known)}")
    yield Said("Disclosure", f"{disclosure_id} (the hub's record of who was given this, with its digest)")


def _notices(view: RecordView, output: Output) -> Iterator[str]:
    if output.anonymised:
        yield READ_BEFORE_PUBLICATION
    yield view.sentence
    if view.shredded:
        entries = "entry has" if view.shredded == 1 else "entries have"
        yield f"{view.shredded} {entries} been shredded: what it said is gone for everyone."
    if output.profile != "automatic log" and not _judged(view, output.profile):
        yield "No entry has been judged to belong to this curated chronology yet."
    yield MARKS_EXPLAINED


def _reviews(view: RecordView, output: Output, voice: Voice) -> Iterator[Section]:
    if output.profile == "automatic log":
        return
    said, left_out = [], []
    numbers = numbers_of(view)
    for curated in _curated(view, output.profile):
        for one in curated.reviews:
            note = f": {voice.text(one.note)}" if one.note else ""
            since = "" if one.current else " (entries were added, left out or judged anew since)"
            said.append(f"Reviewed by {one.person}, on {voice.moment(one.at)}{since}{note}")
        left_out += [f"Entry {numbers.get(one.event_id, '?')}" for one in curated.left_out]
    yield Section("Reviewed by, on", tuple(said), "Nobody has reviewed this curated chronology yet.")
    yield Section("Judged and left out", tuple(left_out), "No entry was judged and left out.")


def _purpose(view: RecordView) -> str:
    return (view.asked.purpose or "no purpose").replace("_", " ")


def _foot(view: RecordView, voice: Voice) -> str:
    asked = view.asked
    by = f"{asked.staff_id}, {agency_in_words(asked.agency)}"
    return f"Produced {voice.moment(asked.asked_at)} by {by}, for {_purpose(view)} - {CONFIDENTIAL}"
