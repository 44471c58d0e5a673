"""The households of an invented county, and the children in them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from apps.demo.identifiers import nhs_number, postcode, unique_pupil_number

COUNTY = "Exampleshire"
TOWNS = ("Fictionham", "Nowhere-on-Sea", "Sampleby", "Placeholder St Mary", "Mockton", "Invention Regis")
STREETS = ("Imaginary Street", "Specimen Road", "Pretend Avenue", "Dummy Close", "Example Row", "Madeup Lane")
SURNAMES = (
    "Avocet", "Bittern", "Chough", "Dotterel", "Eider", "Firecrest", "Gannet", "Heron", "Ibis", "Jackdaw", "Kestrel", "Lapwing", "Merlin",
    "Nuthatch", "Osprey", "Pipit", "Quail", "Redstart", "Siskin", "Turnstone", "Urial", "Veery", "Wagtail", "Yaffle", "Zander",
)  # fmt: skip
GIVEN = {
    "F": ("Bramble", "Clover", "Damson", "Fern", "Hazeline", "Juniper", "Larkspur", "Marigold", "Nettle", "Primrose", "Quince", "Sorrel"),
    "M": ("Alder", "Birch", "Cedar", "Dock", "Elder", "Gorse", "Hawthorn", "Larch", "Oakley", "Rowan", "Sycamore", "Yarrow"),
}  # fmt: skip
SCHOOLS = 12
STARTS_SCHOOL = 5
OLDEST = 16


@dataclass(frozen=True, slots=True)
class Household:
    """An address where children live. `troubled`: nothing keeps its events below the hub's thresholds."""

    number: int
    family_name: str
    address: str
    postcode: str
    known_to_police: bool = False
    troubled: bool = False


@dataclass(frozen=True, slots=True)
class Child:
    """One invented child, under the identifiers that each agency uses; `upn` is None before school age.

    `matched` says that agencies exchanged identifiers: police and school hold the NHS number too. Otherwise exact identifiers do not join their entries.
    """

    number: int
    household: Household = field(repr=False)
    given_name: str = field(repr=False)
    born: date = field(repr=False)
    sex: str = field(repr=False)
    upn: str | None = field(repr=False)
    matched: bool = True
    known_to_social_care: bool = False

    @property
    def nhs_number(self) -> str:
        """The NHS number, from the range that is never issued."""
        return nhs_number(self.number)

    @property
    def school(self) -> int:
        """The number of the child's school; children of a household go to one school."""
        return 1 + self.household.number % SCHOOLS

    def local_id(self, agency: str) -> str:
        """Give the child's own id at an agency; it depends on the child's number alone."""
        return {
            "childrens_social_care": f"LA-{7000 + self.number}",
            "education": f"P-{20000 + self.number}",
            "health": f"H{300000 + self.number}",
            "police": f"N-{41000 + self.number}",
        }[agency]


def make_household(number: int, rng: Random, *, known_to_police: bool, troubled: bool) -> Household:
    """Make up a household; its address depends on its number alone, so no two are alike."""
    address = f"{number} {STREETS[number % len(STREETS)]}, {TOWNS[number // 7 % len(TOWNS)]}, {COUNTY}"
    name = f"Testperson-{rng.choice(SURNAMES)}"
    return Household(number, name, address, postcode(number), known_to_police, troubled)


def years_after(day: date, years: int) -> date:
    """Give the same day of a later (or, with fewer than 0, an earlier) year; 28 February for the 29th."""
    return day.replace(year=day.year + years, day=28 if (day.month, day.day) == (2, 29) else day.day)


def pupil_number(born: date, number: int, today: date) -> str | None:
    """Give the UPN of a child who has reached school age by `today`, None before."""
    entered = years_after(born, STARTS_SCHOOL)
    if entered > today:
        return None
    return unique_pupil_number(1000 + number // 1000, entered.year, number % 1000)


def make_households(first: int, children: int, rng: Random, today: date) -> Iterator[tuple[Child, ...]]:
    """Make up households, each as its children, numbered from `first` on, until there are `children` of them."""
    number, last, household_number = first, first + children, 100 + first
    while number < last:
        household_number += 1
        police, troubled = rng.random() < 0.4, rng.random() < 0.05
        household = make_household(household_number, rng, known_to_police=police, troubled=troubled)
        size = min(rng.choice((1, 1, 2, 2, 2, 3, 4)), last - number)
        youngest = today - timedelta(days=rng.randrange(120, OLDEST * 365))
        yield tuple(_child(household, number + place, youngest, rng, today) for place in range(size))
        number += size


def _child(household: Household, number: int, youngest: date, rng: Random, today: date) -> Child:
    """Make up one child, older than the youngest by up to five years, but not grown up."""
    oldest = years_after(today, -OLDEST - 1)
    born = max(oldest, youngest - timedelta(days=rng.randrange(0, 5 * 365)))
    sex = rng.choice("FM")
    return Child(
        number=number,
        household=household,
        given_name=rng.choice(GIVEN[sex]),
        born=born,
        sex=sex,
        upn=pupil_number(born, number, today),
        matched=rng.random() < 0.93,
        known_to_social_care=rng.random() < (0.55 if household.known_to_police else 0.25),
    )
