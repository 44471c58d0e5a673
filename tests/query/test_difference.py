import hashlib
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_world import CHILD, MONDAY, NOW, POINT, TWIN, Told, World, at, staff
from view_world import ViewWorld

from access_policy.question import EntryClass
from access_policy.visibility import Outcome, classify
from access_policy.vocabulary import CLEARANCES, SEALS
from query.difference import DifferenceView, Moments, OpenedDifference, open_difference
from query.door import Refused, StaffMember
from query.replay_shown import reproduce
from query.view import ShownEntry

EARLIER, LATER = at("2025-03-05"), at("2025-03-09")
BEFORE, BETWEEN = at("2025-03-04"), at("2025-03-06")


def difference(world: World, who: StaffMember | None = None) -> OpenedDifference:
    found = open_difference(world.door, who or staff(), CHILD, "case_review", Moments(EARLIER, LATER))
    assert isinstance(found, OpenedDifference)
    return found


def changes(view: DifferenceView) -> list[tuple[str, UUID]]:
    return [(one.kind, one.entry.event_id) for one in view.changes]


def test_what_was_received_between_is_added_with_its_times(world: World) -> None:
    world.say(Told(received=BEFORE))
    new = world.say(Told(received=BETWEEN))
    world.say(Told(received=at("2025-03-10")))
    view = difference(world).view
    assert changes(view) == [("added", new)]
    assert view.changes[0].entry.received == BETWEEN


def test_a_correction_is_told_once_with_what_replaces_what(world: World) -> None:
    first = world.say(Told(received=BEFORE))
    second = world.say(Told(corrects=first, learned=BETWEEN, received=BETWEEN))
    view = difference(world).view
    assert changes(view) == [("corrected", first)]
    (by,) = view.changes[0].by
    assert isinstance(by, ShownEntry)
    assert by.event_id == second


def test_a_withdrawal_is_told_with_what_withdrew_it_and_undoing_it_lets_the_entry_stand_again(world: World) -> None:
    first = world.say(Told(received=BEFORE))
    by = world.say(Told("StatementRetracted", retracts=first, received=BETWEEN))
    view = difference(world).view
    assert changes(view) == [("withdrawn", first)]
    assert [one.event_id for one in view.changes[0].by if isinstance(one, ShownEntry)] == [by]
    world.say(Told("StatementRetracted", retracts=by, received=LATER + timedelta(hours=1)))
    later = open_difference(world.door, staff(), CHILD, "case_review", Moments(LATER, NOW))
    assert isinstance(later, OpenedDifference)
    assert ("stands again", first) in changes(later.view)


def test_what_was_told_and_withdrawn_in_between_is_both(world: World) -> None:
    one = world.say(Told(received=BETWEEN))
    world.say(Told("StatementRetracted", retracts=one, received=BETWEEN + timedelta(hours=1)))
    assert sorted(changes(difference(world).view)) == [("added", one), ("withdrawn", one)]


def test_an_uncertain_time_stands_before_what_it_may_hold(world: World) -> None:
    sure = world.say(Told(happened=at("2025-03-02"), received=BETWEEN))
    unsure = world.say(Told(happened=at("2025-03-02"), until=at("2025-03-09"), received=BETWEEN))
    assert changes(difference(world).view) == [("added", unsure), ("added", sure)]


def test_two_openings_are_recorded_and_each_can_be_made_again(world: World) -> None:
    world.say(Told(received=BEFORE))
    world.say(Told(received=BETWEEN))
    found = difference(world)
    first, second = world.log.disclosures
    assert found.view.disclosures == (first.disclosure_id, second.disclosure_id)
    assert [one.as_known_at for one in (first, second)] == [EARLIER, LATER]
    assert [one.digest for one in (first, second)] == [
        hashlib.sha256(shown).digest() for shown in (found.earlier, found.later)
    ]
    assert [reproduce(one, world.door) for one in (first, second)] == [found.earlier, found.later]
    assert json.loads(found.shown)["changes"][0]["kind"] == "added"


