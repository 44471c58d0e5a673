"""What the hub writes to hub.quarantine: a refused message, sealed; that one is taken up again; what came of a settled one."""

import hashlib
from uuid import UUID

from access_policy.keys import EntryKey, KeyScope, KeyStore
from access_policy.sealing import Sealer
from schemas.catalogue import Catalogue
from schemas.codec import encode
from schemas.topics import agency_of
from streams.admission import Refused
from streams.event_log import LogRecord
from streams.sorting import Closing

NO_CHILD = UUID(int=0)
QUARANTINE = "QUARANTINE"
"""The scope of keys that seal what was refused: no child's, one for each agency and epoch."""
PARTITION = 0


class Quarantining:
    """Makes the records; reading the same again makes the same bytes."""

    def __init__(self, keys: KeyStore, sealer: Sealer, catalogue: Catalogue, epoch: int) -> None:
        self._keys = keys
        self._sealer = sealer
        self._catalogue = catalogue
        self._epoch = epoch

    def refused(self, refused: Refused) -> tuple[dict[str, object], LogRecord]:
        """Seal what was refused, and give its value and its record; headers are those of Kafka Connect's dead letters, without message or stack trace."""
        key, settling = self._key(agency_of(refused.topic)), refused.settling
        value = {
            "quarantine_id": refused.quarantine_id,
            "topic": refused.topic,
            "partition": refused.partition,
            "offset": refused.offset,
            "received": refused.received,
            "code": refused.code,
            "sentence": refused.sentence,
            "key_id": key.key_id.bytes,
            "sealed": self._sealer.seal(key, refused.quarantine_id, refused.place.encode(), refused.message),
            "schema_id": refused.schema_id,
            "event_id": refused.event_id,
            "waits_for": refused.waits_for,
            "earlier": None if settling is None else settling.quarantine_id,
        }
        message = encode(self._catalogue.own("Quarantined"), value)
        return value, LogRecord(PARTITION, refused.quarantine_id, message, connect_headers(refused))

    def taken_up(self, quarantine_id: bytes, at: int) -> LogRecord:
        """Say that a message that waited is to be examined anew; at most one of these about it is of any effect."""
        value = {
            "settled_id": hashlib.sha256(b"taken up " + quarantine_id).digest()[:16],
            "quarantine_id": quarantine_id,
            "action": "TAKE_UP",
            "person": None,
            "disclosure_id": None,
            "at": at,
            "key_id": None,
            "reason": None,
        }
        return LogRecord(PARTITION, quarantine_id, encode(self._catalogue.own("QuarantineSettled"), value))

    def closed(self, closing: Closing) -> LogRecord:
        """Say what came of a settled message."""
        settling = closing.settling
        value = {
            "quarantine_id": settling.quarantine_id,
            "settled_id": settling.settled_id,
            "outcome": closing.outcome,
            "at": settling.at,
        }
        return LogRecord(PARTITION, settling.quarantine_id, encode(self._catalogue.own("QuarantineClosed"), value))

    def _key(self, agency: str) -> EntryKey:
        scope = KeyScope(NO_CHILD, agency, QUARANTINE, self._epoch)
        return self._keys.ensure([scope])[scope]


def connect_headers(refused: Refused) -> list[tuple[str, bytes]]:
    """Say where a dead letter came from in the header names that Kafka Connect gave the world."""
    return [
        ("__connect.errors.topic", refused.topic.encode()),
        ("__connect.errors.partition", str(refused.partition).encode()),
        ("__connect.errors.offset", str(refused.offset).encode()),
        ("__connect.errors.stage", b"VALUE_CONVERTER"),
        ("__connect.errors.exception.class.name", refused.code.encode()),
    ]
