"""Blocking: which strands are worth comparing at all. Those that share a token are; each token is rare enough that its block stays small at a million people.

Sizes below are for a million children of eighteen years of birth, a family name that one in fifty bears by its sound, and a given name likewise. Only
what was told gives tokens; those that hold the place of a name or a postcode give none.
"""

from collections.abc import Iterator
from datetime import date
from itertools import product

from projections.identity.likeness.addresses import sector
from projections.identity.likeness.names import PARTICLES, Name
from projections.identity.likeness.readings import Reading, read
from projections.identity.likeness.spelling import sound
from projections.identity.particulars import Sketch

MOST_TOKENS = 32
"""No strand has more, whatever was told of it: numbers come first, then the tokens of the smallest blocks."""
Token = tuple[str, str]


def tokens(sketch: Sketch) -> frozenset[Token]:
    """Give a strand's blocking tokens as (kind, text), eight or so for one set of particulars; they hold personal details, so fingerprint them at once."""
    told = read(sketch)
    found = dict.fromkeys((*_numbers(told), *_of_births(told), *_of_places(told), *_of_years(told)))
    return frozenset(list(found)[:MOST_TOKENS])


def _numbers(told: Reading) -> Iterator[Token]:
    """Give NHS numbers, superseded ones among them, and UPNs: one child each."""
    for number in sorted(told.nhs_numbers | told.superseded):
        yield "nhs number", number.hex()
    for number in sorted(told.upns):
        yield "upn", number.hex()


def _of_births(told: Reading) -> Iterator[Token]:
    """Give each name by its sound, given or family so that swapped names meet, with the date of birth, day and month in either order: about 6 strands."""
    for name, day in product(_sounds(told), told.born):
        yield "name and birth", f"{name}|{_either_way(day)}"
    for full, day in product(told.names, told.born):
        if full.given and full.family:
            # One strand in a hundred has these two initials, so about 2 of them with one birthday.
            yield "initials and birth", f"{''.join(sorted((full.given[0][0], full.family[0][0])))}|{_either_way(day)}"
    for day, place in product(told.born, told.places):
        if len(place.postcode) > 4:
            # A sector has about 5,000 children at most, so fewer than 2 of them with one birthday.
            yield "birth and sector", f"{_either_way(day)}|{sector(place.postcode)}"


def _of_places(told: Reading) -> Iterator[Token]:
    """Give each name by its sound with the whole postcode: those of one household and a neighbour, for whoever has no date of birth."""
    for name, place in product(_sounds(told), told.places):
        if place.postcode:
            yield "name and postcode", f"{name}|{place.postcode}"


def _of_years(told: Reading) -> Iterator[Token]:
    """Give how the given name begins by its sound, and the family name, with the year of birth: about 60 strands for a common name, for dates that are estimated or mistyped in day or month."""
    for name, day in product(told.names, told.born):
        if name.given and name.family:
            yield "names and year", f"{sound(name.given[0])[:2]}|{sound(''.join(name.family))}|{day.year}"


def _sounds(told: Reading) -> list[str]:
    """Give how the names sound: first given names, and each half of double-barrelled family names."""
    return sorted({sound(part) for name in told.names for part in _parts(name)})


def _parts(name: Name) -> Iterator[str]:
    if name.given and len(name.given[0]) > 1:
        yield name.given[0]
    if name.family:
        yield "".join(name.family)
    if len(name.family) > 1:
        yield from (part for part in name.family if len(part) > 2 and part not in PARTICLES)


def _either_way(day: date) -> str:
    low, high = sorted((day.month, day.day))
    return f"{day.year}-{low}-{high}"
