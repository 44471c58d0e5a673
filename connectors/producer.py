"""The log as an agency writes it: statements encoded, published under the agency's own user, and waited for until the broker has them.

If we crash anywhere here, some statements are on the agency's topic and some are not, and nothing else has changed: the hub derives event ids from the
agency's references, so publishing the same again changes nothing.
"""

import logging
import socket
from collections import deque
from contextlib import suppress
from typing import Any, Protocol, Self

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError, TopicAuthorizationFailedError
from kafka.net.compat import KafkaNetClient

from connectors.statement import Statement
from schemas.catalogue import Catalogue
from schemas.codec import ContractBroken, encode
from schemas.topics import MAX_STATEMENT_BYTES

SEND_AGAIN = "sending the same again changes nothing about those"
WAITING_LIMIT = 5_000
PATIENCE_SECONDS = 30.0
OPTIONS: dict[str, Any] = {
    "acks": "all",
    "enable_idempotence": True,
    "linger_ms": 20,
    "batch_size": 128 * 1024,
    "bootstrap_timeout_ms": 8_000,
    "max_block_ms": 8_000,
    "request_timeout_ms": 8_000,
    "delivery_timeout_ms": 20_000,
}
"""How the producer is set up unless told otherwise: a broker that is not there is known in eight seconds, not in thirty."""


class FeedBroken(Exception):
    """The log took no more; `acknowledged` statements are surely in it. The message says expected, found, what to do, and that a re-send is safe."""

    def __init__(self, sentence: str, acknowledged: int = 0) -> None:
        super().__init__(f"{sentence}. {acknowledged} statements were acknowledged before; {SEND_AGAIN}.")
        self.acknowledged = acknowledged


class StatementLog(Protocol):
    """Where messages of an agency go. One thread uses one log."""

    def publish(self, topic: str, message: bytes) -> None:
        """Hand a message over; FeedBroken when the log takes no more."""

    def flush(self) -> int:
        """Wait until everything handed over is kept; gives how many messages that is since the log was opened. FeedBroken when it will not be."""


def encode_statement(catalogue: Catalogue, statement: Statement) -> bytes:
    """Write a statement as it goes on the wire; ContractBroken when its event type is unknown, it does not fit, or it is too large."""
    contract = catalogue.by_name(statement.event_type)
    if contract is None or not contract.name.startswith("mash.events."):
        raise ContractBroken(
            "unknown-event-type",
            "expected an event type that agencies may use, found another; see `mash contracts list`",
        )
    message = encode(contract, statement.value)
    if len(message) > MAX_STATEMENT_BYTES:
        raise ContractBroken(
            "too-large",
            f"expected at most {MAX_STATEMENT_BYTES} bytes, found {len(message)}; send long documents elsewhere and refer to them",
        )
    return message


