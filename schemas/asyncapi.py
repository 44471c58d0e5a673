"""The same contracts for programs: an AsyncAPI 3 document with every agency's topics, and on each the messages that this agency tells."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from schemas.catalogue import Catalogue, Contract
from schemas.compatibility import LEVEL
from schemas.topics import AGENCIES, TOPICS, Topic, agency_topic, deliveries_topic

ASYNCAPI = "3.0.0"
AVRO = "application/vnd.apache.avro+json;version=1.9.0"
DELIVERED = "FeedDelivered"
"""What an agency says on its topic of deliveries."""
KAFKA_BINDING = "0.5.0"


def asyncapi_document(catalogue: Catalogue) -> dict[str, Any]:
    """Describe what the hub receives: channels by topic, operations by channel, every version of every contract once as a message."""
    by_topic = {topic.name: topic for topic in TOPICS}
    heard = {agency_topic(agency): _told_by(catalogue, agency) for agency in AGENCIES}
    heard |= {deliveries_topic(agency): list(catalogue.versions(DELIVERED)) for agency in AGENCIES}
    messages = {_key(one): one for contracts in heard.values() for one in contracts}
    return {
        "asyncapi": ASYNCAPI,
        "info": {
            "title": "mash-hub",
            "version": str(max(one.id for one in catalogue)),
            "description": "What agencies tell a Multi-Agency Safeguarding Hub over Kafka. Each topic is written by one agency alone. The version is the newest contract's id.",
        },
        "defaultContentType": "avro/binary",
        "channels": {name: _channel(by_topic[name], contracts) for name, contracts in heard.items()},
        "operations": {f"receive.{name}": _operation(name) for name in heard},
        "components": {"messages": {key: _message(one) for key, one in sorted(messages.items())}},
    }


def _told_by(catalogue: Catalogue, agency: str) -> list[Contract]:
    return list(_every_version(catalogue, (one for one in catalogue.statements() if agency in one.told_by)))


def _every_version(catalogue: Catalogue, contracts: Iterator[Contract]) -> Iterator[Contract]:
    for one in contracts:
        yield from catalogue.versions(one.short_name)


def _key(contract: Contract) -> str:
    return f"{contract.short_name}.v{contract.version}"


def _channel(topic: Topic, contracts: Sequence[Contract]) -> dict[str, Any]:
    return {
        "address": topic.name,
        "messages": {_key(one): {"$ref": f"#/components/messages/{_key(one)}"} for one in contracts},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "retention.ms": topic.retention_ms,
                    "max.message.bytes": topic.max_record_bytes,
                },
                "bindingVersion": KAFKA_BINDING,
            }
        },
    }


def _operation(channel: str) -> dict[str, Any]:
    # A name with dots is one step of a JSON pointer: only ~ and / would have to be escaped.
    return {"action": "receive", "channel": {"$ref": f"#/channels/{channel}"}}


def _message(contract: Contract) -> dict[str, Any]:
    schema = json.loads(contract.schema)
    said = {
        "name": contract.name,
        "title": f"{contract.short_name} version {contract.version}",
        "summary": schema["doc"],
        "contentType": "avro/binary",
        "payload": {"schemaFormat": AVRO, "schema": schema},
        "bindings": {
            "kafka": {
                "schemaIdLocation": "payload",
                "schemaIdPayloadEncoding": "confluent",
                "schemaLookupStrategy": "TopicRecordNameStrategy",
                "bindingVersion": KAFKA_BINDING,
            }
        },
        "x-schema-id": contract.id,
        "x-schema-guid": str(contract.guid),
        "x-compatibility": LEVEL,
    }
    return said | ({"description": contract.changed} if contract.changed else {})
