"""The stories of the demo about what was told: a missed pattern, a late event, a correction, twins, a silence, a seal. Each gives its records."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from apps.demo.background import Record, record_number, safe_and_well
from apps.demo.care_background import decision
from apps.demo.care_records import Episode, Posted
from apps.demo.cast import Told, cast
from apps.demo.csv_records import Grading, HealthRecord, PoliceRecord, SchoolRecord
from apps.demo.households import Child
from apps.demo.moments import Scene, at, moment, term_day_before

EMERGENCY = "emergency department"


def days_before(day: date, days: int) -> date:
    """Give the day so many days earlier."""
    return day - timedelta(days=days)


def absence(child: Child, number: int, first: date, last: date) -> SchoolRecord:
    """Tell an absence for which the school has no reason."""
    return SchoolRecord(child, number, first, last, "ABSENCE", "O", "No reason given; nobody answered the telephone.")


def attended(child: Child, number: int, when: datetime, reason: str, note: str) -> HealthRecord:
    """Tell a visit to the emergency department."""
    return HealthRecord(child, number, when, "ATTENDED", EMERGENCY, reason, note)


def incident(child: Child, night: date, kind: str, summary: str) -> PoliceRecord:
    """Tell an incident of an evening, recorded the same night."""
    return PoliceRecord(child, record_number(child, night, 90), at(night, "22:15"), at(night, "23:50"), kind, summary)


def missed_pattern(scene: Scene) -> Told:
    """Give three agencies a concern within 28 days, none of them knowing of the others."""
    child = cast(1, scene)
    last = term_day_before(days_before(scene.today, 3))
    night, seen, first = days_before(last, 20), days_before(last, 8), term_day_before(days_before(last, 3))
    heard = "Neighbour heard screaming; adults said that nothing had happened; the child was in the room."
    key = (
        incident(child, night, "domestic incident", heard),
        attended(child, 901, at(seen, "21:05"), "bruise to the cheek", "Said to have walked into a door."),
        absence(child, 901, first, last),
    )
    sentence = (
        "A missed pattern: a police incident, a visit to the emergency department and an absence from school within 28 days. "
        "No agency alone was alarmed; the hub raises an alert that names the three entries."
    )
    return Told("missed pattern", sentence, (child,), key, (safe_and_well(child, days_before(scene.today, 200)),))


def late_event(scene: Scene) -> Told:
    """Let police record an incident months after it happened: it completes a pattern that nobody could see at the time."""
    child = cast(2, scene)
    missed = term_day_before(days_before(scene.today, 150))
    learned = at(days_before(scene.today, 2), "09:20")
    said = "Told by a witness only now: the child was hit with a belt that night."
    late = replace(incident(child, days_before(missed, 9), "domestic incident", said), recorded=learned, late=True)
    back = attended(child, 901, at(days_before(missed, 4), "18:10"), "painful back", "Said to have fallen.")
    key = (late, back, absence(child, 901, missed, missed))
    sentence = (
        "A late event: police learned two days ago of what happened months before. As known before the last files came, two agencies had a concern; "
        "as known now, three had, and the hub raises the alert that was missing then."
    )
    return Told("late event", sentence, (child,), key, (safe_and_well(child, days_before(scene.today, 400)),))


def correction(scene: Scene) -> Told:
    """Let health correct what an attendance was for, and police withdraw an incident that was another child's."""
    child = cast(3, scene)
    night = days_before(scene.today, 90)
    wrong = incident(child, night, "anti-social behaviour", "Seen with others on the roof of a shed.")
    burn = attended(
        child,
        901,
        at(days_before(scene.today, 47), "19:25"),
        "scald to the left hand",
        "Tea spilt; the explanation fits.",
    )
    reviewed = "Reviewed by a consultant: a round burn; the explanation does not fit."
    corrected = replace(burn, number=902, reason="burn to the right hand", note=reviewed, corrects=901, late=True)
    key = (burn, corrected, wrong, _withdrawal(wrong, days_before(scene.today, 2)))
    sentence = (
        "A correction and a retraction: health first wrote a scald that the explanation fits, then a burn that it does not; police withdraw an incident "
        "that was another child's. The chronology shows what stands, and keeps what it replaced."
    )
    return Told("correction and retraction", sentence, (child,), key, (safe_and_well(child, days_before(night, 30)),))


