"""The children whom the stories are about: always the same numbers, names and local ids, whatever the seed and the day."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from apps.demo.background import Record
from apps.demo.cast_identity import CHOSEN, LAST, chosen
from apps.demo.households import GIVEN, SURNAMES, Child, Household, pupil_number, years_after
from apps.demo.identifiers import postcode
from apps.demo.moments import Scene

CAST = LAST
"""Story children are numbered 1 to 23; 4 and 5 are twins, those from 17 on are chosen (`apps/demo/cast_identity.py`), and everybody else of the county has a higher number."""
TWINS = (4, 5)
UNMATCHED = (14, 15, 16)


@dataclass(frozen=True, slots=True)
class Known:
    """One child of a story under every identifier that agencies told of it: local ids as (agency, id). An agency that told nothing has none."""

    nhs_number: str
    upn: str | None
    local_ids: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Story:
    """One thing to look at in the demo: who it is about, one sentence for a person, and the statements behind it as (agency, reference).

    `told_last` says that some of them are in the last wave of files: what was known before it differs from what is known after.
    """

    name: str
    sentence: str
    children: tuple[Known, ...]
    references: tuple[tuple[str, str], ...]
    told_last: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A story and all records that tell it; `key` are those behind its sentence."""

    name: str
    sentence: str
    children: tuple[Child, ...]
    key: tuple[Record, ...]
    rest: tuple[Record, ...] = field(default=())

    def story(self) -> Story:
        """Give the story as the demo prints it."""
        return Story(
            self.name,
            self.sentence,
            tuple(self._known(child) for child in self.children),
            tuple((record.agency, record.reference) for record in self.key),
            any(record.late for record in self.key),
        )

    def _known(self, child: Child) -> Known:
        """List the identifiers under which a child is told of: health, which knows every child, and whoever tells the story."""
        told = (record.agency for record in (*self.key, *self.rest) if record.child.number == child.number)
        agencies = {"health", *told}
        return Known(
            child.nhs_number, child.upn, tuple((agency, child.local_id(agency)) for agency in sorted(agencies))
        )


def cast(number: int, scene: Scene) -> Child:
    """Give a story child by number, from 1 to 23; all are of school age on the day of the demo."""
    if number in CHOSEN:
        return chosen(number, scene)
    home = TWINS[0] if number in TWINS else number
    sex = "F" if home % 2 else "M"
    born = _birthday(home, scene.today)
    return Child(
        number=number,
        household=Household(
            home, f"Testperson-{SURNAMES[home + 6]}", f"{home} Story Lane, Fictionham, Exampleshire", postcode(home)
        ),
        given_name=GIVEN[sex][number % len(GIVEN[sex])],
        born=born,
        sex=sex,
        upn=pupil_number(born, number, scene.today),
        matched=number not in UNMATCHED,
    )


def _birthday(home: int, today: date) -> date:
    return years_after(today, -8) - timedelta(days=37 * home)
