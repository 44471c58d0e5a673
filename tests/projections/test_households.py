import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.chronology.entry import Entry, Span
from projections.chronology.opened import Opened
from projections.genogram import genogram_rows
from projections.household_words import (
    Kind,
    address_words,
    generation_of,
    house_numbers,
    kind_of,
    postcode_of,
    same_name,
    sex_of,
)
from projections.households import Household, household_of

MONDAY = datetime(2025, 3, 3, 9, tzinfo=UTC)
CHILD = UUID("11111111-1111-4111-8111-111111111111")


def told(number: int, event_type: str, day: int = 0, agency: str = "health", **said: Any) -> Opened:
    """Make an opened entry that happened `day` days after a Monday; `address` and `postcode` stand in its envelope."""
    when = MONDAY + timedelta(days=day)
    child = {"address": said.pop("address", None), "postcode": said.pop("postcode", None)}
    span = Span(when, when)
    entry = Entry(
        UUID(int=number), CHILD, agency, event_type, span, span, when, "FACT", "ROUTINE", "OPEN", None, None, None, b""
    )
    return Opened(entry, {"envelope": {"agency": agency, "child": child}, **said})


def member(
    number: int, word: str, name: str | None = None, day: int = 0, agency: str = "health", **said: Any
) -> Opened:
    rest = {"person_born_on": None, "lives_there": True, "household_reference": None, **said}
    return told(number, "HouseholdMemberRecorded", day, agency, relationship=word, person_name=name, **rest)


def left(number: int, word: str, name: str | None = None, day: int = 9, agency: str = "health") -> Opened:
    return told(number, "HouseholdMemberLeft", day, agency, relationship=word, person_name=name)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Mother", Kind.PARENT),
        ("dad", Kind.PARENT),
        ("mother's partner", Kind.PARTNER_OF_PARENT),
        ("Mum’s new boyfriend", Kind.PARTNER_OF_PARENT),
        ("boyfriend of mother", Kind.PARTNER_OF_PARENT),
        ("step-father", Kind.PARTNER_OF_PARENT),
        ("ex-partner of mum", Kind.PARTNER_OF_PARENT),
        ("half brother", Kind.SIBLING),
        ("twin sister", Kind.SIBLING),
        ("foster mother", Kind.CARER),
        ("lodger", Kind.LIVES_WITH),
        ("foster carer's son", Kind.LIVES_WITH),
        ("in no words we know", Kind.LIVES_WITH),
    ],
)
def test_an_agencys_word_is_put_into_a_small_vocabulary_and_an_unknown_one_still_lives_there(
    word: str, kind: Kind
) -> None:
    assert kind_of(word, lives_there=True) == kind


def test_whoever_only_visits_and_is_nobody_by_their_word_is_other() -> None:
    assert kind_of("family friend", lives_there=False) == Kind.OTHER


def test_sex_and_generation_are_what_the_word_says_and_are_never_guessed() -> None:
    assert [sex_of(word) for word in ("mother", "mum's boyfriend", "lodger", "sibling")] == ["F", "M", None, None]
    assert generation_of("grandmother", Kind.LIVES_WITH) == -2
    assert generation_of("mother's partner", Kind.ALLEGED_PERPETRATOR) == -1
    assert generation_of("lodger", Kind.LIVES_WITH) is None


def test_addresses_are_compared_by_postcode_and_numbers_and_names_in_any_order() -> None:
    assert postcode_of("14 Elm Rd, nm1  2ab", None) == "NM12AB"
    assert house_numbers("Flat 2, 14 Elm Road NM1 2AB") == house_numbers("14/2 Elm Rd")
    assert address_words("14 Elm Rd") == address_words("14, ELM ROAD NM1 2AB")
    assert same_name("O'Quill, Zoë") == same_name("zoe OQuill")


def test_men_of_the_household_do_not_vanish_named_or_not() -> None:
    found = household_of(
        [
            member(1, "mother's boyfriend"),
            member(2, "lodger", "Osbert Fictional", lives_there=None),
            told(3, "HouseholdAdultArrested", relationship="uncle"),
            told(4, "OffenderReleased", agency="prisons", relationship=None),
            told(5, "ChildVictimRecorded", agency="police", suspect_relationship="mother's ex-partner"),
            left(6, "grandfather", agency="housing"),
        ]
    )
    assert {one.word for one in found.members} == {
        "mother's boyfriend",
        "lodger",
        "uncle",
        "offender, relation not told",
        "mother's ex-partner",
        "grandfather",
    }
    alleged = {one.told_by.event_type for one in found.members if one.kind is Kind.ALLEGED_PERPETRATOR}
    assert alleged == {"HouseholdAdultArrested", "OffenderReleased", "ChildVictimRecorded"}


def test_a_departure_ends_what_its_own_agency_told_and_stands_beside_what_others_told() -> None:
    found = household_of(
        [
            member(1, "mother's partner", "Rufus Invented"),
            member(2, "mother's partner", "Rufus Invented", agency="housing"),
            left(3, "mother's partner", "INVENTED Rufus", day=5, agency="housing"),
        ]
    )
    by_agency = {one.told_by.agency: one for one in found.members}
    assert by_agency["housing"].ended is not None
    assert by_agency["housing"].ended.at.earliest == MONDAY + timedelta(days=5)
    assert by_agency["health"].ended is None
    assert [one.told_by.agency for one in by_agency["health"].others_say_left] == ["housing"]


