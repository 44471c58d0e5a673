"""The published weights, read strictly: for each field and degree of agreement the two probabilities of Fellegi and Sunter, each with its source."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from importlib import resources
from itertools import pairwise
from typing import Any

from projections.identity.likeness.degrees import FIELDS, words_of
from projections.identity.likeness.known_names import KnownNames, known_names

WEIGHTS, NAMES = "weights.toml", "known_names.toml"
KEYS = frozenset(("field", "degree", "m", "u", "source"))
NEARLY_ONE = 0.001
"""The m of a field's degrees, and their u, come to one within this."""


class WeightsError(Exception):
    """The published weights cannot be used; the message says which file, what was expected, what was found and what to do."""


@dataclass(frozen=True, slots=True)
class Weight:
    """What one degree of one field weighs: `m` is its probability among pairs of one child, `u` among pairs of two children."""

    field: str
    degree: str
    m: float
    u: float
    source: str

    @property
    def evidence(self) -> float:
        """Give the natural logarithm of m/u: above zero speaks for one child, below zero against; ValueError when either is no probability."""
        return math.log(self.m) - math.log(self.u)


@dataclass(frozen=True, slots=True)
class Grain:
    """A weight ready for the scale: its evidence, and how it is said on the list of what agreed or of what did not."""

    field: str
    said: str
    evidence: float
    agrees: bool


@dataclass(frozen=True, slots=True)
class Weights:
    """One edition: `prior` is the probability that two strands taken at random are one child; scores of `link` and `ask` or more link and are asked."""

    edition: str
    prior: float
    link: float
    ask: float
    table: tuple[tuple[Weight, ...], ...]
    names: KnownNames = field(repr=False)
    grains: tuple[tuple[Grain, ...], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse an edition that is not whole, is no set of probabilities, or gives more agreement less weight."""
        if not 0 < self.prior < self.ask < self.link < 1:
            raise WeightsError(f"{WEIGHTS}: expected 0 < prior < ask < link < 1, found other numbers; correct them")
        for (name, degrees), row in zip(FIELDS, self.table, strict=True):
            _check_field(name, degrees, row)
        object.__setattr__(self, "grains", tuple(tuple(map(_grain, row)) for row in self.table))


def load_weights() -> Weights:
    """Read the committed edition; WeightsError when it is not as described here."""
    folder = resources.files("projections.identity.likeness")
    return weights_of((folder / WEIGHTS).read_text("utf-8"), (folder / NAMES).read_text("utf-8"))


def weights_of(weights: str, names: str) -> Weights:
    """Read an edition from the texts of its two TOML files; WeightsError when one is not as described here."""
    table, known = _toml(WEIGHTS, weights), _toml(NAMES, names)
    try:
        rows = [_weight(row) for row in table["weight"]]
        prior, limits = table["prior"]["probability"], table["thresholds"]
        return Weights(table["edition"], prior, limits["link"], limits["ask"], _by_field(rows), known_names(known))
    except KeyError as missing:
        raise WeightsError(f"expected {missing} in {WEIGHTS} or {NAMES}, found none; put it back") from missing


def _grain(one: Weight) -> Grain:
    return Grain(one.field, f"{one.field}: {one.degree}", one.evidence, one.m > one.u)


def _toml(file: str, text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise WeightsError(f"{file}: expected TOML, found {broken}; correct the line") from broken


def _weight(row: Mapping[str, Any]) -> Weight:
    if row.keys() != KEYS or not str(row["source"]).strip():
        raise WeightsError(f"{WEIGHTS}: expected each weight with {sorted(KEYS)}, found {sorted(row)}; correct the row")
    if not all(isinstance(row[chance], float) for chance in ("m", "u")):
        raise WeightsError(f"{WEIGHTS}: expected m and u as numbers such as 0.02, found others; correct {row['field']}")
    return Weight(**row)


def _by_field(rows: list[Weight]) -> tuple[tuple[Weight, ...], ...]:
    """Put the weights in the order of fields and degrees; none may be missing, unknown or told twice."""
    wanted = [(name, words_of(degree)) for name, degrees in FIELDS for degree in degrees]
    found = {(row.field, row.degree): row for row in rows}
    if sorted(wanted) != sorted((row.field, row.degree) for row in rows):
        odd = sorted(set(wanted) ^ set(found)) or "a weight told twice"
        raise WeightsError(f"{WEIGHTS}: expected every degree of every field once, found otherwise: {odd}; correct it")
    return tuple(tuple(found[name, words_of(degree)] for degree in degrees) for name, degrees in FIELDS)


def _check_field(name: str, degrees: type[IntEnum], row: tuple[Weight, ...]) -> None:
    if [one.degree for one in row] != [words_of(degree) for degree in degrees]:
        raise WeightsError(f"{WEIGHTS}, {name}: expected its degrees best first, found another order; correct it")
    if any(not 0 < chance < 1 for one in row for chance in (one.m, one.u)):
        raise WeightsError(f"{WEIGHTS}, {name}: expected probabilities between 0 and 1, found another; correct it")
    for chances in ([one.m for one in row], [one.u for one in row]):
        if abs(sum(chances) - 1) > NEARLY_ONE:
            raise WeightsError(
                f"{WEIGHTS}, {name}: expected m and u to come to 1, found {sum(chances):.4f}; correct it"
            )
    for better, worse in pairwise(row):
        if better.evidence < worse.evidence:
            raise WeightsError(
                f"{WEIGHTS}, {name}: expected {better.degree} to weigh no less than {worse.degree}, found less; correct it"
            )
