"""Contradictions as they are shown: what the pure rules find in the entries that are read, beside what people did about it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from projections.chronology.contradictions import ContradictionKind

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
