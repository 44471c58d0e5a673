"""Who lives in the child's household, as agencies told it: where the newest that two of them said of one person cannot both hold.

A person is the same as they are in the household (`projections.persons`). An agency that says that somebody moved in, before another says that they left,
tells a change and no contradiction; neither does an agency contradict that does not say whether the person lives there.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from projections.chronology.opened import Opened
from projections.chronology.uncertain import happened_order, in_words
from projections.persons import Person, Telling, persons

RECORDED, LEFT, RELEASE_ADDRESS = "HouseholdMemberRecorded", "HouseholdMemberLeft", "ReleaseAddressNotified"


class Residence(NamedTuple):
    """Two entries that do not agree on who lives there, why, and how to say what each says."""

    pair: tuple[Opened, Opened]
    sentence: str
    said: Callable[[Opened], str]


@dataclass(frozen=True, slots=True)
class _Told:
    opened: Opened
    lives_there: bool


def residence_disagreements(by_kind: Mapping[str, Sequence[Opened]]) -> Iterator[Residence]:
    """Find where two agencies do not agree on who lives with the child; `by_kind` holds the entries that stand and are read, in the order in which they happened."""
    yield from _members(by_kind)
    yield from _released(by_kind)


def _members(by_kind: Mapping[str, Sequence[Opened]]) -> Iterator[Residence]:
    newest: dict[Person, dict[str, _Told]] = defaultdict(dict)
    told = sorted((*by_kind.get(RECORDED, ()), *by_kind.get(LEFT, ())), key=lambda one: happened_order(one.entry))
    who = persons(named for one in told if (named := _telling(one)) is not None)
    for one in told:
        named, lives_there = _telling(one), _lives_there(one)
        if named is not None and lives_there is not None:
            newest[who[named]][one.entry.agency] = _Told(one, lives_there)
    for by_agency in newest.values():
        for here, there in combinations(by_agency.values(), 2):
            if _disagree(here, there):
                yield Residence(
                    (here.opened, there.opened),
                    "The newest that each says of one person is that they live there, and that they do not.",
                    _member_said,
                )


def _disagree(one: _Told, other: _Told) -> bool:
    if one.lives_there == other.lives_there:
        return False
    inside, outside = (one, other) if one.lives_there else (other, one)
    return inside.opened.entry.happened.latest >= outside.opened.entry.happened.earliest


def _released(by_kind: Mapping[str, Sequence[Opened]]) -> Iterator[Residence]:
    """Hold against each other what two agencies say of one release: of the same day, whether the child is at that address."""
    by_day: dict[str, list[Opened]] = defaultdict(list)
    for one in by_kind.get(RELEASE_ADDRESS, ()):
        day, child_there = (one.fields or {}).get("release_on"), (one.fields or {}).get("child_there")
        if day is not None and child_there is not None:
            by_day[day].append(one)
    for same_day in by_day.values():
        newest = {one.entry.agency: one for one in same_day}
        for here, there in combinations(newest.values(), 2):
            if (here.fields or {})["child_there"] != (there.fields or {})["child_there"]:
                yield Residence(
                    (here, there),
                    "Of one day of release, one says that the child lives at or visits the address, the other that it does not.",
                    _release_said,
                )


def _telling(one: Opened) -> Telling | None:
    fields = one.fields or {}
    name = fields.get("person_name")
    return Telling(one.entry.agency, name, fields.get("person_born_on")) if name else None


def _lives_there(one: Opened) -> bool | None:
    return False if one.entry.event_type == LEFT else (one.fields or {}).get("lives_there")


def _member_said(one: Opened) -> str:
    fields = one.fields or {}
    if one.entry.event_type == LEFT:
        said = "no longer lives there or visits"
    else:
        said = "lives there" if fields["lives_there"] else "visits, and does not live there"
    return f"{fields['person_name']} ({fields['relationship']}) {said}, as of {in_words(one.entry.happened)}"


def _release_said(one: Opened) -> str:
    return f"the child {'lives at or visits' if (one.fields or {})['child_there'] else 'does not live at or visit'} the address"
