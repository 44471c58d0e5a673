"""A labelled population: invented children, each told by two to four agencies with errors of their own, put into strands as admission would.

Each telling errs by itself: short and other names, slips of the pen, names told in the other order, halves of double-barrelled names, former names, aliases, dates with day
and month swapped or a day out or mistyped or estimated, old addresses, flats written in another way, fields left out, babies without a name. How often is in
RATES: judged, not counted, and made harder than life. The truth is known, so what likeness finds can be counted.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from bench.invented_families import SHORT, Address, Person, invent_people
from projections.identity.particulars import Particulars, Sketch

AGENCIES = ("education", "health", "housing", "police", "probation", "childrens_social_care")
RATES = {
    "short form": 0.08, "given mistyped": 0.03, "given missing": 0.02, "initial": 0.01, "middle name told": 0.45, "names swapped": 0.012, "alias": 0.35,
    "baby": 0.04, "family mistyped": 0.03, "family missing": 0.01, "former family": 0.35, "half a name": 0.3, "hyphen dropped": 0.3, "capitals": 0.2,
    "day and month swapped": 0.015, "one day out": 0.01, "digit mistyped": 0.015, "estimated": 0.012, "birth missing": 0.02,
    "sex missing": 0.05, "sex wrong": 0.006, "address missing": 0.1, "postcode missing": 0.04, "postcode mistyped": 0.015, "old address": 0.4,
    "relatives told": 0.35,
}  # fmt: skip
NUMBERED = {
    "health": (0.95, 0.0),
    "education": (0.05, 0.97),
    "childrens_social_care": (0.45, 0.35),
    "police": (0.02, 0.0),
}
"""How often an agency tells the NHS number and the UPN; the others tell neither."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What one agency told of one child."""

    person: Person = field(repr=False)
    sketch: Sketch = field(repr=False)

    @property
    def particulars(self) -> Particulars:
        """Give the one set of particulars that was told."""
        (told,) = self.sketch.told
        return told


@dataclass(frozen=True, slots=True)
class Strand:
    """What agencies told that share an NHS number or UPN, as admission joins it; its child is known."""

    person: Person = field(repr=False)
    sketch: Sketch = field(repr=False)


def tell_population(households: int = 1000, seed: int = 5) -> list[Telling]:
    """Invent a population and tell each child by two to four agencies; one seed gives one population."""
    chance = Random(f"tellings {seed}")
    return [
        Telling(person, _tell(chance, person, agency))
        for person in invent_people(households, seed)
        for agency in chance.sample(AGENCIES, chance.choices((2, 3, 4), (45, 35, 20))[0])
    ]


def strands_of(tellings: list[Telling]) -> list[Strand]:
    """Join tellings that share a number into strands."""
    found: dict[tuple[str, object], list[Telling]] = defaultdict(list)
    joined: dict[tuple[int, object], tuple[str, object]] = {}
    for place, telling in enumerate(tellings):
        told = telling.particulars
        numbers = [(telling.person.person, one) for one in (told.nhs_number, told.upn) if one]
        strand = next((joined[one] for one in numbers if one in joined), ("strand", place))
        joined.update(dict.fromkeys(numbers, strand))
        found[strand].append(telling)
    return [
        Strand(group[0].person, group[0].sketch.merged(one.sketch for one in group[1:])) for group in found.values()
    ]


def _tell(chance: Random, person: Person, agency: str) -> Sketch:
    given, family = _names(chance, person)
    address = (
        person.addresses[0] if len(person.addresses) > 1 and _happens(chance, "old address") else person.addresses[-1]
    )
    nhs, upn = NUMBERED.get(agency, (0.0, 0.0))
    told = Particulars(
        agency=agency,
        given_name=given,
        family_name=family,
        born_on=_born(chance, person.born),
        sex=_sex(chance, person.sex),
        nhs_number=_number("nhs", person) if chance.random() < nhs else None,
        upn=_number("upn", person) if chance.random() < upn else None,
    )
    relatives = frozenset(person.relatives) if _happens(chance, "relatives told") else frozenset()
    return Sketch(frozenset((_at(chance, told, address),)), relatives=relatives)