class MemoryStatementLog:
    """Keeps messages in a list of (topic, message): what the broker would hold."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, bytes]] = []

    def publish(self, topic: str, message: bytes) -> None:
        """Keep the message."""
        self.messages.append((topic, message))

    def flush(self) -> int:
        """Say how many are kept."""
        return len(self.messages)


class NoLog:
    """Keeps nothing: for remembering a file as told without telling it."""

    def publish(self, _topic: str, _message: bytes) -> None:
        """Forget the message."""

    def flush(self) -> int:
        """Nothing is kept."""
        return 0


class KafkaStatementLog:
    """Publishes to the agency's own topic with no key and no headers, so that nothing personal travels outside the message.

    `hub` is Kafka's cluster id, None where the broker does not say it. `options` go to kafka-python (addresses, user, TLS) and override OPTIONS. FeedBroken at once when the broker cannot be reached or refuses the user.
    """

    def __init__(self, **options: Any) -> None:
        self._waiting: deque[Any] = deque()
        self._acknowledged = 0
        _keep_messages_out_of_logs()
        self._producer, client = _producer({**OPTIONS, **options})
        self.hub: str | None = client.cluster.cluster_id

    def __enter__(self) -> Self:
        """Use it in a with statement so that its connections are closed."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close without waiting for what was not flushed: after an error it is sent again anyway."""
        self.close()

    def close(self) -> None:
        """Close the connections; what a broken log still holds is given up, and is sent again with the file."""
        with suppress(KafkaError):
            self._producer.close(timeout=1.0)

    def publish(self, topic: str, message: bytes) -> None:
        """Hand a message to the producer; waits when many are unacknowledged."""
        try:
            self._waiting.append(self._producer.send(topic, value=message))
            while self._waiting and (len(self._waiting) > WAITING_LIMIT or self._waiting[0].is_done):
                self._settle_oldest()
        except KafkaError as error:
            raise self._broken(error) from None

    def flush(self) -> int:
        """Wait for every acknowledgement; then all that was published is in the log on every in-sync replica."""
        try:
            self._producer.flush(timeout=PATIENCE_SECONDS)
            while self._waiting:
                self._settle_oldest()
        except KafkaError as error:
            raise self._broken(error) from None
        return self._acknowledged

    def _settle_oldest(self) -> None:
        self._waiting.popleft().get(timeout=PATIENCE_SECONDS)
        self._acknowledged += 1

    def _broken(self, error: KafkaError) -> FeedBroken:
        self._acknowledged += sum(1 for future in self._waiting if future.is_done and future.succeeded())
        self._waiting.clear()
        return FeedBroken(_sentence(error), self._acknowledged)


def _producer(options: dict[str, Any]) -> tuple[KafkaProducer, KafkaNetClient]:
    """Connect; a producer that cannot leaves its client open (kafka-python 3.0.12), so the client is caught at its making and closed here."""
    _look_for_broker(options["bootstrap_servers"], options["bootstrap_timeout_ms"] / 1000)
    clients: list[KafkaNetClient] = []

    def client(**config: Any) -> KafkaNetClient:
        clients.append(KafkaNetClient(**config))
        return clients[-1]

    try:
        return KafkaProducer(**options, kafka_client=client), clients[-1]
    except KafkaError as error:
        for left in clients:
            left.close()
        raise FeedBroken(_not_let_in(error)) from None


def _look_for_broker(places: list[str] | str, patience: float) -> None:
    """Knock at each address, so that a broker that is not there is known at once and told apart from one that lets nobody in."""
    named = places.split(",") if isinstance(places, str) else places
    for place in named:
        host, _, port = place.strip().rpartition(":")
        # An address that is none of host:port is a fault of the settings, said with the same sentence.
        with suppress(OSError, ValueError), socket.create_connection((host.strip("[]"), int(port)), timeout=patience):
            return
    raise FeedBroken(
        f"Expected a broker at {', '.join(named)}, found none that answers; start it (`mash services up`) or correct the address, then send again"
    )


def _not_let_in(error: KafkaError) -> str:
    if not isinstance(error, KafkaTimeoutError):
        return _sentence(error)
    return (
        "Expected the broker to let this user in, found that it answers but does not: the password may be wrong, or the certificate or user unknown "
        "(a broker does not say which); check the user's password file (`mash provision` makes it), then send again"
    )


def _sentence(error: KafkaError) -> str:
    if isinstance(error, TopicAuthorizationFailedError):
        return (
            "Expected this user to be the one that may write to the agency's topic, found that the broker refused it; "
            "send as the user of the agency whose file it is (`mash provision` sets up users and their topics)"
        )
    if isinstance(error, KafkaTimeoutError):
        return (
            "Expected the broker to acknowledge, found that it did not in time: it may have stopped, or the agency's topic is not set up; "
            "check `mash services status`, run `mash provision`, then send again"
        )
    return f"Expected the broker to take the statement, found {type(error).__name__}; ask the operator of the hub, then send again"


def _keep_messages_out_of_logs() -> None:
    """Silence kafka-python below INFO: its debug lines quote whole messages."""
    log = logging.getLogger("kafka")
    if log.getEffectiveLevel() < logging.INFO:
        log.setLevel(logging.INFO)
