"""Writing disclosures: one record each on hub.disclosures, acknowledged by every in-sync replica before anyone goes on."""

import logging
from typing import Any, Protocol

from kafka import KafkaProducer
from kafka.errors import KafkaError, TopicAuthorizationFailedError

from query.disclosure import Disclosure, encode_disclosure
from query.ports import DisclosureFailed
from schemas.catalogue import Contract
from schemas.topics import HUB_DISCLOSURES

PARTITION = 0
PATIENCE_SECONDS = 15.0
OPTIONS: dict[str, Any] = {
    "linger_ms": 0,
    "bootstrap_timeout_ms": 8_000,
    "max_block_ms": 8_000,
    "request_timeout_ms": 8_000,
    "delivery_timeout_ms": 12_000,
}
"""How the producer is set up unless told otherwise: whoever waits for a record learns of a broker that is not there in seconds."""

DURABLE: dict[str, Any] = {"acks": "all", "enable_idempotence": True}
"""What nobody may set otherwise: without it "durable when this returns" would not hold."""

NOTHING_SHOWN = "nothing was shown"


class Producer(Protocol):
    """What is used of kafka-python's producer; the future's `get` raises when the record was not acknowledged."""

    def send(self, topic: str, *, value: bytes, key: bytes, partition: int) -> Any:
        """Hand a record over and give its future."""
        ...

    def close(self) -> None:
        """Close its connections; whoever connected it does that."""
        ...


def disclosure_producer(**options: Any) -> Producer:
    """Connect a producer (addresses, user and TLS in `options`, as kafka-python names them); DisclosureFailed when no broker answers."""
    log = logging.getLogger("kafka")
    if log.getEffectiveLevel() < logging.INFO:
        log.setLevel(logging.INFO)  # its debug lines quote whole messages, and a disclosure names a member of staff
    try:
        producer: Producer = KafkaProducer(**{**OPTIONS, **options, **DURABLE})
    except KafkaError as error:
        raise DisclosureFailed(_sentence(error)) from None
    return producer


class KafkaDisclosureLog:
    """Writes to hub.disclosures, keyed by the disclosure's random id and without headers."""

    def __init__(self, producer: Producer, contract: Contract, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._producer = producer
        self._contract = contract
        self._patience = patience_seconds

    def record(self, disclosure: Disclosure) -> None:
        """Write one disclosure and wait for its acknowledgement. If we crash while waiting, it may be there although nothing was shown."""
        key = disclosure.disclosure_id.bytes
        try:
            message = encode_disclosure(self._contract, disclosure)
            self._producer.send(HUB_DISCLOSURES, value=message, key=key, partition=PARTITION).get(
                timeout=self._patience
            )
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in here, nothing may be shown
            raise DisclosureFailed(_sentence(error)) from None


class MemoryDisclosureLog:
    """What writing disclosures means, kept in memory in the order in which they were written."""

    def __init__(self) -> None:
        self.disclosures: list[Disclosure] = []

    def record(self, disclosure: Disclosure) -> None:
        """Keep one disclosure."""
        self.disclosures.append(disclosure)


def _sentence(error: Exception) -> str:
    if isinstance(error, TopicAuthorizationFailedError):
        return (
            f"expected the broker to let the door write to {HUB_DISCLOSURES}, found that it refused this user, so {NOTHING_SHOWN}; "
            "use the Kafka user door (`mash provision` sets it up)"
        )
    return (
        f"expected the disclosure to be acknowledged by {HUB_DISCLOSURES}, found {type(error).__name__}, so {NOTHING_SHOWN}; "
        "check `mash services status` and the password file of the Kafka user door, then ask again"
    )
