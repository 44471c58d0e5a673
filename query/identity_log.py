"""Writing what people decide about who is who: one record each on hub.identity, acknowledged before anyone goes on."""

from typing import Protocol

from projections.identity.messages import encode_said
from projections.identity.said import Decided
from query.disclosure_log import PATIENCE_SECONDS, Producer
from schemas.catalogue import Catalogue
from schemas.topics import HUB_IDENTITY

PARTITION = 0


class DecidingFailed(Exception):
    """A decision is not known to be durable; the message says what was expected, found, and what to do."""


class IdentityLog(Protocol):
    """Where decisions about who is who go, for ever."""

    def decide(self, decided: Decided) -> None:
        """Write a decision: it is durable when this returns, and DecidingFailed is raised whenever that is not certain."""
        ...


class KafkaIdentityLog:
    """Writes to hub.identity, keyed by the decision's random id and without headers."""

    def __init__(self, producer: Producer, catalogue: Catalogue, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._producer = producer
        self._catalogue = catalogue
        self._patience = patience_seconds

    def decide(self, decided: Decided) -> None:
        """Write a decision and wait for its acknowledgement. If we crash while waiting, it may be there; deciding the same again changes nothing."""
        try:
            message = encode_said(self._catalogue, decided)
            key = decided.decision_id.bytes
            self._producer.send(HUB_IDENTITY, value=message, key=key, partition=PARTITION).get(timeout=self._patience)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in here, it is not certain that it was written
            raise DecidingFailed(
                f"expected {HUB_IDENTITY} to acknowledge the decision, found {type(error).__name__}, so it may not be there; "
                "check `mash services status` and the password file of the Kafka user decider, look with `mash identity list`, and decide again"
            ) from None


class MemoryIdentityLog:
    """What writing decisions means, kept in memory in the order in which they were made."""

    def __init__(self) -> None:
        self.decisions: list[Decided] = []

    def decide(self, decided: Decided) -> None:
        """Keep a decision."""
        self.decisions.append(decided)
