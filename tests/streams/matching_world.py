"""A matching worker over memory: invented statements admitted and sealed as the hub does it, and what is said of pairs when it has worked."""

import asyncio
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from random import Random
from typing import Any
from uuid import UUID

from admit_world import CODEC, DAY, NOON, SECRETS, STAMP, BrokerRecord, record

from access_policy import blind_index as blind
from access_policy.keys import KeyScope, MemoryKeyStore
from access_policy.sealing import Opener, Sealer
from projections.household_tokens import MemoryHouseholdTokens
from projections.identity.comparisons import MemoryComparisons
from projections.identity.likeness.weights import Weights, load_weights
from projections.identity.messages import decode_said
from projections.identity.particulars import Outcome
from projections.identity.said import Compared, Decided
from projections.identity.sketches import MemorySketches
from projections.identity.strands import Pair, pair_of
from schemas.codec import encode_payload
from schemas.moments import days
from schemas.sealed import Header, Identification
from schemas.topics import HUB_EVENTS, HUB_IDENTITY, partitions_of
from streams.event_log import LogRecord, MemoryEventLog, partition_of
from streams.matching.comparing import LARGEST_BLOCK, Comparing, Parts
from streams.matching.match import Match, Reading
from streams.matching.sealing import SketchSeal
from streams.runs import Run
from tests.schemas.contract_values import CATALOGUE

NOW = datetime(2024, 2, 6, tzinfo=UTC)
WEIGHTS = load_weights()
SEALER = Sealer(b"n" * 32)
SEAL = SketchSeal.of(b"m" * 32, 100)
BORN = date(2015, 3, 9)
ZED = {
    "given_name": "Zedekiah",
    "family_name": "Quillfeather",
    "date_of_birth": BORN,
    "sex": "M",
    "postcode": "ZZ1 1ZZ",
}
ZED |= {"address": "4 Invented Lane"}
"""A child whose name nobody else has."""


@dataclass(frozen=True, slots=True)
class Told:
    """One invented statement: what it is called, who says it under which pseudonym and own id of the child, and what it says."""

    reference: str
    child: UUID
    agency: str
    fields: dict[str, Any]
    event_type: str = "ChildSeen"
    local_id: str = ""
    hour: int = 0
    envelope: dict[str, Any] = field(default_factory=dict)
    own: dict[str, Any] = field(default_factory=dict)


def strand(number: int) -> UUID:
    return UUID(int=number << 112 | number)


def value_of(one: Told) -> dict[str, Any]:
    """Give a statement's value."""
    contract = CATALOGUE.by_name(one.event_type)
    assert contract is not None
    names = ("nhs_number", "upn", "family_name", "given_name", "date_of_birth", "sex", "address", "postcode")
    child = dict.fromkeys(names) | one.fields
    if isinstance(child["date_of_birth"], date):
        child["date_of_birth"] = days(child["date_of_birth"])
    when = {"earliest": NOON + one.hour * DAY, "latest": NOON + one.hour * DAY, "wording": None}
    rest = dict.fromkeys(("handling_conditions", "correlation", "cause", "corrects", "retracts"))
    said = {"agency": one.agency, "source_system": "invented", "reference": one.reference, "assertion": "FACT"}
    kind = {"sensitivity": "ROUTINE", "seal": "OPEN", "happened": when, "learned": when}
    envelope = {**said, **kind, "child": {"local_id": one.local_id or "1", **child}, **rest, **one.envelope}
    fields = {part["name"]: None for part in contract.fast["fields"]}
    return {**fields, **one.own, "envelope": envelope}


def header_of(one: Told, key_id: bytes) -> Header:
    envelope = value_of(one)["envelope"]
    contract = CATALOGUE.by_name(one.event_type)
    assert contract is not None
    when = envelope["learned"]["latest"]
    named = {name: _event_id(one.agency, envelope[name]) for name in ("correlation", "cause", "corrects", "retracts")}
    child = envelope["child"]
    local = blind.blind_index(SECRETS.blind_index, blind.local_scheme(one.agency), child["local_id"])
    numbers = (
        blind.blind_index(SECRETS.blind_index, scheme, child[scheme]) if child[scheme] else None
        for scheme in (blind.NHS_NUMBER, blind.UPN)
    )
    return Header(
        event_id=blind.event_id(SECRETS.event_id, one.agency, one.reference),
        child=one.child.bytes,
        agency=one.agency,
        event_type=one.event_type,
        contract_id=contract.id,
        happened_earliest=when,
        happened_latest=when,
        learned_earliest=when,
        learned_latest=when,
        received=STAMP * 1000,
        assertion="FACT",
        sensitivity=envelope["sensitivity"],
        seal=envelope["seal"],
        **named,
        identified_by=Identification("exact", local, *numbers),
        content_digest=bytes(32),
        key_id=key_id,
        source_partition=0,
        source_offset=0,
    )


