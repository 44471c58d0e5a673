"""Contradictions through the door: the agencies are told, and somebody says what was found. What each agency said stays as it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from access_policy.vocabulary import SETTLE_CONTRADICTION
from projections.casework import ContradictionNotice, ContradictionResolution, about_only, standing
from projections.headers import entry_of
from query.casework import (
    CaseworkDesk,
    Reading,
    Written,
    begin_reading,
    events_of,
    nothing_said,
    require_words,
    said_now,
    sealed_words,
    written,
)
from query.contradictions import found_contradictions, lapsed
from query.door import Refused, StaffMember, breakage_recorded
from query.seeing import ids_of
from schemas.sealed import SealedEvent


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about a contradiction: 1 to 4,000 characters, kept sealed. ValueError for none or more."""

    contradiction_id: UUID
    words: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse a resolution that says nothing."""
        require_words("a finding", self.words, 1)


def notify_agencies(
    desk: CaseworkDesk, staff: StaffMember, child: UUID, purpose: str | None, contradiction_id: UUID
) -> Written | Refused:
    """Have the agencies told whose entries contradict each other; they learn which entries of their own and what kind of contradiction, and no more.

    NotForCasework: no such contradiction among what the person reads, or one of its entries is locked, so that telling would tell of it. CaseworkFailed: it is not certain that it is there.
    """
    reading = begin_reading(desk.door, staff, purpose, SETTLE_CONTRADICTION, child)
    if isinstance(reading, Refused):
        return reading
    kind, events = _contradiction(desk, reading, contradiction_id)
    if any(event.header.seal == "LOCKED" for event in events):
        raise nothing_said(
            desk.door,
            reading,
            "Expected entries that others may know of, found a locked one, so nobody was told; speak with the agency that locked it.",
        )
    agencies = tuple(sorted({event.header.agency for event in events}))
    notice = ContradictionNotice(said_now(desk, reading), contradiction_id, kind, ids_of(events), agencies)
    return written(desk, reading, notice)


def resolve_contradiction(
    desk: CaseworkDesk, staff: StaffMember, child: UUID, purpose: str | None, finding: Finding
) -> Written | Refused:
    """Resolve a contradiction with a finding; what each agency said stays as it is. Raises as `notify_agencies` does, but for locked entries, which only their readers learn of."""
    reading = begin_reading(desk.door, staff, purpose, SETTLE_CONTRADICTION, child)
    if isinstance(reading, Refused):
        return reading
    kind, events = _contradiction(desk, reading, finding.contradiction_id)
    said, entries = said_now(desk, reading), ids_of(events)
    words = sealed_words(desk, reading, said, events, finding.words)
    return written(desk, reading, ContradictionResolution(said, finding.contradiction_id, kind, entries, words))


def _contradiction(desk: CaseworkDesk, reading: Reading, wanted: UUID) -> tuple[str, Sequence[SealedEvent]]:
    """Find a contradiction among the entries that are read, as their record shows it, one of which agencies were told and that holds no longer among them: its kind and entries."""
    with breakage_recorded(desk.door, reading.attempt):
        opened = desk.door.unsealing.open_all(reading.sight.read)
        said = about_only(desk.door.records.casework(reading.ids, None), reading.ids)
    hold = found_contradictions(opened, (entry_of(one.header) for one in reading.sight.withheld))
    found = [one for one in (*hold, *lapsed(hold, standing(said))) if one.contradiction_id == wanted]
    if not found:
        raise nothing_said(
            desk.door,
            reading,
            "Expected a contradiction between entries that you read, found none by that id; open the record to see which there are.",
        )
    return found[0].kind, events_of(reading, set(found[0].events))
