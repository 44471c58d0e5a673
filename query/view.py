"""What is shown of a record, as it is handed to pages, the API and the command line, and its canonical bytes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

from projections.alerts import AlertKind
from projections.chronology.amendments import OddityKind
from projections.chronology.entry import Span
from projections.chronology.gaps import GapKind
from projections.chronology.uncertain import Certainty
from projections.clocks import ClockState
from query.contradictions import ShownContradiction
from query.curated import CuratedChronology
from query.door import Attempt

Completeness = Literal["empty", "whole", "partly withheld", "fully withheld"]
FactKind = Literal["name", "date of birth", "sex", "address", "NHS number", "UPN", "local id"]


@dataclass(frozen=True, slots=True)
class AskedBy:
    """Who opened the record, in what part, why, and when (UTC); `as_known_at` is the moment whose knowledge was asked for, None for now."""

    staff_id: str = field(repr=False)
    agency: str
    role: str
    purpose: str | None
    asked_at: datetime
    as_known_at: datetime | None


@dataclass(frozen=True, slots=True)
class Body:
    """What an entry says: the fields of its event type, and what its agency told about telling it."""

    fields: Mapping[str, Any] = field(repr=False)
    source_system: str = field(repr=False)
    reference: str = field(repr=False)
    episode: str | None = field(repr=False)
    handling_conditions: str | None = field(repr=False)
    happened_wording: str | None = field(repr=False)
    learned_wording: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class FieldMark:
    """What the contract says of one field: told as `fact`, `opinion` or `analysis`, about the `child`, an `adult` of its household, or a `third_party`."""

    assertion: str
    about: str

    @property
    def third_party(self) -> bool:
        """Whether it is a passage about somebody other than the child."""
        return self.about != "child"


@dataclass(frozen=True, slots=True)
class Grading:
    """How police graded intelligence: its source, its truth, how it may be handled. It is this one entry's, and nothing that the entry stands beside makes it better."""

    source_evaluation: int
    assessment: str
    handling: str


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry that was read; its body is None when its key was destroyed (shredded), for everyone and for good.

    `happened` and `learned` in words say how uncertain they are, with the agency's own wording where it may still be read. `grading` is there for graded intelligence.
    """

    event_id: UUID
    agency: str
    event_type: str
    happened: Span = field(repr=False)
    happened_in_words: str = field(repr=False)
    certainty: Certainty
    learned: Span = field(repr=False)
    learned_in_words: str = field(repr=False)
    received: datetime
    assertion: str
    sensitivity: str
    seal: str
    grading: Grading | None = field(repr=False)
    body: Body | None = field(repr=False)

    @property
    def shredded(self) -> bool:
        """Whether nothing can be read of it any more."""
        return self.body is None


@dataclass(frozen=True, slots=True)
class WithheldEntry:
    """A place where an entry is that may not be seen: nothing of it but the agency to ask."""

    withheld_by: str


Part = ShownEntry | WithheldEntry


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line of the timeline: what stands, and the versions that it replaced, oldest first."""

    standing: Part
    superseded: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class ShownWithdrawal:
    """A statement that its own agency withdrew, and the statements that withdrew it."""

    withdrawn: Part
    by: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class ShownOddity:
    """Something about a shown entry that does not fit; `target` is what it tried to amend, where that may be known of."""

    kind: OddityKind
    event_id: UUID
    target: UUID | None


@dataclass(frozen=True, slots=True)
class WithheldCount:
    """How many entries of one agency are withheld, in a sentence with whom to ask."""

    agency: str
    count: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Telling:
    """Which agency told something, in which entry, and when it learned it."""

    agency: str
    event_id: UUID
    learned: Span


@dataclass(frozen=True, slots=True)
class Fact:
    """Something told of the child; `latest` marks the newest of its kind, of local ids the newest of each agency. Where agencies differ there is more than one of a kind."""

    kind: FactKind
    value: str = field(repr=False)
    latest: bool
    told_by: tuple[Telling, ...]


@dataclass(frozen=True, slots=True)
class Sighting:
    """One time that the child was seen or heard: whether alone, and what it said or showed; None where that is shredded or was not told.

    `days_ago` counts from its latest possible day (Europe/London) to the moment that the record is shown of; `ago_in_words` says the uncertainty too.
    """

    event_id: UUID
    agency: str
    event_type: str
    happened: Span
    happened_in_words: str
    days_ago: int
    ago_in_words: str
    alone: bool | None
    wishes_and_feelings: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sightings:
    """The last time that the child was seen, was seen alone, and had its wishes and feelings recorded; None where no shown entry says so.

    The three sentences are always there, to be shown whatever else is: when it was and how long ago, or that nobody recorded it in what is shown.
    """

    seen: Sighting | None
    alone: Sighting | None
    heard: Sighting | None
    seen_sentence: str
    alone_sentence: str
    heard_sentence: str


