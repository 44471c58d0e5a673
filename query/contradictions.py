"""Contradictions as they are shown: what the pure rules find in the entries that are read, beside what people did about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from projections.casework import Standing
from projections.chronology.contradictions import Contradiction, ContradictionKind, contradictions
from projections.chronology.entry import Entry
from projections.chronology.merge import merge
from projections.chronology.opened import Opened

ContradictionState = Literal["open", "notified", "resolved"]


@dataclass(frozen=True, slots=True)
class ShownSaying:
    """What one entry says about a matter on which entries do not agree."""

    event_id: UUID
    agency: str
    said: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """Agencies were told that their entries do not agree: which, by whom (a staff id), when."""

    agencies: tuple[str, ...]
    person: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class ShownResolution:
    """A contradiction was resolved: by whom (a staff id), when, and what was found; None where that cannot be read any more or nothing was written."""

    person: str = field(repr=False)
    at: datetime
    words: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShownContradiction:
    """Shown entries that do not agree: on what, in a sentence, and what each says. `open` until agencies are `notified`, and those until it is `resolved`; entries stay as told."""

    contradiction_id: UUID
    kind: ContradictionKind
    events: tuple[UUID, ...]
    agencies: tuple[str, ...]
    sentence: str
    said: tuple[ShownSaying, ...]
    state: ContradictionState
    notices: tuple[ShownNotice, ...]
    resolutions: tuple[ShownResolution, ...]


def found_contradictions(opened: Iterable[Opened], withheld: Iterable[Entry] = ()) -> tuple[Contradiction, ...]:
    """Find the contradictions that a record shows to somebody who reads these entries, and may know of those withheld: what stands of the entries read is compared, and nothing else."""
    read = {one.entry.event_id: one for one in opened}
    chronology = merge([*(one.entry for one in read.values()), *withheld])
    return contradictions(read[line.entry.event_id] for line in chronology.timeline if line.entry.event_id in read)


def contradictions_shown(
    found: Iterable[Contradiction], said: Standing, words: Mapping[UUID, str | None]
) -> tuple[ShownContradiction, ...]:
    """Put beside each contradiction what people did about it; `words` are opened, by the id of what was said."""
    return tuple(_shown(one, said, words) for one in found)


def _shown(one: Contradiction, said: Standing, words: Mapping[UUID, str | None]) -> ShownContradiction:
    notices = tuple(
        ShownNotice(notice.agencies, notice.said.person, notice.said.at)
        for notice in said.notices.get(one.contradiction_id, ())
    )
    resolutions = tuple(
        ShownResolution(done.said.person, done.said.at, words.get(done.said.said_id))
        for done in said.resolutions.get(one.contradiction_id, ())
    )
    return ShownContradiction(
        contradiction_id=one.contradiction_id,
        kind=one.kind,
        events=one.events,
        agencies=one.agencies,
        sentence=one.sentence,
        said=tuple(ShownSaying(saying.event_id, saying.agency, saying.said) for saying in one.said),
        state="resolved" if resolutions else "notified" if notices else "open",
        notices=notices,
        resolutions=resolutions,
    )
