"""Finding the record that an identifier names, without keeping the identifier."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

from access_policy.blind_index import blind_index
from access_policy.question import Decision, Hub
from access_policy.vocabulary import FIND_CHILD
from projections.identity.strands import Kin
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
from query.naming import name_in, shown_name
from query.seeing import Sight, see
from query.view import FindingView, asked_by, canonical_bytes
from schemas.sealed import SealedEvent


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier as someone gives it: a scheme of `access_policy.blind_index` (NHS_NUMBER, UPN, or local_scheme of an agency) and its value."""

    scheme: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a search came to: the child's pseudonym, or None where the person may know of no record under that identifier; and the bytes shown."""

    disclosure_id: UUID
    shown: bytes = field(repr=False)
    child: UUID | None = field(repr=False)


def find_child(
    door: Door, staff: StaffMember, identifier: Identifier, purpose: str | None, secret: bytes
) -> Finding | Refused:
    """Find the child that an identifier names; `secret` is the one of the blind indexes. Decided and recorded as everything here is.

    RecordBroken, once that is recorded: an entry of the child cannot be read. A child is found only through an entry that the person may know of and that carries the identifier: whom locked entries alone name is not found.
    """
    attempt = begin(door, staff, purpose, Wanted(FIND_CHILD))
    decision = decide(door, attempt, Hub())
    if not decision.allowed:
        return refuse(door, attempt, decision)
    index = blind_index(secret, identifier.scheme, identifier.value)
    with breakage_recorded(door, attempt):
        sight, found = _found(door, attempt, index)
    if isinstance(sight, Decision):
        return refuse(door, attempt, sight)
    about = replace(attempt, wanted=replace(attempt.wanted, child=found))
    shown = finding_bytes(about)
    # Crash until the record is written: nothing has left the door. After it: it says more than was seen, never less.
    record(door, about, Showing(shown, tuple(sorted({*decision.rules, *sight.rules}))))
    return Finding(attempt.disclosure_id, shown, found)


def finding_bytes(attempt: Attempt) -> bytes:
    """Give the bytes that a search shows: which child it came to, and never the identifier."""
    return canonical_bytes(FindingView(asked_by(attempt), attempt.wanted.child))


def _found(door: Door, attempt: Attempt, index: bytes) -> tuple[Sight | Decision, UUID | None]:
    """Look for a child by a blind index: what the person may know of its entries that carry it, and the name under which they are shown it."""
    child = door.records.child_of(index)
    if child is None:
        return see(door, attempt, ()), None
    kin = door.records.kin([child])
    events = _events(door, child, kin)
    sight = see(door, attempt, (event for event in events if index in _identifiers(event)))
    if isinstance(sight, Decision) or not sight.known:
        return sight, None
    newest = max(sight.known, key=lambda event: (event.header.received, event.header.event_id))
    found = name_in(newest, kin)
    if kin.strands_of(found) == {found}:
        return sight, found
    whole = see(door, attempt, (event for event in events if name_in(event, kin) == found))
    return (whole, None) if isinstance(whole, Decision) else (sight, shown_name(found, whole.known, kin))


def _events(door: Door, child: UUID, kin: Kin) -> list[SealedEvent]:
    """Give the entries of a child, and of those that were split off it: an identifier of theirs may have been learned before the split."""
    strands = kin.strands_of(child)
    children = {child} | {kin.child_of(new) for (strand, _), new in kin.parts.items() if strand in strands}
    return [event for one in sorted(children) for event in door.records.sealed_events(one)]


def _identifiers(event: SealedEvent) -> Iterable[bytes | None]:
    found = event.header.identified_by
    return found.local_id, found.nhs_number, found.upn
