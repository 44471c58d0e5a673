"""A producer with Confluent's own serializer, pointed at the hub's registry: it looks its contract up, registers nothing, and what it writes is admitted and shown."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from confluent_kafka import Producer
from confluent_kafka.schema_registry import (
    SchemaRegistryClient,
    header_schema_id_serializer,
    topic_record_subject_name_strategy,
)
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.serialization import MessageField, SerializationContext
from kafka import KafkaAdminClient

from apps.services.daemons import wait_until
from apps.services.ports import LOOPBACK
from query.open_record import OpenedRecord
from schemas.topics import agency_topic
from tests.apps.api_world import ApiWorld
from tests.hub_parts import HubServices
from tests.system.hub_in_hand import CATALOGUE, HubInHand, hub_in_hand, staff

pytestmark = pytest.mark.services
AGENCY = "childrens_social_care"
OLD, NEW = CATALOGUE.versions("ReferralReceived")
NOON = 1_711_000_000_000_000
WAYS: dict[str, dict[str, Any]] = {
    "looks its own schema up": {},
    "uses the latest version": {"use.latest.version": True},
    "registers, which writes nothing where the schema is there": {"auto.register.schemas": True},
    "names the schema in a header": {"schema.id.serializer": header_schema_id_serializer},
}


@pytest.fixture(scope="module")
def hub(hub_services: HubServices, kafka_admin: KafkaAdminClient, pristine: None) -> Iterator[HubInHand]:
    with hub_in_hand(hub_services, kafka_admin) as hub:
        yield hub


@pytest.fixture(scope="module")
def registry() -> Iterator[SchemaRegistryClient]:
    """Serve the hub's registry on the loopback address, and give a stock client of it."""
    config = uvicorn.Config(ApiWorld().api, host=LOOPBACK, port=0, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    serving = threading.Thread(target=server.run)
    serving.start()
    try:
        assert wait_until(lambda: server.started, 30)
        (listener,) = server.servers
        with SchemaRegistryClient({"url": f"http://{LOOPBACK}:{listener.sockets[0].getsockname()[1]}"}) as client:
            yield client
    finally:
        server.should_exit = True
        serving.join()


def serializer(registry: SchemaRegistryClient, schema: str, **also: Any) -> AvroSerializer:
    registry.clear_caches()  # so that every producer asks for itself
    conf = {"auto.register.schemas": False, "subject.name.strategy": topic_record_subject_name_strategy} | also
    return AvroSerializer(registry, schema, conf=conf)


def referral(reference: str, **also: Any) -> dict[str, Any]:
    names = ("nhs_number", "upn", "family_name", "given_name", "date_of_birth", "sex", "address", "postcode")
    when = {"earliest": NOON, "latest": NOON, "wording": None}
    envelope = {
        "agency": AGENCY,
        "source_system": "case-management",
        "reference": reference,
        "child": {"local_id": "LA-1", **dict.fromkeys(names)},
        "happened": when,
        "learned": when,
        "assertion": "FACT",
        "sensitivity": "ROUTINE",
        "seal": "OPEN",
        **dict.fromkeys(("handling_conditions", "correlation", "cause", "corrects", "retracts")),
    }
    return {"envelope": envelope, "source": "2A", "primary_need": "N1", "summary": None} | also


def send(hub: HubInHand, serialize: AvroSerializer, value: dict[str, Any]) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Publish a value as the agency's own user with librdkafka; gives what went out."""
    login, topic, failed = hub.services.login(AGENCY), agency_topic(AGENCY), []
    producer = Producer(
        {
            "bootstrap.servers": ",".join(login.bootstrap_servers),
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": login.user,
            "sasl.password": login.password,
            "ssl.ca.location": str(login.ca_file),
        }
    )
    headers: list[tuple[str, bytes]] = []
    message = serialize(value, SerializationContext(topic, MessageField.VALUE, headers))
    assert message is not None
    producer.produce(topic, message, headers=headers, on_delivery=lambda error, _: failed.append(error))
    assert producer.flush(60) == 0
    assert failed == [None]
    return message, headers


def shown(hub: HubInHand) -> list[dict[str, Any]]:
    hub.work()
    (child,) = hub.children()
    opened = hub.open(staff(AGENCY), child)
    assert isinstance(opened, OpenedRecord)
    return [one["standing"]["body"] for one in json.loads(opened.shown)["timeline"]]


@pytest.mark.parametrize("way", WAYS)
def test_what_a_stock_serializer_writes_is_admitted_and_shown(
    hub: HubInHand, registry: SchemaRegistryClient, way: str
) -> None:
    serialize = serializer(registry, NEW.schema, **WAYS[way])
    message, headers = send(hub, serialize, referral(way, source_code="2A", summary=way))
    assert message.startswith(b"\0" + NEW.id.to_bytes(4)) or dict(headers)["__value_schema_id"][1:] == NEW.guid.bytes
    (body,) = [one for one in shown(hub) if one["reference"] == way]
    assert body["fields"] == {"source": "2A", "source_code": "2A", "primary_need": "N1", "summary": way}
    assert hub.sql("select count(*) from quarantined") == [(0,)]


def test_a_producer_that_still_holds_the_earlier_version_is_admitted_and_read_as_the_newest(
    hub: HubInHand, registry: SchemaRegistryClient
) -> None:
    message, _ = send(hub, serializer(registry, OLD.schema), referral("old"))
    assert message.startswith(b"\0" + OLD.id.to_bytes(4))
    (body,) = [one for one in shown(hub) if one["reference"] == "old"]
    assert body["fields"] == {"source": "2A", "source_code": "2A", "primary_need": "N1", "summary": None}


def test_a_stock_deserializer_reads_it_back_by_the_id_alone(registry: SchemaRegistryClient) -> None:
    context = SerializationContext(agency_topic(AGENCY), MessageField.VALUE)
    message = serializer(registry, OLD.schema)(referral("read back"), context)
    found = AvroDeserializer(registry, NEW.schema)(message, context)
    assert isinstance(found, dict)
    assert (found["source"], found["source_code"]) == ("2A", None)


def test_a_producer_that_would_register_another_schema_is_refused_with_the_hubs_sentence_and_registers_nothing(
    registry: SchemaRegistryClient,
) -> None:
    before = registry.get_subjects()
    other = json.loads(NEW.schema)
    other["fields"].append({"name": "priority", "type": ["null", "string"], "default": None})
    context = SerializationContext(agency_topic(AGENCY), MessageField.VALUE)
    with pytest.raises(SchemaRegistryError, match="committed with the hub; propose a change") as caught:
        serializer(registry, json.dumps(other), **{"auto.register.schemas": True})(referral("other"), context)
    assert (caught.value.http_status_code, caught.value.error_code) == (422, 42205)
    assert registry.get_subjects() == before
    assert registry.get_versions(f"{agency_topic(AGENCY)}-{NEW.name}") == [1, 2]
