"""A wrong merge made by a person, seen by two people, and undone, on real parts: both are named, the chronologies are as if it had never been, and the ledger still shows all of it."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from kafka import KafkaAdminClient

from apps.desk import CaseDesks, open_case_desks
from apps.rebuild import rebuild
from projections.identity.messages import decode_said
from projections.identity.said import Decided
from query.alerts import AlertList, see_alerts
from query.as_shown import AsShown, see_as_shown
from query.door import StaffMember
from query.identity_decide import Deciding, decide_identity
from query.identity_review import ShownIdentity
from query.open_record import OpenedRecord, open_record
from query.wrong_views import wrong_views
from schemas.codec import encode
from schemas.topics import HUB_IDENTITY
from tests.hub_parts import HubServices
from tests.system.hub_in_hand import CATALOGUE, HubInHand, hub_in_hand, staff
from tests.system.reading import read_topic

pytestmark = pytest.mark.services
DAY = 86_400_000_000
FIRST = 1_711_000_000_000_000
ENQUIRY = "safeguarding_enquiry"
DECIDER = staff("childrens_social_care", "analyst", "identity")
POLICE, HEALTH = staff("police"), staff("health")
TOLD: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "Avocet-Testperson": [
        ("police", "PoliceIncidentRecorded", {"kind": "domestic incident", "summary": "Shouting heard."}),
        ("health", "AttendanceRecorded", {"service": "emergency department", "presentation": "wrist injury"}),
    ],
    "Avocett-Testperson": [("education", "AbsenceRecorded", {"sessions_missed": 8, "code": "O"})],
}
"""What is told of two cousins with nearly the same name: only of both together is there a pattern of three agencies."""


def message(place: int, name: str, agency: str, kind: str, fields: dict[str, Any]) -> bytes:
    contract = CATALOGUE.own(kind)
    when = {"earliest": FIRST + place * DAY, "latest": FIRST + place * DAY, "wording": None}
    child = dict.fromkeys(("upn", "date_of_birth", "sex", "address", "postcode"))
    # Police and health know the first cousin's NHS number, the school knows no number of the second.
    number = "9990000018" if name == "Avocet-Testperson" else None
    identifiers = {
        "local_id": f"{agency}-{name}",
        "nhs_number": number,
        "family_name": name,
        "given_name": "Fern",
        **child,
    }
    nothing = ("handling_conditions", "correlation", "cause", "corrects", "retracts")
    envelope = {
        "agency": agency,
        "source_system": "invented",
        "reference": f"{agency}-{place}",
        "child": identifiers,
        "happened": when,
        "learned": when,
        "assertion": "FACT",
        "sensitivity": "ROUTINE",
        "seal": "OPEN",
        **dict.fromkeys(nothing),
    }
    return encode(contract, {"envelope": envelope, "summary": None, **fields})


@pytest.fixture(scope="module")
def hub(hub_services: HubServices, kafka_admin: KafkaAdminClient, pristine: None) -> Iterator[HubInHand]:
    with hub_in_hand(hub_services, kafka_admin) as hub:
        yield hub


@pytest.fixture(scope="module")
def cousins(hub: HubInHand) -> tuple[UUID, UUID]:
    """Tell of both, and give their records: the one with two entries first."""
    statements = [(name, *one) for name, of_child in TOLD.items() for one in of_child]
    for place, (name, agency, kind, fields) in enumerate(statements):
        hub.publish(agency, message(place, name, agency, kind, fields))
    hub.work()
    rows = hub.sql("select child from chronology_entry group by child order by count(*) desc")
    first, second = (child for (child,) in rows)
    return first, second


def opened(hub: HubInHand, who: StaffMember, child: UUID) -> OpenedRecord:
    found = open_record(hub.doors.door, who, child, ENQUIRY)
    assert isinstance(found, OpenedRecord)
    return found


def standing(hub: HubInHand, *children: UUID) -> list[Any]:
    """Give all that a reader is shown of these children but who asked when."""
    views = [opened(hub, DECIDER, child).view for child in children]
    return [
        (one.child, one.timeline, one.facts, one.clocks, one.alerts, one.withdrawn, one.oddities, one.completeness)
        for one in views
    ]


def decided(desks: CaseDesks, action: Any, pair: tuple[UUID, UUID], reason: str) -> ShownIdentity[Any]:
    made = decide_identity(desks.identity, DECIDER, Deciding(action, *pair, reason), ENQUIRY)
    assert isinstance(made, ShownIdentity)
    return made


def raised(hub: HubInHand) -> set[tuple[UUID, str]]:
    listed = see_alerts(hub.doors.door, DECIDER, ENQUIRY)
    assert isinstance(listed, AlertList)
    return {(one.child, one.rule) for one in listed.view.alerts}


def said(hub: HubInHand) -> list[Decided]:
    found = [decode_said(CATALOGUE, record.value) for record in read_topic(hub.services, HUB_IDENTITY)]
    return [one for one in found if isinstance(one, Decided)]


def test_a_wrong_merge_is_seen_by_two_and_undone(hub: HubInHand, cousins: tuple[UUID, UUID]) -> None:
    before, alerts_before = standing(hub, *cousins), raised(hub)
    with open_case_desks(hub.settings, hub.doors) as desks:
        decided(desks, "LINK", cousins, "Same name and school year; taken for one child.")
        hub.work()
        one = opened(hub, POLICE, cousins[0])
        other = opened(hub, HEALTH, cousins[1])
        assert one.view.child == other.view.child == min(cousins)
        assert {line.standing.agency for line in one.view.timeline} == {"police", "health", "education"}
        assert raised(hub) > alerts_before, "three agencies within 28 days: the pattern of a child who does not exist"
        hub.work()  # the disclosures are folded

        undone = decided(desks, "KEEP_APART", cousins, "Two cousins: the school's child is the younger one.")
        hub.work()
        found = wrong_views(desks.identity, DECIDER, *cousins, ENQUIRY)
        assert isinstance(found, ShownIdentity)
        shown_again = see_as_shown(desks.views, DECIDER, one.disclosure_id, ENQUIRY)

    assert set(undone.view.told) == {"police", "health", "education"}
    assert {POLICE.staff_id, HEALTH.staff_id} <= set(found.view.people)
    assert {view.disclosure_id for view in found.view.views} >= {one.disclosure_id, other.disclosure_id}
    assert "see_alerts" in {view.action for view in found.view.views}, "whoever saw the alert that the merge made"
    assert standing(hub, *cousins) == before, "as if the merge had never been"
    assert raised(hub) == alerts_before
    assert isinstance(shown_again, AsShown)
    assert shown_again.then == one.shown, "what was shown wrongly can be shown again to who may read it all"


def test_the_ledger_still_shows_all_of_it(hub: HubInHand, cousins: tuple[UUID, UUID]) -> None:
    assert [one.action for one in said(hub)] == ["LINK", "KEEP_APART"]
    assert hub.sql("select count(*) from alert") > [(0,)], "the alert that was raised is not taken back from the ledger"
    assert not hub.verify().findings


def test_a_rebuild_from_the_log_gives_the_same(hub: HubInHand, cousins: tuple[UUID, UUID]) -> None:
    before = standing(hub, *cousins)
    hub.close_doors()
    rebuild(hub.settings, lambda *_: None)
    assert standing(hub, *cousins) == before
    assert not hub.verify().findings
