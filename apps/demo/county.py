"""A synthetic county: a few hundred invented children over three years, written as the files that four agencies' systems would drop.

The same seed, day and number of children always give the same bytes. Nothing in it happened after the day before `today`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from apps.demo import stories, story_duties, story_identity
from apps.demo.background import Record, background, routine_health
from apps.demo.cast import CAST, Story, Told, cast
from apps.demo.county_files import CountyFile, write_files
from apps.demo.households import make_households
from apps.demo.moments import Scene
from projections.rules.packs import load_rule_packs
from projections.working_days import WorkingDays

FEWEST, MOST = 40, 90_000


class CountyError(Exception):
    """The county cannot be made as asked; the message says expected, found, what to do."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the hub must show when every file went in: children made up, statements told, rows refused, statements on the review list."""

    children: int
    told: int
    refused: int
    review: int


@dataclass(frozen=True, slots=True)
class County:
    """The files in the order of delivery (see their waves), the stories to look at, and the counts that must come out."""

    files: tuple[CountyFile, ...]
    stories: tuple[Story, ...]
    expected: Expected


def write_county(folder: Path, seed: int, today: date, children: int = 300) -> County:
    """Write the county's files into a folder, which is made if it is missing; CountyError for fewer than 40 or more than 90,000 children."""
    if not FEWEST <= children <= MOST:
        raise CountyError(f"expected {FEWEST} to {MOST} children, found {children}; ask for another number")
    folder.mkdir(parents=True, exist_ok=True)
    rng = Random(seed)  # noqa: S311  # an invented county has no secrets, and must come out the same every time
    scene = _scene(today)
    told = [story(scene) for story in _all_stories()]
    records = [record for one in told for record in (*one.key, *one.rest)]
    records += _background(scene, children, rng)
    flaws = story_duties.flaws(scene)
    files = write_files(folder, records, flaws, today)
    refused = sum(file.refused for file in files)
    expected = Expected(children, sum(file.rows for file in files) - refused, refused, story_duties.REVIEW)
    return County(files, tuple(one.story() for one in told), expected)


def story_named(county: County, name: str) -> Story:
    """Give a story by its name; CountyError when the county has none of that name."""
    for story in county.stories:
        if story.name == name:
            return story
    raise CountyError(f"expected a story named {name}, found none; take a name that the county lists")


def _scene(today: date) -> Scene:
    pack = load_rule_packs().applying_on(today)
    if pack is None or not pack.thresholds:
        raise CountyError(f"expected a day with rules that apply, found {today.isoformat()}; take a later day")
    return Scene(today, WorkingDays(), pack.thresholds[0])


def _all_stories() -> tuple[Callable[[Scene], Told], ...]:
    return (
        story_identity.worth_reading_first,
        stories.missed_pattern,
        stories.late_event,
        stories.correction,
        stories.twins,
        stories.quiet_agency,
        stories.sealed_items,
        story_duties.overdue_decisions,
        story_duties.running_assessment,
        story_identity.like_twins,
        story_identity.cousins,
        story_duties.identity_questions,
        story_duties.refused_rows,
    )


def _background(scene: Scene, children: int, rng: Random) -> Iterator[Record]:
    """Give the routine contacts of the story children, and three years of everybody else."""
    for number in range(1, CAST + 1):
        yield from routine_health(cast(number, scene), scene, rng)
    for family in make_households(CAST + 1, children - CAST, rng, scene.today):
        yield from background(family, scene, rng)
