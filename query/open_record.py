"""Opening a child's record: the only way to the content of its entries."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from access_policy.question import ChildRecord, Decision
from access_policy.vocabulary import OPEN_RECORD
from query.compose import Material, compose
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
    made = composed(door, attempt, child)
    if isinstance(made, Decision):
        return refuse(door, attempt, made)
    shown = canonical_bytes(made.view)
    record(door, made.attempt, made.showing(shown, decision))
    # Crash from here on: the disclosure says more than was seen, never less.
    return OpenedRecord(attempt.disclosure_id, shown, made.view)


@dataclass(frozen=True, slots=True)
class Composed:
    """What one person may be shown of a record, before it is given: the attempt under the name that the child has, the view, and what it was made of."""

    attempt: Attempt
    view: RecordView = field(repr=False)
    material: Material = field(repr=False)
    sight: Sight = field(repr=False)

    def showing(self, shown: bytes, *decisions: Decision) -> Showing:
        """Say what the disclosure has to hold of these bytes, allowed by these decisions and by the rules on each entry."""
        rules = {rule for decision in decisions for rule in decision.rules} | {*self.sight.rules}
        return Showing(shown, tuple(sorted(rules)), ids_of(self.sight.read), ids_of(self.sight.withheld))


def composed(door: Door, attempt: Attempt, child: UUID) -> Composed | Decision:
    """Read and open in memory what an attempt that was allowed may show; a decision where the rules could not be applied to every entry. Nothing is recorded but breakage."""
    moment = attempt.wanted.as_known_at
    with breakage_recorded(door, attempt):
        sight = see(door, attempt, door.records.sealed_events(child, moment))
        if isinstance(sight, Decision):
            return sight
        name = shown_name(child, sight.known, door.records.kin([child], moment))
        attempt = replace(attempt, wanted=replace(attempt.wanted, child=name))
        material = gather(door, attempt, sight.read, sight.withheld)
        return Composed(attempt, compose(name, attempt, material, door.duties), material, sight)
