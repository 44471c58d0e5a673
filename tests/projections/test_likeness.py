"""What comparing two strands comes to: links, what a person is asked, and why."""

from dataclasses import replace
from datetime import date

import pytest
from likeness_told import BORN, number, particulars, sketch

from projections.identity.likeness.compare import compare
from projections.identity.likeness.weights import load_weights
from projections.identity.particulars import Likeness, Mark, Particulars, Sketch

WEIGHTS = load_weights()
HOME = "14 Invented Row; ZX1 1AA"
N1, N2, U1 = number("n1"), number("n2"), number("u1")


def compared(left: Sketch, right: Sketch) -> Likeness:
    found = compare(left, right, WEIGHTS)
    assert compare(right, left, WEIGHTS) == found
    return found


def told(name: str, born: date | None = BORN, place: str = HOME, **more: object) -> Sketch:
    return sketch(particulars(name, born, place, **more))


def test_nothing_in_common_to_compare_is_no() -> None:
    nothing = Sketch(frozenset())
    found = compared(nothing, told("Wilfrid Thistlewick"))
    assert (found.outcome, found.agreed, found.disagreed, found.because) == ("NO", (), (), None)
    assert found.score == pytest.approx(WEIGHTS.prior)


def test_the_same_name_and_birthday_link() -> None:
    found = compared(told("Wilfrid Thistlewick", place=""), told("WILFRID THISTLEWICK", sex="M"))
    assert found.outcome == "LINK"
    assert found.agreed == ("given name: same", "family name: same", "date of birth: same")


@pytest.mark.parametrize("born", [date(2012, 4, 3), date(2012, 3, 5)])
def test_a_birthday_swapped_or_a_day_out_links_when_the_rest_agrees(born: date) -> None:
    assert compared(told("Wilfrid Thistlewick"), told("Wilfrid Thistlewick", born)).outcome == "LINK"


@pytest.mark.parametrize("born", [date(2012, 1, 1), date(2013, 3, 4), date(2010, 11, 21)])
def test_a_birthday_that_is_only_near_is_asked_about_or_nothing(born: date) -> None:
    found = compared(told("Wilfrid Thistlewick"), told("Wilfrid Thistlewick", born))
    assert found.outcome != "LINK"
    assert found.because in (None, "the date of birth is not the same")


def test_a_short_form_links_and_one_that_two_names_share_is_asked_about() -> None:
    assert compared(told("Catherine Thistlewick"), told("Katie Thistlewick")).outcome == "LINK"
    assert compared(told("Charlotte Thistlewick"), told("Charlie Thistlewick")).because == "twins or siblings"


def test_names_in_the_other_order_link() -> None:
    found = compared(told("Arjun Thistlewick"), told("Thistlewick Arjun"))
    assert (found.outcome, found.agreed[:2]) == ("LINK", ("given name: swapped", "family name: swapped"))


@pytest.mark.parametrize("other", ["Kayden", "Jordan", "Hester", "Jade", "Jaydn"])
def test_twins_and_siblings_are_asked_about_however_much_else_agrees(other: str) -> None:
    more = {"relatives": frozenset(("Ada Thistlewick", "Bo Thistlewick"))}
    left = sketch(particulars("Jayden Thistlewick", place=HOME, sex="M"), **more)
    found = compared(left, sketch(particulars(f"{other} Thistlewick", place=HOME, sex="M"), **more))
    assert (found.outcome, found.because) == ("ASK", "twins or siblings")
    assert found.score > WEIGHTS.link


def test_twins_of_whom_little_is_told_are_asked_about_for_the_same_reason() -> None:
    found = compared(told("Hester Smith", place=""), told("Hestor Smith", place=""))
    assert WEIGHTS.ask <= found.score < WEIGHTS.link
    assert (found.outcome, found.because) == ("ASK", "twins or siblings")


@pytest.mark.parametrize("name", ["Baby", "Twin 1", "Unknown", "Baby Girl", "J", ""])
def test_a_name_that_only_holds_a_place_never_links(name: str) -> None:
    relatives = frozenset(("Ada Thistlewick", "Bo Thistlewick"))
    found = compared(
        sketch(particulars("Jayden Thistlewick", place=HOME), relatives=relatives),
        sketch(particulars(f"{name} Thistlewick", place=HOME), relatives=relatives),
    )
    assert (found.outcome, found.because) == ("ASK", "no given name to go by")


def test_a_record_that_tells_two_names_is_asked_about_since_it_may_be_of_two_children() -> None:
    mixed = sketch(particulars("Hester Thistlewick", place=HOME), particulars("Morag Thistlewick", place=HOME))
    assert compared(mixed, told("Morag Thistlewick")).because == "a given name told on one side only"
    assert compared(mixed, mixed).outcome == "LINK"


