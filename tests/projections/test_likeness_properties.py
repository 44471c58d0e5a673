"""What holds of likeness whatever is told: hypothesis invents the sketches."""

from dataclasses import replace
from enum import IntEnum
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject
from likeness_told import SKETCHES, TOLD, sketch

from projections.identity.likeness.blocking import MOST_TOKENS, tokens
from projections.identity.likeness.compare import OTHER, compare, probability
from projections.identity.likeness.degrees import FIELDS
from projections.identity.likeness.evidence import ONE_CHILD, evidence
from projections.identity.likeness.guards import ONE_BIRTH, one_number
from projections.identity.likeness.readings import read
from projections.identity.likeness.weights import load_weights
from projections.identity.particulars import Mark, Particulars, Sketch

WEIGHTS = load_weights()
EAGER = replace(WEIGHTS, prior=0.8499, ask=0.85, link=0.8501)
"""Weights under which next to everything scores high, so that guards alone keep two children apart."""
DEGREES = st.tuples(*(st.none() | st.sampled_from(degrees) for _, degrees in FIELDS))
SAID = {grain.said + other for row in WEIGHTS.grains for grain in row for other in ("", OTHER)}


@given(SKETCHES, SKETCHES)
def test_which_is_left_makes_no_difference(left: Sketch, right: Sketch) -> None:
    assert compare(left, right, WEIGHTS) == compare(right, left, WEIGHTS)


@given(st.lists(TOLD, max_size=4), SKETCHES, st.randoms())
def test_the_order_in_which_things_were_told_makes_no_difference(
    told: list[Particulars], other: Sketch, chance: Random
) -> None:
    shuffled = chance.sample(told, len(told))
    one, two = (Sketch(frozenset()).merged(sketch(each) for each in order) for order in (told, shuffled))
    assert compare(one, other, WEIGHTS) == compare(two, other, WEIGHTS)
    assert tokens(one) == tokens(two)


def _score(degrees: tuple[IntEnum | None, ...]) -> float:
    return probability(
        [row[degree] for row, degree in zip(WEIGHTS.grains, degrees, strict=True) if degree is not None], WEIGHTS.prior
    )


@given(DEGREES, st.data())
def test_more_agreement_in_a_field_never_lowers_the_score(
    degrees: tuple[IntEnum | None, ...], draw: DataObject
) -> None:
    place = draw.draw(st.integers(0, len(degrees) - 1))
    worse = degrees[place]
    if worse is not None:
        better = draw.draw(st.sampled_from([one for one in type(worse) if one <= worse]))
        assert _score((*degrees[:place], better, *degrees[place + 1 :])) >= _score(degrees)


@given(SKETCHES, SKETCHES, TOLD)
def test_telling_more_never_makes_a_field_agree_less(left: Sketch, right: Sketch, more: Particulars) -> None:
    before = evidence(read(left), read(right), WEIGHTS.names, places=True).degrees()
    after = evidence(read(left.merged([sketch(more)])), read(right), WEIGHTS.names, places=True).degrees()
    assert all(
        then is not None and then <= first for first, then in zip(before, after, strict=True) if first is not None
    )


@given(SKETCHES, SKETCHES)
def test_guards_hold_at_any_score(left: Sketch, right: Sketch) -> None:
    for weights in (WEIGHTS, EAGER):
        if compare(left, right, weights).outcome != "LINK":
            continue
        found = evidence(read(left), read(right), WEIGHTS.names, places=True)
        assert not (left.marks | right.marks) - {Mark.MULTIPLE_BIRTH}
        assert one_number(found) or (
            found.given in ONE_CHILD and found.born in ONE_BIRTH and not left.marks | right.marks
        )


@given(SKETCHES, SKETCHES)
def test_what_is_said_is_of_fields_and_degrees_alone(left: Sketch, right: Sketch) -> None:
    found = compare(left, right, WEIGHTS)
    assert SAID.issuperset(found.agreed + found.disagreed)
    assert 0 < found.score <= 1


@given(SKETCHES)
def test_tokens_are_few_and_can_be_written_down(one: Sketch) -> None:
    found = tokens(one)
    assert len(found) <= MOST_TOKENS
    assert all(kind and text.encode() for kind, text in found)


def test_ten_thousand_characters_and_hundreds_of_tellings_are_taken_in_stride() -> None:
    long = sketch(
        *(
            Particulars("police", f"{n}{'ﷺab ' * 10_000}", "x-" * 10_000, address="1 a" * 10_000, postcode="Z" * 10_000)
            for n in range(300)
        )
    )
    assert compare(long, long, WEIGHTS).outcome == "ASK"
    assert len(tokens(long)) <= MOST_TOKENS
