"""What another person was shown, from the record of the disclosure: an auditor checks it without reading it, a reader who may read all of it is given the bytes again.

- An auditor reads no entries (rule auditor-reads-no-entries): what they get is who was shown what, when, why and by which rules, how many entries of each agency, and
  whether the very bytes come out again.
- Anyone else needs the rules' yes to open the record, and to every entry: each that was shown they have to be able to read, each that was withheld to know of, since the
  bytes speak of both. One entry that they may not read, and they are refused; so is whoever asks for a disclosure that is not there, in the same words.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from access_policy.question import ChildRecord, Decision, Hub
from access_policy.vocabulary import OPEN_RECORD, SEE_DISCLOSURES
from query.disclosure import Disclosure
from query.door import Attempt, Refused, Showing, StaffMember, Wanted, begin, breakage_recorded, decide, record, refuse
from query.replay_shown import NotReproducible, reproduce
from query.seeing import Sight, ids_of, see
from query.unsealing import RecordBroken
from query.view import AskedBy, asked_by, canonical_bytes
from query.view_desk import ViewDesk
from schemas.sealed import SealedEvent

SEE_AS_SHOWN = "see_as_shown"
"""How such a disclosure is named; the rules decide on it as on seeing disclosures, or as on opening the record."""
NOT_ALL_READABLE = "as-shown-needs-every-entry"
NO_SUCH_DISCLOSURE = Decision(
    allowed=False,
    rules=("no-such-disclosure",),
    sentences=(
        "Expected the id of a disclosure that the log holds, found another; `mash disclosures CHILD` lists them.",
    ),
    obligations=(),
)
Check = Literal["the same bytes come out", "not made again here", "an entry of it was altered"]

NEEDS_EVERY_ENTRY = Decision(
    allowed=False,
    rules=(NOT_ALL_READABLE,),
    sentences=(
        "Expected an opened record of which you may read every entry that was shown, found none by that id; an auditor can check it without reading it.",
    ),
    obligations=(),
)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many entries of one agency were shown and how many were withheld."""

    agency: str
    shown: int
    withheld: int


@dataclass(frozen=True, slots=True)
class ShownThen:
    """Who was shown what, as the disclosure says it; `check` says whether the bytes whose digest it holds come out again today, and `why_not` why they do not."""

    asked: AskedBy
    disclosure_id: UUID
    child: UUID | None = field(repr=False)
    person: str = field(repr=False)
    agency: str
    role: str
    action: str
    purpose: str | None
    as_known_at: datetime | None
    asked_at: datetime
    allowed: bool
    rules: tuple[str, ...]
    entries: tuple[Counted, ...]
    not_found: int
    digest: str
    check: Check
    why_not: str | None


@dataclass(frozen=True, slots=True)
class AsShown:
    """What comes of asking: the account of the disclosure, and, for a reader of every entry in it, the very bytes that were shown then (None for an auditor)."""

    disclosure_id: UUID
    shown: bytes = field(repr=False)
    view: ShownThen = field(repr=False)
    then: bytes | None = field(repr=False)


def see_as_shown(desk: ViewDesk, staff: StaffMember, disclosure_id: UUID, purpose: str | None) -> AsShown | Refused:
    """Say what a disclosure showed; recorded as one itself. RecordBroken: an entry cannot be read for deciding; that is recorded, and nothing is shown."""
    door = desk.door
    attempt = begin(door, staff, purpose, Wanted(SEE_DISCLOSURES))
    audits = decide(door, attempt, Hub())
    if audits.allowed:
        return _audited(desk, _named(attempt, SEE_AS_SHOWN), audits, disclosure_id)
    attempt = _named(attempt, OPEN_RECORD)
    opens = decide(door, attempt, ChildRecord())
    attempt = _named(attempt, SEE_AS_SHOWN)
    if not opens.allowed:
        return refuse(door, attempt, opens)
    return _read_again(desk, attempt, opens, disclosure_id)


def _named(attempt: Attempt, action: str, child: UUID | None = None) -> Attempt:
    return replace(attempt, wanted=replace(attempt.wanted, action=action, child=child))


