"""Who saw two children as one: the allowed disclosures in which entries of both stood together, after they are known to be two."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from access_policy.question import Hub
from access_policy.vocabulary import DECIDE_IDENTITY, SEE_ALERTS, SEE_IDENTITY, SEE_WRONG_VIEWS
from projections.disclosures import Disclosures
from projections.identity.strands import Children
from query.disclosure import Disclosure, decode_disclosure
from query.door import Refused, Showing, StaffMember, Wanted, begin, breakage_recorded, decide, record, refuse
from query.household import OPEN_HOUSEHOLD
from query.identity_desk import (
    IdentityDesk,
    Known,
    events_of_strands,
    ever_linked,
    known_identity,
    known_of,
    side_of,
    strand_of,
)
from query.identity_review import ShownIdentity
from query.identity_view import WrongView, WrongViews
from query.ports import Records
from query.view import asked_by, canonical_bytes
from schemas.catalogue import Catalogue
from schemas.moments import moment
from schemas.sealed import SealedEvent

SIDE_BY_SIDE = (SEE_IDENTITY, DECIDE_IDENTITY)
"""What is asked for to see two children beside each other: there both belong."""
MORE_THAN_ONE = (OPEN_HOUSEHOLD, SEE_ALERTS)
"""What shows entries of other children too, each as that child's: it was wrong only where it took some of both for one child's."""

INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Wrong:
    """The wrong views of two sides, oldest first, without those of which a side was locked entries alone; and the entries that stood in another child's record, by their agency; a locked entry is not among them."""

    views: tuple[WrongView, ...]
    entries: Mapping[str, tuple[UUID, ...]]

    @property
    def owners(self) -> tuple[str, ...]:
        """Name the agencies."""
        return tuple(sorted(self.entries))


@dataclass(frozen=True, slots=True)
class Past:
    """Where wrong views are looked for: the records, the disclosures, what reads these, and up to which moment (UTC)."""

    records: Records
    disclosures: Disclosures
    catalogue: Catalogue
    until: datetime


@dataclass(frozen=True, slots=True)
class _Entries:
    """The entries of two sides, by id."""

    left: Mapping[UUID, SealedEvent] = field(repr=False)
    right: Mapping[UUID, SealedEvent] = field(repr=False)


def wrong_views(
    desk: IdentityDesk, staff: StaffMember, left: UUID, right: UUID, purpose: str | None
) -> ShownIdentity[WrongViews] | Refused:
    """Say who was shown two strands as one child, when and for what purpose, and whose entries those were; nobody while they are one child. No entry is opened."""
    door, attempt = desk.door, begin(desk.door, staff, purpose, Wanted(SEE_WRONG_VIEWS))
    decision = decide(door, attempt, Hub())
    if not decision.allowed:
        return refuse(door, attempt, decision)
    with breakage_recorded(door, attempt):
        known = known_identity(door.records, (left, right))
        linked = known.children.child_of(left) == known.children.child_of(right)
        wrong = Wrong((), {}) if linked else wrong_of(past_of(desk, attempt.asked_at), known, left, right)
    people = tuple(sorted({one.person for one in wrong.views}))
    view = WrongViews(asked_by(attempt), left, right, linked, wrong.views, people, wrong.owners)
    shown = canonical_bytes(view)
    # Crash until the record is written: nothing has left the door. After it: it says more than was seen, never less.
    record(door, attempt, Showing(shown, decision.rules))
    return ShownIdentity(attempt.disclosure_id, shown, view)


def past_of(desk: IdentityDesk, until: datetime) -> Past:
    """Give what the desk knows of the past up to a moment, that moment too."""
    return Past(desk.door.records, desk.disclosures, desk.door.unsealing.catalogue, until)


def wrong_of(past: Past, known: Known, left: UUID, right: UUID) -> Wrong:
    """Find the wrong views of two sides as `known` has them; whoever calls it has decided that they may be told."""
    children = known.children
    ours, theirs = side_of(children, left, right), side_of(children, right, left)
    entries = _Entries(_by_id(past, children, ours), _by_id(past, children, theirs))
    # Under any of these ids the record may have been asked for while the two were one.
    strands = ever_linked(one for _, one in known.said) | ours | theirs
    messages = [*past.disclosures.of_child(strands, past.until + INSTANT), *_alert_lists(past, known, entries)]
    disclosures = (decode_disclosure(past.catalogue, one) for one in messages)
    wrong = [
        one for one in disclosures if one.allowed and _both(one, entries) and _showed_one_child(one, known, entries)
    ]
    wrong.sort(key=lambda one: one.asked_at)
    shown: dict[str, set[UUID]] = defaultdict(set)
    for agency, event_id in (placed for one in wrong for placed in _misplaced(one, entries)):
        shown[agency].add(event_id)
    of_agencies = {agency: tuple(sorted(ids)) for agency, ids in shown.items()}
    views = (_view(one, entries) for one in wrong)
    # One in which the entries of a side were all locked is not listed: that it is there would tell of them.
    return Wrong(tuple(one for one in views if one.left_entries and one.right_entries), of_agencies)


def _alert_lists(past: Past, known: Known, entries: _Entries) -> Sequence[bytes]:
    """Give the lists of alerts, which are about no one child, of the time in which entries of both sides can have been taken for one child's."""
    if not known.said or not entries.left or not entries.right:
        return []
    since = max(min(one.header.received for one in side.values()) for side in (entries.left, entries.right))
    # What was said last parted them, or was said when they had been parted.
    until = min(past.until, max(one.at for _, one in known.said))
    return past.disclosures.of_no_child(SEE_ALERTS, moment(since), until + INSTANT)


def _by_id(past: Past, children: Children, strands: frozenset[UUID]) -> Mapping[UUID, SealedEvent]:
    return {UUID(bytes=one.header.event_id): one for one in events_of_strands(past.records, children, strands)}


def _both(one: Disclosure, entries: _Entries) -> bool:
    return not entries.left.keys().isdisjoint(one.shown) and not entries.right.keys().isdisjoint(one.shown)


def _showed_one_child(one: Disclosure, known: Known, entries: _Entries) -> bool:
    if one.action in SIDE_BY_SIDE:
        return False
    if one.action not in MORE_THAN_ONE:
        return True
    until = one.asked_at if one.as_known_at is None else min(one.asked_at, one.as_known_at)
    then = known_of((offset, said) for offset, said in known.said if said.at <= until).children
    ours, theirs = (
        {then.child_of(strand_of(then, side[event_id])) for event_id in one.shown if event_id in side}
        for side in (entries.left, entries.right)
    )
    return not ours.isdisjoint(theirs)


def _misplaced(one: Disclosure, entries: _Entries) -> Iterator[tuple[str, UUID]]:
    """Name the entries of both sides that it showed, with their agencies: whoever read them took either side's for the other child's too. Locked ones are not named."""
    for side in (entries.left, entries.right):
        for event_id in one.shown:
            if event_id in side and side[event_id].header.seal != "LOCKED":
                yield side[event_id].header.agency, event_id


def _view(one: Disclosure, entries: _Entries) -> WrongView:
    sides = [[side[event_id] for event_id in one.shown if event_id in side] for side in (entries.left, entries.right)]
    counts = [sum(event.header.seal != "LOCKED" for event in side) for side in sides]
    who = one.person, one.agency, one.role, one.action, one.purpose, one.asked_at
    return WrongView(one.disclosure_id, *who, counts[0], counts[1])
