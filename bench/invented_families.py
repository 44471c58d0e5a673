"""Invented families: households with brothers, sisters and twins, who move, change names and are known by others; nobody in them exists."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

BOYS = (
    "Jayden", "Oliver", "George", "Harry", "Noah", "Jack", "Leo", "Arthur", "Oscar", "Charlie", "Jacob", "Thomas", "Henry", "William", "James",
    "Joshua", "Frederick", "Theodore", "Archibald", "Alfred", "Alexander", "Benjamin", "Samuel", "Daniel", "Matthew", "Christopher", "Michael",
    "Robert", "Edward", "Anthony", "Nicholas", "Stephen", "Zachary", "Nathaniel", "Yusuf", "Ibrahim", "Hussain", "Aidan", "Sean", "Connor", "Tobias",
    "Kofi", "Emeka", "Dmitri", "Łukasz", "José", "Björn", "Arjun", "Rohan", "Tariq", "Rhys", "Callum", "Duncan", "Ewan", "Gareth", "Ivor", "Lennox",
    "Magnus", "Piers", "Quentin",
)  # fmt: skip
GIRLS = (
    "Olivia", "Amelia", "Isla", "Ava", "Mia", "Ivy", "Lily", "Isabella", "Sophia", "Grace", "Emily", "Eleanor", "Freya", "Poppy", "Evelyn",
    "Charlotte", "Jessica", "Ruby", "Aisha", "Fatima", "Maryam", "Catherine", "Elizabeth", "Margaret", "Rebecca", "Victoria", "Jennifer", "Samantha",
    "Alexandra", "Abigail", "Madeleine", "Matilda", "Georgina", "Harriet", "Josephine", "Bethany", "Megan", "Natasha", "Theresa", "Zainab", "Siobhán",
    "Chloë", "Zoë", "Renée", "Ana", "Nkechi", "Ama", "Svetlana", "Priya", "Anjali", "Bronwen", "Carys", "Delyth", "Fiona", "Hester", "Imogen",
    "Jemima", "Kezia", "Linnea", "Morag",
)  # fmt: skip
SHORT = {
    "Harry": ["Harold"], "Charlie": ["Charles"], "Thomas": ["Tom", "Tommy"], "Henry": ["Harry"], "William": ["Will", "Billy"], "James": ["Jim", "Jamie"],
    "Joshua": ["Josh"], "Frederick": ["Fred", "Freddie"], "Theodore": ["Theo", "Teddy"], "Archibald": ["Archie"], "Alfred": ["Alfie"], "Alexander": ["Alex", "Xander"],
    "Benjamin": ["Ben"], "Samuel": ["Sam"], "Daniel": ["Dan", "Danny"], "Matthew": ["Matt"], "Christopher": ["Chris", "Kit"], "Michael": ["Mike", "Mikey"],
    "Robert": ["Rob", "Bobby"], "Edward": ["Ted", "Eddie"], "Anthony": ["Tony"], "Nicholas": ["Nick"], "Stephen": ["Steve", "Steven"], "Zachary": ["Zac"],
    "Nathaniel": ["Nathan", "Nat"], "Yusuf": ["Yousef"], "Hussain": ["Hussein"], "Aidan": ["Aiden"], "Sean": ["Shaun"], "Connor": ["Conor"], "Tobias": ["Toby"],
    "Amelia": ["Millie"], "Lily": ["Lilly"], "Isabella": ["Bella", "Izzy"], "Sophia": ["Sofia"], "Grace": ["Gracie"], "Emily": ["Em"], "Eleanor": ["Ellie", "Nell"],
    "Evelyn": ["Evie"], "Charlotte": ["Lottie", "Charlie"], "Jessica": ["Jess"], "Aisha": ["Ayesha"], "Fatima": ["Fatimah"], "Maryam": ["Mariam"],
    "Catherine": ["Katie", "Kate", "Katherine"], "Elizabeth": ["Lizzie", "Beth"], "Margaret": ["Maggie", "Peggy"], "Rebecca": ["Becky"], "Victoria": ["Vicky"],
    "Jennifer": ["Jenny"], "Samantha": ["Sam"], "Alexandra": ["Alex", "Lexi"], "Abigail": ["Abi"], "Madeleine": ["Maddie"], "Matilda": ["Tilly"],
    "Georgina": ["Georgie", "Gigi"], "Harriet": ["Hattie"], "Josephine": ["Josie"], "Bethany": ["Beth"], "Megan": ["Meg"], "Natasha": ["Tasha", "Nashie"],
    "Theresa": ["Tess"], "Zainab": ["Zaynab"],
}  # fmt: skip
"""Short forms and other spellings that agencies use; two of them are deliberately in no table of known names."""
TWINS = (
    ("Jayden", "Kayden"), ("Aiden", "Jaiden"), ("Ella", "Ellie"), ("Lily-Mae", "Lily-Rose"), ("Muhammad Yusuf", "Muhammad Ibrahim"), ("Mia", "Maia"),
    ("Olivia", "Olive"), ("Harry", "Henry"), ("Lexi", "Sandra"), ("Charlie", "Charlotte"), ("Taylor", "Tyler"), ("Ava", "Eva"), ("Hasan", "Hussain"),
    ("Tia", "Mia"), ("Finn", "Flynn"), ("Anna", "Hannah"), ("Jon", "Josh"), ("Isla", "Ayla"), ("Sam", "Samantha"), ("Thomas", "Theodore"), ("Ruby", "Jade"),
    ("Grace", "Hope"), ("Mary Jane", "Mary Ann"), ("Abdul Karim", "Abdul Rahim"),
)  # fmt: skip
BOY_AND_GIRL = (("Charlie", "Charlotte"), ("Sam", "Samantha"))
FIRST = (
    "Thistle", "Bramble", "Marrow", "Quill", "Copper", "Lantern", "Hollow", "Pebble", "Sparrow", "Candle", "Juniper", "Feather", "Button", "Cinder",
    "Willow", "Barley", "Otter", "Meadow", "Pepper", "Winter", "Acorn", "Ember", "Hazel", "Ivory",
)  # fmt: skip
LAST = (
    "wick", "combe", "thorpe", "bury", "well", "stead", "mere", "hurst", "ditch", "holme", "croft", "gate", "sworth", "bottom", "beck",
)  # fmt: skip
COMMON = ("Smith", "Khan", "Patel", "Jones", "Begum", "Hussain", "Singh", "Ali")
STREETS = (
    "Invented Row",
    "Nowhere Street",
    "Example Close",
    "Madeup Avenue",
    "Fictional Road",
    "Pretend Lane",
    "Imaginary Court",
    "Storybook Terrace",
)
END = date(2016, 12, 31)


@dataclass(frozen=True, slots=True)
class Address:
    """An invented address: flat (or none), house, street, and a postcode of an area that does not exist."""

    flat: int | None
    house: int
    street: str
    postcode: str


@dataclass(frozen=True, slots=True)
class Person:
    """An invented child: `person` and `household` number them, `births` is how many were born at once, addresses are newest last.

    `beside` are the names of brothers and sisters and their short forms: no agency of this population calls a child by one of them, since nothing but a
    number could then tell the two apart.
    """

    person: int
    household: int
    given: str
    middle: str | None
    family: str
    former_family: str | None
    alias: str | None
    born: date
    sex: str
    births: int
    addresses: tuple[Address, ...] = field(repr=False)
    relatives: tuple[str, ...] = field(repr=False)
    beside: frozenset[str] = field(repr=False)


def invent_people(households: int, seed: int) -> list[Person]:
    """Invent so many households, about two and a half children each; one household in seven has twins."""
    chance = Random(seed)
    people: list[Person] = []
    for household in range(households):
        people.extend(_household(chance, household, len(people)))
    return people


def _household(chance: Random, number: int, first: int) -> list[Person]:
    family, parents = family_name(chance), (chance.choice(GIRLS), chance.choice(BOYS))
    former = family_name(chance) if chance.random() < 0.08 else None
    moves = chance.choices((1, 2, 3), (65, 27, 8))[0]
    shared = _Shared(
        number,
        family,
        former,
        tuple(_address(chance) for _ in range(moves)),
        tuple(f"{one} {family}" for one in parents),
    )
    births = chance.choices((1, 2, 3, 4), (38, 34, 20, 8))[0]
    twins_at = chance.randrange(births) if chance.random() < 0.15 else None
    used: set[str] = set()
    named: list[tuple[tuple[str, str], date, int]] = []
    for turn in range(births):
        born = END - timedelta(days=chance.randrange(18 * 365))
        names = _twins(chance, used) if turn == twins_at else [_child(chance, used)]
        named.extend((name, born, len(names)) for name in names)
    return [_person(chance, shared, (first + place, *one), used) for place, one in enumerate(named)]


@dataclass(frozen=True, slots=True)
class _Shared:
    household: int
    family: str
    former: str | None
    addresses: tuple[Address, ...]
    relatives: tuple[str, ...]


def _person(chance: Random, shared: _Shared, child: tuple[int, tuple[str, str], date, int], names: set[str]) -> Person:
    number, (given, sex), born, births = child
    others = names - {given}
    beside = others | {form for one in others for form in SHORT.get(one, ())}
    pool = sorted({*BOYS, *GIRLS} - beside)
    return Person(
        person=number,
        household=shared.household,
        given=given,
        middle=chance.choice(pool) if chance.random() < 0.4 else None,
        family=shared.family,
        former_family=shared.former,
        alias=chance.choice(pool) if chance.random() < 0.04 else None,
        born=born,
        sex=sex,
        births=births,
        addresses=shared.addresses,
        relatives=shared.relatives,
        beside=frozenset(beside),
    )


def _child(chance: Random, used: set[str]) -> tuple[str, str]:
    sex = chance.choice("MF")
    pool = [one for one in (BOYS if sex == "M" else GIRLS) if one not in used]
    given = chance.choices(pool, [1 / (place + 5) for place in range(len(pool))])[0]
    used.add(given)
    return given, sex


def _twins(chance: Random, used: set[str]) -> list[tuple[str, str]]:
    if chance.random() < 0.3:
        return [_child(chance, used), _child(chance, used)]
    pair = chance.choice(TWINS)
    sexes = "MF" if pair in BOY_AND_GIRL else chance.choice(("MM", "FF"))
    used.update(pair)
    return list(zip(pair, sexes, strict=True))


def family_name(chance: Random) -> str:
    """Invent a family name: most are nobody's, some are common, some double-barrelled."""
    if chance.random() < 0.12:
        return chance.choice(COMMON)
    one = chance.choice(FIRST) + chance.choice(LAST)
    return f"{one}-{chance.choice(FIRST)}{chance.choice(LAST)}" if chance.random() < 0.08 else one


def _address(chance: Random) -> Address:
    flat = chance.randrange(1, 30) if chance.random() < 0.3 else None
    letters = "".join(chance.choices("ABDEFGHJLN", k=2))
    return Address(
        flat,
        chance.randrange(1, 150),
        chance.choice(STREETS),
        f"ZX{chance.randrange(1, 10)} {chance.randrange(1, 10)}{letters}",
    )
