"""Contradictions as they are shown: what the pure rules find in the entries that are read, beside what people did about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, cast
from uuid import UUID

from projections.casework import Standing
from projections.chronology.contradictions import Contradiction, ContradictionKind, contradictions
from projections.chronology.entry import Entry
from projections.chronology.merge import merge
from projections.chronology.opened import Opened

ContradictionState = Literal["open", "notified", "resolved"]
LAPSED = "The agencies were told that these entries do not agree; what stands of them now does, or cannot be compared any more."


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
    """Shown entries that do not agree: on what, in a sentence, and what each says. `open` until agencies are `notified`, and those until it is `resolved`; entries stay as told.

    One of which agencies were told stays in sight when it `holds` no longer, since one of its entries was corrected or withdrawn: it says nothing of what was said then.
    """

    contradiction_id: UUID
    kind: ContradictionKind
    events: tuple[UUID, ...]
    agencies: tuple[str, ...]
    sentence: str
    said: tuple[ShownSaying, ...]
    holds: bool
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
    """Put beside each contradiction what people did about it, and after them those of which agencies were told and that hold no longer; `words` are opened, by the id of what was said."""
    hold = tuple(found)
    gone = lapsed(hold, said)
    return tuple(_shown(one, said, words, holds=holds) for ones, holds in ((hold, True), (gone, False)) for one in ones)


def lapsed(found: Iterable[Contradiction], said: Standing) -> tuple[Contradiction, ...]:
    """Give the contradictions of which agencies were told and that are not among those found now, sorted by kind and entries."""
    hold = {one.contradiction_id for one in found}
    first = [notices[0] for contradiction_id, notices in said.notices.items() if contradiction_id not in hold]
    gone = [
        Contradiction(one.contradiction_id, cast("ContradictionKind", one.kind), one.entries, one.agencies, LAPSED, ())
        for one in first
    ]
    return tuple(sorted(gone, key=lambda one: (one.kind, one.events)))


def _shown(one: Contradiction, said: Standing, words: Mapping[UUID, str | None], *, holds: bool) -> ShownContradiction:
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
        holds=holds,
        state="resolved" if resolutions else "notified" if notices else "open",
        notices=notices,
        resolutions=resolutions,
    )
