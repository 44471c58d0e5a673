"""What two readings agree in, field by field: the best pair of all that was told counts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import product
from typing import TypeVar

from projections.identity.likeness.addresses import addresses
from projections.identity.likeness.births import dates_of_birth
from projections.identity.likeness.degrees import (
    Address,
    Born,
    FamilyName,
    GivenName,
    NhsNumber,
    Relations,
    Sex,
    Upn,
)
from projections.identity.likeness.known_names import KnownNames
from projections.identity.likeness.names import Name, family_names, given_names, swapped
from projections.identity.likeness.readings import Reading

ONE_CHILD = frozenset((GivenName.SAME, GivenName.SWAPPED, GivenName.SAME_COMMON, GivenName.KNOWN_FORM))
"""Degrees that tell a child from its twin."""
NOTHING: frozenset[str] = frozenset()
T = TypeVar("T")
D = TypeVar("D", bound=IntEnum)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The degree of each field, None where a side tells nothing.

    `other_names` are the fields of which a side tells several and not all agree: what agrees is then a former or other one. `given_settled` is true
    when each given name told on either side is found on the other.
    """

    given: GivenName | None
    family: FamilyName | None
    born: Born | None
    sex: Sex | None
    address: Address | None
    relations: Relations | None
    nhs_number: NhsNumber | None
    upn: Upn | None
    other_names: frozenset[str]
    given_settled: bool

    def degrees(self) -> tuple[IntEnum | None, ...]:
        """Give the degrees in the order of FIELDS."""
        return (
            self.given,
            self.family,
            self.born,
            self.sex,
            self.address,
            self.relations,
            self.nhs_number,
            self.upn,
        )


def evidence(left: Reading, right: Reading, known: KnownNames, *, places: bool) -> Evidence:
    """Compare two readings, their `places` only where neither's address is protected; which is left makes no difference."""
    given = _given(left, right, known)
    families = _family(left, right, known)
    born = [dates_of_birth(mine, yours) for mine, yours in product(left.born, right.born)]
    several = len(left.names) + len(right.names) + len(left.born) + len(right.born) > 4
    return Evidence(
        given=min([degree for degree, _, _ in given], default=None),
        family=min(families, default=None),
        born=min(born, default=None),
        sex=_sex(left.sexes, right.sexes),
        address=_best(left.places, right.places, addresses) if places else None,
        relations=_relations(left.relatives, right.relatives),
        nhs_number=_nhs_number(left, right),
        upn=_upn(left.upns, right.upns),
        other_names=_other_names(given, families, born) if several else NOTHING,
        given_settled=_settled(given),
    )


Given = tuple[GivenName, Name, Name]


def _given(left: Reading, right: Reading, known: KnownNames) -> list[Given]:
    found = []
    for mine, yours in product(left.names, right.names):
        degree = GivenName.SWAPPED if swapped(mine, yours) else given_names(mine.given, yours.given, known)
        if degree is not None:
            found.append((degree, mine, yours))
    return found


def _family(left: Reading, right: Reading, known: KnownNames) -> list[FamilyName]:
    found = []
    for mine, yours in product(left.names, right.names):
        degree = FamilyName.SWAPPED if swapped(mine, yours) else family_names(mine.family, yours.family, known)
        if degree is not None:
            found.append(degree)
    return found


def _settled(given: Sequence[Given]) -> bool:
    """Say whether each given name told on a side has one on the other that can be the same child's."""
    if len(given) < 2:
        return all(degree in ONE_CHILD for degree, _, _ in given)
    found = [(mine.given, yours.given) for degree, mine, yours in given if degree in ONE_CHILD]
    mine_found, yours_found = {mine for mine, _ in found}, {yours for _, yours in found}
    return all(mine.given in mine_found and yours.given in yours_found for _, mine, yours in given)


def _other_names(given: Sequence[Given], families: Iterable[FamilyName], born: Iterable[Born]) -> frozenset[str]:
    found = {
        "given name": [degree is GivenName.DIFFERS for degree, _, _ in given],
        "family name": [degree is FamilyName.DIFFERS for degree in families],
        "date of birth": [degree is Born.DIFFERS for degree in born],
    }
    return frozenset(name for name, differing in found.items() if any(differing) and not all(differing))


def _best(left: Iterable[T], right: Iterable[T], compared: Callable[[T, T], D | None]) -> D | None:
    found = [compared(mine, yours) for mine, yours in product(left, right)]
    return min([degree for degree in found if degree is not None], default=None)


def _sex(left: frozenset[str], right: frozenset[str]) -> Sex | None:
    if not left or not right:
        return None
    return Sex.DIFFERS if left.isdisjoint(right) else Sex.SAME


def _relations(left: frozenset[frozenset[str]], right: frozenset[frozenset[str]]) -> Relations | None:
    if not left or not right:
        return None
    return (Relations.NONE, Relations.ONE, Relations.SEVERAL)[min(len(left & right), 2)]


def _nhs_number(left: Reading, right: Reading) -> NhsNumber | None:
    if not left.nhs_numbers or not right.nhs_numbers:
        return None
    if left.nhs_numbers & right.nhs_numbers:
        return NhsNumber.SAME
    followed = (left.nhs_numbers | left.superseded) & (right.nhs_numbers | right.superseded)
    return NhsNumber.SUPERSEDED if followed else NhsNumber.DIFFERS


def _upn(left: frozenset[bytes], right: frozenset[bytes]) -> Upn | None:
    if not left or not right:
        return None
    return Upn.DIFFERS if left.isdisjoint(right) else Upn.SAME
