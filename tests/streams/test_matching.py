"""The matching worker over memory: who is compared, what is said of it, and that neither order nor a cut changes what is said last."""

import asyncio
import logging
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from admit_world import Cut, CutLog, CutOff
from hypothesis import given, settings
from hypothesis import strategies as st
from matching_world import NOW, SECRETS, WEIGHTS, ZED, Told, World, strand

from access_policy import blind_index as blind
from projections.identity.said import Compared, Decided
from projections.identity.strands import Pair, pair_of
from streams.matching.comparing import compare_all_anew

HEALTH = Told("H-1", strand(1), "health", ZED, local_id="H1")
POLICE = Told("P-1", strand(2), "police", ZED, local_id="P1")
OTHER = {"given_name": "Wilhelmina", "family_name": "Nettlebed", "date_of_birth": date(2011, 1, 2), "sex": "F"}
HOUSE = {"family_name": "Quillfeather", "date_of_birth": ZED["date_of_birth"], "postcode": "ZZ1 1ZZ"}
PAIR = pair_of(strand(1), strand(2))


def decided(action: Any, left: UUID, right: UUID, *parts: bytes) -> Decided:
    return Decided(UUID(int=7), action, left, right, parts, "t.reviewer", UUID(int=8), NOW)


def part(one: Told) -> bytes:
    return blind.blind_index(SECRETS.blind_index, blind.local_scheme(one.agency), one.local_id)


def test_two_agencies_that_share_no_identifier_and_speak_of_one_child_are_linked_once() -> None:
    world = World().read(HEALTH).compare().read(POLICE).compare().compare()
    assert [(one.left, one.right, one.outcome) for one in world.said()] == [(*PAIR, "LINK")]
    (said,) = world.said()
    assert "Zedekiah" not in repr(said.agreed)
    assert said.agreed
    assert said.at == NOW


def test_strands_that_share_nothing_are_not_spoken_of() -> None:
    assert World().read(HEALTH, replace(POLICE, fields=OTHER)).compare().said() == []


def test_twins_are_never_linked_by_the_rules() -> None:
    twins = [
        Told("H-1", strand(1), "health", HOUSE | {"given_name": "Ada", "sex": "F"}),
        Told("P-1", strand(2), "police", HOUSE | {"given_name": "Ida", "sex": "F"}),
    ]
    assert "LINK" not in World().read(*twins).compare().outcomes().values()


def test_what_was_said_is_taken_back_when_a_statement_is_corrected() -> None:
    world = World().read(HEALTH, POLICE).compare()
    world.read(Told("P-2", strand(2), "police", OTHER, local_id="P1", hour=1, envelope={"corrects": "P-1"})).compare()
    assert [one.outcome for one in world.said()] == ["LINK", "NO"]


def test_what_was_said_is_taken_back_when_nothing_stands_any_more() -> None:
    world = World().read(HEALTH, POLICE).compare()
    world.read(Told("P-2", strand(2), "police", ZED, local_id="P1", envelope={"retracts": "P-1"})).compare()
    assert world.outcomes() == {}


def test_a_statement_that_tells_what_is_known_is_not_compared_again() -> None:
    world = World().read(HEALTH, POLICE).compare().read(replace(HEALTH, reference="H-2", hour=3))
    assert not world.sketches.due(10)


def test_a_link_that_rests_on_more_than_before_is_said_again_and_one_that_a_person_decided_is_not() -> None:
    moved = replace(HEALTH, reference="H-2", hour=3, fields=ZED | {"nhs_number": "9990000018"})
    more = replace(POLICE, reference="P-2", hour=3, fields=ZED | {"nhs_number": "9990000018"})
    world = World().read(HEALTH, POLICE).compare().read(moved, more).compare()
    first, again = world.said()
    assert (first.outcome, again.outcome) == ("LINK", "LINK")
    assert set(again.agreed) - set(first.agreed) == {"NHS number: same"}
    decided_on = World().read(HEALTH, POLICE).compare().hear(decided("LINK", *PAIR)).read(moved, more).compare()
    assert decided_on.said() == [first]


def test_a_question_is_said_again_when_its_reason_is_another() -> None:
    near = replace(POLICE, fields=HOUSE | {"given_name": "Zedekiahh", "sex": "M"})
    marked = replace(POLICE, reference="P-2", hour=1, fields=near.fields | {"nhs_number": "9990000018"})
    other = replace(HEALTH, reference="H-2", hour=1, fields=ZED | {"nhs_number": "9990000026"})
    gone = replace(HEALTH, reference="H-3", hour=2, envelope={"retracts": "H-2"})
    world = World().read(HEALTH, near).compare().read(marked, other).compare().read(gone).compare()
    assert [one.because for one in world.said()] == ["twins or siblings", "different NHS numbers", "twins or siblings"]
    assert {one.outcome for one in world.said()} == {"ASK"}


def test_with_new_weights_everybody_is_compared_anew_and_with_the_same_nobody() -> None:
    world = World().read(HEALTH, POLICE)
    compare_all_anew(world.parts(), WEIGHTS.edition)
    (first,) = world.compare().said()
    compare_all_anew(world.parts(), WEIGHTS.edition)
    assert not world.sketches.due(10)
    newer = replace(WEIGHTS, edition="invented", link=0.9999999999, ask=0.5)
    compare_all_anew(world.parts(), newer.edition)
    asyncio.run(world.turn(weights=newer).act())
    again = world.said()[-1]
    assert (first.edition, again.edition) == (WEIGHTS.edition, "invented")
    assert (first.left, first.right, first.score) == (again.left, again.right, again.score)


