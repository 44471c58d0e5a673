"""Episodes of children's social care in the background: each referral decided in time, most assessments concluded in time, some still running."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from apps.demo.care_records import CENSUS_AGENCY, Episode, Posted, Protection
from apps.demo.households import Child
from apps.demo.moments import Scene, moment, told_days

SOURCES = ("1A", "2A", "3A", "3C", "6", "7")
NEEDS = ("N1", "N3", "N4", "N5", "N6")
FACTORS = ("3A", "3B", "4B", "5B", "8B", "16A", "18B", "19B", "20", "21")
CATEGORIES = ("NEG", "EMO", "PHY", "SAB")
LIMIT = 45
"""Working days within which an assessment concludes (WT13 1.57)."""
SEEN_AT_HOME = ("Seen at home with a parent.", "Seen at school, talked about home.", "Seen at home; bedroom looked at.")
WISHES = (
    "Wants the shouting to stop.",
    "Feels safe at grandmother's.",
    "Would like to be asked before plans are made.",
)


def social_care(child: Child, scene: Scene, rng: Random) -> Iterator[Episode | Posted]:
    """Make up a known child's one or two episodes, the decision on each referral, and visits."""
    days = told_days(child.born, scene.today, 20)
    if not child.known_to_social_care or len(days) < 60:
        return
    count = 2 if len(days) > 900 and rng.random() < 0.5 else 1
    for place in range(count):
        part = days[place * len(days) // count : (place + 1) * len(days) // count]
        # Two episodes begin early enough in their halves not to overlap; no referral is younger than ten days, so that its decision is known.
        begins = part[: len(part) // 2] if count == 2 else part[:-10]
        episode = _episode(child, date.fromordinal(rng.choice(begins)), scene, rng)
        yield episode
        yield decision(episode, place, scene, rng.choice((0, 1)))
        yield from _visits(episode, place, scene, rng)


def _episode(child: Child, referral: date, scene: Scene, rng: Random) -> Episode:
    started = _after(referral, rng.randint(1, 3), scene)
    authorised = _after(referral, rng.randint(12, LIMIT - 2), scene)
    if authorised is not None and rng.random() < 0.05:
        authorised = _after(referral, rng.randint(LIMIT + 1, LIMIT + 9), scene) or authorised
    plan = protection = closed = None
    if authorised is not None:
        chance = rng.random()
        plan = _plan(authorised, scene.today, rng) if chance < 0.4 else None
        protection = _protection(authorised, scene, rng) if chance > 0.88 else None
        ended = _last_end(authorised, plan, protection)
        closed = _past(ended + timedelta(days=rng.randint(1, 20)), scene.today) if ended else None
    factors = tuple(sorted(rng.sample(FACTORS, rng.randint(1, 3))))
    return Episode(
        child, referral, rng.choice(SOURCES), rng.choice(NEEDS), started, authorised, factors, plan, protection, closed
    )


def _plan(authorised: date, today: date, rng: Random) -> tuple[date, date | None] | None:
    start = _past(authorised + timedelta(days=rng.randint(3, 10)), today)
    return None if start is None else (start, _past(start + timedelta(days=rng.randint(60, 180)), today))


def _protection(authorised: date, scene: Scene, rng: Random) -> Protection | None:
    """Make up an enquiry and a plan with reviews after three months and then every six (WT13 p.43)."""
    enquiry = authorised + timedelta(days=2)
    conference = _after(enquiry, rng.randint(8, 15), scene)
    if conference is None:
        return None
    ended = _past(conference + timedelta(days=rng.randint(120, 240)), scene.today)
    reviews = [conference + timedelta(days=days) for days in (85, 205)]
    told = tuple(day.isoformat() for day in reviews if day < (ended or scene.today))
    return Protection(enquiry, conference, ended, rng.choice(CATEGORIES), told)


def _last_end(authorised: date, plan: tuple[date, date | None] | None, protection: Protection | None) -> date | None:
    """Say when the last of an episode's parts ended; None while one goes on."""
    if protection is not None:
        return protection.ended
    return plan[1] if plan is not None else authorised


def decision(episode: Episode, place: int, scene: Scene, working_days: int) -> Posted:
    """Tell the decision on a referral, so many working days (0 or 1) after it; the census does not tell when it was made."""
    day = scene.calendar.add_working_days(episode.referral, working_days)
    clock = "16:20" if working_days == 0 else "10:40"
    return Posted(
        episode.child,
        10 + place,
        CENSUS_AGENCY,
        "ReferralDecided",
        moment(day, clock),
        moment(day, "16:45"),
        {"outcome": "assessment", "acknowledged": True, "summary": "Decided by a social worker; referrer told."},
        {"correlation": episode.reference},
    )


def visit(episode: Episode, number: int, day: date, wishes: str | None, summary: str) -> Posted:
    """Tell a social worker's visit: whether the child was seen alone, and what the child said, if asked."""
    body = {"alone": wishes is not None, "wishes_and_feelings": wishes, "summary": summary}
    told = {"correlation": episode.reference}
    return Posted(
        episode.child, number, CENSUS_AGENCY, "ChildSeen", moment(day, "15:30"), moment(day, "18:00"), body, told
    )


def _visits(episode: Episode, place: int, scene: Scene, rng: Random) -> Iterator[Posted]:
    last = episode.closed or scene.today - timedelta(days=1)
    for number in range(rng.randint(1, 4)):
        day = episode.referral + timedelta(days=2 + 24 * number)
        if day < last:
            wishes = rng.choice(WISHES) if rng.random() < 0.5 else None
            yield visit(episode, 100 + 10 * place + number, day, wishes, rng.choice(SEEN_AT_HOME))


def _after(day: date, working_days: int, scene: Scene) -> date | None:
    return _past(scene.calendar.add_working_days(day, working_days), scene.today)


def _past(day: date, today: date) -> date | None:
    """Give a day that lies before today; what has not happened yet is not told."""
    return day if day < today else None
