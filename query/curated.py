"""Curated chronologies as they are shown: what curators judged, laid over the entries that are read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from projections.casework import PROFILES, EntryJudgement, Profile, Review, Significance, Standing
from projections.chronology.merge import Chronology


@dataclass(frozen=True, slots=True)
class ShownJudgement:
    """What a curator judged of an entry: in or out, how significant, when, by whom (a staff id), and the analysis, where it was written and may be read."""

    event_id: UUID
    included: bool
    significance: Significance
    person: str = field(repr=False)
    at: datetime
    analysis: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class CuratedEntry:
    """An entry of a curated chronology: its line's event id, what was judged of it last, and all judgements, oldest first, so that a raised significance shows when it was raised.

    A judgement of an earlier version of the entry counts for the version that stands; its own `event_id` says which version was judged.
    """

    event_id: UUID
    significance: Significance
    analysis: str | None = field(repr=False)
    history: tuple[ShownJudgement, ...]


@dataclass(frozen=True, slots=True)
class ShownReview:
    """Somebody (a staff id) reviewed a curated chronology, when, with a note; `current` while it still holds the same entries, none judged anew since."""

    person: str = field(repr=False)
    at: datetime
    note: str | None = field(repr=False)
    current: bool


@dataclass(frozen=True, slots=True)
class CuratedChronology:
    """A chronology that people made out of the automatic log for one profile: entries in the order of the timeline, those judged and left out, and its reviews, oldest first."""

    profile: Profile
    entries: tuple[CuratedEntry, ...]
    left_out: tuple[CuratedEntry, ...]
    reviews: tuple[ShownReview, ...]


@dataclass(frozen=True, slots=True)
class _Casework:
    """What was said about entries that are read, and its words, opened, by the id of what was said."""

    said: Standing
    words: Mapping[UUID, str | None]


def curated_shown(
    chronology: Chronology, read: frozenset[UUID], said: Standing, words: Mapping[UUID, str | None]
) -> tuple[CuratedChronology, ...]:
    """Lay what curators said over the lines of a timeline: one chronology for each profile about which anything was said; `said` is about entries that are `read` alone."""
    lines = tuple(_lines(chronology, read))
    made = (_chronology(profile, lines, _Casework(said, words)) for profile in PROFILES)
    return tuple(one for one in made if one.entries or one.left_out or one.reviews)


def _lines(chronology: Chronology, read: frozenset[UUID]) -> Iterator[Sequence[UUID]]:
    """Give the versions of each line that are read, the newest first: a judgement of any of them counts for the newest."""
    for line in chronology.timeline:
        versions = [one.event_id for one in (line.entry, *reversed(line.superseded)) if one.event_id in read]
        if versions:
            yield versions


def _chronology(profile: Profile, lines: Sequence[Sequence[UUID]], casework: _Casework) -> CuratedChronology:
    judged = [(versions[0], _history(profile, versions, casework.said)) for versions in lines]
    standing = [(_entry(event_id, history, casework.words), history) for event_id, history in judged if history]
    entries = tuple(entry for entry, history in standing if history[-1].included)
    left_out = tuple(entry for entry, history in standing if not history[-1].included)
    newest = max((history[-1].said.at for _, history in standing), default=None)
    held = frozenset(
        one for versions in lines for one in versions if (last := casework.said.judged(profile, one)) and last.included
    )
    reviews = tuple(
        ShownReview(one.said.person, one.said.at, casework.words.get(one.said.said_id), _is_current(one, held, newest))
        for one in casework.said.reviews.get(profile, ())
    )
    return CuratedChronology(profile, entries, left_out, reviews)


def _history(profile: Profile, versions: Sequence[UUID], said: Standing) -> Sequence[EntryJudgement]:
    history = [one for event_id in versions for one in said.judgements.get((profile, event_id), ())]
    return sorted(history, key=lambda one: one.said.at)


def _is_current(review: Review, held: frozenset[UUID], newest: datetime | None) -> bool:
    return frozenset(review.entries) == held and (newest is None or newest <= review.said.at)


def _entry(event_id: UUID, history: Sequence[EntryJudgement], words: Mapping[UUID, str | None]) -> CuratedEntry:
    shown = tuple(
        ShownJudgement(
            one.event_id, one.included, one.significance, one.said.person, one.said.at, words.get(one.said.said_id)
        )
        for one in history
    )
    return CuratedEntry(event_id, shown[-1].significance, shown[-1].analysis, shown)