def test_a_worker_passes_its_turn_while_another_says_what_it_found() -> None:
    world = World().read(HEALTH, POLICE)
    with world.comparisons.turn():
        world.compare()
        assert world.said() == []
        assert world.sketches.due(10)
    assert world.compare().outcomes() == {PAIR: "LINK"}


def test_a_locked_statement_raises_no_question() -> None:
    locked = replace(POLICE, envelope={"seal": "LOCKED"})
    assert World().read(HEALTH, locked).compare().said() == []


def test_a_pair_that_a_person_decided_is_not_spoken_of_and_one_that_was_deferred_is() -> None:
    assert World().hear(decided("KEEP_APART", *PAIR)).read(HEALTH, POLICE).compare().said() == []
    assert World().hear(decided("DEFER", *PAIR)).read(HEALTH, POLICE).compare().outcomes() == {PAIR: "LINK"}


def test_a_part_that_was_split_off_is_compared_as_a_strand_of_its_own() -> None:
    mistaken = Told("V-1", strand(1), "voluntary", OTHER, local_id="V1")
    same = Told("E-1", strand(3), "education", OTHER, local_id="E1")
    world = World().read(HEALTH, POLICE, mistaken, same).compare()
    assert pair_of(strand(1), strand(3)) in world.outcomes()
    world.hear(decided("SPLIT", strand(1), strand(9), part(mistaken))).compare()
    assert world.outcomes() == {PAIR: "LINK", pair_of(strand(3), strand(9)): "LINK"}


def test_a_strand_whose_key_was_destroyed_is_let_be() -> None:
    world = World().read(HEALTH, POLICE).compare()
    world.keys._by_id.clear()
    world.sketches.make_due([strand(1)])
    world.compare()
    assert world.outcomes() == {PAIR: "LINK"}


def test_nothing_is_compared_before_the_worker_has_caught_up() -> None:
    world = World()
    world.begun = False
    assert world.read(HEALTH, POLICE).compare().said() == []
    world.begun = True
    assert world.compare().outcomes() == {PAIR: "LINK"}


def test_tables_that_were_made_anew_say_again_only_what_is_new() -> None:
    before = World().read(HEALTH, POLICE).compare()
    anew = World().hear(*before.said())
    assert anew.read(HEALTH, POLICE).compare().said() == []
    gone = World().hear(*before.said()).read(HEALTH, replace(POLICE, fields=OTHER)).compare()
    assert [one.outcome for one in gone.said()] == ["NO"]


def test_a_block_that_is_too_large_is_not_compared_and_that_is_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World().read(HEALTH, POLICE)
    turn = world.turn(largest_block=1)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            asyncio.run(turn.act())
            world.sketches.make_due([strand(1)])
    assert world.said() == []
    assert "are not compared" in caplog.text
    assert len({record.getMessage() for record in caplog.records}) == len(caplog.records)
    assert "Quillfeather" not in caplog.text


def history() -> list[Told]:
    """Five strands of three children: corrections, a retraction, a correction of a correction, and statements that say the same."""
    wrong = ZED | {"given_name": "Wilhelmina", "date_of_birth": OTHER["date_of_birth"]}
    return [
        HEALTH,
        replace(HEALTH, reference="H-2", hour=2),
        POLICE,
        Told("P-2", strand(2), "police", wrong, local_id="P1", hour=1, envelope={"corrects": "P-1"}),
        Told("P-3", strand(2), "police", ZED, local_id="P1", hour=2, envelope={"corrects": "P-2"}),
        Told("E-1", strand(3), "education", OTHER),
        Told("Y-1", strand(4), "youth_offending", OTHER),
        Told("Y-2", strand(4), "youth_offending", ZED, hour=1),
        Told("Y-3", strand(4), "youth_offending", ZED, hour=2, envelope={"retracts": "Y-2"}),
        Told("V-1", strand(5), "voluntary", HOUSE | {"given_name": "Ezekiel", "sex": "M"}),
    ]


def at_the_end(told: list[Told], at_once: int, turns: set[int]) -> dict[Pair, Compared]:
    """Read a history one by one or in runs, comparing also after some of its statements; gives what was said last, in full."""
    world = World()
    for number, one in enumerate(told):
        world.read(one, at_once=at_once)
        if number in turns:
            world.compare()
    return world.compare().said_last()


EXPECTED = at_the_end(history(), 1000, set())


@settings(max_examples=40, deadline=None)
@given(st.permutations(history()), st.sampled_from([1, 3, 1000]), st.sets(st.integers(0, 9)))
def test_neither_order_nor_runs_nor_when_it_was_compared_change_what_is_said_last(
    told: list[Told], at_once: int, turns: set[int]
) -> None:
    assert at_the_end([*told, *told[:3]], at_once, turns) == EXPECTED
    assert EXPECTED[PAIR].outcome == "LINK"


def test_a_worker_that_dies_at_any_step_says_in_the_end_what_it_would_have_said() -> None:
    ended = False
    at = 0
    while not ended:
        at += 1
        world = World()
        cut = Cut(at)
        world.log = CutLog(cut)
        ended = True
        for one in history():
            world.read(one)
            try:
                asyncio.run(world.turn().act())
            except CutOff:
                ended = False
        world.compare()
        said: list[Compared] = world.said()
        assert world.said_last() == EXPECTED
        assert len(said) >= len(EXPECTED)
    assert at > len(EXPECTED)
