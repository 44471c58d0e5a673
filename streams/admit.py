"""Admit: read agency topics, find each statement's child, seal it, write it to hub.events; what may not enter goes to quarantine, sealed as well."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from access_policy.keys import EntryKey, KeyScope, KeyStore
from access_policy.sealing import Sealer
from projections.admissions import Admissions
from projections.identity import Identity, Placement
from schemas.catalogue import Contract
from schemas.codec import encode
from schemas.sealed import SealedCodec
from schemas.topics import HUB_EVENTS, HUB_QUARANTINE, agency_of, partitions_of
from streams.admission import Examiner, Refused, Statement, without_repeats
from streams.event_log import EventLog, LogRecord, partition_of
from streams.runs import Run

STAGE = "admit"
NO_CHILD = UUID(int=0)
QUARANTINE = "QUARANTINE"
"""The scope of keys that seal what was refused: no child's, one for each agency and epoch."""
REUSED = (
    "expected a reference of its own for a new statement, found one used before with other content; "
    "send it again with a new reference, saying in `corrects` which one it replaces"
)


@dataclass(frozen=True, slots=True)
class Sealing:
    """What seals: the keys, the cipher, and the epoch of keys in use."""

    keys: KeyStore
    sealer: Sealer
    codec: SealedCodec
    quarantined: Contract
    epoch: int


@dataclass(frozen=True, slots=True)
class Admit:
    """The admit stage: `run` is its whole life, one run of records of one agency topic at a time."""

    examiner: Examiner
    admissions: Admissions
    identity: Identity
    sealing: Sealing
    log: EventLog

    async def fold(self, run: Run) -> None:
        """Admit one run. Positions and what was admitted become true last, together, after the broker has every event."""
        with self.admissions.reading(run.topic, run.partition) as following:
            # An agency's topic is kept for a month: records that expired unread leave a hole, which quality reports and nobody can fill.
            records = [record for record in run.records if record.offset >= following]
            if not records:
                return
            examined = [self.examiner.examine(record) for record in records]
            statements, refused = self._sort(examined)
            # Children and keys are durable once these return; if we crash before the events are written, reading again finds the same ones.
            placements = self.identity.place([statement.claim for statement in statements])
            events = self._sealed(statements, placements)
            # Noted before they are written, committed after: who reads the same reference from another partition meanwhile waits, and then has a repeat.
            self.admissions.remember((statement.event_id, statement.digest) for statement in statements)
            await self.log.write(HUB_QUARANTINE, [self._quarantined(one) for one in refused])
            await self.log.write(HUB_EVENTS, events)
            self.admissions.move_to(run.topic, run.partition, records[-1].offset + 1)

    def _sort(self, examined: Sequence[Statement | Refused]) -> tuple[list[Statement], list[Refused]]:
        statements = [one for one in examined if isinstance(one, Statement)]
        refused = [one for one in examined if isinstance(one, Refused)]
        admitted = self.admissions.known([statement.event_id for statement in statements])
        fresh, changed = without_repeats(statements, admitted)
        return fresh, [*refused, *(self.examiner.refuse(one, "reference-reused", REUSED) for one in changed)]

    def _sealed(self, statements: Sequence[Statement], placements: Sequence[Placement]) -> list[LogRecord]:
        epoch, partitions = self.sealing.epoch, partitions_of(HUB_EVENTS)
        scopes = [
            KeyScope(placement.child, statement.agency, statement.sensitivity, epoch)
            for statement, placement in zip(statements, placements, strict=True)
        ]
        keys = self.sealing.keys.ensure(scopes)
        return [
            self._event(statement, placement, keys[scope], partitions)
            for statement, placement, scope in zip(statements, placements, scopes, strict=True)
        ]

    def _event(self, statement: Statement, placement: Placement, key: EntryKey, partitions: int) -> LogRecord:
        child, codec = placement.child.bytes, self.sealing.codec
        header = codec.header_bytes(self.examiner.header(statement, child, placement.rule, key.key_id.bytes))
        sealed = self.sealing.sealer.seal(key, statement.event_id, header, statement.decoded.payload)
        return LogRecord(partition_of(child, partitions), child, codec.write(header, sealed))

    def _quarantined(self, refused: Refused) -> LogRecord:
        """Seal what was refused; headers are those of Kafka Connect's dead letters, without message or stack trace."""
        place = f"{refused.topic}/{refused.partition}/{refused.offset}".encode()
        quarantine_id = hashlib.sha256(place).digest()[:16]
        scope = KeyScope(NO_CHILD, agency_of(refused.topic), QUARANTINE, self.sealing.epoch)
        key = self.sealing.keys.ensure([scope])[scope]
        value = {
            "quarantine_id": quarantine_id,
            "topic": refused.topic,
            "partition": refused.partition,
            "offset": refused.offset,
            "received": refused.received,
            "code": refused.code,
            "sentence": refused.sentence,
            "key_id": key.key_id.bytes,
            "sealed": self.sealing.sealer.seal(key, quarantine_id, place, refused.message),
        }
        return LogRecord(0, quarantine_id, encode(self.sealing.quarantined, value), connect_headers(refused))


def connect_headers(refused: Refused) -> list[tuple[str, bytes]]:
    """Say where a dead letter came from in the header names that Kafka Connect gave the world."""
    return [
        ("__connect.errors.topic", refused.topic.encode()),
        ("__connect.errors.partition", str(refused.partition).encode()),
        ("__connect.errors.offset", str(refused.offset).encode()),
        ("__connect.errors.stage", b"VALUE_CONVERTER"),
        ("__connect.errors.exception.class.name", refused.code.encode()),
    ]
