"""The neutral document of an opened record: every sentence of an output is in here, before any format is; writers only lay it out."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from projections.chronology.entry import Span

Format = Literal["csv", "excel", "word", "html", "json", "svg"]
Profile = Literal["automatic log", "LIVE_WORK", "CONFERENCE", "REVIEW"]
Significance = Literal["ROUTINE", "NOTABLE", "SIGNIFICANT", "CRITICAL"]

FORMATS: tuple[Format, ...] = ("csv", "excel", "word", "html", "json", "svg")
PROFILES: tuple[Profile, ...] = ("automatic log", "LIVE_WORK", "CONFERENCE", "REVIEW")
SIGNIFICANCES: tuple[Significance, ...] = ("ROUTINE", "NOTABLE", "SIGNIFICANT", "CRITICAL")


@dataclass(frozen=True, slots=True)
class Output:
    """What is asked for: the format, everything or a curated chronology, and whether people are named."""

    format: Format
    profile: Profile = "automatic log"
    anonymised: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """One line with a label: `Purpose: case review`."""

    label: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FieldSaid:
    """One field of an entry in words, and how it was told: fact, opinion or analysis, and whether it is about somebody else than the child."""

    label: str
    text: str = field(repr=False)
    manner: str | None
    third_party: bool

    @property
    def marks(self) -> str:
        """Say what sets it apart from a fact about the child, in brackets; nothing for such a fact."""
        said = [self.manner] if self.manner not in (None, "fact") else []
        return "".join(f" [{one}]" for one in (*said, *(["third party"] if self.third_party else ())))


@dataclass(frozen=True, slots=True)
class Version:
    """What an entry said before its agency corrected it: shown struck through; `said` names the one who may be asked where it is withheld."""

    said: tuple[str, ...] = field(repr=False)
    withheld: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the timeline, in words. `placed` is where the picture puts it (None where it may not be seen), `event_id` is None in an anonymised output; the ISO times are earliest and latest."""

    number: int
    event_id: UUID | None
    placed: Span | None = field(repr=False)
    when: str = field(repr=False)
    earliest: str = field(repr=False)
    latest: str = field(repr=False)
    uncertain: bool
    age: str
    agency: str
    source: str = field(repr=False)
    reference: str = field(repr=False)
    learned: str = field(repr=False)
    received: str
    kind: str
    manner: str
    handling: tuple[str, ...] = field(repr=False)
    fields: tuple[FieldSaid, ...] = field(repr=False)
    versions: tuple[Version, ...]
    notes: tuple[str, ...] = field(repr=False)
    significance: Significance | None
    analysis: str = field(repr=False)

    @property
    def withheld(self) -> bool:
        """Whether this is only a place where an entry is that may not be seen."""
        return self.placed is None


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a heading; `otherwise` is what is said when there are none, so that nothing found is never taken for nothing looked for."""

    title: str
    lines: tuple[str, ...] = field(repr=False)
    otherwise: str


@dataclass(frozen=True, slots=True)
class Document:
    """All that an output says, in its order."""

    title: str = field(repr=False)
    output: Output
    head: tuple[Said, ...] = field(repr=False)
    notices: tuple[str, ...]
    before: tuple[Section, ...]
    rows: tuple[Row, ...]
    after: tuple[Section, ...]
    foot: str = field(repr=False)
    produced_at: datetime
