import hashlib
import json
from uuid import UUID

import pytest
from record_world import CHILD, TWIN, Told, World, at, staff

from query.door import Refused
from query.family import open_family
from query.ports import DisclosureFailed
from query.unsealing import RecordBroken
from query.view import ShownEntry

NAMES = {CHILD: "Ottoline", TWIN: "Peregrine"}


def named(child: UUID) -> dict[str, str]:
    return {"given_name": NAMES[child], "family_name": "Quill"}


def test_siblings_stand_in_one_timeline_with_the_child_named_on_each_line(world: World) -> None:
    second = world.say(Told(child=TWIN, happened=at("2025-03-04"), child_said=named(TWIN)))
    third = world.say(Told(happened=at("2025-03-05"), child_said=named(CHILD)))
    first = world.say(Told(happened=at("2025-03-02"), child_said=named(CHILD)))
    view = open_family(world.door, staff(), [CHILD, TWIN], "assessment").view
    shown = [(line.line.standing, line.called) for line in view.timeline]
    assert [(one.event_id, name) for one, name in shown if isinstance(one, ShownEntry)] == [
        (first, "Ottoline Quill"),
        (second, "Peregrine Quill"),
        (third, "Ottoline Quill"),
    ]
    assert [one.child for one in view.members] == [CHILD, TWIN]


def test_an_uncertain_time_stands_before_what_it_may_hold_as_in_one_record(world: World) -> None:
    sure = world.say(Told(happened=at("2025-03-02")))
    unsure = world.say(Told(child=TWIN, happened=at("2025-03-02"), until=at("2025-03-09")))
    view = open_family(world.door, staff(), [CHILD, TWIN], "assessment").view
    shown = [line.line.standing for line in view.timeline]
    assert [one.event_id for one in shown if isinstance(one, ShownEntry)] == [unsure, sure]


def test_each_child_has_a_decision_and_a_disclosure_of_its_own_over_its_own_bytes(world: World) -> None:
    mine, other = world.say(Told()), world.say(Told(child=TWIN))
    family = open_family(world.door, staff(), [CHILD, TWIN], "assessment")
    first, second = world.log.disclosures
    assert [(one.child, one.shown) for one in (first, second)] == [(CHILD, (mine,)), (TWIN, (other,))]
    assert [one.digest for one in (first, second)] == [hashlib.sha256(one.shown).digest() for one in family.records]
    assert [one.disclosure_id for one in family.view.members] == [first.disclosure_id, second.disclosure_id]
    assert json.loads(family.shown)["members"][1]["child"] == TWIN.hex


def test_each_entry_is_under_its_own_childs_rules_and_one_childs_sealed_entry_is_counted_with_that_child(
    world: World,
) -> None:
    world.say(Told(agency="police", seal="SEALED", fields={"summary": "about the adult of both"}))
    world.say(Told(child=TWIN))
    family = open_family(world.door, staff(), [CHILD, TWIN], "assessment")
    first, second = (one.view for one in family.view.members)
    assert first is not None
    assert second is not None
    assert (first.completeness, second.completeness) == ("fully withheld", "whole")
    assert "about the adult" not in family.shown.decode()


def test_a_refused_child_is_shown_as_refused_and_not_as_one_of_whom_there_is_nothing(world: World) -> None:
    world.say(Told())
    family = open_family(world.door, staff(), [CHILD, TWIN], None)
    assert [one.view for one in family.view.members] == [None, None]
    assert all(isinstance(one.refused, Refused) for one in family.view.members)
    assert "0 opened, 2 refused" in family.view.sentence
    assert [one.allowed for one in world.log.disclosures] == [False, False]


def test_a_child_that_is_named_twice_is_opened_once(world: World) -> None:
    world.say(Told())
    family = open_family(world.door, staff(), [CHILD, CHILD], "assessment")
    assert (len(family.view.members), len(world.log.disclosures)) == (1, 1)


def test_nobody_named_is_an_error(world: World) -> None:
    with pytest.raises(ValueError, match="at least one child"):
        open_family(world.door, staff(), [], "assessment")


def test_one_altered_entry_shows_nothing_of_any_child(world: World) -> None:
    world.say(Told())
    world.say(Told(child=TWIN))
    (event,) = world.records.kept[TWIN]
    world.records.kept[TWIN] = [event._replace(sealed=bytes(len(event.sealed)))]
    with pytest.raises(RecordBroken):
        open_family(world.door, staff(), [CHILD, TWIN], "assessment")
    world.log.broken = True
    with pytest.raises(DisclosureFailed):
        open_family(world.door, staff(), [CHILD], "assessment")


def test_it_can_be_asked_as_the_hub_knew_it(world: World) -> None:
    world.say(Told())
    world.say(Told(child=TWIN, received=at("2025-03-08")))
    then = open_family(world.door, staff(), [CHILD, TWIN], "case_review", at("2025-03-05")).view
    assert [line.child for line in then.timeline] == [CHILD]


@pytest.mark.parametrize("child", [CHILD, TWIN])
def test_what_may_not_be_known_of_leaves_no_trace_in_a_family(child: UUID) -> None:
    shown = []
    for with_locked in (True, False):
        world = World()
        world.say(Told())
        world.say(Told(child=TWIN))
        if with_locked:
            world.say(Told(agency="police", child=child, seal="LOCKED"))
        world.random.seed(5)
        shown.append((open_family(world.door, staff(), [CHILD, TWIN], "assessment").shown, world.log.disclosures))
    assert shown[0] == shown[1]
