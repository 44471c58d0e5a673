"""What happens in the county all the time: visits, injuries, absences, incidents, episodes of social care. Most of it stays below the thresholds."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from apps.demo.care_background import social_care
from apps.demo.care_records import Episode, Posted
from apps.demo.csv_records import Grading, HealthRecord, PoliceRecord, SchoolRecord
from apps.demo.households import STARTS_SCHOOL, Child
from apps.demo.moments import Scene, at, is_term, moment, random_clock, random_days, stays_calm, told_days
from projections.rules.packs import ThresholdRule

Record = PoliceRecord | HealthRecord | SchoolRecord | Episode | Posted

ATTENDED = (
    ("emergency department", "fall from height", "Fell from a climbing frame; no fracture."),
    ("emergency department", "wrist injury", "Sprain; explanation fits the injury."),
    ("emergency department", "high temperature", "Observed for four hours and discharged."),
    ("walk-in centre", "ear pain", "Antibiotics given."),
    ("walk-in centre", "cut to the hand", "Cleaned and closed with strips."),
    ("out-of-hours surgery", "asthma attack", "Inhaler technique shown again."),
)
SENSITIVE = (
    ("child and adolescent mental health", "low mood", "Seen with a parent; safety plan made."),
    ("sexual health clinic", "advice", "Seen alone at own wish."),
)
CLINICS = ("orthopaedic clinic", "speech and language therapy", "dental service", "eye clinic", "asthma clinic")
SEEN = ("Growing as expected; no concern.", "Immunisations given.", "Talked about sleep and routines.", "Height and weight taken.")  # fmt: skip
WISHES = ("Says school is all right, likes drawing.", "Would like to see an older sibling more often.", "Did not wish to talk today.")  # fmt: skip
ABSENT = (("I", "Cold, said by telephone."), ("I", "Sickness."), ("M", "Appointment."), ("O", "No reason given."), ("U", "Late after the register."))  # fmt: skip
SCHOOL_CONCERNS = ("tired and hungry", "change of behaviour", "not collected on time", "unsuitable clothing")
INCIDENTS = (
    ("domestic incident", "Argument between adults; children were upstairs."),
    ("missing child", "Reported missing in the evening, came home the same night."),
    ("anti-social behaviour", "In a group that was moved on."),
    ("neighbour dispute", "Officers spoke to both sides; children present."),
)


def background(family: Sequence[Child], scene: Scene, rng: Random) -> Iterator[Record]:
    """Make up three years of one household; unless it is troubled, what would meet the threshold is left out."""
    incidents = _incidents(family, scene, rng)
    for child in family:
        rest: list[Record] = [
            *routine_health(child, scene, rng),
            *_health(child, scene, rng),
            *_school(child, scene, rng),
        ]
        rest += [record for record in incidents if record.child == child]
        rng.shuffle(rest)
        told: list[Record] = [*social_care(child, scene, rng), *rest]
        yield from told if child.household.troubled else _calm(told, scene.rule)


def _calm(records: Sequence[Record], rule: ThresholdRule) -> Iterator[Record]:
    """Leave out what would complete a window; what social care does about a child comes first and stays."""
    concerns: list[tuple[date, str]] = []
    for record in records:
        day = record.concern_day
        if day is None or stays_calm(concerns, (day, record.agency), rule):
            yield record
            concerns += [] if day is None else [(day, record.agency)]


def routine_health(child: Child, scene: Scene, rng: Random) -> Iterator[HealthRecord]:
    """Make up the times when health visitors and school nurses saw the child; nothing that a threshold counts. Everybody is seen at least once."""
    days = told_days(child.born, scene.today, 10)
    service = "school nursing" if child.upn else "health visiting"
    for number, day in enumerate([*random_days(rng, days, 1.5), date.fromordinal(rng.choice(days))]):
        wishes = rng.choice(WISHES) if child.upn and rng.random() < 0.4 else ""
        yield HealthRecord(
            child, number, at(day, random_clock(rng, 9, 16)), "SEEN", service, note=rng.choice(SEEN), wishes=wishes
        )


def _health(child: Child, scene: Scene, rng: Random) -> Iterator[HealthRecord]:
    """Make up attendances, appointments missed, and now and then a concern; older children have a few sensitive ones."""
    days = told_days(child.born, scene.today, 14)
    for number, day in enumerate(random_days(rng, days, 1.4), start=100):
        private = child.upn is not None and rng.random() < 0.05
        service, reason, note = rng.choice(SENSITIVE if private else ATTENDED)
        clock = random_clock(rng, 8, 22)
        yield HealthRecord(child, number, at(day, clock), "ATTENDED", service, reason, note, sensitive=private)
    for number, day in enumerate(random_days(rng, days, 0.6), start=200):
        clock = random_clock(rng, 9, 16)
        yield HealthRecord(child, number, at(day, clock), "WNB", rng.choice(CLINICS), note="No call beforehand.")
    for number, day in enumerate(random_days(rng, days, 0.12), start=300):
        clock = random_clock(rng, 9, 16)
        yield HealthRecord(child, number, at(day, clock), "CONCERN", "", "neglect", "Several small signs together.")


def _school(child: Child, scene: Scene, rng: Random) -> Iterator[SchoolRecord]:
    """Make up absences of one to five days, suspensions and concerns, on school days and never with a day after yesterday."""
    days = told_days(child.born, scene.today, STARTS_SCHOOL * 366)
    if child.upn is None:
        return
    for number, day in enumerate(_term_days(rng, days, 4.6)):
        last = min(day + timedelta(days=rng.choice((0, 0, 0, 1, 1, 2, 4))), scene.today - timedelta(days=1))
        code, note = rng.choice(ABSENT)
        yield SchoolRecord(child, number, day, last, "ABSENCE", code, note)
    for number, day in enumerate(_term_days(rng, days, 0.12), start=100):
        yield SchoolRecord(child, number, day, day, "EXCLUSION", "SUSP", "One day.")
    for number, day in enumerate(_term_days(rng, days, 0.35), start=200):
        yield SchoolRecord(child, number, day, day, "CONCERN", rng.choice(SCHOOL_CONCERNS), "Seen by a teacher.")


def _term_days(rng: Random, days: range, often: float) -> list[date]:
    return [day for day in random_days(rng, days, often) if is_term(day)]


def _incidents(family: Sequence[Child], scene: Scene, rng: Random) -> list[PoliceRecord | Posted]:
    """Make up a household's incidents, one row for each child of it who was born; matched children also have the notice that tells their NHS number."""
    if not family[0].household.known_to_police:
        return []
    found: list[PoliceRecord | Posted] = []
    oldest = min(child.born for child in family)
    for number, day in enumerate(random_days(rng, told_days(oldest, scene.today), 1.8)):
        make = _intelligence if rng.random() < 0.08 else _incident
        record = make(family[0], day, number, scene, rng)
        found += [replace(record, child=child) for child in family if child.born < day]
    for child in {record.child.number: record.child for record in found}.values():
        if child.matched:
            found.append(safe_and_well(child, date.fromordinal(rng.choice(told_days(child.born, scene.today)))))
    return found


