"""Opening a child's record: the only way to the content of its entries."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from access_policy.question import ChildRecord, Decision
from access_policy.vocabulary import OPEN_RECORD
from query.compose import compose
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
from query.gathering import gather
from query.naming import shown_name
from query.seeing import Sight, ids_of, see
from query.view import RecordView, canonical_bytes


@dataclass(frozen=True, slots=True)
class OpenedRecord:
    """What one person is shown: the very bytes whose digest the disclosure holds, and the same as values."""

    disclosure_id: UUID
    shown: bytes = field(repr=False)
    view: RecordView = field(repr=False)


def open_record(
    door: Door, staff: StaffMember, child: UUID, purpose: str | None, as_known_at: datetime | None = None
) -> OpenedRecord | Refused:
    """Open a child's record for a stated purpose, as it is known now or as the hub knew it at an aware moment; any of the child's strands may be asked for.

    A refusal is recorded as an opening is. RecordBroken: an entry that would be shown was altered; that is recorded, and nothing is shown. DisclosureFailed: the
    disclosure is not surely durable, and nothing is shown.
    """
    attempt = begin(door, staff, purpose, Wanted(OPEN_RECORD, child, as_known_at))
    decision = decide(door, attempt, ChildRecord())
    if not decision.allowed:
        return refuse(door, attempt, decision)
    # Crash until the record is written: nothing has left the door.
    with breakage_recorded(door, attempt):
        sight = see(door, attempt, door.records.sealed_events(child, as_known_at))
        if isinstance(sight, Decision):
            return refuse(door, attempt, sight)
        name = shown_name(child, sight.known, door.records.kin([child], as_known_at))
        attempt = replace(attempt, wanted=replace(attempt.wanted, child=name))
        view = _view(door, name, attempt, sight)
    shown = canonical_bytes(view)
    rules = tuple(sorted({*decision.rules, *sight.rules}))
    record(door, attempt, Showing(shown, rules, ids_of(sight.read), ids_of(sight.withheld)))
    # Crash from here on: the disclosure says more than was seen, never less.
    return OpenedRecord(attempt.disclosure_id, shown, view)


def _view(door: Door, child: UUID, attempt: Attempt, sight: Sight) -> RecordView:
    return compose(child, attempt, gather(door, attempt, sight.read, sight.withheld), door.duties)
