"""Who is who in an anonymised output: a letter or a number for every person, school, place and address that the record tells of.

The child of the record is Child A. Everything else is called in the order in which the hub received the statements that first told of it (the event id settles the
rest), replaced and withdrawn ones among them. What comes later can only add to the end, so of one record, as one reader sees it, a letter once given stays.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from projections.chronology.entry import Entry
from projections.chronology.opened import Fields, Opened
from query.outputs.known_words import plain
from query.outputs.voice import day_of

CHILD = "Child A"
NAMES = frozenset({"person_name"})
PROFESSIONALS = frozenset({"worker", "designated_officer", "lead_reviewer"})
SCHOOLS = frozenset({"school", "last_school"})
PLACES = frozenset({"practice", "establishment", "prison"})
ADDRESSES = frozenset({"release_address", "previous_postcode", "home_postcode", "placement_postcode"})
REFERENCES = frozenset({"household_reference", "crime_reference", "provider_urn", "former_nhs_number"})
BIRTHS = frozenset({"person_born_on", "child_born_on"})
"""Fields of the contracts that hold a name, a place, a number or a date of birth and nothing else; every other text is free text."""

YOUNG = frozenset(
    [
        "baby",
        "boy",
        "brother",
        "child",
        "cousin",
        "daughter",
        "girl",
        "half-brother",
        "half-sister",
        "sibling",
        "sister",
        "son",
        "stepbrother",
        "stepsister",
        "step-brother",
        "step-sister",
        "stepson",
        "stepdaughter",
        "twin",
    ]
)
ADULT_AT = 18
LETTERS = "BCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Called:
    """What somebody or something is called in the output, every way in which it was told, and what it is to the child."""

    label: str
    told: tuple[str, ...] = field(repr=False)
    relations: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Glossary:
    """Everything that a record tells of people and places: the child's own names, the others, and what has no label of its own."""

    names: tuple[str, ...] = field(repr=False)
    people: tuple[Called, ...]
    places: tuple[Called, ...]
    addresses: tuple[Called, ...]
    births: frozenset[date] = field(repr=False)
    identifiers: frozenset[str] = field(repr=False)

    def label(self, told: str) -> str | None:
        """Say what something told whole is called; None where nobody told of it."""
        wanted = plain(told)
        if wanted in {plain(name) for name in self.names}:
            return CHILD
        every = (*self.people, *self.places, *self.addresses)
        return next((one.label for one in every if wanted in {plain(way) for way in one.told}), None)


def glossary_of(opened: Iterable[Opened]) -> Glossary:
    """Make the glossary of everything that one reader may read of a record."""
    told = [
        (one.entry, one.fields)
        for one in sorted(opened, key=lambda one: (one.entry.received, one.entry.event_id))
        if one.fields is not None
    ]
    names = tuple(dict.fromkeys(_name(fields) for _, fields in told if _name(fields)))
    return Glossary(
        names=names,
        people=tuple(_people(told, {plain(name) for name in names})),
        places=tuple(_places(told)),
        addresses=tuple(_numbered(("address", way) for _, fields in told for way in _addresses(fields))),
        births=frozenset(day for _, fields in told for day in _births(fields)),
        identifiers=frozenset(one for _, fields in told for one in _identifiers(fields)),
    )


def _name(fields: Fields) -> str:
    child = fields["envelope"]["child"]
    return " ".join(part.strip() for part in (child["given_name"], child["family_name"]) if part and part.strip())


def _people(told: Sequence[tuple[Entry, Fields]], child: set[str]) -> Iterator[Called]:
    """Give people in order; a name that is part of exactly one earlier name, or the other way round, is the same person."""
    found: list[tuple[str, list[str], list[str]]] = []
    for entry, fields in told:
        name = str(fields.get("person_name") or "").strip()
        if not name or plain(name) in child:
            continue
        same = [one for one in found if any(_may_be_one(name, way) for way in one[1])]
        if len(same) != 1:
            same = [one for one in found if plain(name) in {plain(way) for way in one[1]}][:1]
        if not same:
            young = sum(label.startswith("Child") for label, _, _ in found)
            same = [(_letter(young) if _is_young(entry, fields) else f"Adult {len(found) - young + 1}", [], [])]
            found.append(same[0])
        same[0][1].append(name)
        same[0][2].append(str(fields.get("relationship") or "").strip())
    yield from (Called(label, _each_once(ways), _each_once(said)) for label, ways, said in found)
    works = (
        (("Professional"), str(fields[name]))
        for _, fields in told
        for name in sorted(PROFESSIONALS)
        if fields.get(name)
    )
    yield from _numbered(works)


def _may_be_one(one: str, other: str) -> bool:
    these, those = set(plain(one).replace("-", " ").split()), set(plain(other).replace("-", " ").split())
    return these <= those or those <= these


def _is_young(entry: Entry, fields: Fields) -> bool:
    born = day_of(str(fields.get("person_born_on") or ""))
    if born is not None:
        return entry.happened.latest.date() < _birthday(born, ADULT_AT)
    return bool(set(plain(str(fields.get("relationship") or "")).split()) & YOUNG)


def _birthday(born: date, years: int) -> date:
    try:
        return born.replace(year=born.year + years)
    except ValueError:  # the 29th of February, or the calendar's end
        return date(born.year + years, 3, 1) if born.year + years <= date.max.year else date.max


def _letter(number: int) -> str:
    return f"Child {LETTERS[number]}" if number < len(LETTERS) else f"Child {number + 2}"


def _places(told: Sequence[tuple[Entry, Fields]]) -> Iterator[Called]:
    for kind, names in (("School", SCHOOLS), ("Place", PLACES)):
        yield from _numbered(
            (kind, str(fields[name])) for _, fields in told for name in sorted(names) if fields.get(name)
        )


def _addresses(fields: Fields) -> Iterator[str]:
    child = fields["envelope"]["child"]
    parts = [part.strip() for part in (child["address"], child["postcode"]) if part and part.strip()]
    if parts:
        yield ", ".join(parts)
    yield from (str(fields[name]) for name in sorted(ADDRESSES) if fields.get(name))


def _births(fields: Fields) -> Iterator[date]:
    told = [fields["envelope"]["child"]["date_of_birth"], *(fields.get(name) for name in BIRTHS)]
    yield from (day for day in (day_of(str(one)) for one in told if one) if day is not None)


def _identifiers(fields: Fields) -> Iterator[str]:
    envelope = fields["envelope"]
    child = envelope["child"]
    told = (child["local_id"], child["nhs_number"], child["upn"], envelope["reference"], envelope["correlation"])
    yield from (
        str(one).strip() for one in (*told, *(fields.get(name) for name in REFERENCES)) if one and str(one).strip()
    )


def _numbered(told: Iterable[tuple[str, str]]) -> Iterator[Called]:
    ways: dict[str, list[str]] = {}
    kinds: dict[str, str] = {}
    for kind, way in told:
        ways.setdefault(plain(way), []).append(way.strip())
        kinds.setdefault(plain(way), kind)
    for number, (key, said) in enumerate(ways.items(), 1):
        yield Called(f"{kinds[key]} {number}", _each_once(said), ())


def _each_once(said: Iterable[str]) -> tuple[str, ...]:
    return tuple(one for one in dict.fromkeys(said) if one)