def _audited(desk: ViewDesk, attempt: Attempt, decision: Decision, disclosure_id: UUID) -> AsShown | Refused:
    with breakage_recorded(desk.door, attempt):
        disclosure = desk.disclosure(disclosure_id)
        if disclosure is None:
            return refuse(desk.door, attempt, NO_SUCH_DISCLOSURE)
        about = _named(attempt, SEE_AS_SHOWN, disclosure.child)
        view, _ = _account(desk, about, disclosure, desk.door.records.events((*disclosure.shown, *disclosure.withheld)))
    shown = canonical_bytes(view)
    record(desk.door, about, Showing(shown, decision.rules))
    return AsShown(about.disclosure_id, shown, view, None)


def _read_again(desk: ViewDesk, attempt: Attempt, opens: Decision, disclosure_id: UUID) -> AsShown | Refused:
    with breakage_recorded(desk.door, attempt):
        disclosure = desk.disclosure(disclosure_id)
        if disclosure is None or not disclosure.allowed or disclosure.action != OPEN_RECORD:
            return refuse(desk.door, attempt, NEEDS_EVERY_ENTRY)
        events = desk.door.records.events((*disclosure.shown, *disclosure.withheld))
        sight = see(desk.door, attempt, events)
        if isinstance(sight, Decision):
            return refuse(desk.door, attempt, sight)
        if not _covers(sight, disclosure):
            # Under no child: that there is such a disclosure about one is not for whoever may not read it.
            return refuse(desk.door, attempt, NEEDS_EVERY_ENTRY)
        about = _named(attempt, SEE_AS_SHOWN, disclosure.child)
        view, then = _account(desk, about, disclosure, events)
    shown = canonical_bytes({"account": view, "then": None if then is None else then.decode()})
    rules = tuple(sorted({*opens.rules, *sight.rules}))
    record(desk.door, about, Showing(shown, rules, disclosure.shown, disclosure.withheld))
    # Crash from here on: the disclosure says more than was seen, never less.
    return AsShown(about.disclosure_id, shown, view, then)


def _covers(sight: Sight, disclosure: Disclosure) -> bool:
    """Whether whoever asks may read all that was shown, and know of all that was withheld."""
    return set(disclosure.shown) <= set(ids_of(sight.read)) and set(disclosure.withheld) <= set(ids_of(sight.known))


Account = tuple[ShownThen, bytes | None]


def _account(desk: ViewDesk, attempt: Attempt, one: Disclosure, events: Sequence[SealedEvent]) -> Account:
    then, check, why_not = _made_again(desk, one)
    entries = _counted(one, events)
    view = ShownThen(
        asked=asked_by(attempt),
        disclosure_id=one.disclosure_id,
        child=one.child,
        person=one.person,
        agency=one.agency,
        role=one.role,
        action=one.action,
        purpose=one.purpose,
        as_known_at=one.as_known_at,
        asked_at=one.asked_at,
        allowed=one.allowed,
        rules=one.rules,
        entries=entries,
        not_found=len(one.shown) + len(one.withheld) - sum(each.shown + each.withheld for each in entries),
        digest=one.digest.hex(),
        check=check,
        why_not=why_not,
    )
    return view, then


def _made_again(desk: ViewDesk, one: Disclosure) -> tuple[bytes | None, Check, str | None]:
    try:
        return reproduce(one, desk.door), "the same bytes come out", None
    except NotReproducible as error:
        return None, "not made again here", str(error)
    except RecordBroken as error:
        return None, "an entry of it was altered", str(error)


def _counted(one: Disclosure, events: Sequence[SealedEvent]) -> tuple[Counted, ...]:
    agencies = {UUID(bytes=event.header.event_id): event.header.agency for event in events}
    shown = Counter(agencies[event_id] for event_id in one.shown if event_id in agencies)
    withheld = Counter(agencies[event_id] for event_id in one.withheld if event_id in agencies)
    return tuple(Counted(agency, shown[agency], withheld[agency]) for agency in sorted(shown.keys() | withheld.keys()))