def _withdrawal(wrong: PoliceRecord, day: date) -> PoliceRecord:
    return PoliceRecord(
        wrong.child,
        record_number(wrong.child, day, 91),
        at(day, "11:00"),
        at(day, "11:15"),
        "",
        "Mistaken identity: it was another child of the same street.",
        record_type="RETRACT",
        amends=wrong.number,
        late=True,
    )


def twins(scene: Scene) -> Told:
    """Give two children one family name, address and birthday; they are never taken for one."""
    both = (cast(4, scene), cast(5, scene))
    key: list[Record] = []
    rest: list[Record] = []
    day = term_day_before(days_before(scene.today, 70))
    for child in both:
        referral = days_before(scene.today, 300)
        authorised = scene.calendar.add_working_days(referral, 30)
        episode = Episode(
            child, referral, "2A", "N1", days_before(referral, -1), authorised, ("20",), closed=authorised
        )
        key += [absence(child, 901, day, day), episode]
        rest.append(decision(episode, 0, scene, 1))
    fell = attended(both[0], 901, at(days_before(scene.today, 30), "13:40"), "broken arm", "Fell off a wall.")
    sentence = (
        "Twins: one family name, one address, one date of birth, one school, two NHS numbers. Exact identifiers keep them apart: the broken arm is in "
        "one record only."
    )
    return Told("twins", sentence, both, (*key, fell), tuple(rest))


def quiet_agency(scene: Scene) -> Told:
    """Let a school that wrote every few weeks write nothing for months, while others go on."""
    child = cast(6, scene)
    days = [term_day_before(days_before(scene.today, 190 + 24 * place)) for place in range(16)]
    absences = tuple(absence(child, 900 + place, day, day) for place, day in enumerate(sorted(set(days))))
    visits = tuple(
        HealthRecord(child, 901 + place, at(days_before(scene.today, days), "10:30"), "WNB", "asthma clinic")
        for place, days in enumerate((75, 40, 9))
    )
    sentence = (
        "An agency that goes quiet: school entries every few weeks until half a year ago, then none, while appointments at the asthma clinic are missed. "
        "Silence is not the same as nothing to tell."
    )
    return Told("quiet agency", sentence, (child,), (*absences, *visits))


def sealed_items(scene: Scene) -> Told:
    """Let police seal one item, which is counted and withheld, and lock another, which is not there at all for others."""
    child = cast(7, scene)
    day = days_before(scene.today, 62)
    missing = incident(child, day, "missing child", "Home after two hours; would not say where from.")
    suspect = "An adult who collects the child is a suspect in an investigation."
    source = "A source in the household is at risk if this is known."
    items = (
        _intelligence(child, days_before(scene.today, 33), "SEALED", suspect),
        _intelligence(child, days_before(scene.today, 19), "LOCKED", source),
    )
    sentence = (
        "What must stay sealed: of two pieces of police intelligence one is sealed (an analyst of another agency sees that the police withhold something, and "
        "whom to ask) and one is locked (for them it is not there). The police analyst reads both."
    )
    key = (missing, *items, _open_intelligence(child, days_before(scene.today, 80)))
    return Told("sealed and locked", sentence, (child,), key, (safe_and_well(child, day),))


def _intelligence(child: Child, day: date, marking: str, summary: str) -> PoliceRecord:
    return PoliceRecord(
        child,
        record_number(child, day, 91 if marking == "SEALED" else 92),
        at(day, "14:00"),
        at(day, "16:30"),
        "intelligence",
        summary,
        record_type="INTEL",
        marking=marking,
        grading=Grading(1, "B", "C", "Ask the police desk before any use."),
    )


def _open_intelligence(child: Child, day: date) -> Posted:
    """Tell intelligence that is open to whoever is cleared for it."""
    said = "Said to be driven to parties by adults."
    body = {"source_evaluation": 2, "assessment": "D", "handling": "P", "summary": said}
    told = {"assertion": "OPINION", "sensitivity": "RESTRICTED"}
    return Posted(child, 2, "police", "IntelligenceGraded", moment(day, "12:00"), moment(day, "13:00"), body, told)
