"""Writing settlings: who asked for a refused message to be examined anew or discarded, one record each on hub.quarantine."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from query.disclosure_log import PATIENCE_SECONDS, Producer
from schemas.catalogue import Contract
from schemas.codec import encode
from schemas.moments import micros
from schemas.topics import HUB_QUARANTINE

PARTITION = 0


class SettlingFailed(Exception):
    """A settling is not known to be durable; the message says what was expected, found, and what to do."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """One settling by a person: of which message, REDRIVE or DISCARD, by whom (a staff id), under which disclosure, when (UTC), and the reason sealed under a key; none where the key was destroyed."""

    settled_id: UUID
    quarantine_id: UUID
    action: str
    person: str = field(repr=False)
    disclosure_id: UUID
    at: datetime
    key_id: UUID | None = None
    reason: bytes | None = field(default=None, repr=False)


class SettlementLog(Protocol):
    """Where settlings go."""

    def settle(self, settlements: Sequence[Settlement]) -> None:
        """Write settlings in their order: all are durable when this returns, and SettlingFailed is raised whenever that is not certain."""
        ...


class KafkaSettlementLog:
    """Writes to hub.quarantine, keyed by the quarantine id and without headers."""

    def __init__(self, producer: Producer, contract: Contract, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._producer = producer
        self._contract = contract
        self._patience = patience_seconds

    def settle(self, settlements: Sequence[Settlement]) -> None:
        """Write settlings and wait until each is acknowledged. If we crash while waiting, some may be there; settling again does nothing to those."""
        try:
            sent = [self._send(one) for one in settlements]
            for one in sent:
                one.get(timeout=self._patience)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in here, it is not certain what was settled
            raise SettlingFailed(
                f"expected {HUB_QUARANTINE} to acknowledge what was settled, found {type(error).__name__}, so some of it may not be; "
                "check `mash services status` and the password file of the Kafka user settler, look with `mash quarantine list`, and ask again"
            ) from None

    def _send(self, one: Settlement) -> "Waiting":
        value = {
            "settled_id": one.settled_id.bytes,
            "quarantine_id": one.quarantine_id.bytes,
            "action": one.action,
            "person": one.person,
            "disclosure_id": one.disclosure_id.bytes,
            "at": micros(one.at),
            "key_id": None if one.key_id is None else one.key_id.bytes,
            "reason": one.reason,
        }
        message, key = encode(self._contract, value), one.quarantine_id.bytes
        waiting: Waiting = self._producer.send(HUB_QUARANTINE, value=message, key=key, partition=PARTITION)
        return waiting


class Waiting(Protocol):
    """What a producer gives for a record that it was handed."""

    def get(self, timeout: float) -> object:
        """Wait for the acknowledgement."""
        ...


class MemorySettlementLog:
    """What writing settlings means, kept in memory in the order in which they were written."""

    def __init__(self) -> None:
        self.settlements: list[Settlement] = []

    def settle(self, settlements: Sequence[Settlement]) -> None:
        """Keep them."""
        self.settlements += settlements
