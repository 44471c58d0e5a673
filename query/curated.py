"""Curated chronologies as they are shown: what curators judged, laid over the entries that are read."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from projections.casework import Profile, Significance


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
