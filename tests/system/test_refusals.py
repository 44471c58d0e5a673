"""Whoever may not, does not: the broker, the hub and the rules refuse, and each refusal is recorded where the auditor finds it."""

import asyncio
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import click.testing
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError
from kafka import KafkaAdminClient, KafkaProducer
from kafka.errors import KafkaError

from apps.cli import main
from apps.connections import aiokafka_options, kafka_python_options
from apps.services.daemons import wait_until
from query.disclosure import Disclosure, decode_disclosure
from query.door import Refused, StaffMember
from schemas.codec import encode
from schemas.topics import HUB_DISCLOSURES, HUB_QUARANTINE, agency_topic
from tests.hub_parts import HubServices
from tests.system.hub_in_hand import CATALOGUE, HubInHand, hub_in_hand, staff
from tests.system.invented_history import health_file
from tests.system.marked import value
from tests.system.reading import read_topic

pytestmark = pytest.mark.services
HEALTH = agency_topic("health")


@pytest.fixture(scope="module")
def told(hub_services: HubServices, kafka_admin: KafkaAdminClient, pristine: None) -> Iterator[HubInHand]:
    with hub_in_hand(hub_services, kafka_admin) as hub:
        assert hub.send_csv("health", health_file(range(3))).complete
        hub.work()
        yield hub


def newest_disclosure(hub: HubInHand) -> Disclosure:
    return decode_disclosure(CATALOGUE, read_topic(hub.services, HUB_DISCLOSURES)[-1].value)


def test_the_police_cannot_write_as_health_and_the_operator_reads_that_they_tried(
    told: HubInHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(read_topic(told.services, HEALTH, "hub"))
    producer = KafkaProducer(
        **kafka_python_options(told.services.login("police")), acks="all", enable_idempotence=False
    )
    try:
        with pytest.raises(KafkaError) as refused:
            producer.send(HEALTH, value=b"health says so").get(timeout=15)
    finally:
        producer.close()
    assert type(refused.value).__name__ == "TopicAuthorizationFailedError"
    assert len(read_topic(told.services, HEALTH, "hub")) == before
    monkeypatch.setenv("MASH_HOME", str(told.settings.home))
    line = re.compile(rf"User:police is Denied operation = \w+ .*{re.escape(HEALTH)}")
    assert wait_until(lambda: any(line.search(one) for one in told.services.refusals()), 10)
    shown = click.testing.CliRunner().invoke(main, ["refusals"])
    assert shown.exit_code == 0
    assert line.search(shown.output)


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SSL"])
def test_nobody_writes_without_a_name(told: HubInHand, protocol: str) -> None:
    options = aiokafka_options(told.services.login("police"))
    unnamed = {name: options[name] for name in ("bootstrap_servers", "ssl_context")}

    async def write() -> None:
        producer = AIOKafkaProducer(**unnamed, security_protocol=protocol, request_timeout_ms=3000)
        try:
            await producer.start()
        finally:
            await producer.stop()

    with pytest.raises(KafkaConnectionError):
        asyncio.run(write())


@pytest.mark.parametrize("purpose", [None, "curiosity"])
def test_a_reader_without_a_published_purpose_is_refused_and_that_is_recorded(
    told: HubInHand, purpose: str | None
) -> None:
    child = told.children()[0]
    refused = told.open(staff(), child, purpose)
    assert isinstance(refused, Refused)
    assert all(sentence.strip() for sentence in refused.sentences)
    recorded = newest_disclosure(told)
    assert (recorded.disclosure_id, recorded.allowed, recorded.child) == (refused.disclosure_id, False, child)
    assert (recorded.purpose, recorded.shown, recorded.withheld) == (None, (), ())


@pytest.mark.parametrize(
    "who", [staff("health", "operator"), staff("health", "auditor"), staff("nobody's agency", "nothing at all")]
)
def test_a_person_whom_no_rule_permits_is_refused_and_that_is_recorded(told: HubInHand, who: StaffMember) -> None:
    refused = told.open(who, told.children()[0])
    assert isinstance(refused, Refused)
    recorded = newest_disclosure(told)
    assert (recorded.person, recorded.allowed, recorded.disclosure_id) == (who.staff_id, False, refused.disclosure_id)


def test_what_was_refused_is_folded_and_proved_like_everything_else(told: HubInHand) -> None:
    told.work()
    refused = told.sql("select disclosure_id from disclosure where not allowed")
    assert len(refused) == 5
    assert told.verify().findings == ()


def test_an_event_that_speaks_for_another_agency_waits_in_quarantine_with_its_sentence(told: HubInHand) -> None:
    contract: Any = CATALOGUE.by_name("ConcernRaised")
    told.publish("police", encode(contract, value("health", 1)), encode(contract, value("police", 2)))
    told.work()
    ((code, sentence, topic, offset),) = told.sql("select code, sentence, topic, source_offset from quarantined")
    assert (code, topic, offset) == ("not-your-topic", agency_topic("police"), 0)
    assert (
        sentence
        == "expected the agency that owns the topic, police, found another in the envelope; send under your own name"
    )
    (record,) = read_topic(told.services, HUB_QUARANTINE)
    assert dict(record.headers)["__connect.errors.exception.class.name"] == b"not-your-topic"
    # The statement after it is in.
    assert told.sql("select agency from chronology_entry where agency = 'police'") == [("police",)]
    assert all(isinstance(child, UUID) for child in told.children())
