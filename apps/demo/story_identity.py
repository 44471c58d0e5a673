"""The stories of the demo about who is who and who lives with whom: a child whom two agencies know by name only, twins with like names, cousins."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from apps.demo.background import Record, safe_and_well
from apps.demo.care_records import CENSUS_AGENCY, Posted
from apps.demo.cast import Told, cast
from apps.demo.cast_identity import (
    COUSINS,
    HALF_BROTHER,
    LIKE_TWINS,
    PARTNERS_SON,
    READ_FIRST,
    as_police_write,
    as_school_writes,
)
from apps.demo.csv_records import HealthRecord, SchoolRecord
from apps.demo.households import Child
from apps.demo.moments import Scene, at, moment, term_day_before
from apps.demo.stories import absence, attended, days_before, incident

WRONG_MERGE = "wrong merge"
HOUSEHOLD = "HH-17"
MOTHER = ("Wren Testperson-Yaffle", "1994-04-18")
PARTNER = ("Rufus Testperson-Merlin", "1990-11-02")
OLD_BRUISE = "about the 22nd"


def worth_reading_first(scene: Scene) -> Told:
    """Give a child whom school and police know by name alone: one night told by three agencies who do not agree, and a household that changed."""
    child = cast(READ_FIRST, scene)
    household = _household(scene, child)
    key = (*_the_night(scene, child), *_another_night(scene, child), _old_bruise(scene, child), *household)
    sentence = (
        "Worth reading first: school and police know this child by name, birthday and address alone, each spelt differently, and no identifier joins them to "
        "the health record; the matching worker does. One night is told by police, hospital and school: the injury is explained in two ways, and of another "
        "evening two times are told. A bruise is dated about the 22nd, and two agencies do not agree whether the mother's new partner lives there."
    )
    children = (child, cast(HALF_BROTHER, scene), cast(PARTNERS_SON, scene))
    return Told("worth reading first", sentence, children, key)


def _morning(scene: Scene) -> date:
    return term_day_before(days_before(scene.today, 20))


def _the_night(scene: Scene, child: Child) -> tuple[Record, ...]:
    """Tell one night: a call to the police, the emergency department, and what the child says at school the next morning."""
    morning = _morning(scene)
    night = morning - timedelta(days=1)
    heard = "Called by a neighbour to shouting; mother's partner said that the child had fallen; the child was holding an arm."
    at_hospital = {
        "injury": "broken left wrist",
        "explanation": "fell from the bunk bed",
        "explained_by": "mother's partner",
        "fits_explanation": True,
        "summary": "In plaster; home with mother.",
    }
    at_school = {
        "injury": "left wrist in plaster",
        "explanation": "he pulled my arm behind my back",
        "explained_by": "the child",
        "fits_explanation": False,
        "summary": "Told to a teacher before the register.",
    }
    pupil = as_school_writes(child)
    return (
        incident(as_police_write(child), night, "domestic incident", heard),
        attended(child, 901, at(night, "23:05"), "wrist injury", "Brought by mother and her partner."),
        Posted(child, 1, "health", "InjuryRecorded", moment(night, "23:05"), moment(night, "23:40"), at_hospital),
        Posted(pupil, 1, "education", "InjuryRecorded", moment(morning, "08:50"), moment(morning, "09:10"), at_school),
        SchoolRecord(pupil, 901, morning, morning, "CONCERN", "disclosure", "Cried when asked about home."),
    )


def _another_night(scene: Scene, child: Child) -> tuple[Record, ...]:
    """Tell one absence from home twice, with two times that do not meet."""
    night = days_before(_morning(scene), 16)
    body = {"kind": "missing", "missing_from": "home", "risk": "medium"}
    told = {"summary": "Found at the bus station by an officer."}
    return (
        Posted(
            as_police_write(child),
            1,
            "police",
            "MissingEpisodeStarted",
            moment(night, "21:30"),
            moment(night, "21:50"),
            {**body, **told},
        ),
        _care(
            child,
            1,
            "MissingEpisodeStarted",
            (night, "18:15"),
            {**body, "summary": "Mother told the out-of-hours team that she left after tea."},
        ),
    )


def _old_bruise(scene: Scene, child: Child) -> Record:
    """Tell an injury whose day nobody is sure of."""
    day = _last_22nd(scene.today)
    seen = days_before(scene.today, 10)
    happened = {
        "earliest": moment(day - timedelta(days=3), "00:00"),
        "latest": moment(day + timedelta(days=3), "23:59"),
        "wording": OLD_BRUISE,
    }
    body = {
        "injury": "bruise to the upper arm, yellow",
        "explanation": "grandmother saw it in the bath",
        "explained_by": "grandmother",
        "summary": "Seen by the social worker on a home visit; nobody had told of it.",
    }
    return Posted(_known_to_care(child), 2, CENSUS_AGENCY, "InjuryRecorded", happened, moment(seen, "17:40"), body)


def _household(scene: Scene, child: Child) -> tuple[Record, ...]:
    """Tell who lives there: the mother, her new partner and his son, and a half-brother at another address."""
    half, son = cast(HALF_BROTHER, scene), cast(PARTNERS_SON, scene)
    seen = days_before(scene.today, 10)
    pupil, morning = as_school_writes(child), _morning(scene)
    at_home = {"lives_there": True, "household_reference": HOUSEHOLD}
    visits = _member("mother's partner", PARTNER, lives_there=False)
    return (
        _care(child, 3, "HouseholdMemberRecorded", (seen, "15:30"), _member("mother", MOTHER, **at_home)),
        _care(child, 4, "HouseholdMemberRecorded", (seen, "15:30"), _member("mother's partner", PARTNER, **at_home)),
        _care(child, 5, "HouseholdMemberRecorded", (seen, "15:30"), _member("partner's son", _named(son), **at_home)),
        _care(
            child,
            6,
            "HouseholdMemberRecorded",
            (seen, "15:30"),
            _member("half-brother", _named(half), lives_there=False),
        ),
        _care(
            half,
            1,
            "HouseholdMemberRecorded",
            (seen, "16:30"),
            _member("half-sister", _named(child), lives_there=False),
        ),
        _care(son, 1, "HouseholdMemberRecorded", (seen, "15:30"), _member("father", PARTNER, **at_home)),
        Posted(
            pupil,
            2,
            "education",
            "HouseholdMemberRecorded",
            moment(morning, "09:00"),
            moment(morning, "09:10"),
            visits,
            SENSITIVE,
        ),
        absence(half, 901, morning, morning),
    )


SENSITIVE = {"sensitivity": "SENSITIVE"}


def _member(relationship: str, person: tuple[str, str], **rest: Any) -> dict[str, Any]:
    name, born = person
    return {"relationship": relationship, "person_name": name, "person_born_on": born, **rest}


def _named(child: Child) -> tuple[str, str]:
    return f"{child.given_name} {child.household.family_name}", child.born.isoformat()


def _care(child: Child, number: int, event_type: str, when: tuple[date, str], body: dict[str, Any]) -> Posted:
    """Tell something on social care's behalf, as it learned it the same evening."""
    envelope = SENSITIVE if event_type == "HouseholdMemberRecorded" else {}
    told = moment(*when), moment(when[0], "22:40")
    return Posted(_known_to_care(child), number, CENSUS_AGENCY, event_type, *told, body, envelope)