def test_entries_that_may_not_be_seen_are_told_as_numbers_by_agency(world: World) -> None:
    world.say(Told(agency="police", seal="SEALED", received=BETWEEN, fields={"summary": "kept close"}))
    found = difference(world)
    assert found.view.changes == ()
    assert [(one.agency, one.before, one.after) for one in found.view.withheld] == [("police", 0, 1)]
    assert "kept close" not in found.shown.decode()


def test_a_correction_by_a_withheld_entry_says_whose_it_is_and_no_more(world: World) -> None:
    first = world.say(Told(agency="police", received=BEFORE))
    second = world.say(Told(agency="police", corrects=first, seal="SEALED", learned=BETWEEN, received=BETWEEN))
    found = difference(world)
    assert changes(found.view) == [("corrected", first)]
    assert second.hex not in found.shown.decode()


def test_what_came_with_a_link_and_went_with_a_separation_is_told_as_such() -> None:
    world = ViewWorld()
    world.say(Told(received=BEFORE))
    theirs = world.say(Told(child=TWIN, received=BEFORE))
    world.decide("LINK", CHILD, TWIN, BETWEEN)
    assert changes(difference(world).view) == [("came with a link", theirs)]
    world.decide("KEEP_APART", CHILD, TWIN, LATER + timedelta(hours=1))
    apart = open_difference(world.door, staff(), CHILD, "case_review", Moments(LATER, NOW))
    assert isinstance(apart, OpenedDifference)
    assert changes(apart.view) == [("went with a separation", theirs)]


def test_a_refusal_is_given_and_recorded_once(world: World) -> None:
    refused = open_difference(world.door, staff(), CHILD, None, Moments(EARLIER, LATER))
    assert isinstance(refused, Refused)
    assert [one.allowed for one in world.log.disclosures] == [False]


def test_moments_without_a_zone_or_the_wrong_way_round_are_errors() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Moments(datetime(2025, 3, 1), LATER)  # noqa: DTZ001 - the moment without a zone is what is refused
    with pytest.raises(ValueError, match="earlier moment first"):
        Moments(LATER, EARLIER)
    assert Moments(EARLIER, datetime(2025, 3, 9, tzinfo=UTC)).later == LATER


@st.composite
def tellings(draw: st.DrawFn) -> list[Told]:
    made = st.builds(
        lambda agency, seal, hours, target: Told(
            "ConcernRaised" if target % 3 else "StatementRetracted",
            agency,
            received=MONDAY + timedelta(hours=hours),
            learned=MONDAY,
            seal=seal,
            corrects=UUID(int=(0x8 << 76) | (0x2 << 62) | 1 + target // 3) if target % 3 == 1 else None,
            retracts=UUID(int=(0x8 << 76) | (0x2 << 62) | 1 + target // 3) if target % 3 == 0 else None,
        ),
        st.sampled_from(["health", "police"]),
        st.sampled_from(SEALS),
        st.integers(1, 140),
        st.integers(0, 17),
    )
    return draw(st.lists(made, min_size=1, max_size=6))


@settings(max_examples=60, deadline=None)
@given(told=tellings(), clearances=st.frozensets(st.sampled_from(CLEARANCES)))
def test_what_may_not_be_known_of_leaves_no_trace_and_nothing_is_told_that_the_two_openings_do_not_show(
    told: list[Told], clearances: frozenset[str]
) -> None:
    who = staff("health", "analyst", *clearances)
    world, without = World(), World()
    for number, one in enumerate(told, 1):
        world.say(one)
        seen = EntryClass(one.agency, one.event_type, one.sensitivity, one.seal, one.assertion)
        if classify(POINT, who.person, "case_review", [seen])[seen].outcome is not Outcome.INVISIBLE:
            without.told = number - 1
            without.say(one)
    world.random.seed(3)
    without.random.seed(3)
    one, other = difference(world, who), difference(without, who)
    assert (one, world.log.disclosures) == (other, without.log.disclosures)
    both = one.earlier + one.later
    assert all(change.entry.event_id.hex.encode() in both for change in one.view.changes)
