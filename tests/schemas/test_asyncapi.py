"""The AsyncAPI document is one by the 3.0.0 specification, and says what the contracts say."""

import json
import re
from collections.abc import Iterator
from typing import Any

import avro.schema
import pytest
from contract_values import CATALOGUE

from schemas.asyncapi import asyncapi_document
from schemas.topics import AGENCIES, agency_topic, deliveries_topic

DOCUMENT = asyncapi_document(CATALOGUE)
KEY = re.compile(r"[A-Za-z0-9._-]+")
KEYS = {
    "document": {"asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations", "components"},
    "info": {"title", "version", "description", "termsOfService", "contact", "license", "tags", "externalDocs"},
    "channel": {"address", "messages", "title", "summary", "description", "servers", "parameters", "bindings"},
    "operation": {"action", "channel", "title", "summary", "description", "security", "bindings", "messages", "reply"},
    "message": {"name", "title", "summary", "description", "contentType", "payload", "headers", "bindings", "tags"},
    "channel kafka": {"topic", "partitions", "replicas", "topicConfiguration", "bindingVersion"},
    "message kafka": {"key", "schemaIdLocation", "schemaIdPayloadEncoding", "schemaLookupStrategy", "bindingVersion"},
}
"""The fixed fields of each object of the specification and of its Kafka bindings, less those that this document never needs."""


def resolved(reference: str) -> Any:
    found: Any = DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            assert set(part) == {"$ref"}
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for one in part:
            yield from references(one)


def unknown(kind: str, found: dict[str, Any]) -> set[str]:
    return {key for key in found if key not in KEYS[kind] and not key.startswith("x-")}


def test_the_document_has_what_the_specification_requires_and_nothing_it_does_not_know() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert unknown("document", DOCUMENT) == unknown("info", DOCUMENT["info"]) == set()
    assert DOCUMENT["info"]["title"]
    assert isinstance(DOCUMENT["info"]["version"], str)
    for name, channel in DOCUMENT["channels"].items():
        assert KEY.fullmatch(name)
        assert unknown("channel", channel) == unknown("channel kafka", channel["bindings"]["kafka"]) == set()
        assert channel["address"] == channel["bindings"]["kafka"]["topic"] == name
        assert set(channel["bindings"]["kafka"]["topicConfiguration"]) == {"retention.ms", "max.message.bytes"}
    for name, operation in DOCUMENT["operations"].items():
        assert KEY.fullmatch(name)
        assert unknown("operation", operation) == set()
        assert operation["action"] in {"send", "receive"}
    for name, message in DOCUMENT["components"]["messages"].items():
        assert KEY.fullmatch(name)
        assert unknown("message", message) == unknown("message kafka", message["bindings"]["kafka"]) == set()
        assert set(message["payload"]) == {"schemaFormat", "schema"}


def test_every_reference_leads_somewhere_and_every_message_is_referred_to() -> None:
    found = set(references(DOCUMENT))
    assert [one for one in found if not isinstance(resolved(one), dict)] == []
    assert {f"#/components/messages/{key}" for key in DOCUMENT["components"]["messages"]} <= found
    assert {one["channel"]["$ref"] for one in DOCUMENT["operations"].values()} == {
        f"#/channels/{name}" for name in DOCUMENT["channels"]
    }


def test_each_agency_has_its_topics_with_every_version_of_what_it_tells_and_nothing_else() -> None:
    assert set(DOCUMENT["channels"]) == {
        topic for agency in AGENCIES for topic in (agency_topic(agency), deliveries_topic(agency))
    }
    for agency in AGENCIES:
        told = DOCUMENT["channels"][agency_topic(agency)]["messages"]
        expected = {
            f"{one.short_name}.v{version.version}"
            for one in CATALOGUE.statements()
            for version in CATALOGUE.versions(one.short_name)
            if agency in one.told_by
        }
        assert set(told) == expected
    assert "ExclusionRecorded.v1" in DOCUMENT["channels"]["agency.education.events"]["messages"]
    assert "ExclusionRecorded.v2" in DOCUMENT["channels"]["agency.education.events"]["messages"]


@pytest.mark.parametrize("name", ["ConcernRaised.v1", "ReferralReceived.v2", "FeedDelivered.v1"])
def test_the_payload_of_a_message_is_its_contract_by_which_an_avro_library_reads(name: str) -> None:
    message = DOCUMENT["components"]["messages"][name]
    contract = CATALOGUE.by_id(message["x-schema-id"])
    assert contract is not None
    assert message["payload"]["schema"] == json.loads(contract.schema)
    assert message["payload"]["schemaFormat"] == "application/vnd.apache.avro+json;version=1.9.0"
    assert avro.schema.parse(json.dumps(message["payload"]["schema"])).fullname == message["name"] == contract.name