def _event_id(agency: str, reference: str | None) -> bytes | None:
    return None if reference is None else blind.event_id(SECRETS.event_id, agency, reference)


class World:
    """What outlives a matching worker; `worker` is one that begins now, `begun` whether it has caught up."""

    def __init__(self) -> None:
        self.keys = MemoryKeyStore(Random(5).randbytes)
        self.sketches = MemorySketches()
        self.households = MemoryHouseholdTokens()
        self.comparisons = MemoryComparisons()
        self.log = MemoryEventLog()
        self.begun = True
        self._ends = dict.fromkeys(range(partitions_of(HUB_EVENTS)), 0)

    def stage(self) -> Match:
        reading = Reading(self.keys, Opener(), CATALOGUE, CODEC, SECRETS.blind_index)
        return Match(self.sketches, reading, SEAL, self.households)

    def parts(self) -> Parts:
        return Parts(self.sketches, self.comparisons, self.keys, SEAL, CATALOGUE, self.log)

    def turn(self, largest_block: int = LARGEST_BLOCK, weights: Weights = WEIGHTS) -> Comparing:
        return Comparing(self.parts(), weights, lambda: self.begun, lambda: NOW, largest_block)

    def event(self, one: Told) -> tuple[int, bytes]:
        """Seal a statement as a hub event; gives its partition and message."""
        contract = CATALOGUE.by_name(one.event_type)
        assert contract is not None
        envelope = value_of(one)["envelope"]
        scope = KeyScope(one.child, one.agency, envelope["sensitivity"], 1)
        key = self.keys.ensure([scope])[scope]
        header = CODEC.header_bytes(header_of(one, key.key_id.bytes))
        payload = encode_payload(contract, value_of(one))
        sealed = SEALER.seal(key, blind.event_id(SECRETS.event_id, one.agency, one.reference), header, payload)
        return partition_of(one.child.bytes, partitions_of(HUB_EVENTS)), CODEC.write(header, sealed)

    def read(self, *told: Told, at_once: int = 1000) -> "World":
        """Read statements in this order, so many of a partition in a run."""
        events = sorted(map(self.event, told), key=lambda one: one[0])
        for part, of_part in itertools.groupby(events, key=lambda one: one[0]):
            messages = [message for _, message in of_part]
            records = [record(value, self._ends[part] + n, HUB_EVENTS, part) for n, value in enumerate(messages)]
            self._ends[part] += len(records)
            for start in range(0, len(records), at_once):
                self.fold(records[start : start + at_once])
        return self

    def fold(self, records: Sequence[BrokerRecord]) -> None:
        asyncio.run(self.stage().fold(Run(records)))

    def compare(self) -> "World":
        """Take a turn; what is said is heard at once."""
        before = len(self.said())
        asyncio.run(self.turn().act())
        self.hear(*self.said()[before:])
        return self

    def hear(self, *said: Compared | Decided) -> "World":
        first = len(self.comparisons.heard)
        self.comparisons.heard += list(enumerate(said, first))
        return self

    def said(self) -> list[Compared]:
        """Give everything that was said on hub.identity, in order."""
        records: Iterable[LogRecord] = self.log.topics.get(HUB_IDENTITY, [])
        found = [decode_said(CATALOGUE, one.value) for one in records]
        return [one for one in found if isinstance(one, Compared)]

    def outcomes(self) -> dict[Pair, Outcome]:
        """Give what was said last of each pair came to, except that there is nothing to it."""
        return {pair: one.outcome for pair, one in self.said_last().items()}

    def said_last(self) -> dict[Pair, Compared]:
        """Give what was said last of each pair, in full, except that there is nothing to it."""
        newest = {pair_of(one.left, one.right): one for one in self.said()}
        return {pair: one for pair, one in newest.items() if one.outcome != "NO"}
