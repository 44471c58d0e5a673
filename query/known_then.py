"""A child's record as one named agency knew it at a moment: for practice to be understood as it looked then (Herts 14.4.56, WT13 4.10).

Two kinds are told apart: what the agency had learned itself by its own account (its own entries, even where the hub received them later), and what the hub had shown
to that agency's people before. Whoever asks still sees only what they may see.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from access_policy.question import ChildRecord, Decision
from access_policy.vocabulary import OPEN_RECORD
from query.agencies import agency_in_words
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
from query.view_desk import ViewDesk
from schemas.moments import moment
from schemas.sealed import SealedEvent

OPEN_AS_AGENCY_KNEW = "open_as_agency_knew"
"""How such a disclosure is named; the rules decide on it as on opening the record."""
LIMITS = (
    "Known to the hub are only the agency's own statements and what the hub itself showed to its people. What was told by telephone, at a meeting or on paper is not known; "
    "neither is whether what was shown was read. Who the child's records belong to is taken as it is known today."
)


@dataclass(frozen=True, slots=True)
class KnownTo:
    """Whose knowledge is asked for, and at which aware moment."""

    agency: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class AgencyKnowledge:
    """What an agency knew, as one reader may see it: `record` holds its entries, `own` those that it had learned itself, `shown_to_it` the others.

    Who of the agency looked, when and how often is not here: that is for whoever may see disclosures.
    """

    agency: str
    moment: datetime
    sentence: str
    limits: str
    own: tuple[UUID, ...]
    shown_to_it: tuple[UUID, ...]
    record: RecordView = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenedAgencyKnowledge:
    """What one person is shown of an agency's knowledge: the very bytes whose digest the disclosure holds, and the same as values."""

    disclosure_id: UUID
    shown: bytes = field(repr=False)
    view: AgencyKnowledge = field(repr=False)


def open_as_agency_knew(
    desk: ViewDesk, staff: StaffMember, child: UUID, purpose: str | None, known_to: KnownTo
) -> OpenedAgencyKnowledge | Refused:
    """Open a child's record as one agency knew it at a moment, for a stated purpose; ValueError when the moment has no time zone.

    RecordBroken, DisclosureFailed: as at `query.open_record`; nothing is shown then.
    """
    door = desk.door
    attempt = begin(door, staff, purpose, Wanted(OPEN_RECORD, child, known_to.moment))
    decision = decide(door, attempt, ChildRecord())
    attempt = replace(attempt, wanted=replace(attempt.wanted, action=OPEN_AS_AGENCY_KNEW))
    if not decision.allowed:
        return refuse(door, attempt, decision)
    with breakage_recorded(door, attempt):
        events = door.records.sealed_events(child)
        shown_then = _shown_then(desk, child, known_to)
        sight = see(door, attempt, (one for one in events if _knew(one, shown_then, known_to)))
        if isinstance(sight, Decision):
            return refuse(door, attempt, sight)
        name = shown_name(child, sight.known, door.records.kin([child]))
        attempt = replace(attempt, wanted=replace(attempt.wanted, child=name))
        view = _view(door, name, attempt, (sight, known_to))
    shown = canonical_bytes(view)
    rules = tuple(sorted({*decision.rules, *sight.rules}))
    record(door, attempt, Showing(shown, rules, ids_of(sight.read), ids_of(sight.withheld)))
    # Crash from here on: the disclosure says more than was seen, never less.
    return OpenedAgencyKnowledge(attempt.disclosure_id, shown, view)


def _shown_then(desk: ViewDesk, child: UUID, known_to: KnownTo) -> frozenset[bytes]:
    """Give the entries (event ids) that the hub had shown to the agency's people before the moment asked for."""
    records = desk.door.records
    sources = records.kin([child]).sources_of(child)
    # It may have been shown while it was taken for another child's: under the name of a strand of which anything was ever said beside one of these.
    strands = sources.union(*({said.left, said.right} for _, said in records.identity_said(sources)))
    before = desk.shown_before(strands, known_to.moment)
    return frozenset(event_id.bytes for one in before if one.agency == known_to.agency for event_id in one.shown)


def _knew(event: SealedEvent, shown_then: frozenset[bytes], known_to: KnownTo) -> bool:
    return _is_own(event, known_to) or event.header.event_id in shown_then


def _is_own(event: SealedEvent, known_to: KnownTo) -> bool:
    return event.header.agency == known_to.agency and moment(event.header.learned_latest) <= known_to.moment


def _view(door: Door, child: UUID, attempt: Attempt, found: tuple[Sight, KnownTo]) -> AgencyKnowledge:
    sight, known_to = found
    own = [one for one in sight.read if _is_own(one, known_to)]
    others = [one for one in sight.read if not _is_own(one, known_to)]
    return AgencyKnowledge(
        agency=known_to.agency,
        moment=known_to.moment,
        sentence=f"What {agency_in_words(known_to.agency)} knew: {len(own)} entries of its own, {len(others)} that the hub had shown to its people; as far as you may see them.",
        limits=LIMITS,
        own=ids_of(own),
        shown_to_it=ids_of(others),
        record=compose(child, attempt, gather(door, attempt, sight.read, sight.withheld), door.duties),
    )
