"""The rows from which a genogram is drawn: each person as told, with every kind, word and time that was told of them (Herts 14.4.56)."""

from collections import defaultdict
from dataclasses import dataclass, field

from projections.chronology.entry import Span
from projections.household_words import Generation, Kind, Sex, generation_of, same_text, sex_of
from projections.households import Household, Relation, Source, telling_of
from projections.persons import Person, persons


@dataclass(frozen=True, slots=True)
class LivesThere:
    """Whether one agency told that somebody lives with the child, since when and until when as it told it."""

    told_by: Source
    lives_there: bool | None
    since: Span | None
    until: Span | None


@dataclass(frozen=True, slots=True)
class GenogramRow:
    """One person as told, or one unnamed person of one word. `names`, `born`, `words` hold all that was told, also what contradicts; generation and sex are what the words say."""

    names: tuple[str, ...] = field(repr=False)
    born: tuple[str, ...] = field(repr=False)
    kinds: tuple[Kind, ...]
    words: tuple[str, ...] = field(repr=False)
    generation: Generation | None
    sex: Sex | None
    tellings: tuple[LivesThere, ...]


def genogram_rows(household: Household) -> tuple[GenogramRow, ...]:
    """Put tellings of one name together, and those without a name by their word; two people of one name with other dates of birth stay two."""
    who = persons(told for one in household.members if (told := telling_of(one)) is not None)
    groups: dict[Person, list[Relation]] = defaultdict(list)
    for one in household.members:
        told = telling_of(one)
        groups[("", same_text(one.word)) if told is None else who[told]].append(one)
    rows = [_row(group) for _, group in sorted(groups.items())]
    return tuple(sorted(rows, key=lambda row: (row.generation is None, row.generation or 0, row.names, row.words)))


def _row(group: list[Relation]) -> GenogramRow:
    generations = {age for one in group if (age := generation_of(one.word, one.kind)) is not None}
    sexes = {sex for one in group if (sex := sex_of(one.word)) is not None}
    return GenogramRow(
        tuple(sorted({one.name for one in group if one.name})),
        tuple(sorted({one.born for one in group if one.born})),
        tuple(sorted({one.kind for one in group})),
        tuple(sorted({one.word for one in group})),
        generations.pop() if len(generations) == 1 else None,
        sexes.pop() if len(sexes) == 1 else None,
        tuple(
            LivesThere(one.told_by, one.lives_there, one.since, None if one.ended is None else one.ended.at)
            for one in group
        ),
    )
