"""What likeness finds on labelled data: the invented population with its twins, and FEBRL 4. The floors are what was seen, less a margin."""

import pytest

from bench.febrl import load_febrl
from bench.found_children import find_children
from bench.found_pairs import Found, Labelled, blocked, by_outcome, find_pairs
from bench.labelled_population import Strand, strands_of, tell_population
from bench.matching import sibling_pairs, twin_pairs
from projections.identity.likeness.compare import compare_readings
from projections.identity.likeness.readings import read
from projections.identity.likeness.weights import load_weights

WEIGHTS = load_weights()


@pytest.fixture(scope="module")
def strands() -> list[Strand]:
    return strands_of(tell_population())


@pytest.fixture(scope="module")
def found(strands: list[Strand]) -> Found:
    return find_pairs(labelled(strands), WEIGHTS)


def labelled(strands: list[Strand]) -> list[Labelled]:
    return [Labelled(one.person.person, one.sketch) for one in strands]


def test_the_population_has_two_thousand_children_and_twins_enough(strands: list[Strand], found: Found) -> None:
    assert len({one.person for one in strands}) > 2000
    assert len(twin_pairs(strands, found)) > 500


def test_no_twins_are_linked(strands: list[Strand], found: Found) -> None:
    assert [pair.likeness for pair in twin_pairs(strands, found) if pair.likeness.outcome == "LINK"] == []


def test_no_two_children_of_one_household_are_linked_even_where_blocking_would_not_compare_them(
    strands: list[Strand],
) -> None:
    pairs = sibling_pairs(strands)
    assert len(pairs) > 5000
    linked = [
        found
        for left, right in pairs
        if (found := compare_readings(read(left.sketch), read(right.sketch), WEIGHTS)).outcome == "LINK"
    ]
    assert linked == []


def test_links_are_right_and_few_children_are_missed(found: Found) -> None:
    assert by_outcome(found, "LINK").precision >= 0.999
    assert by_outcome(found, "LINK").recall >= 0.70
    assert by_outcome(found, "LINK", "ASK").recall >= 0.91
    assert blocked(found).recall >= 0.95


def test_no_child_that_is_resolved_holds_two_people_and_most_are_whole(strands: list[Strand], found: Found) -> None:
    made = find_children(labelled(strands), found)
    assert made.of_two_people == 0
    assert made.whole >= 0.65 * made.children


@pytest.mark.parametrize("seed", [6, 7, 8, 9])
def test_nor_does_one_of_any_other_population(seed: int) -> None:
    others = labelled(strands_of(tell_population(400, seed)))
    assert find_children(others, find_pairs(others, WEIGHTS)).of_two_people == 0


def test_febrl_4_is_linked_rightly_and_mostly_found() -> None:
    people = load_febrl()
    found = find_pairs(people, WEIGHTS)
    assert find_children(people, found).of_two_people == 0
    assert found.wanted == 5000
    assert by_outcome(found, "LINK").precision >= 0.999
    assert by_outcome(found, "LINK").recall >= 0.60
    assert by_outcome(found, "LINK", "ASK").recall >= 0.87
    assert blocked(found).recall >= 0.94


def test_blocks_stay_small(found: Found) -> None:
    assert found.largest_block <= 40