def _known_to_care(child: Child) -> Child:
    # By the NHS number alone: the pupil number would join school and health, and no likeness would be needed.
    return child if child.matched else replace(child, upn=None)


def _last_22nd(today: date) -> date:
    """Give a 22nd that is between one and three months ago."""
    month_before = today.replace(day=1) - timedelta(days=1)
    return (month_before.replace(day=1) - timedelta(days=1)).replace(day=22)


def like_twins(scene: Scene) -> Told:
    """Give twins whose names differ by one letter, whom school and health do not join by identifiers: nobody is merged with the other by likeness."""
    both = tuple(cast(number, scene) for number in LIKE_TWINS)
    day = term_day_before(days_before(scene.today, 55))
    key: list[Record] = [absence(child, 901, day, day) for child in both]
    key.append(attended(both[0], 901, at(days_before(scene.today, 26), "18:20"), "burn to the forearm", "Iron; fits."))
    sentence = (
        "Twins whose names differ by one letter: school and health share no identifier for them. Likeness joins each with herself and asks a person about the "
        "other; the burn stays in one record."
    )
    return Told("twins with like names", sentence, both, tuple(key))


def cousins(scene: Scene) -> Told:
    """Give two cousins with nearly one name, whom the demo's analyst takes for one, and then keeps apart."""
    one, other = (cast(number, scene) for number in COUSINS)
    fell = HealthRecord(
        one,
        901,
        at(days_before(scene.today, 41), "14:10"),
        "ATTENDED",
        "emergency department",
        "concussion",
        "Fell off a swing.",
    )
    missed = term_day_before(days_before(scene.today, 33))
    sentence = (
        "A wrong merge, made and undone: two cousins with nearly one name were linked by a person, opened as one child by two people, and kept apart again. Both "
        "who saw the wrong view are named, each record is as if it had never been, and the log keeps all of it."
    )
    rest = (safe_and_well(one, days_before(scene.today, 60)), safe_and_well(other, days_before(scene.today, 50)))
    return Told(WRONG_MERGE, sentence, (one, other), (fell, absence(other, 901, missed, missed)), rest)
