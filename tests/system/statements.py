"""A small invented history of four agencies about a few hundred children: the same bytes for the same numbers, and nothing in it depends on order.

Every statement about a child that several agencies know carries the child's NHS number, so who is who never depends on what arrives first. Concerns that
are withdrawn are those of children whom too few agencies know for a threshold, so which thresholds are met does not depend on it either.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from access_policy.blind_index import NHS_NUMBER, identifies
from schemas.catalogue import Catalogue, load_catalogue
from schemas.codec import encode
from schemas.moments import micros

CARE, EDUCATION, HEALTH, POLICE = "childrens_social_care", "education", "health", "police"
AGENCIES = (CARE, EDUCATION, HEALTH, POLICE)
FIRST_DAY = datetime(2023, 1, 9, 8, tzinfo=UTC)
CHILDREN = 300
SAYINGS = 10
"""Statements about each child."""
OVERDUE_CHILDREN = (1, 5, 13, 21)
"""Children of a referral made a month ago that nobody decided on."""

KINDS: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    CARE: (
        ("ChildSeen", {"alone": True, "wishes_and_feelings": None}),
        ("AssessmentCompleted", {"factors": ["3B"], "reason_over_limit": None}),
        ("ReferralReceived", {"source": "school", "primary_need": "N1"}),
    ),
    EDUCATION: (
        ("AbsenceRecorded", {"sessions_missed": 8, "code": "O"}),
        ("ConcernRaised", {"kind": "hungry at school"}),
        ("ExclusionRecorded", {"kind": "suspension"}),
    ),
    HEALTH: (
        ("AttendanceRecorded", {"service": "emergency department", "presentation": "wrist injury"}),
        ("NotBrought", {"service": "audiology"}),
        ("ConcernRaised", {"kind": "weight"}),
    ),
    POLICE: (
        ("PoliceIncidentRecorded", {"kind": "domestic incident"}),
        ("IntelligenceGraded", {"source_evaluation": 2, "assessment": "B", "handling": "C"}),
        ("ConcernRaised", {"kind": "out late"}),
    ),
}
NEVER_COUNTED = ("ChildSeen", "AssessmentCompleted", "IntelligenceGraded", "ReferralDecided")


@dataclass(frozen=True, slots=True)
class Told:
    """One statement on its way: who sends it, to which partition of its topic, its reference, and the bytes."""

    agency: str
    partition: int
    reference: str
    message: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Saying:
    """One statement before it is bytes."""

    agency: str
    reference: str
    kind: str
    happened: datetime
    learned: datetime
    fields: dict[str, Any]
    links: dict[str, str] = field(default_factory=dict)
    seal: str = "OPEN"


def history(today: date, children: int = CHILDREN) -> list[Told]:
    """Give about ten statements about each child, in the order in which the agencies learned them; `today` dates the undecided referrals."""
    catalogue = load_catalogue()
    told = [(saying, number) for number in range(children) for saying in _sayings(number, today)]
    told.sort(key=lambda one: (one[0].learned, one[0].reference))
    return [_told(catalogue, saying, number) for saying, number in told]


def conflicting(first: int, second: int) -> Told:
    """Give a statement whose NHS number is one child's and whose pupil number another's: where it belongs, only a person can decide."""
    saying = Saying(
        EDUCATION, f"conflict-{first}-{second}", *KINDS[EDUCATION][0][:1], *_days(700), KINDS[EDUCATION][0][1]
    )
    value = _value(saying, first)
    value["envelope"]["child"] |= {"local_id": f"pupil-conflict-{first}-{second}", "upn": upn(second)}
    return _encoded(load_catalogue(), saying, value)


def broken() -> list[Told]:
    """Give messages that the hub refuses, one for each agency, each in another way."""
    whole = history(FIRST_DAY.date(), 6)
    ways = (lambda one: one[:-3], lambda one: b"\x01" + one[1:], lambda one: one + b"\0", lambda _: b"")
    found = [next(one for one in whole if one.agency == agency) for agency in AGENCIES]
    return [replace(one, message=way(one.message)) for one, way in zip(found, ways, strict=True)]


def shuffled(told: Sequence[Told], seed: int) -> list[Told]:
    """Give the statements in another order, across and within agencies and partitions, every tenth of them twice."""
    chance = random.Random(seed)
    again = [replace(one, partition=chance.randrange(2)) for one in told]
    again += [replace(one, partition=chance.randrange(2)) for one in again[::10]]
    chance.shuffle(again)
    return again


def nhs_number(number: int) -> str:
    """Give an invented NHS number with a right check digit, of the range 999 that is kept for tests."""
    return next(whole for last in range(100) if identifies(NHS_NUMBER, whole := f"999{number:05}{last:02}"))


def upn(number: int) -> str:
    """Give an invented pupil number."""
    return f"X999{number:09}"


def known_to(number: int) -> tuple[str, ...]:
    """Say which agencies know a child: all of them, two of them, or, without an NHS number, one alone."""
    if number % 10 == 9:
        return (AGENCIES[number // 10 % 4],)
    return (AGENCIES, (HEALTH, POLICE), (CARE, EDUCATION))[number % 3]


def _sayings(number: int, today: date) -> Iterator[Saying]:
    chance = random.Random(number)
    agencies = known_to(number)
    said: list[Saying] = []
    start = chance.randrange(500)
    while len(said) < SAYINGS:
        agency = agencies[len(said) % len(agencies)]
        said += _next(chance, number, agency, start, said)
    yield from said[:SAYINGS]
    if number in OVERDUE_CHILDREN:
        month_ago = datetime.combine(today - timedelta(days=30), time(10), UTC)
        yield Saying(CARE, f"r-{number}-late", "ReferralReceived", month_ago, month_ago, KINDS[CARE][2][1])


def _next(chance: random.Random, number: int, agency: str, start: int, said: Sequence[Saying]) -> list[Saying]:
    """Say one thing more, or amend one said before, or refer and decide."""
    reference = f"{agency[0]}-{number}-{len(said)}"
    own = [one for one in said if one.agency == agency and one.kind != "StatementRetracted"]
    happened, learned = _days(start + chance.randrange(24), 60 * number + len(said))
    turn = chance.random()
    if own and turn < 0.15:
        return [_amended(chance.choice(own), reference, learned, "corrects")]
    if own and turn < 0.25:
        target = chance.choice(own)
        if target.kind in NEVER_COUNTED or len(known_to(number)) < 3:
            return [_amended(target, reference, learned, "retracts")]
    kind, fields = chance.choice(KINDS[agency])
    seal = chance.choices(("OPEN", "SEALED", "LOCKED"), (85, 10, 5))[0]
    saying = Saying(agency, reference, kind, happened, learned, fields, {"correlation": f"episode-{reference}"}, seal)
    if kind != "ReferralReceived":
        return [replace(saying, links={})]
    later = happened + timedelta(days=chance.randrange(4), hours=3)
    links = {**saying.links, "cause": reference}
    decided = {"outcome": "assessment", "acknowledged": True}
    return [saying, Saying(agency, f"{reference}-d", "ReferralDecided", later, later, decided, links)]


def _amended(target: Saying, reference: str, learned: datetime, how: str) -> Saying:
    """Amend a statement later than it was made; a correction changes its words and nothing that any rule looks at."""
    links = {
        **{name: target.links[name] for name in target.links if name in ("correlation", "cause")},
        how: target.reference,
    }
    # No two amendments are learned at one moment: then the broker's stamp would say which is the later, and that is a matter of order.
    apart = timedelta(days=2, seconds=int(reference.rpartition("-")[2]))
    changed = replace(target, reference=reference, learned=max(learned, target.learned) + apart, links=links)
    if how == "corrects":
        return changed
    return replace(
        changed,
        kind="StatementRetracted",
        fields={"reason": "entered for the wrong child"},
        links={how: target.reference},
    )


def _days(day: int, minutes: int = 0) -> tuple[datetime, datetime]:
    """Give a moment on that day of the history, and one the day after at which it was learned."""
    happened = FIRST_DAY + timedelta(days=day, minutes=minutes % 600)
    return happened, happened + timedelta(days=1)


def _told(catalogue: Catalogue, saying: Saying, number: int) -> Told:
    return _encoded(catalogue, saying, _value(saying, number))


def _encoded(catalogue: Catalogue, saying: Saying, value: dict[str, Any]) -> Told:
    contract = catalogue.by_name(saying.kind)
    assert contract is not None
    return Told(saying.agency, sum(saying.reference.encode()) % 2, saying.reference, encode(contract, value))


def _value(saying: Saying, number: int) -> dict[str, Any]:
    shared = number % 10 != 9
    child = {
        "local_id": f"{saying.agency}-{number}",
        "nhs_number": nhs_number(number) if shared else None,
        "upn": upn(number) if shared and saying.agency == EDUCATION else None,
        "family_name": "Quillfeather",
        "given_name": f"Bramble {number}",
        "date_of_birth": None,
        "sex": "U",
        "address": None,
        "postcode": None,
    }
    named = {name: saying.links.get(name) for name in ("correlation", "cause", "corrects", "retracts")}
    envelope = {
        "agency": saying.agency,
        "source_system": "invented",
        "reference": saying.reference,
        "child": child,
        "happened": _when(saying.happened),
        "learned": _when(saying.learned),
        "assertion": "FACT",
        "sensitivity": "RESTRICTED" if saying.kind == "IntelligenceGraded" else "ROUTINE",
        "seal": saying.seal,
        "handling_conditions": None,
        **named,
    }
    return {"envelope": envelope, "summary": f"As told in {saying.reference}.", **saying.fields}


def _when(moment: datetime) -> dict[str, Any]:
    return {"earliest": micros(moment), "latest": micros(moment), "wording": None}
