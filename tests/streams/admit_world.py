"""An admit stage over memory: invented statements, records as a broker hands them over, and stores that can be cut off at any step."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from access_policy.keys import EntryKey, KeyScope, MemoryKeyStore
from access_policy.sealing import Opener, Sealer
from projections.admissions import MemoryAdmissions
from projections.identity.exact import Claim, MemoryIdentity, Placement
from schemas.codec import decode_payload, encode
from schemas.sealed import SealedCodec, SealedEvent
from schemas.topics import HUB_EVENTS, HUB_QUARANTINE, agency_topic
from streams.admission import Examiner, Secrets
from streams.admit import Admit, Sealing
from streams.event_log import LogRecord, MemoryEventLog
from streams.runs import Run
from tests.schemas.contract_values import CATALOGUE

CODEC = SealedCodec(CATALOGUE)
SECRETS = Secrets(b"b" * 32, b"e" * 32, b"d" * 32)
HEALTH = agency_topic("health")
DAY = 86_400_000_000
NOON = 1_706_788_800_000_000
STAMP = 1_706_800_000_123
CONCERN = CATALOGUE.by_name("ConcernRaised")
QUARANTINED = CATALOGUE.by_name("Quarantined")
assert CONCERN is not None
assert QUARANTINED is not None


class BrokerRecord(NamedTuple):
    """One record as aiokafka hands it over; `timestamp` is the broker's, in milliseconds."""

    topic: str
    partition: int
    offset: int
    value: bytes | None
    timestamp: int = STAMP
    timestamp_type: int = 1
    headers: tuple[tuple[str, bytes], ...] = ()


def concern(reference: str, local_id: str = "H-1", **changes: Any) -> dict[str, Any]:
    """Make a concern that health raised; `changes` are envelope fields, `kind` is its own."""
    child = {"local_id": local_id} | {name: changes.pop(name, None) for name in ("nhs_number", "upn")}
    empty = dict.fromkeys(("family_name", "given_name", "date_of_birth", "sex", "address", "postcode"))
    when = {"earliest": NOON, "latest": NOON, "wording": None}
    kind = changes.pop("kind", "worry")
    envelope = {
        "agency": "health",
        "source_system": "invented",
        "reference": reference,
        "child": child | empty,
        "happened": when,
        "learned": when,
        "assertion": "FACT",
        "sensitivity": "ROUTINE",
        "seal": "OPEN",
        **dict.fromkeys(("handling_conditions", "correlation", "cause", "corrects", "retracts")),
    }
    return {"envelope": envelope | changes, "kind": kind, "summary": None}


def message(value: dict[str, Any]) -> bytes:
    assert CONCERN is not None
    return encode(CONCERN, value)


def record(value: bytes | None, offset: int = 0, topic: str = HEALTH, partition: int = 0) -> BrokerRecord:
    return BrokerRecord(topic, partition, offset, value)


def run_of(*values: bytes | None, first: int = 0, topic: str = HEALTH, partition: int = 0) -> Run:
    return Run([record(value, offset, topic, partition) for offset, value in enumerate(values, first)])


class CutOff(Exception):
    """The process dies here."""


@dataclass
class Cut:
    """Counts the steps at which a process can die, and dies at one of them."""

    at: int | None = None
    steps: int = 0

    def step(self) -> None:
        """Take one step, or die."""
        self.steps += 1
        if self.steps == self.at:
            raise CutOff


class CutAdmissions(MemoryAdmissions):
    """Dies before or after anything is remembered."""

    def __init__(self, cut: Cut) -> None:
        super().__init__()
        self.cut = cut

    @contextmanager
    def reading(self, topic: str, part: int) -> Iterator[int]:
        """Die before the position is known, or just before it is committed."""
        self.cut.step()
        with super().reading(topic, part) as following:
            yield following
            self.cut.step()

    def known(self, event_ids: Sequence[bytes]) -> dict[bytes, bytes]:
        """Die before looking."""
        self.cut.step()
        return super().known(event_ids)

    def remember(self, admitted: Iterable[tuple[bytes, bytes]]) -> None:
        """Die before or after."""
        self.cut.step()
        super().remember(admitted)
        self.cut.step()

    def move_to(self, topic: str, part: int, following: int) -> None:
        """Die before or after."""
        self.cut.step()
        super().move_to(topic, part, following)
        self.cut.step()


class CutIdentity(MemoryIdentity):
    """Dies before children are made, or when they are durable and nobody was told."""

    def __init__(self, cut: Cut, new_child: Callable[[], UUID]) -> None:
        super().__init__(new_child)
        self.cut = cut

    def place(self, claims: Sequence[Claim]) -> list[Placement]:
        """Die before or after."""
        self.cut.step()
        placed = super().place(claims)
        self.cut.step()
        return placed


class CutKeys(MemoryKeyStore):
    """Dies before keys are made, or when they are durable and nobody was told."""

    def __init__(self, cut: Cut, randomness: Callable[[int], bytes]) -> None:
        super().__init__(randomness)
        self.cut = cut

    def ensure(self, wanted: Sequence[KeyScope]) -> Mapping[KeyScope, EntryKey]:
        """Die before or after."""
        self.cut.step()
        keys = super().ensure(wanted)
        self.cut.step()
        return keys


class CutLog(MemoryEventLog):
    """Dies before, between and after the records of one write."""

    def __init__(self, cut: Cut) -> None:
        super().__init__()
        self.cut = cut

    async def write(self, topic: str, records: Iterable[LogRecord]) -> None:
        """Die before any record, after each, and when all are written and nobody was told."""
        self.cut.step()
        for one in records:
            await super().write(topic, [one])
            self.cut.step()


@dataclass
class World:
    """What outlives a process: what was admitted, who is who, the keys and the log; `admit` is the stage of a process that begins now."""

    cut: Cut = field(default_factory=Cut)

    def __post_init__(self) -> None:
        random = Random(2024)
        self.admissions = CutAdmissions(self.cut)
        self.identity = CutIdentity(self.cut, lambda: UUID(bytes=random.randbytes(16), version=4))
        self.keys = CutKeys(self.cut, random.randbytes)
        self.log = CutLog(self.cut)

    def admit(self, catalogue: Any = CATALOGUE) -> Admit:
        sealing = Sealing(self.keys, Sealer(b"n" * 32), CATALOGUE, CODEC, 1)
        return Admit(Examiner(catalogue, SECRETS), self.admissions, self.identity, sealing, self.log)

    def take(self, *runs: Run) -> "World":
        """Admit runs in a process that begins now."""
        stage = self.admit()
        for run in runs:
            asyncio.run(stage.fold(run))
        return self

    def written(self, topic: str) -> list[LogRecord]:
        return self.log.topics.get(topic, [])

    def events(self) -> list[SealedEvent]:
        """Give the hub events that were written, in order."""
        return [CODEC.read(one.value) for one in self.written(HUB_EVENTS)]

    def refused(self) -> list[dict[str, Any]]:
        """Give what was quarantined, in order, still sealed."""
        assert QUARANTINED is not None
        return [decode_payload(QUARANTINED, one.value[5:]) for one in self.written(HUB_QUARANTINE)]

    def opened(self, event: SealedEvent) -> bytes:
        """Open a hub event's body with its key."""
        return self.open_with(event.header.key_id, event.header_bytes, event.sealed)

    def open_with(self, key_id: bytes, bound: bytes, sealed: bytes) -> bytes:
        key = self.keys.find([UUID(bytes=key_id)])[UUID(bytes=key_id)]
        assert key is not None
        return Opener().open_sealed(key, bound, sealed)
