"""Casework through the door: entries judged, curated chronologies reviewed; and what settling contradictions (`query/settling.py`) shares with it.

As everywhere: decide; read; open in memory; record; and only then write. Nobody settles or judges what they do not read. In these disclosures `shown` names the entries that
something was said about.

| if we crash | true |
|---|---|
| before the disclosure is durable | nothing was said |
| after it, before what was said is | the record says more than was done, never less; say it again |
| while it is written | it may be there; saying it again says it twice, and the newest counts |
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from access_policy.keys import random_id
from access_policy.question import ChildRecord, Decision
from access_policy.sealing import Sealer
from access_policy.vocabulary import CURATE_CHRONOLOGY
from projections.casework import (
    PROFILES,
    SIGNIFICANCES,
    Casework,
    ContradictionNotice,
    ContradictionResolution,
    EntryJudgement,
    Profile,
    Review,
    Said,
    SealedWords,
    Significance,
    standing,
)
from query.casework_log import CaseworkLog
from query.door import (
    Attempt,
    Door,
    Refused,
    Showing,
    StaffMember,
    Wanted,
    begin,
    breakage_recorded,
    decide,
    record,
    refuse,
)
from query.sealed_words import seal_words
from query.seeing import Sight, ids_of, see
from query.view import AskedBy, asked_by, canonical_bytes
from schemas.sealed import SealedEvent

LONGEST_WORDS = 4000
Kind = Literal["notified", "resolved", "judged", "reviewed"]


class NotForCasework(Exception):
    """There is no such contradiction, entry or curated chronology among what this person reads, or nothing can be said about it; the message says what to do."""


@dataclass(frozen=True, slots=True)
class CaseworkDesk:
    """The door, and beside it where casework is written, and what seals words."""

    door: Door
    log: CaseworkLog
    sealer: Sealer = field(repr=False)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a curator says of one entry for one profile; the analysis has at most 4,000 characters, is kept sealed, and may be empty. ValueError for other words."""

    event_id: UUID
    profile: Profile
    included: bool
    significance: Significance
    analysis: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Refuse words that the contract does not have."""
        _require_one_of("a profile", self.profile, PROFILES)
        _require_one_of("a significance", self.significance, SIGNIFICANCES)
        require_words("an analysis", self.analysis, 0)


@dataclass(frozen=True, slots=True)
class Reviewing:
    """That a curated chronology was reviewed; the note has at most 4,000 characters, is kept sealed, and may be empty. ValueError for another profile or a longer note."""

    profile: Profile
    note: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Refuse words that the contract does not have."""
        _require_one_of("a profile", self.profile, PROFILES)
        require_words("a note", self.note, 0)


