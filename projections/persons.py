"""Who is one person among those of whom agencies tell: the one rule by which households, genograms and contradictions go.

A person is the same where the name is told in the same words (`household_words.same_name`: their order, capitals, accents and signs apart) and no two dates of birth
tell them apart. Nobody is taken for somebody because of likeness: that is asked of children alone (`projections.identity.likeness`), which compares and equates nobody.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from projections.household_words import same_name

Person = tuple[str, str]
"""A name in the form that is compared, and the date of birth ("" where none tells people of that name apart)."""


class Telling(NamedTuple):
    """What one agency told of somebody: the name, and the date of birth (ISO) or None."""

    agency: str
    name: str
    born: str | None


def persons(told: Iterable[Telling]) -> Mapping[Telling, Person]:
    """Say of whom each telling is.

    Where several dates of birth are told of one name there are several people. Who is told of without a date is then the one whom the same agency told of with a date, if
    that is one; else nobody knows which, and they are a person apart.
    """
    tellings, dates, by_agency = set(told), defaultdict(set), defaultdict(set)
    for one in tellings:
        if one.born:
            dates[same_name(one.name)].add(one.born)
            by_agency[one.agency, same_name(one.name)].add(one.born)
    return {
        one: _person(one, dates[same_name(one.name)], by_agency[one.agency, same_name(one.name)]) for one in tellings
    }


def _person(one: Telling, dates: set[str], own: set[str]) -> Person:
    name = same_name(one.name)
    if len(dates) < 2:
        return name, ""
    if one.born:
        return name, one.born
    return name, min(own) if len(own) == 1 else ""
