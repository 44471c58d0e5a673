"""Invented statements for measuring: many small children and a few very busy ones (Zipf), 1 % repeats, 5 % late, 0.01 % broken."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from schemas.catalogue import Catalogue
from schemas.codec import encode
from schemas.moments import micros

AGENCIES = ("police", "health", "education", "childrens_social_care")
DAY = 86_400_000_000
YEARS = 3 * 365 * DAY
"""How long a time the statements tell of, in the order in which they are sent."""
FIRST = micros(datetime(2024, 1, 1, tzinfo=UTC))
SUMMARY = "Arrived hungry and tired for the third time this week; says that nobody was at home."


@dataclass(frozen=True, slots=True)
class Shape:
    """How much of what: statements, and children, of whom the busiest has some hundred times as many statements as the quietest; `first_child` is the number of the first of them."""

    statements: int
    children: int
    seed: int = 20261122
    prefix: str = "B"
    first_child: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """One message for one agency's topic."""

    agency: str
    partition: int
    message: bytes


@dataclass(frozen=True, slots=True)
class Expected:
    """What has to come out: distinct statements admitted, and messages refused."""

    admitted: int
    refused: int


def history(catalogue: Catalogue, shape: Shape) -> Iterator[Sent]:
    """Give the messages in the order in which they are sent."""
    contracts = {contract.short_name: contract for contract in catalogue}
    chance = random.Random(shape.seed)
    weights = [1.0 / (1 + rank) ** 0.6 for rank in range(shape.children)]
    children = chance.choices(range(shape.children), weights, k=shape.statements)
    for number, child in enumerate(children):
        agency = chance.choice(AGENCIES)
        kind, body = _body(chance, agency)
        happened = FIRST + number * YEARS // shape.statements + chance.randrange(DAY)
        envelope = _envelope(chance, agency, shape.first_child + child, happened) | {
            "reference": f"{shape.prefix}-{number}"
        }
        message = encode(contracts[kind], {"envelope": envelope, **body, "summary": SUMMARY})
        broken = chance.random() < 0.0001
        yield Sent(agency, number % 2, message[:40] if broken else message)
        if not broken and chance.random() < 0.01:
            yield Sent(agency, number % 2, message)


def _envelope(chance: random.Random, agency: str, child: int, happened: int) -> dict[str, Any]:
    learned = happened + (DAY * 30 if chance.random() < 0.05 else 0)
    return {
        "agency": agency,
        "source_system": "BENCH",
        "child": _identifiers(agency, child),
        "happened": {"earliest": happened, "latest": happened, "wording": None},
        "learned": {"earliest": learned, "latest": learned, "wording": None},
        "assertion": "FACT",
        "sensitivity": "ROUTINE",
        "seal": "OPEN",
        **dict.fromkeys(("handling_conditions", "correlation", "cause", "corrects", "retracts")),
    }


def _body(chance: random.Random, agency: str) -> tuple[str, dict[str, Any]]:
    """Choose an event: a tenth of social care's move a clock, a quarter of all are concerns, the rest are sightings."""
    if agency == "childrens_social_care" and chance.random() < 0.1:
        return "ReferralReceived", {"source": "police", "primary_need": "N1"}
    if chance.random() < 0.25:
        return "ConcernRaised", {"kind": "neglect"}
    return "ChildSeen", {"alone": True, "wishes_and_feelings": None}


def _identifiers(agency: str, child: int) -> dict[str, Any]:
    unknown = dict.fromkeys(("upn", "address", "postcode"))
    name = {"family_name": "Testperson-Bench", "given_name": "Ada", "date_of_birth": 15_000, "sex": "U"}
    return {"local_id": f"{agency[0]}-{child}", "nhs_number": _nhs_number(child), **name, **unknown}


def _nhs_number(child: int) -> str:
    """Give a number of the never-issued 999 range with a right check digit, another for each child."""
    for tried in range(child * 3, child * 3 + 3):
        first = f"999{tried:06d}"
        check = -sum(int(digit) * weight for digit, weight in zip(first, range(10, 1, -1), strict=True)) % 11
        if check < 10:
            return f"{first}{check}"
    raise ValueError("expected one of three numbers in a row to have a check digit, found none")