@dataclass(frozen=True, slots=True)
class ShownIncident:
    """One incident that two or more agencies told: shown once, and what each said stays in its own line (`events`, in the order of the timeline), with its own grading and conditions.

    `happened` reaches from the earliest to the latest that any of them says; `reasons` are sentences that say why they were put together.
    """

    incident_id: UUID
    events: tuple[UUID, ...]
    agencies: tuple[str, ...]
    happened: Span = field(repr=False)
    happened_in_words: str = field(repr=False)
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownGap:
    """Days, both counted (Europe/London), in which no shown entry of an agency happened, and what that silence means.

    `silent`: deliveries covered all of them; `not covered`: none did; `partly covered`: some. The sentence says it with the reason, and with how many entries of the
    agency are withheld and may lie there.
    """

    agency: str
    first: date
    last: date
    days: int
    kind: GapKind
    sentence: str


@dataclass(frozen=True, slots=True)
class ShownClock:
    """A duty and how it stands, worked out from the entries that may be known of alone."""

    rule: str
    edition: str
    title: str
    state: ClockState
    started_by: UUID
    due: datetime
    satisfied_by: UUID | None
    satisfied_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShownAlert:
    """What the rules say to look at, worked out from the entries that may be known of alone."""

    rule: str
    edition: str
    kind: AlertKind
    sentence: str
    evidence: tuple[UUID, ...]
    due: datetime | None


@dataclass(frozen=True, slots=True)
class RecordView:
    """A child's record as one person is shown it. `completeness` and its sentence keep a withheld record from being taken for an empty one.

    Two kinds stand beside each other: `timeline` is the automatic log of everything that is shown, `curated` what people made of it. Incidents, contradictions, gaps and
    sightings are worked out from the entries that are read alone. `marks` gives, for each event type shown, what its contract says of each field.
    """

    child: UUID = field(repr=False)
    asked: AskedBy
    completeness: Completeness
    sentence: str
    withheld: tuple[WithheldCount, ...]
    shredded: int
    facts: tuple[Fact, ...]
    sightings: Sightings
    clocks: tuple[ShownClock, ...]
    alerts: tuple[ShownAlert, ...]
    incidents: tuple[ShownIncident, ...]
    contradictions: tuple[ShownContradiction, ...]
    gaps: tuple[ShownGap, ...]
    curated: tuple[CuratedChronology, ...]
    marks: Mapping[str, Mapping[str, FieldMark]]
    timeline: tuple[ShownLine, ...]
    withdrawn: tuple[ShownWithdrawal, ...]
    without_effect: tuple[ShownEntry, ...]
    oddities: tuple[ShownOddity, ...]


@dataclass(frozen=True, slots=True)
class RaisedAlert:
    """An alert that the hub raised: whose record, which rule, what it says to do, and the entries behind it."""

    alert_id: UUID
    child: UUID = field(repr=False)
    rule: str
    edition: str
    kind: AlertKind
    sentence: str
    evidence: tuple[UUID, ...]
    due: datetime | None


@dataclass(frozen=True, slots=True)
class AlertsView:
    """The alerts that one person is shown."""

    asked: AskedBy
    alerts: tuple[RaisedAlert, ...]


@dataclass(frozen=True, slots=True)
class FindingView:
    """What a search is shown to have come to; the identifier is not in it."""

    asked: AskedBy
    child: UUID | None = field(repr=False)


def asked_by(attempt: Attempt) -> AskedBy:
    """Give the part of an attempt that is shown with what came of it."""
    person = attempt.staff.person
    return AskedBy(
        attempt.staff.staff_id,
        person.agency,
        person.role,
        attempt.purpose,
        attempt.asked_at,
        attempt.wanted.as_known_at,
    )


def canonical_bytes(shown: Any) -> bytes:
    """Write what is shown as its one canonical text: JSON with sorted keys and no spaces, UTF-8, ids in hex, times in ISO 8601 UTC."""
    # json writes texts, numbers and lists by itself and asks for the rest: half the time of making it all plain first.
    return json.dumps(shown, default=_plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return {name: getattr(value, name) for name in _names(value.__class__)}


@lru_cache(maxsize=256)
def _names(kind: type) -> tuple[str, ...]:
    """Name the fields of a dataclass; TypeError for what has no canonical text."""
    return tuple(one.name for one in fields(kind))
