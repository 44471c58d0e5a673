"""The degrees in which two sides agree, field by field, best first: what comparisons give and weights.toml weighs. A field missing on a side has none."""

from enum import IntEnum


class GivenName(IntEnum):
    """How given names agree; the first four tell one child from its twin."""

    SAME = 0
    SWAPPED = 1
    SAME_COMMON = 2
    KNOWN_FORM = 3
    FORM_OF_SEVERAL = 4
    ALIKE = 5
    INITIAL = 6
    ONE_OF_SEVERAL = 7
    DIFFERS = 8


class FamilyName(IntEnum):
    """How family names agree."""

    SAME = 0
    SWAPPED = 1
    SAME_COMMON = 2
    ONE_PART = 3
    ALIKE = 4
    DIFFERS = 5


class Born(IntEnum):
    """How dates of birth agree."""

    SAME = 0
    DAY_AND_MONTH_SWAPPED = 1
    ONE_DAY_OUT = 2
    ESTIMATED = 3
    ONE_DIGIT = 4
    DIFFERS = 5


class Sex(IntEnum):
    """Whether sex agrees."""

    SAME = 0
    DIFFERS = 1


class Address(IntEnum):
    """How near any address told on one side comes to any told on the other."""

    SAME = 0
    POSTCODE = 1
    SECTOR = 2
    DIFFERS = 3


class Relations(IntEnum):
    """How many people of the household have one name on both sides."""

    SEVERAL = 0
    ONE = 1
    NONE = 2


class NhsNumber(IntEnum):
    """Whether NHS numbers agree, superseded ones followed."""

    SAME = 0
    SUPERSEDED = 1
    DIFFERS = 2


class Upn(IntEnum):
    """Whether unique pupil numbers agree."""

    SAME = 0
    DIFFERS = 1


FIELDS: tuple[tuple[str, type[IntEnum]], ...] = (
    ("given name", GivenName),
    ("family name", FamilyName),
    ("date of birth", Born),
    ("sex", Sex),
    ("address", Address),
    ("relations", Relations),
    ("NHS number", NhsNumber),
    ("UPN", Upn),
)
"""The fields in the order in which they are said, each with its degrees."""


def words_of(degree: IntEnum) -> str:
    """Give a degree in words, as weights.toml and the review list name it."""
    return degree.name.lower().replace("_", " ")
