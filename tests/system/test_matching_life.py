"""Agencies that share no identifier: one child's strands come together by themselves, twins stay two, and a killed matching worker changes nothing."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from projections.identity.sketches_sql import WAITING
from query.open_record import OpenedRecord
from query.view import ShownEntry
from schemas.catalogue import load_catalogue
from schemas.codec import encode
from schemas.moments import days, micros
from schemas.topics import HUB_EVENTS
from streams.matching import match
from tests.hub_parts import HubServices
from tests.system.hub_in_hand import SPRING, HubInHand, staff
from tests.system.running import Hub, publish
from tests.system.statements import Told

pytestmark = pytest.mark.services
CHILDREN = 60
FIRST = ("Ab", "Bel", "Cor", "Dav", "Em", "Fio", "Gwen", "Hal")
LAST = ("Quill", "Nettle", "Thistle", "Bramble", "Moss", "Fern", "Larch", "Rowan")


def told(agency: str, reference: str, local_id: str, **known: Any) -> Told:
    """Say that a child was seen, with what the agency knows of who it is, and no number that another agency knows."""
    contract = load_catalogue().by_name("ChildSeen")
    assert contract is not None
    names = ("nhs_number", "upn", "family_name", "given_name", "date_of_birth", "sex", "address", "postcode")
    when = {"earliest": micros(SPRING), "latest": micros(SPRING), "wording": None}
    envelope = {
        "agency": agency,
        "source_system": "invented",
        "reference": reference,
        "child": {"local_id": local_id, **dict.fromkeys(names), **known},
        "happened": when,
        "learned": when,
        "assertion": "FACT",
        "sensitivity": "ROUTINE",
        "seal": "OPEN",
        **dict.fromkeys(("handling_conditions", "correlation", "cause", "corrects", "retracts")),
    }
    value = {"envelope": envelope, "alone": True, "wishes_and_feelings": None}
    value |= {part["name"]: None for part in contract.fast["fields"] if part["name"] not in value}
    return Told(agency, len(reference) % 2, reference, encode(contract, value))


def child(number: int, **changes: Any) -> dict[str, Any]:
    """Give an invented child: a name, a day of birth and a place that no other has."""
    return {
        "given_name": f"{FIRST[number % 8]}{LAST[number // 8].lower()}a",
        "family_name": f"{LAST[number % 8]}{FIRST[number // 8].lower()}worth",
        "date_of_birth": days(date(2012, 1, 1) + timedelta(days=37 * number)),
        "sex": "FM"[number % 2],
        "address": f"{number + 1} Invented Lane",
        "postcode": f"ZZ{number % 9 + 1} {number % 7 + 1}ZZ",
        **changes,
    }


def both(number: int) -> tuple[Told, Told]:
    """Tell of one child as two agencies know it."""
    known = child(number)
    return told("health", f"h-{number}", f"H{number}", **known), told("police", f"p-{number}", f"P{number}", **known)


@pytest.fixture
def in_hand(fresh_hub: HubServices) -> Iterator[HubInHand]:
    with HubInHand(fresh_hub) as hub:
        yield hub


def test_what_two_agencies_said_becomes_one_chronology_and_a_twin_stays_on_its_own(in_hand: HubInHand) -> None:
    ada, ida = (child(7, given_name=name, sex="F") for name in ("Adelina", "Isolde"))
    publish(in_hand.services, [told("health", "h-1", "H1", **ada), told("health", "h-2", "H2", **ida)])
    publish(in_hand.services, [told("police", "p-1", "P1", **ada)])
    in_hand.work()
    agencies = {strand: len(opened_agencies(in_hand, strand)) for strand in in_hand.children()}
    assert sorted(agencies.values()) == [1, 2, 2]
    assert in_hand.sql("select count(distinct child), count(*) from strand") == [(1, 2)]


def opened_agencies(hub: HubInHand, strand: UUID) -> set[str]:
    """Open a record by one of its strands, and name the agencies whose entries are in it."""
    opened = hub.open(staff("health", "analyst"), strand)
    assert isinstance(opened, OpenedRecord)
    parts = [line.standing for line in opened.view.timeline]
    return {part.agency if isinstance(part, ShownEntry) else part.withheld_by for part in parts}


def test_a_matching_worker_that_is_killed_in_the_middle_changes_nothing(hub: Hub) -> None:
    statements = [one for number in range(CHILDREN) for one in both(number)]
    *_, matching = hub.start("admit", "project", "match")
    publish(hub.services, statements[:CHILDREN])
    hub.until(lambda: hub.read_so_far(match.STAGE) > 0, "the matching worker to read")
    hub.kill(matching)
    publish(hub.services, statements[CHILDREN:])
    (again,) = hub.start("match")
    hub.until(lambda: hub.rows("select count(*) from strand") == [(2 * CHILDREN,)], "every pair to be linked")
    hub.kill(again)
    hub.start("match")
    hub.until(lambda: not hub.rows(WAITING) and matched(hub), "the matching worker to have nothing left to do")
    hub.settle()
    assert hub.rows("select count(*) from (select child from strand group by child having count(*) = 2) c") == [
        (CHILDREN,)
    ]
    assert hub.rows("select count(*) from sketch") == [(2 * CHILDREN,)]


def matched(hub: Hub) -> bool:
    """Whether the matching worker has read all that was admitted."""
    return hub.read_so_far(match.STAGE) >= hub.written(HUB_EVENTS) == 2 * CHILDREN