def _incident(child: Child, day: date, number: int, scene: Scene, rng: Random) -> PoliceRecord:
    kind, summary = INCIDENTS[number % len(INCIDENTS)]
    long_ago = (scene.today - day).days > 60
    return PoliceRecord(
        child,
        record_number(child, day, number),
        at(day, random_clock(rng, 15, 23)),
        at(day + timedelta(days=1), random_clock(rng, 5, 8)),
        kind,
        summary,
        precision="ABOUT" if long_ago and rng.random() < 0.04 else "EXACT",
    )


def _intelligence(child: Child, day: date, number: int, _scene: Scene, rng: Random) -> PoliceRecord:
    grading = Grading(rng.randint(1, 3), rng.choice("BCD"), "C", "Not to be discussed with the family.")
    return PoliceRecord(
        child,
        record_number(child, day, number),
        at(day, random_clock(rng, 9, 18)),
        at(day, "23:10"),
        "intelligence",
        "An adult who visits the address is said to deal in stolen goods.",
        record_type="INTEL",
        grading=grading,
    )


def record_number(child: Child, day: date, number: int) -> str:
    """Give the number of a household's police record; its children share it."""
    return f"{day.year}/{child.household.number:04}{number:02}"


def safe_and_well(child: Child, day: date) -> Posted:
    """Give the police notice of an officer who saw the child; it tells the NHS number, and so joins the child's nominal number to the rest."""
    body = {"alone": False, "summary": "Officer saw the child at the address; safe and well."}
    return Posted(child, 1, "police", "ChildSeen", moment(day, "17:30"), moment(day, "21:00"), body)