def _happens(chance: Random, what: str) -> bool:
    return chance.random() < RATES[what]


def _number(scheme: str, person: Person) -> bytes:
    return f"{scheme} {person.person}".encode().ljust(16, b"\0")


def _names(chance: Random, person: Person) -> tuple[str | None, str | None]:
    given, family = _given(chance, person), _family(chance, person)
    if given and family and _happens(chance, "names swapped"):
        given, family = family, given
    if _happens(chance, "capitals"):
        given, family = given and given.upper(), family and family.upper()
    return given, family


def _given(chance: Random, person: Person) -> str | None:
    if _happens(chance, "given missing"):
        return None
    if person.births > 1 and _happens(chance, "baby"):
        return chance.choice(["Baby", f"Twin {1 + person.person % 2}", "Baby Boy", "Unknown"])
    if person.alias and _happens(chance, "alias"):
        return person.alias
    given = person.given
    if _happens(chance, "short form"):
        given = chance.choice([one for one in SHORT.get(given, ()) if one not in person.beside] or [given])
    if _happens(chance, "given mistyped"):
        slip = mistyped(chance, given)
        given = given if slip in person.beside else slip
    if _happens(chance, "initial"):
        return given[0]
    return f"{given} {person.middle}" if person.middle and _happens(chance, "middle name told") else given


def _family(chance: Random, person: Person) -> str | None:
    if _happens(chance, "family missing"):
        return None
    family = person.former_family if person.former_family and _happens(chance, "former family") else person.family
    if "-" in family and _happens(chance, "half a name"):
        family = chance.choice(family.split("-"))
    elif "-" in family and _happens(chance, "hyphen dropped"):
        family = family.replace("-", " ")
    return mistyped(chance, family) if _happens(chance, "family mistyped") else family


def mistyped(chance: Random, word: str) -> str:
    """Make one slip of the pen: a letter left out, doubled, changed, or two in the other order."""
    at = chance.randrange(1, len(word)) if len(word) > 1 else 0
    slips = (
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + chance.choice("abcdefghiklmnoprstuwy") + word[at + 1 :],
        word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :] if at else word,
    )
    return chance.choice(slips) or word


def _born(chance: Random, born: date) -> date | None:
    if _happens(chance, "birth missing"):
        return None
    if born.day <= 12 and _happens(chance, "day and month swapped"):
        return date(born.year, born.day, born.month)
    if _happens(chance, "one day out"):
        return born + timedelta(days=chance.choice((-1, 1)))
    if _happens(chance, "digit mistyped"):
        return born.replace(year=born.year + chance.choice((-3, -2, -1, 1, 2, 3)), day=min(born.day, 28))
    if _happens(chance, "estimated"):
        return chance.choice((date(born.year, 1, 1), born.replace(day=1)))
    return born


def _sex(chance: Random, sex: str) -> str | None:
    if _happens(chance, "sex missing"):
        return chance.choice((None, "U"))
    return "MF".replace(sex, "") if _happens(chance, "sex wrong") else sex


def _at(chance: Random, told: Particulars, address: Address) -> Particulars:
    if _happens(chance, "address missing"):
        return told
    postcode: str | None = address.postcode
    if _happens(chance, "postcode missing"):
        postcode = None
    elif _happens(chance, "postcode mistyped"):
        postcode = address.postcode[:-1] + chance.choice("PQRSTU")
    elif chance.random() < 0.3:
        postcode = address.postcode.replace(" ", "").lower()
    return replace(told, address=written(chance, address), postcode=postcode)


def written(chance: Random, address: Address) -> str:
    """Write an address as one agency or another does."""
    house = f"{address.house} {address.street}"
    if address.flat is not None:
        house = chance.choice(("Flat {}, {}", "{}/{}", "Apt {}, {}", "FLAT {} {}")).format(address.flat, house)
    return house.upper() if chance.random() < 0.2 else house
