"""A record as known at a moment is what a hub that stopped at that moment would have shown: its lines, and all that stands beside them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from projections.casework import ContradictionNotice, EntryJudgement, Review, Said
from projections.feeds import Feed
from query.contradictions import found_contradictions
from query.open_record import OpenedRecord, open_record
from query.view import RecordView, canonical_bytes
from tests.feed_world import delivered
from tests.query.record_world import CHILD, MONDAY, NOW, Told, World, staff

KINDS = ("InjuryRecorded", "ChildSeen", "WishesAndFeelingsRecorded", "HouseholdMemberRecorded")
FIELDS = {
    "InjuryRecorded": {"injury": "a bruise"},
    "WishesAndFeelingsRecorded": {"views": "wants to stay"},
    "HouseholdMemberRecorded": {"relationship": "lodger", "person_name": "Osric"},
}
SETTLED = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that comes to the hub, `hours` after the first: an entry, a delivery, or something said about the entries so far."""

    what: str
    hours: int
    number: int
    yes: bool

    @property
    def at(self) -> datetime:
        return MONDAY + timedelta(hours=self.hours)


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(("entry", "entry", "entry", "delivery", "judged", "notified", "reviewed")),
        st.integers(0, 100),
        st.integers(0, 40),
        st.booleans(),
    ),
    max_size=10,
)


def hub_of(steps: Sequence[Step], until: datetime) -> World:
    """Let a hub take in what came by then, in its order."""
    world = World()
    told = sorted((one for one in steps if one.at <= until), key=lambda one: one.hours)
    for place, one in enumerate(told):
        _take(world, one, place)
    return world


def _take(world: World, one: Step, place: int) -> None:
    if one.what == "entry":
        kind, agency = KINDS[one.number % 4], ("education", "health")[one.number % 2]
        said = {"explanation": f"told to {agency}"} if kind == "InjuryRecorded" else {}
        said |= {"lives_there": one.yes} if kind == "HouseholdMemberRecorded" else {}
        said |= {"alone": one.yes} if kind == "ChildSeen" else {}
        happened = one.at - timedelta(days=4 * one.number)
        world.say(
            Told(kind, agency, happened=happened, learned=happened, received=one.at, fields=FIELDS.get(kind, {}) | said)
        )
    elif one.what == "delivery":
        days = {"first_day": (one.at - timedelta(days=200)).date(), "last_day": one.at.date()}
        feed = Feed(("education", "health")[one.number % 2], "invented")
        world.records.feeds.fold(0, [(place, delivered(feed, one.at - SETTLED, place, **days))])
    else:
        _said(world, one, place)


def _said(world: World, one: Step, place: int) -> None:
    said = Said(UUID(int=place), CHILD, "health-17", UUID(int=0), one.at)
    ids = sorted(UUID(bytes=event.header.event_id) for event in world.records.kept[CHILD])
    if one.what == "judged" and ids:
        judged = EntryJudgement(said, ids[one.number % len(ids)], "REVIEW", one.yes, "NOTABLE", None)
        world.records.work.add(judged)
    if one.what == "reviewed" and ids:
        world.records.work.add(Review(said, "REVIEW", tuple(ids[: one.number % 3 + 1]), None))
    if one.what == "notified":
        opened = world.door.unsealing.open_all(world.records.kept[CHILD])
        for found in found_contradictions(opened)[:1]:
            world.records.work.add(
                ContradictionNotice(said, found.contradiction_id, found.kind, found.events, found.agencies)
            )


def view_at(world: World, now: datetime, as_known_at: datetime | None) -> RecordView:
    opened = open_record(replace(world.door, clock=lambda: now), staff(), CHILD, "assessment", as_known_at)
    assert isinstance(opened, OpenedRecord)
    return opened.view


@settings(max_examples=60, deadline=None)
@given(steps=STEPS, hours=st.integers(0, 100))
def test_as_known_then_is_what_a_hub_that_stopped_then_would_have_shown(steps: list[Step], hours: int) -> None:
    then = MONDAY + timedelta(hours=hours)
    later = view_at(hub_of(steps, NOW), NOW, then)
    stopped = view_at(hub_of(steps, then), then, None)
    assert canonical_bytes(replace(later, asked=stopped.asked)) == canonical_bytes(stopped)
