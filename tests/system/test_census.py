"""A census goes in whole: every dated item comes out as a row of a chronology or is listed with its reason and line, and sending it again changes nothing."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaAdminClient

from connectors.statement import Delivery
from schemas.topics import HUB_EVENTS
from tests.connectors.feed_samples import EPISODE, SHORT_EPISODE, census, child
from tests.hub_parts import HubServices
from tests.system.hub_in_hand import HubInHand, hub_in_hand
from tests.system.invented_history import upn
from tests.system.reading import read_topic
from tests.system.running import Hub

pytestmark = pytest.mark.services
WHOLE = 40
"""Children whose every item can be read; each has one episode of twelve dated items and one of one."""
SAMPLES = os.environ.get("MASH_SAMPLES")


def own_census() -> bytes:
    """Write a census of whole children, and three in which something is amiss."""
    later = SHORT_EPISODE.replace("2024-01-10", "2024-09-01")
    whole = [child(f"LA-{number}", EPISODE, later, identifiers=known(number)) for number in range(WHOLE)]
    amiss = [
        child("LA-bad-day", EPISODE.replace("2024-02-28", "2024-02-31"), identifiers=known(900)),
        child(
            "LA-two-days",
            EPISODE.replace("</CINclosureDate>", "</CINclosureDate><CINclosureDate>2024-06-21</CINclosureDate>"),
            identifiers=known(901),
        ),
        child(
            "LA-unknown",
            SHORT_EPISODE.replace("</CINdetails>", "<Mistyped>1</Mistyped></CINdetails>"),
            identifiers=known(902),
        ),
    ]
    return census(*whole, *amiss)


def known(number: int) -> str:
    return f"<UPN>{upn(number)}</UPN><PersonBirthDate>2013-04-05</PersonBirthDate><Sex>F</Sex>"


FILES = ["own"] + (["sample"] if SAMPLES else [])


@pytest.fixture(scope="module", params=FILES)
def content(request: pytest.FixtureRequest) -> bytes:
    """The census that the tests make, and, where MASH_SAMPLES names the folder of others' samples, theirs."""
    if request.param == "own":
        return own_census()
    return (Path(SAMPLES or "") / "cin" / "fake_cin_100_children.xml").read_bytes()


@pytest.fixture(scope="module")
def sent(
    hub_services: HubServices, kafka_admin: KafkaAdminClient, pristine: None, content: bytes
) -> Iterator[tuple[HubInHand, Delivery]]:
    with hub_in_hand(hub_services, kafka_admin) as hub:
        receipt = hub.send_census(content)
        hub.work()
        yield hub, receipt


def count(hub: HubInHand, table: str) -> int:
    ((found,),) = hub.sql(f"select count(*) from {table}")
    return int(found)


def test_what_goes_in_comes_out_or_is_refused(sent: tuple[HubInHand, Delivery]) -> None:
    hub, receipt = sent
    assert receipt.stopped is None
    assert receipt.rows_in == receipt.rows_told + receipt.rows_refused > 100
    told = read_topic(hub.services, "agency.childrens_social_care.events", "hub")
    assert len(told) == receipt.rows_told == count(hub, "admitted") == count(hub, "chronology_entry")
    assert count(hub, "quarantined") == 0


def test_every_refused_row_is_listed_with_its_reason_and_line(sent: tuple[HubInHand, Delivery], content: bytes) -> None:
    _, receipt = sent
    lines = content.decode().splitlines()
    for refusal in receipt.refusals:
        assert 0 < refusal.line <= len(lines)
        assert refusal.code
        assert f"line {refusal.line}" in refusal.sentence
        assert refusal.sentence.startswith("expected ")


def test_the_rows_that_were_made_wrong_are_the_ones_that_are_refused(
    sent: tuple[HubInHand, Delivery], content: bytes
) -> None:
    if content != own_census():
        pytest.skip("what is amiss in the sample is its makers' to say")
    _, receipt = sent
    assert receipt.rows_told == WHOLE * 13 + 11 + 12 + 1
    lines = content.decode().splitlines()
    amiss = {
        (refusal.code, marker)
        for refusal in receipt.refusals
        for marker in ("02-31", "06-21", "Mistyped")
        if marker in lines[refusal.line - 1]
    }
    assert amiss == {("bad-date", "02-31"), ("second-date", "06-21"), ("unknown-element", "Mistyped")}
    assert receipt.rows_refused == 3


def test_sending_it_again_changes_nothing(
    sent: tuple[HubInHand, Delivery], content: bytes, kafka_admin: KafkaAdminClient, tmp_path: Path
) -> None:
    hub, receipt = sent
    looking = Hub(hub.services, kafka_admin, tmp_path)
    before, events = looking.account(), len(read_topic(hub.services, HUB_EVENTS))
    assert hub.send_census(content) == receipt
    hub.work()
    assert looking.account() == before
    assert len(read_topic(hub.services, HUB_EVENTS)) == events
    assert hub.verify().findings == ()