@dataclass(frozen=True, slots=True)
class SaidView:
    """What is shown of what was said: its id, what it is, the entries that it is about, the agencies that are told; nobody's words."""

    asked: AskedBy
    said_id: UUID
    kind: Kind
    entries: tuple[UUID, ...]
    agencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What was said and is durable: the disclosure, the very bytes whose digest it holds, and the same as values."""

    disclosure_id: UUID
    shown: bytes = field(repr=False)
    view: SaidView = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """An attempt about a child that is allowed, by which rules, and the entries that are read."""

    attempt: Attempt
    child: UUID = field(repr=False)
    rules: tuple[str, ...]
    sight: Sight

    @property
    def ids(self) -> frozenset[UUID]:
        """Name the entries that are read."""
        return frozenset(ids_of(self.sight.read))


def judge_entry(
    desk: CaseworkDesk, staff: StaffMember, child: UUID, purpose: str | None, judgement: Judgement
) -> Written | Refused:
    """Judge an entry for a curated chronology; the newest judgement counts. NotForCasework for an entry that the person does not read."""
    reading = begin_reading(desk.door, staff, purpose, CURATE_CHRONOLOGY, child)
    if isinstance(reading, Refused):
        return reading
    events = events_of(reading, {judgement.event_id})
    if not events:
        raise nothing_said(
            desk.door,
            reading,
            "Expected an entry of this record that you read, found none by that id; open the record to see which there are.",
        )
    said = said_now(desk, reading)
    words = sealed_words(desk, reading, said, events, judgement.analysis)
    what = judgement.event_id, judgement.profile, judgement.included, judgement.significance
    return written(desk, reading, EntryJudgement(said, *what, words))


def mark_reviewed(
    desk: CaseworkDesk, staff: StaffMember, child: UUID, purpose: str | None, reviewing: Reviewing
) -> Written | Refused:
    """Say that a curated chronology was reviewed as the person reads it now. NotForCasework where nothing that they read is in it."""
    reading = begin_reading(desk.door, staff, purpose, CURATE_CHRONOLOGY, child)
    if isinstance(reading, Refused):
        return reading
    stands = standing(desk.door.records.casework(reading.ids, None))
    events = events_of(reading, set(stands.curated(reviewing.profile)))
    if not events:
        raise nothing_said(
            desk.door,
            reading,
            "Expected a curated chronology with an entry in it, found none for this profile; judge entries first, and then say that it was reviewed.",
        )
    said = said_now(desk, reading)
    words = sealed_words(desk, reading, said, events, reviewing.note)
    return written(desk, reading, Review(said, reviewing.profile, ids_of(events), words))


def begin_reading(door: Door, staff: StaffMember, purpose: str | None, action: str, child: UUID) -> Reading | Refused:
    """Decide, and find what this person reads of the record; whether a child is there or not, the answer is the same."""
    attempt = begin(door, staff, purpose, Wanted(action, child))
    decision = decide(door, attempt, ChildRecord())
    if not decision.allowed:
        return refuse(door, attempt, decision)
    with breakage_recorded(door, attempt):
        sight = see(door, attempt, door.records.sealed_events(child))
    if isinstance(sight, Decision):
        return refuse(door, attempt, sight)
    return Reading(attempt, child, tuple(sorted({*decision.rules, *sight.rules})), sight)


def events_of(reading: Reading, ids: Collection[UUID]) -> Sequence[SealedEvent]:
    """Give those of the entries that are read, by their ids."""
    events = (event for event in reading.sight.read if UUID(bytes=event.header.event_id) in ids)
    return sorted(events, key=lambda event: event.header.event_id)


def sealed_words(
    desk: CaseworkDesk, reading: Reading, said: Said, events: Sequence[SealedEvent], words: str
) -> SealedWords | None:
    """Seal words under the key of the first of these entries that still has one."""
    if not words.strip():
        return None
    key_ids = [UUID(bytes=event.header.key_id) for event in events]
    keys = desk.door.unsealing.keys.find(list(dict.fromkeys(key_ids)))
    for key_id in key_ids:
        key = keys[key_id]
        if key is not None:
            return seal_words(desk.sealer, key, said.said_id, words)
    raise nothing_said(
        desk.door,
        reading,
        "Expected an entry whose content is still there, found that it was shredded, and with it what could be written about it; nothing was said.",
    )


def said_now(desk: CaseworkDesk, reading: Reading) -> Said:
    """Say who says something now, under a new random id."""
    attempt = reading.attempt
    who = attempt.staff.staff_id, attempt.disclosure_id, attempt.asked_at
    return Said(random_id(desk.door.randomness), reading.child, *who)


def written(desk: CaseworkDesk, reading: Reading, one: Casework) -> Written:
    """Record what is said, and only then write it; CaseworkFailed where it is not certain that it is there."""
    agencies = one.agencies if isinstance(one, ContradictionNotice) else ()
    view = SaidView(asked_by(reading.attempt), one.said.said_id, _kind(one), one.entries, agencies)
    shown = canonical_bytes(view)
    record(desk.door, reading.attempt, Showing(shown, reading.rules, one.entries))
    # Crash from here until it is durable: the disclosure says more than was done, never less.
    desk.log.say(one)
    return Written(reading.attempt.disclosure_id, shown, view)


def _kind(one: Casework) -> Kind:
    match one:
        case ContradictionNotice():
            return "notified"
        case ContradictionResolution():
            return "resolved"
        case EntryJudgement():
            return "judged"
    return "reviewed"


def nothing_said(door: Door, reading: Reading, sentence: str) -> NotForCasework:
    """Record that somebody asked and nothing was said, and give what to raise."""
    record(door, reading.attempt, Showing(b"", reading.rules))
    return NotForCasework(sentence)


def require_words(what: str, words: str, least: int) -> None:
    """Refuse words that are missing or too long with ValueError; `what` is what they are, as in "a note"."""
    if not least <= len(words.strip()) or len(words) > LONGEST_WORDS:
        raise ValueError(
            f"expected {what} of {least} to {LONGEST_WORDS} characters, found none or a longer one; put it shorter"
        )


def _require_one_of(what: str, word: str, words: Sequence[str]) -> None:
    if word not in words:
        raise ValueError(f"expected {what} out of {', '.join(words)}, found another; choose one of these")
