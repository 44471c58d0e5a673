"""The children of the stories about who is who: their names and homes are chosen, not made up, since likeness and difference of them is the story."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from apps.demo.households import Child, Household, pupil_number
from apps.demo.identifiers import postcode
from apps.demo.moments import Scene

READ_FIRST, HALF_BROTHER, PARTNERS_SON = 17, 18, 19
LIKE_TWINS = (20, 21)
COUSINS = (22, 23)
LAST = 23


@dataclass(frozen=True, slots=True)
class Chosen:
    """One chosen child: names, sex, birthday (years ago, month, day), home, and whether agencies exchanged identifiers of it."""

    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    sex: str = field(repr=False)
    birthday: tuple[int, int, int] = field(repr=False)
    home: int
    matched: bool = True


CHOSEN: Mapping[int, Chosen] = {
    READ_FIRST: Chosen("Juniper", "Testperson-Yaffle", "F", (9, 3, 9), 17, matched=False),
    HALF_BROTHER: Chosen("Rowan", "Testperson-Zander", "M", (11, 6, 21), 18),
    PARTNERS_SON: Chosen("Birch", "Testperson-Wagtail", "M", (7, 10, 2), 17),
    LIKE_TWINS[0]: Chosen("Larkin", "Testperson-Quail", "F", (8, 5, 14), 20, matched=False),
    LIKE_TWINS[1]: Chosen("Larken", "Testperson-Quail", "F", (8, 5, 14), 20, matched=False),
    COUSINS[0]: Chosen("Sorrel", "Testperson-Redstart", "F", (8, 2, 11), 22),
    COUSINS[1]: Chosen("Sorrell", "Testperson-Redstart", "F", (8, 3, 1), 23),
}


def chosen(number: int, scene: Scene) -> Child:
    """Give a chosen child by number, from 17 to 23."""
    one = CHOSEN[number]
    years, month, day = one.birthday
    born = date(scene.today.year - years, month, day)
    address = f"{one.home} Story Lane, Fictionham, Exampleshire"
    return Child(
        number=number,
        household=Household(one.home, one.family_name, address, postcode(one.home)),
        given_name=one.given_name,
        born=born,
        sex=one.sex,
        upn=pupil_number(born, number, scene.today),
        matched=one.matched,
    )


def as_school_writes(child: Child) -> Child:
    """Give the child as its school writes it: a second name, no hyphen, a short address."""
    home = child.household
    spelt = replace(home, family_name=home.family_name.replace("-", " "), address=f"{home.number} Story Ln, Fictionham")
    return replace(child, given_name=f"{child.given_name} Rose", household=spelt)


def as_police_write(child: Child) -> Child:
    """Give the child as police write it: in capitals, a slip in the family name, day and month of the birthday swapped."""
    home = child.household
    spelt = replace(home, family_name="Testperson-Yaffel", address=f"{home.number}, STORY LANE, FICTIONHAM")
    swapped = child.born.replace(month=child.born.day, day=child.born.month)
    return replace(child, given_name=child.given_name.upper(), born=swapped, household=spelt)
