"""Writing what people say about records: one record each on hub.casework, acknowledged before anyone goes on."""

from typing import Protocol

from projections.casework import Casework
from projections.casework_messages import write_casework
from query.disclosure_log import PATIENCE_SECONDS, Producer
from schemas.catalogue import Catalogue
from schemas.topics import HUB_CASEWORK

PARTITION = 0


class CaseworkFailed(Exception):
    """What somebody said is not known to be durable; the message says what was expected, found, and what to do."""


class CaseworkLog(Protocol):
    """Where what people say about records goes, for ever."""

    def say(self, one: Casework) -> None:
        """Write it: it is durable when this returns, and CaseworkFailed is raised whenever that is not certain."""
        ...


class KafkaCaseworkLog:
    """Writes to hub.casework, keyed by the random id of what is said and without headers."""

    def __init__(self, producer: Producer, catalogue: Catalogue, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._producer = producer
        self._catalogue = catalogue
        self._patience = patience_seconds

    def say(self, one: Casework) -> None:
        """Write it and wait for its acknowledgement. If we crash while waiting, it may be there; saying it again says it twice, and the newest counts."""
        try:
            message = write_casework(self._catalogue, one)
            key = one.said.said_id.bytes
            self._producer.send(HUB_CASEWORK, value=message, key=key, partition=PARTITION).get(timeout=self._patience)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in here, it is not certain that it was written
            raise CaseworkFailed(
                f"expected {HUB_CASEWORK} to acknowledge what was said, found {type(error).__name__}, so it may not be there; "
                "check `mash services status` and the password file of the Kafka user decider, look at the record, and say it again if it is missing"
            ) from None


class MemoryCaseworkLog:
    """What writing casework means, kept in memory in the order in which it was said."""

    def __init__(self) -> None:
        self.said: list[Casework] = []

    def say(self, one: Casework) -> None:
        """Keep it."""
        self.said.append(one)
