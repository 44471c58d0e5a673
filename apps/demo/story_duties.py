"""The stories of the demo about duties, about who is who, and about what feeds get wrong."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from apps.demo.background import Record
from apps.demo.care_background import decision, visit
from apps.demo.care_records import CENSUS_AGENCY, Episode, Posted, Protection
from apps.demo.cast import TWINS, UNMATCHED, Told, cast
from apps.demo.csv_records import HealthRecord, PoliceRecord, SchoolRecord
from apps.demo.moments import Scene, at, moment, term_day_before, working_days_before
from apps.demo.stories import EMERGENCY, absence, days_before

OVERDUE_SINCE = {8: 4, 9: 7, 10: 11}
"""Story child to how many working days ago the referral came that nobody has decided on."""
RUNNING_SINCE = 41
REVIEW = 1
"""Statements that wait for a person once likeness has joined what had grown apart: the slip. By exact identifiers alone those that join it would wait too."""
IMPOSSIBLE_DAY = "2024-02-31"


def overdue_decisions(scene: Scene) -> Told:
    """Leave three referrals of the last weeks without the decision that is owed within one working day."""
    key, rest = [], []
    for number, days in OVERDUE_SINCE.items():
        referral = working_days_before(scene.today, days, scene.calendar)
        episode = Episode(cast(number, scene), referral, "2A", "N1")
        key.append(episode)
        next_day = scene.calendar.add_working_days(referral, 1)
        rest.append(visit(episode, 1, next_day, None, "Seen at school by the duty social worker; nothing decided yet."))
    sentence = (
        "Overdue decisions: three referrals of the last weeks, each followed by a visit, none by a decision; one working day is allowed (WT13 1.55). "
        "The hub raises an alert for each."
    )
    return Told("overdue decisions", sentence, tuple(one.child for one in key), tuple(key), tuple(rest))


def running_assessment(scene: Scene) -> Told:
    """Let an assessment use up most of its 45 working days."""
    referral = working_days_before(scene.today, RUNNING_SINCE, scene.calendar)
    started = scene.calendar.add_working_days(referral, 2)
    episode = Episode(cast(11, scene), referral, "3A", "N4", started)
    decided = decision(episode, 0, scene, 1)
    seen = visit(episode, 100, scene.calendar.add_working_days(referral, 9), "Wants it to be over.", "Seen at home.")
    sentence = f"An assessment that runs towards its limit: {RUNNING_SINCE} of 45 working days are gone (WT13 1.57), and nothing says that it is concluded."
    return Told("running assessment", sentence, (episode.child,), (episode, decided), (seen,))


def identity_questions(scene: Scene) -> Told:
    """Give one statement the identifiers of two children, and let three others join records that have grown apart."""
    mixed, other = cast(12, scene), cast(13, scene)
    apart = tuple(cast(number, scene) for number in UNMATCHED)
    day = days_before(scene.today, 3)
    told = moment(day, "15:30"), moment(day, "17:00")
    body = {"alone": True, "wishes_and_feelings": "Would like to stay at this school.", "summary": "Seen at school."}
    slip = Posted(mixed, 1, CENSUS_AGENCY, "ChildSeen", *told, body, upn=other.upn, late=True)
    bridges = tuple(Posted(child, 1, CENSUS_AGENCY, "ChildSeen", *told, body, late=True) for child in apart)
    rest: list[Record] = []
    for child in (mixed, other, *apart):
        missed = term_day_before(days_before(scene.today, 120))
        rest += [
            absence(child, 901, missed, missed),
            HealthRecord(child, 901, at(days_before(missed, 60), "09:15"), "ATTENDED", "walk-in centre", "ear pain"),
        ]
    sentence = (
        "Who is who: one statement carries the NHS number of one child and the pupil number of another, and waits on the review list, since the hub does not "
        "decide it. Three more join what health and school had told under identifiers that nobody had joined before: likeness had joined those already, "
        "so nobody is asked."
    )
    return Told("identity questions", sentence, (mixed, other, *apart), (slip, *bridges), tuple(rest))


@dataclass(frozen=True, slots=True)
class Flaw:
    """A row that must be refused: a sound record with changed cells (None takes a JSON field away), and the refusal's code."""

    record: PoliceRecord | HealthRecord | SchoolRecord | Posted
    changes: dict[str, Any]
    code: str

    @property
    def late(self) -> bool:
        """Whether it is in the last wave."""
        return self.record.late

    def row(self) -> dict[str, Any]:
        """Write the row or the event with its flaw."""
        sound = self.record.event() if isinstance(self.record, Posted) else self.record.row()
        return {name: cell for name, cell in {**sound, **self.changes}.items() if cell is not None}


def flaws(scene: Scene) -> tuple[Flaw, ...]:
    """Make up the rows that the feeds get wrong; one more is in the census (`refused_rows`)."""
    child, day = cast(TWINS[1], scene), days_before(scene.today, 100)
    noon, school = at(day, "12:00"), term_day_before(day)
    police = [
        PoliceRecord(child, f"{day.year}/X{number}", noon, noon, "neighbour dispute", "Row that is refused.")
        for number in range(3)
    ]
    health = [HealthRecord(child, 990 + number, noon, "ATTENDED", EMERGENCY, "ear pain") for number in range(2)]
    schools = [absence(child, 990 + number, school, school) for number in range(2)]
    body = {"outcome": "assessment", "acknowledged": True}
    posted = Posted(child, 99, CENSUS_AGENCY, "ReferralDecided", moment(day, "12:00"), moment(day, "12:00"), body)
    return (
        Flaw(police[0], {"occurred_date": "31/02/2024"}, "bad-date"),
        Flaw(police[1], {"nominal_no": ""}, "no-reference"),
        Flaw(police[2], {"record_type": "NOTE"}, "unknown-code"),
        Flaw(health[0], {"hospital_no": ""}, "empty-cell"),
        Flaw(health[1], {"contact_at": "yesterday noon"}, "bad-time"),
        Flaw(schools[0], {"first_day": "2024-05-31"}, "bad-date"),
        Flaw(schools[1], {"sessions_missed": "a few"}, "bad-number"),
        Flaw(posted, {"acknowledged": None}, "missing-field"),
    )


def refused_rows(scene: Scene) -> Told:
    """Tell an old episode with a day in it that no calendar has: that item is refused like the rows of `flaws`, the rest goes in."""
    referral = days_before(scene.today, 900)
    authorised = scene.calendar.add_working_days(referral, 20)
    conference = authorised + timedelta(days=15)
    ended = conference + timedelta(days=180)
    protection = Protection(authorised, conference, ended, "NEG", (IMPOSSIBLE_DAY,))
    started, closed = referral + timedelta(days=1), ended + timedelta(days=5)
    episode = Episode(cast(13, scene), referral, "6", "N1", started, authorised, ("19B",), None, protection, closed)
    sentence = (
        "Refused rows: a day that no calendar has, a missing id, an unknown code. Each feed owner is told the line, the reason and what to do; "
        "everything else in the files goes in."
    )
    return Told("refused rows", sentence, (), (episode,), (decision(episode, 0, scene, 1),))
