"""Who is one person: households, genograms and contradictions go by one rule."""

from dataclasses import replace
from itertools import permutations

import pytest
from test_households import left, member

from projections.chronology.residents import residence_disagreements
from projections.genogram import genogram_rows
from projections.household_words import same_name
from projections.households import household_of
from projections.persons import Person, Telling, persons

RUFUS = same_name("Rufus Invented")
FATHER, SON = "1980-05-01", "2010-05-01"


def of(*told: Telling) -> list[Person]:
    assert len({frozenset(persons(order).items()) for order in permutations(told)}) == 1
    return [persons(told)[one] for one in told]


@pytest.mark.parametrize("name", ["RUFUS  INVENTED", "Invented, Rufus", "Rúfus In'vented"])
def test_a_name_in_the_same_words_is_one_person(name: str) -> None:
    assert of(Telling("health", "Rufus Invented", FATHER), Telling("police", name, None)) == [(RUFUS, "")] * 2


def test_names_in_another_script_are_told_apart_and_found_again() -> None:
    one, other, again = of(
        *(Telling("health", name, None) for name in ("Иван Выдуманный", "Пётр Выдуманный", "ВЫДУМАННЫЙ, Иван"))
    )
    assert one == again != other


def test_two_dates_of_birth_are_two_people_and_who_has_none_is_the_one_its_own_agency_told_of() -> None:
    father, son = Telling("health", "Rufus Invented", FATHER), Telling("police", "Rufus Invented", SON)
    undated = [Telling(agency, "Rufus Invented", None) for agency in ("health", "police", "housing")]
    assert of(father, son, *undated) == [(RUFUS, FATHER), (RUFUS, SON), (RUFUS, FATHER), (RUFUS, SON), (RUFUS, "")]


@pytest.mark.parametrize("name", ["Rufus Invented", "INVENTED, Rufus", "Rúfus Invented"])
@pytest.mark.parametrize("born", [None, FATHER, SON])
def test_a_household_a_genogram_and_a_contradiction_agree_on_who_it_is(name: str, born: str | None) -> None:
    here = member(1, "father", "Rufus Invented", person_born_on=FATHER, day=0)
    there = member(2, "lodger", name, person_born_on=born, agency="police", lives_there=False, day=0)
    one_person = born != SON
    assert len(genogram_rows(household_of([here, there]))) == (1 if one_person else 2)
    found = list(residence_disagreements({"HouseholdMemberRecorded": [here, there]}))
    assert len(found) == (1 if one_person else 0)


def test_whoever_left_is_the_one_of_that_name_of_whom_their_agency_told() -> None:
    told = [
        member(1, "father", "Rufus Invented", person_born_on=FATHER),
        member(2, "brother", "Rufus Invented", person_born_on=SON, agency="police"),
        left(3, "father", "INVENTED, Rufus"),
    ]
    gone = {one.told_by.event_id.int: one.ended is not None for one in household_of(told).members}
    assert gone == {1: True, 2: False}
    assert not household_of(told).members[1].others_say_left
    nobody_knows = [*told[:2], replace(told[2], entry=replace(told[2].entry, agency="housing"))]
    assert {one.told_by.event_id.int for one in household_of(nobody_knows).members if one.ended} == {3}