def test_a_former_family_name_counts_and_is_said_to_be_one() -> None:
    renamed = sketch(particulars("Hester Thistlewick", place=HOME), particulars("Hester Marrowcombe", place=HOME))
    found = compared(renamed, told("Hester Marrowcombe"))
    assert found.outcome == "LINK"
    assert "family name: same (a former or other one)" in found.agreed


def test_an_earlier_address_counts_as_much_as_todays() -> None:
    moved = sketch(particulars(place="9 Nowhere Street; ZX9 9ZZ"), particulars(place=HOME))
    assert "address: same" in compared(moved, told("Wilfrid Thistlewick")).agreed


@pytest.mark.parametrize("mark", [Mark.UNBORN, Mark.ADOPTED, Mark.PROTECTED_ADDRESS, Mark.MULTIPLE_BIRTH])
def test_a_case_of_its_own_is_for_a_person(mark: Mark) -> None:
    marked = sketch(particulars(place=HOME), marks=frozenset((mark,)))
    found = compared(marked, told("Wilfrid Thistlewick", sex="M"))
    assert (found.outcome, found.because) == ("ASK", mark.value)


def test_an_exact_number_settles_a_multiple_birth_but_not_an_adoption() -> None:
    def marked(mark: Mark) -> Sketch:
        return sketch(particulars(place=HOME, nhs_number=N1), marks=frozenset((mark,)))

    numbered = told("Wilfrid Thistlewick", nhs_number=N1)
    assert compared(marked(Mark.MULTIPLE_BIRTH), numbered).outcome == "LINK"
    assert compared(marked(Mark.ADOPTED), numbered).outcome == "ASK"


def test_a_protected_address_is_neither_compared_nor_named() -> None:
    hidden = sketch(particulars(place=HOME), marks=frozenset((Mark.PROTECTED_ADDRESS,)))
    for place in (HOME, "9 Nowhere Street; ZX9 9ZZ"):
        found = compared(hidden, told("Wilfrid Thistlewick", place=place))
        assert not [said for said in found.agreed + found.disagreed if said.startswith("address")]
    assert compared(hidden, told("Wilfrid Thistlewick")).score == found.score


def test_two_nhs_numbers_are_two_children_unless_one_superseded_the_other() -> None:
    left = told("Wilfrid Thistlewick", nhs_number=N1)
    right = particulars("Wilfrid Thistlewick", place=HOME, nhs_number=N2)
    assert compared(left, sketch(right)).because == "different NHS numbers"
    followed = compared(left, sketch(right, superseded=frozenset((N1,))))
    assert (followed.outcome, followed.agreed[-1]) == ("LINK", "NHS number: superseded")


def test_one_number_with_another_name_and_birthday_is_a_number_on_the_wrong_record() -> None:
    left = told("Wilfrid Thistlewick", nhs_number=N1)
    right = told("Hester Marrowcombe", date(2005, 10, 21), "9 Nowhere Street; ZX9 9ZZ", nhs_number=N1)
    assert (compared(left, right).outcome, compared(left, right).because) == ("ASK", "a number on the wrong record")


def test_one_number_with_a_twins_name_is_asked_about() -> None:
    found = compared(told("Hester Thistlewick", upn=U1), told("Morag Thistlewick", upn=U1))
    assert (found.outcome, found.because) == ("ASK", "twins or siblings")


def test_one_number_links_where_the_name_is_misspelt_and_is_never_passed_over() -> None:
    assert compared(told("Wilfrid Thistlewick", upn=U1), told("Wilfird Thistelwick", upn=U1)).outcome == "LINK"
    bare = sketch(Particulars("health", nhs_number=N1))
    assert compared(bare, bare).because == "one number, and too little else agrees"


def test_common_names_alone_with_a_birthday_are_asked_about() -> None:
    found = compared(told("Olivia Smith", place="", sex="F"), told("Olivia Smith", place="", sex="F"))
    assert (found.outcome, found.because) == ("ASK", "common names, and neither address nor relatives agree")
    assert compared(told("Olivia Smith"), told("Olivia Smith")).outcome == "LINK"


def test_a_sex_that_differs_is_asked_about() -> None:
    found = compared(told("Wilfrid Thistlewick", sex="M"), told("Wilfrid Thistlewick", sex="F"))
    assert (found.outcome, found.because, found.disagreed) == ("ASK", "sex is not the same", ("sex: differs",))


def test_a_stranger_of_the_same_day_is_no() -> None:
    assert (
        compared(told("Wilfrid Thistlewick"), told("Hester Marrowcombe", place="9 Nowhere Street; ZX9 9ZZ")).outcome
        == "NO"
    )


def test_what_is_said_holds_no_value() -> None:
    left = replace(particulars(place=HOME, nhs_number=N1, upn=U1), sex="M")
    said = compared(sketch(left), told("Hester Marrowcombe", place="2 Nowhere Street; ZX9 9ZZ"))
    text = repr(said).casefold()
    assert not [word for word in ("wilfrid", "thistle", "hester", "2012", "zx1", "nowhere", "n1") if word in text]