def test_whoever_comes_back_after_leaving_is_there_again() -> None:
    found = household_of([member(1, "father"), left(2, "father", day=5), member(3, "father", day=9)])
    assert [one.ended is not None for one in found.members] == [True, False]


def test_a_departure_of_somebody_else_of_the_same_word_ends_nobody_and_is_told_by_itself() -> None:
    found = household_of([member(1, "lodger", "Ann Madeup"), left(2, "lodger", "Bea Madeup")])
    assert [(one.name, one.since is None, one.ended is None) for one in found.members] == [
        ("Ann Madeup", False, True),
        ("Bea Madeup", True, False),
    ]


def test_contradictory_tellings_stand_side_by_side() -> None:
    found = household_of(
        [member(1, "father", lives_there=True), member(2, "father", agency="police", lives_there=False)]
    )
    assert {(one.told_by.agency, one.lives_there) for one in found.members} == {("health", True), ("police", False)}


def test_a_private_foster_carer_a_guardian_and_the_childs_own_child_are_relations() -> None:
    found = household_of(
        [
            told(1, "PrivateFosteringNotified", carer_relationship="great-aunt"),
            told(2, "GuardianAppointed", agency="cafcass", proceedings="care"),
            told(3, "ParenthoodRecorded", child_born_on="2025-01-02"),
        ]
    )
    assert [(one.kind, one.born) for one in found.members] == [
        (Kind.CARER, None),
        (Kind.OTHER, None),
        (Kind.OWN_CHILD, "2025-01-02"),
    ]


def test_addresses_are_stays_of_each_agency_and_one_written_differently_is_the_same_stay() -> None:
    found = household_of(
        [
            told(1, "ConcernRaised", 0, address="14 Elm Rd", postcode="NM1 2AB"),
            told(2, "ConcernRaised", 4, address="14, Elm Road", postcode="nm12ab"),
            told(3, "AddressChanged", 8, address="3 Birch Way", postcode="NM9 9ZZ"),
            told(4, "ConcernRaised", 9, agency="police", address="14 Elm Rd", postcode="NM1 2AB"),
        ]
    )
    elm, birch, police = found.addresses
    assert (elm.since.earliest, elm.last_told.earliest) == (MONDAY, MONDAY + timedelta(days=4))
    assert elm.until is not None
    assert elm.until.earliest == MONDAY + timedelta(days=8)
    assert (birch.postcode, birch.until) == ("NM9 9ZZ", None)
    assert (police.agency, police.until) == ("police", None)
    assert [len(one.told_by) for one in found.addresses] == [2, 1, 1]


def test_what_was_shredded_tells_nothing() -> None:
    assert household_of([replace(member(1, "mother"), fields=None)]) == Household((), ())


def test_a_genogram_has_a_row_for_each_person_and_keeps_what_contradicts() -> None:
    rows = genogram_rows(
        household_of(
            [
                member(1, "mother's partner", "Rufus Invented", person_born_on="1990-05-01"),
                member(2, "stepdad", "INVENTED, Rufus", agency="police", lives_there=False),
                member(3, "brother", "Rufus Invented", person_born_on="2015-05-01", agency="housing"),
                member(4, "mother"),
                member(5, "Mother", agency="police"),
            ]
        )
    )
    people = [(row.names, row.words, row.generation, row.sex) for row in rows]
    assert ((), ("Mother", "mother"), -1, "F") in people
    assert (("Rufus Invented",), ("mother's partner",), -1, None) in people
    assert (("Rufus Invented",), ("brother",), 0, "M") in people
    assert (("INVENTED, Rufus",), ("stepdad",), -1, "M") in people


def test_one_name_with_one_date_of_birth_is_one_row_with_every_telling() -> None:
    tellings = [
        member(1, "mother's partner", "Rufus Invented", person_born_on="1990-05-01"),
        member(2, "stepdad", "INVENTED, Rufus", agency="police", lives_there=False),
    ]
    (row,) = genogram_rows(household_of(tellings))
    assert {(one.told_by.agency, one.lives_there) for one in row.tellings} == {("health", True), ("police", False)}


PEOPLE = st.sampled_from(["Ann Madeup", "Bea Madeup", None])
WORDS = st.sampled_from(["mother", "mother's partner", "lodger"])
AGENCIES = st.sampled_from(["health", "police", "housing"])


@st.composite
def tellings(draw: st.DrawFn) -> list[Opened]:
    numbers = itertools.count(1)
    made = st.builds(
        lambda leaves, word, name, day, agency: (left if leaves else member)(next(numbers), word, name, day, agency),
        st.booleans(),
        WORDS,
        PEOPLE,
        st.integers(0, 5),
        AGENCIES,
    )
    return draw(st.lists(made, max_size=7))


@given(told=tellings(), data=st.data())
def test_order_changes_nothing_and_every_telling_is_there(told: list[Opened], data: st.DataObject) -> None:
    found = household_of(told)
    assert household_of(data.draw(st.permutations(told))) == found
    said = {one.told_by.event_id for one in found.members}
    endings = {
        e.told_by.event_id for one in found.members for e in (*([one.ended] if one.ended else []), *one.others_say_left)
    }
    assert said | endings == {one.entry.event_id for one in told}
