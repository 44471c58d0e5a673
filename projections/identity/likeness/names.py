"""How two names agree: given names, family names, and the two told in the other order."""

from dataclasses import dataclass, field

from projections.identity.likeness.degrees import FamilyName, GivenName
from projections.identity.likeness.known_names import KnownNames
from projections.identity.likeness.spelling import alike

PARTICLES = frozenset((
    "van", "von", "der", "den", "de", "da", "di", "la", "le", "du", "del", "al", "el", "bin", "ibn", "binti", "bint", "o", "mc", "mac",
    "san", "st",
))  # fmt: skip
"""Words in family names that many names have: one of them in common is no part in common."""
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """One name as told, in plain words; a part that was not told, or only held a place, is empty."""

    given: Words = field(repr=False)
    family: Words = field(repr=False)


def given_names(left: Words, right: Words, known: KnownNames) -> GivenName | None:
    """Compare given names (a hyphenated name is one); None when a side tells none."""
    if not left or not right:
        return None
    mine, yours = _called(left, known), _called(right, known)
    if "".join(mine) == "".join(yours):
        return _same(mine, known)
    if 1 in (len(mine[0]), len(yours[0])):
        return GivenName.INITIAL if mine[0][0] == yours[0][0] else GivenName.DIFFERS
    if _go_together(mine[1:], yours[1:]):
        if mine[0] == yours[0]:
            return _same(mine[:1], known)
        if known.known_form(mine[0], yours[0]):
            return GivenName.KNOWN_FORM if known.of_one_name(mine[0], yours[0]) else GivenName.FORM_OF_SEVERAL
    return _nearly(mine, yours)


def _nearly(mine: Words, yours: Words) -> GivenName:
    """Compare given names that are not the same: misspelt, or one of several in common."""
    if mine[0] != yours[0] and alike(mine[0], yours[0]):
        return GivenName.ALIKE
    return GivenName.DIFFERS if set(mine).isdisjoint(yours) else GivenName.ONE_OF_SEVERAL


def _called(names: Words, known: KnownNames) -> Words:
    """Leave out first names borne by custom, where another name follows."""
    start = 0
    while start < len(names) - 1 and names[start] in known.customary:
        start += 1
    return names[start:]


def _same(names: Words, known: KnownNames) -> GivenName:
    return GivenName.SAME_COMMON if len(names) == 1 and names[0] in known.common_given else GivenName.SAME


def _go_together(left: Words, right: Words) -> bool:
    """Say whether further given names can be one child's: told on one side only, the same, or an initial of the other."""
    return all(
        mine == yours or (1 in (len(mine), len(yours)) and mine[0] == yours[0])
        for mine, yours in zip(left, right, strict=False)
    )


def family_names(left: Words, right: Words, known: KnownNames) -> FamilyName | None:
    """Compare family names, double-barrelled ones in either order; None when a side tells none."""
    if not left or not right:
        return None
    mine, yours = "".join(left), "".join(right)
    if mine == yours or sorted(left) == sorted(right):
        return FamilyName.SAME_COMMON if mine in known.common_family else FamilyName.SAME
    if any(len(part) > 2 and part in right and part not in PARTICLES for part in left):
        return FamilyName.ONE_PART
    return FamilyName.ALIKE if alike(mine, yours) else FamilyName.DIFFERS


def swapped(left: Name, right: Name) -> bool:
    """Say whether the given name of each side is the family name of the other, and the two are not the same name."""
    if not (left.given and left.family and right.given and right.family) or left.given[0][0] != right.family[0][0]:
        return False
    mine, yours = ("".join(left.given), "".join(left.family)), ("".join(right.given), "".join(right.family))
    return mine == yours[::-1] and mine != yours
