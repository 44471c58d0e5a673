"""What people made of a chronology, in words: curated chronologies, and what was judged of one entry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from apps.web.entries import LineWords, line_in_words
from query.curated import CuratedChronology, CuratedEntry, ShownReview
from query.view import RecordView, ShownEntry


@dataclass(frozen=True, slots=True)
class CuratedLine:
    """One line of a curated chronology: the entry, and what was judged of it."""

    line: LineWords = field(repr=False)
    judged: CuratedEntry = field(repr=False)


@dataclass(frozen=True, slots=True)
class CuratedWords:
    """A curated chronology, what was judged and left out of it, and who reviewed it."""

    lines: tuple[CuratedLine, ...] = field(repr=False)
    left_out: tuple[CuratedLine, ...] = field(repr=False)
    reviews: tuple[ShownReview, ...] = field(repr=False)


def curated_in_words(view: RecordView, profile: str) -> CuratedWords:
    """Say a curated chronology; an empty one where nobody curated any."""
    found = next((one for one in view.curated if one.profile == profile), None)
    if found is None:
        return CuratedWords((), (), ())
    lines = {line.standing.event_id: line for line in view.timeline if isinstance(line.standing, ShownEntry)}

    def worded(judged: tuple[CuratedEntry, ...]) -> tuple[CuratedLine, ...]:
        shown = ((one, lines.get(one.event_id)) for one in judged)
        return tuple(CuratedLine(line_in_words(line, view.marks), one) for one, line in shown if line is not None)

    return CuratedWords(worded(found.entries), worded(found.left_out), found.reviews)


def judged_of(view: RecordView, event_id: UUID) -> Mapping[str, CuratedEntry]:
    """Give what was judged of an entry, by profile."""
    return {one.profile: entry for one in view.curated for entry in _all(one) if entry.event_id == event_id}


def significances(view: RecordView) -> Mapping[UUID, Mapping[str, str]]:
    """Give, for each entry that is part of a curated chronology, its significance in each."""
    found: dict[UUID, dict[str, str]] = {}
    for one in view.curated:
        for entry in one.entries:
            found.setdefault(entry.event_id, {})[one.profile] = entry.significance
    return found


def _all(one: CuratedChronology) -> tuple[CuratedEntry, ...]:
    return (*one.entries, *one.left_out)
