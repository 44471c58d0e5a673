"""A sketch made plain, once, for any number of comparisons: distinct names, dates, places and numbers; held in memory only, like the sketch."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from projections.identity.likeness.addresses import Place, place
from projections.identity.likeness.names import Name
from projections.identity.likeness.spelling import whole_names, words
from projections.identity.particulars import Mark, Particulars, Sketch

NO_GIVEN_NAME = frozenset((
    "baby", "babe", "infant", "newborn", "unborn", "twin", "twin1", "twin2", "twins", "triplet", "boy", "girl", "male", "female", "child",
    "unknown", "unk", "unnamed", "notknown", "anonymous", "foetus", "fetus", "bump", "tbc", "tba", "nil", "none", "null", "noname",
))  # fmt: skip
NO_FAMILY_NAME = frozenset((
    "unknown", "unk", "unnamed", "notknown", "anonymous", "tbc", "tba", "noname",
))  # fmt: skip
"""Words that hold the place of a name that was not known."""
TITLES = frozenset((
    "mr", "mrs", "ms", "miss", "dr", "mother", "father", "mum", "dad", "stepmother", "stepfather", "brother", "sister", "uncle", "aunt",
    "grandmother", "grandfather",
))  # fmt: skip
FILLER = date(1900, 1, 1)
"""What systems write where they must have a date."""
MOST = 16
"""At most so many distinct names, dates or places of one strand are compared: the first in their own order, so that time stays bounded."""
SEXES = {"F": "F", "f": "F", "M": "M", "m": "M"}
NOBODY: frozenset[str] = frozenset()
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a strand tells, made plain: each field holds what is distinct, in an order of its own, and is empty when nothing was told."""

    names: tuple[Name, ...] = field(repr=False)
    born: tuple[date, ...] = field(repr=False)
    sexes: frozenset[str] = field(repr=False)
    places: tuple[Place, ...] = field(repr=False)
    relatives: frozenset[frozenset[str]] = field(repr=False)
    nhs_numbers: frozenset[bytes] = field(repr=False)
    superseded: frozenset[bytes] = field(repr=False)
    upns: frozenset[bytes] = field(repr=False)
    marks: frozenset[Mark]


def read(sketch: Sketch) -> Reading:
    """Make a sketch plain; what was told in which order, or how often, makes no difference. Never raises on any text."""
    told = sketch.told
    return Reading(
        names=_bounded({_name(one) for one in told}, lambda name: (name.given, name.family)),
        born=_bounded({one.born_on for one in told if one.born_on and one.born_on != FILLER}, lambda day: day),
        sexes=frozenset([SEXES[one.sex[0]] for one in told if one.sex and one.sex[0] in SEXES]),
        places=_bounded(
            _places(told, sketch.marks), lambda one: (one.postcode, sorted(one.numbers), sorted(one.street))
        ),
        relatives=frozenset([_relative(one) for one in sketch.relatives]) - {NOBODY},
        nhs_numbers=frozenset([one.nhs_number for one in told if one.nhs_number]),
        superseded=sketch.superseded,
        upns=frozenset([one.upn for one in told if one.upn]),
        marks=sketch.marks,
    )


def _bounded(found: set[T], order: Callable[[T], Any]) -> tuple[T, ...]:
    return tuple(found) if len(found) < 2 else tuple(sorted(found, key=order)[:MOST])


def _name(one: Particulars) -> Name:
    given = whole_names(one.given_name) if one.given_name else ()
    family = words(one.family_name) if one.family_name else ()
    return Name(given if NO_GIVEN_NAME.isdisjoint(given) else (), family if NO_FAMILY_NAME.isdisjoint(family) else ())


def _places(told: Iterable[Particulars], marks: frozenset[Mark]) -> set[Place]:
    """Give the places told; none of a child whose address is protected, so that nothing can be learned of it by comparing."""
    if Mark.PROTECTED_ADDRESS in marks:
        return set()
    found = {place(one.address, one.postcode) for one in told if one.address or one.postcode}
    return {one for one in found if one is not None}


def _relative(name: str) -> frozenset[str]:
    """Give the words of a relative's name, without titles; nothing for a single word, which many bear."""
    found = frozenset(words(name)) - TITLES
    return found if len(found) > 1 else NOBODY
