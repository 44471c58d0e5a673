"""What people say about a record: agencies told of a contradiction, contradictions resolved, entries judged, curated chronologies reviewed.

Nothing said here changes an entry. What somebody wrote in words is sealed, and is shown to whoever may read every entry that it is about.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, TypeVar
from uuid import UUID

Profile = Literal["LIVE_WORK", "CONFERENCE", "REVIEW"]
Significance = Literal["ROUTINE", "NOTABLE", "SIGNIFICANT", "CRITICAL"]
PROFILES: tuple[Profile, ...] = ("LIVE_WORK", "CONFERENCE", "REVIEW")
SIGNIFICANCES: tuple[Significance, ...] = ("ROUTINE", "NOTABLE", "SIGNIFICANT", "CRITICAL")
"""What an entry says about the child's safety, from the least to the most."""


@dataclass(frozen=True, slots=True)
class SealedWords:
    """A person's words, sealed (nonce, ciphertext, tag) under an entry key; the id of what was said is bound in."""

    key_id: UUID
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Said:
    """Who said something about which child's record, under which disclosure, and when (UTC); `said_id` is random."""

    said_id: UUID
    child: UUID = field(repr=False)
    person: str = field(repr=False)
    disclosure_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class ContradictionNotice:
    """Agencies (sorted) were told that entries of theirs contradict each other; `entries` are event ids, sorted."""

    said: Said
    contradiction_id: UUID
    kind: str
    entries: tuple[UUID, ...]
    agencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContradictionResolution:
    """A contradiction was resolved with a finding; what each agency said stays as it is."""

    said: Said
    contradiction_id: UUID
    kind: str
    entries: tuple[UUID, ...]
    finding: SealedWords | None


@dataclass(frozen=True, slots=True)
class EntryJudgement:
    """One entry was judged for a curated chronology: whether it is in, how significant it is, and why."""

    said: Said
    event_id: UUID
    profile: Profile
    included: bool
    significance: Significance
    analysis: SealedWords | None

    @property
    def entries(self) -> tuple[UUID, ...]:
        """Name the entry that it is about."""
        return (self.event_id,)


@dataclass(frozen=True, slots=True)
class Review:
    """A curated chronology was reviewed while it held these entries (event ids, sorted)."""

    said: Said
    profile: Profile
    entries: tuple[UUID, ...]
    note: SealedWords | None


Casework = ContradictionNotice | ContradictionResolution | EntryJudgement | Review
Key = TypeVar("Key", bound=Hashable)
One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands of all that was said, each with its history, the newest last: by contradiction, by profile and entry, by profile."""

    notices: Mapping[UUID, tuple[ContradictionNotice, ...]]
    resolutions: Mapping[UUID, tuple[ContradictionResolution, ...]]
    judgements: Mapping[tuple[Profile, UUID], tuple[EntryJudgement, ...]]
    reviews: Mapping[Profile, tuple[Review, ...]]

    def resolved(self, contradiction_id: UUID) -> ContradictionResolution | None:
        """Give the newest resolution of a contradiction; None while it is open."""
        return next(reversed(self.resolutions.get(contradiction_id, ())), None)

    def judged(self, profile: Profile, event_id: UUID) -> EntryJudgement | None:
        """Give the newest judgement of an entry for a profile; None where nobody judged it."""
        return next(reversed(self.judgements.get((profile, event_id), ())), None)

    def curated(self, profile: Profile) -> tuple[UUID, ...]:
        """Name the entries (sorted event ids) of a curated chronology: those whose newest judgement takes them in."""
        newest = (history[-1] for (of, _), history in self.judgements.items() if of == profile)
        return tuple(sorted(one.event_id for one in newest if one.included))


class CaseworkStore(Protocol):
    """What was said about entries; `projections.casework_sql.SqlCasework` is one."""

    def casework(self, event_ids: Iterable[UUID], until: datetime | None) -> Sequence[Casework]:
        """Give what was said about any of these entries up to a moment (UTC, inclusive; None: so far), in the order in which it was said."""
        ...

    def open_notices(self, agency: str) -> Sequence[ContradictionNotice]:
        """Give the notices told to an agency of contradictions that nobody resolved since, in the order in which they were said."""
        ...


def standing(said: Iterable[Casework]) -> Standing:
    """Sort what was said, in the order in which it was said: of each contradiction, judged entry and profile the newest counts, and the others are its history."""
    everything = tuple(said)
    return Standing(
        _by((one.contradiction_id, one) for one in everything if isinstance(one, ContradictionNotice)),
        _by((one.contradiction_id, one) for one in everything if isinstance(one, ContradictionResolution)),
        _by(((one.profile, one.event_id), one) for one in everything if isinstance(one, EntryJudgement)),
        _by((one.profile, one) for one in everything if isinstance(one, Review)),
    )


def about_only(said: Iterable[Casework], read: frozenset[UUID]) -> tuple[Casework, ...]:
    """Leave out what is about any entry that is not among those `read`: its words could tell of it."""
    return tuple(one for one in said if read.issuperset(one.entries))


def unresolved(said: Iterable[Casework]) -> tuple[ContradictionNotice, ...]:
    """Give the notices of contradictions that were not resolved after them, in the order in which they were said."""
    waiting: dict[UUID, list[ContradictionNotice]] = {}
    for one in said:
        if isinstance(one, ContradictionNotice):
            waiting.setdefault(one.contradiction_id, []).append(one)
        elif isinstance(one, ContradictionResolution):
            waiting.pop(one.contradiction_id, None)
    return tuple(notice for notices in waiting.values() for notice in notices)


def _by(pairs: Iterable[tuple[Key, One]]) -> Mapping[Key, tuple[One, ...]]:
    found: dict[Key, list[One]] = defaultdict(list)
    for key, one in pairs:
        found[key].append(one)
    return {key: tuple(history) for key, history in found.items()}
