"""What agrees, field by field: names, dates of birth, addresses."""

from datetime import date

import pytest
from likeness_told import BORN

from projections.identity.likeness.addresses import addresses, place
from projections.identity.likeness.births import dates_of_birth
from projections.identity.likeness.degrees import Address, Born, FamilyName, GivenName
from projections.identity.likeness.names import Name, family_names, given_names, swapped
from projections.identity.likeness.spelling import alike, plain, whole_names, words
from projections.identity.likeness.weights import load_weights

KNOWN = load_weights().names


@pytest.mark.parametrize(
    ("left", "right", "degree"),
    [
        ("Wilfrid", "WILFRID", GivenName.SAME),
        ("Chloë", "Chloe", GivenName.SAME),
        ("Łukasz", "Lukasz", GivenName.SAME),
        ("Anne-Marie", "Anne Marie", GivenName.SAME),
        ("Wilfrid", "Wilfrid Magnus", GivenName.SAME),
        ("Wilfrid M", "Wilfrid Magnus", GivenName.SAME),
        ("Olivia", "Olivia", GivenName.SAME_COMMON),
        ("Olivia Hester", "Olivia Hester", GivenName.SAME),
        ("Catherine", "Katie", GivenName.KNOWN_FORM),
        ("Muhammad Yousuf", "Mohammed Yusuf", GivenName.KNOWN_FORM),
        ("Charlie", "Charlotte", GivenName.FORM_OF_SEVERAL),
        ("Wilfrid", "Wilfird", GivenName.ALIKE),
        ("Kestrel", "K", GivenName.INITIAL),
        ("Kestrel", "W", GivenName.DIFFERS),
        ("Wilfrid Magnus", "Wilfrid Piers", GivenName.ONE_OF_SEVERAL),
        ("Wilfrid Magnus", "Magnus", GivenName.ONE_OF_SEVERAL),
        ("Wilfrid", "Hester", GivenName.DIFFERS),
    ],
)
def test_given_names_agree_in_named_degrees_whichever_is_left(left: str, right: str, degree: GivenName) -> None:
    assert given_names(whole_names(left), whole_names(right), KNOWN) is degree
    assert given_names(whole_names(right), whole_names(left), KNOWN) is degree


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Jayden", "Kayden"),
        ("Lily-Mae", "Lily-Rose"),
        ("Muhammad Yusuf", "Muhammad Ibrahim"),
        ("Muhammad", "Muhammad Ibrahim"),
        ("Lexi", "Sandra"),
        ("Ella", "Ellie"),
        ("Mia", "Maia"),
        ("Sam", "Samantha"),
    ],
)
def test_names_that_twins_bear_are_never_one_name(left: str, right: str) -> None:
    degree = given_names(whole_names(left), whole_names(right), KNOWN)
    assert degree not in (GivenName.SAME, GivenName.SAME_COMMON, GivenName.KNOWN_FORM)


@pytest.mark.parametrize(
    ("left", "right", "degree"),
    [
        ("O'Quill", "OQUILL", FamilyName.SAME),
        ("Thistle-Wick", "Wick Thistle", FamilyName.SAME),
        ("van der Quill", "Vanderquill", FamilyName.SAME),
        ("Smith", "SMITH", FamilyName.SAME_COMMON),
        ("Bramblecombe-Quill", "Quill", FamilyName.ONE_PART),
        ("van der Quill", "van der Hollow", FamilyName.DIFFERS),
        ("Thistlewick", "Thistelwick", FamilyName.ALIKE),
        ("Thistlewick", "Marrowcombe", FamilyName.DIFFERS),
    ],
)
def test_family_names_agree_in_named_degrees_whichever_is_left(left: str, right: str, degree: FamilyName) -> None:
    assert family_names(words(left), words(right), KNOWN) is degree
    assert family_names(words(right), words(left), KNOWN) is degree


def test_names_told_in_the_other_order_are_seen_as_that() -> None:
    assert swapped(Name(("arjun",), ("quill",)), Name(("quill",), ("arjun",)))
    assert not swapped(Name(("quill",), ("quill",)), Name(("quill",), ("quill",)))
    assert not swapped(Name((), ("quill",)), Name(("quill",), ()))


@pytest.mark.parametrize(
    ("other", "degree"),
    [
        (BORN, Born.SAME),
        (date(2012, 4, 3), Born.DAY_AND_MONTH_SWAPPED),
        (date(2012, 3, 5), Born.ONE_DAY_OUT),
        (date(2012, 1, 1), Born.ESTIMATED),
        (date(2012, 3, 1), Born.ESTIMATED),
        (date(2013, 3, 4), Born.ONE_DIGIT),
        (date(2012, 8, 4), Born.ONE_DIGIT),
        (date(2013, 1, 1), Born.DIFFERS),
        (date(2010, 11, 21), Born.DIFFERS),
    ],
)
def test_dates_of_birth_agree_in_named_degrees_whichever_is_left(other: date, degree: Born) -> None:
    assert dates_of_birth(BORN, other) is degree
    assert dates_of_birth(other, BORN) is degree


@pytest.mark.parametrize(
    ("left", "right", "degree"),
    [
        (("Flat 2, 14 Invented Row", "ZX1 1AA"), ("2/14 INVENTED ROW", "zx11aa"), Address.SAME),
        (("Flat 2, 14 Invented Row", "ZX1 1AA"), ("14 Invented Row", "ZX1 1AA"), Address.SAME),
        (("14 Invented Row", "ZX1 1AA"), ("14 Invented Row", "ZX9 8BB"), Address.SAME),
        (("14 Invented Row, Nowhere", None), ("14 Invented Row, Nowhere", "ZX9 8BB"), Address.SAME),
        (("14 Invented Row", "ZX1 1AA"), ("16 Invented Row", "ZX1 1AA"), Address.POSTCODE),
        ((None, "ZX1 1AA"), (None, "ZX1 1AA"), Address.POSTCODE),
        (("14 Invented Row", "ZX1 1AA"), ("3 Madeup Hill", "ZX1 1BD"), Address.SECTOR),
        (("14 Invented Row", "ZX1 1AA"), ("3 Madeup Hill", "ZX7 1BD"), Address.DIFFERS),
        (("14 Invented Row", None), (None, "ZX1 1AA"), None),
    ],
)
def test_addresses_agree_in_named_degrees_whichever_is_left(
    left: tuple[str | None, str | None], right: tuple[str | None, str | None], degree: Address | None
) -> None:
    mine, yours = place(*left), place(*right)
    assert mine is not None
    assert yours is not None
    assert addresses(mine, yours) is degree
    assert addresses(yours, mine) is degree


@pytest.mark.parametrize(
    "told", [(None, None), ("", ""), ("no fixed abode", None), (None, "ZZ99 3VZ"), ("unknown", "NFA")]
)
def test_what_names_no_place_is_no_place(told: tuple[str | None, str | None]) -> None:
    assert place(*told) is None


def test_text_is_made_plain_and_cut_to_a_bound() -> None:
    assert plain("  ÉLODIE\u200b O’Quill ") == "  elodie oquill "
    assert len(plain("ﷺ" * 10_000)) <= 200
    assert max(len(word) for word in words("x" * 10_000)) <= 40
    assert len(words("a b " * 10_000)) <= 10


def test_a_short_name_is_not_misspelt_by_another_short_name() -> None:
    assert not alike("mia", "tia")
    assert alike("thistlewick", "thistelwick")
