"""What was shown is held against what the rules say of each entry by itself, over random records, people and purposes."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from record_world import CHILD, MONDAY, POINT, Told, World, staff

from access_policy.question import EntryClass, Person
from access_policy.visibility import Outcome, classify
from access_policy.vocabulary import CLEARANCES, PURPOSES, ROLES, SEALS, SENSITIVITIES
from query.door import Refused, StaffMember
from query.open_record import OpenedRecord, open_record
from query.plain_text import record_in_plain_text
from query.replay_shown import reproduce
from query.view import RecordView

AGENCIES = ("childrens_social_care", "education", "health", "police")
MARKED: dict[str, tuple[str, dict[str, Any]]] = {
    "ChildSeen": ("wishes_and_feelings", {}),
    "ConcernRaised": ("summary", {}),
    "HouseholdMemberRecorded": ("summary", {"relationship": "lodger", "person_name": "Osric", "lives_there": True}),
    "HouseholdMemberLeft": ("summary", {"relationship": "lodger", "person_name": "Osric"}),
    "InjuryRecorded": ("explanation", {"injury": "a bruise"}),
    "ReferralDecided": ("summary", {}),
    "ReferralReceived": ("summary", {}),
    "StatementRetracted": ("reason", {}),
}
"""Kinds of statements, the field of each that carries its marker, and what else it has to say."""
TYPES = tuple(MARKED)
PEOPLE = st.builds(
    Person, st.sampled_from(AGENCIES), st.sampled_from(ROLES), st.frozensets(st.sampled_from(CLEARANCES))
)
PURPOSE = st.none() | st.sampled_from(PURPOSES)


def marker(number: int) -> str:
    return f"<marked {number}>"


def telling(number: int, choices: bytes) -> Told:
    """Make a statement of eight choices; its texts carry its own marker."""
    pick = iter(choices)
    event_type = TYPES[next(pick) % len(TYPES)]
    field, said = MARKED[event_type]
    happened = MONDAY + timedelta(hours=7 * (next(pick) % 20))
    target = UUID(int=(0x8 << 76) | (0x2 << 62) | 1 + next(pick) % 8)
    amends = next(pick) % 4
    return Told(
        event_type,
        AGENCIES[next(pick) % len(AGENCIES)],
        happened=happened,
        until=happened + timedelta(hours=next(pick) % 3),
        seal=SEALS[next(pick) % len(SEALS)],
        sensitivity=SENSITIVITIES[next(pick) % len(SENSITIVITIES)],
        corrects=target if amends == 1 else None,
        retracts=target if amends == 2 or event_type == "StatementRetracted" else None,
        wording=marker(number),
        fields={**said, field: marker(number)},
        child_said={"given_name": marker(number), "address": f"{number} Nowhere Lane {marker(number)}"},
    )


@st.composite
def records(draw: st.DrawFn) -> list[Told]:
    choices = draw(st.lists(st.binary(min_size=8, max_size=8), min_size=1, max_size=8))
    return [telling(number, one) for number, one in enumerate(choices, 1)]


def world_of(told: list[Told]) -> World:
    world = World()
    for one in told:
        world.say(one)
    return world


def allowed(person: Person, purpose: str | None, told: Told) -> Outcome:
    one = EntryClass(told.agency, told.event_type, told.sensitivity, told.seal, told.assertion)
    return classify(POINT, person, purpose, [one])[one].outcome


@settings(max_examples=60, deadline=None)
@given(told=records(), person=PEOPLE, purpose=PURPOSE)
def test_nothing_that_a_decision_did_not_cover_is_ever_in_what_was_shown(
    told: list[Told], person: Person, purpose: str | None
) -> None:
    world = world_of(told)
    result = open_record(world.door, StaffMember("s-1", person), CHILD, purpose)
    (disclosure,) = world.log.disclosures
    if isinstance(result, Refused):
        assert disclosure.shown == disclosure.withheld == ()
        return
    shown = result.shown.decode()
    for number, one in enumerate(told, 1):
        outcome = allowed(person, purpose, one)
        event_id = UUID(int=(0x8 << 76) | (0x2 << 62) | number)
        assert (marker(number) in shown) == (outcome is Outcome.READ)
        assert (event_id in disclosure.shown) == (outcome is Outcome.READ)
        assert (event_id in disclosure.withheld) == (outcome is Outcome.WITHHELD)
        if outcome is Outcome.INVISIBLE:
            assert event_id.hex not in shown
    assert reproduce(disclosure, world.door) == result.shown


@settings(max_examples=60, deadline=None)
@given(told=records(), person=PEOPLE, purpose=st.sampled_from(PURPOSES))
def test_what_may_not_be_known_of_leaves_no_trace_at_all(told: list[Told], person: Person, purpose: str) -> None:
    world, without = world_of(told), world_of(told)
    unknown = {
        UUID(int=(0x8 << 76) | (0x2 << 62) | number)
        for number, one in enumerate(told, 1)
        if allowed(person, purpose, one) is Outcome.INVISIBLE
    }
    kept = [one for one in without.records.kept[CHILD] if UUID(bytes=one.header.event_id) not in unknown]
    without.records.kept[CHILD] = kept
    who = StaffMember("s-1", person)
    one, other = open_record(world.door, who, CHILD, purpose), open_record(without.door, who, CHILD, purpose)
    assert one == other
    assert world.log.disclosures == without.log.disclosures


def beside(view: RecordView) -> tuple[object, ...]:
    return view.incidents, view.contradictions, view.gaps, view.sightings, view.curated, view.marks


@settings(max_examples=60, deadline=None)
@given(told=records(), person=PEOPLE, purpose=st.sampled_from(PURPOSES))
def test_what_stands_beside_the_lines_is_worked_out_from_the_entries_that_are_read_alone(
    told: list[Told], person: Person, purpose: str
) -> None:
    told = [replace(one, corrects=None, retracts=None) for one in told if one.event_type != "StatementRetracted"]
    world, without = world_of(told), world_of(told)
    read = {
        UUID(int=(0x8 << 76) | (0x2 << 62) | number)
        for number, one in enumerate(told, 1)
        if allowed(person, purpose, one) is Outcome.READ
    }
    kept = [one for one in without.records.kept[CHILD] if UUID(bytes=one.header.event_id) in read]
    without.records.kept[CHILD] = kept
    who = StaffMember("s-1", person)
    one, other = open_record(world.door, who, CHILD, purpose), open_record(without.door, who, CHILD, purpose)
    if isinstance(one, OpenedRecord) and isinstance(other, OpenedRecord):
        assert beside(one.view) == beside(other.view)


@settings(max_examples=40, deadline=None)
@given(told=records(), person=PEOPLE)
def test_the_plain_text_says_nothing_that_is_not_in_the_bytes(told: list[Told], person: Person) -> None:
    world = world_of(told)
    result = open_record(world.door, StaffMember("s-1", person), CHILD, "assessment")
    if isinstance(result, OpenedRecord):
        text, shown = "\n".join(record_in_plain_text(result.view)), result.shown.decode()
        for number in range(1, len(told) + 1):
            assert (marker(number) in text) == (marker(number) in shown)


@settings(max_examples=40, deadline=None)
@given(told=records(), data=st.data())
def test_order_and_repeats_in_the_store_change_nothing(told: list[Told], data: st.DataObject) -> None:
    world = world_of(told)
    who = staff("police", "analyst", *CLEARANCES)
    once = world.open(who).shown
    events = world.records.kept[CHILD]
    repeats = data.draw(st.lists(st.sampled_from(events), max_size=3))
    world.records.kept[CHILD] = data.draw(st.permutations([*events, *repeats]))
    assert world.open(who).shown == once


def test_a_locked_answer_to_a_referral_shows_the_duty_as_it_is_without_it(world: World) -> None:
    world.say(Told("ReferralReceived", "childrens_social_care"))
    before = json.loads(world.open().shown)
    world.say(Told("ReferralDecided", "childrens_social_care", seal="LOCKED"))
    assert json.loads(world.open().shown) == before
    own = world.open(staff("childrens_social_care", "analyst", "locked")).view
    assert {clock.rule: clock.state for clock in own.clocks}["referral-decision"] == "met"
