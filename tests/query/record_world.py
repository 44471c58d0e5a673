"""An invented hub around the door, all in memory: say what agencies tell, then ask."""

import random
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from access_policy import blind_index as blind
from access_policy.decision import DecisionPoint
from access_policy.keys import EntryKey, KeyScope, KeyStore, MemoryKeyStore
from access_policy.question import Person
from access_policy.rules import shipped_rules
from access_policy.sealing import Opener, Sealer
from projections.alerts import Alert
from projections.casework import Casework
from projections.casework_memory import MemoryCasework
from projections.chronology.coverage import Coverage, coverage_of
from projections.feeds import Feed
from projections.feeds_memory import MemoryFeeds
from projections.identity.said import Said
from projections.identity.strands import Kin, resolve
from projections.rules.packs import load_rule_packs
from projections.working_days import WorkingDays
from query.disclosure import Disclosure
from query.disclosure_log import MemoryDisclosureLog
from query.door import Door, DutyRules, Refused, StaffMember
from query.open_record import OpenedRecord, open_record
from query.ports import DisclosureFailed
from query.unsealing import Unsealing
from schemas.catalogue import load_catalogue
from schemas.codec import ContractBroken, encode_payload
from schemas.moments import days, micros, moment
from schemas.sealed import Header, Identification, SealedCodec, SealedEvent

CHILD = UUID("11111111-1111-4111-8111-111111111111")
TWIN = UUID("22222222-2222-4222-8222-222222222222")
MONDAY = datetime(2025, 3, 3, 9, tzinfo=UTC)
NOW = datetime(2025, 3, 10, 12, tzinfo=UTC)
SECRET = b"blind index secret of the tests."
CATALOGUE = load_catalogue()
CODEC = SealedCodec(CATALOGUE)
PACKS = load_rule_packs()
POINT = DecisionPoint(shipped_rules())
CALENDAR = WorkingDays()

FIELDS: dict[str, dict[str, Any]] = {
    "ConcernRaised": {"kind": "worry", "summary": None},
    "NotBrought": {"service": "clinic", "summary": None},
    "PoliceIncidentRecorded": {"kind": "call-out", "summary": None},
    "ReferralReceived": {"source": "school", "source_code": None, "primary_need": "N1", "summary": None},
    "ExclusionRecorded": {"kind": "suspension", "school": None, "reasons": None, "summary": None},
    "ReferralDecided": {"outcome": "assessment", "acknowledged": True, "summary": None},
    "ChildSeen": {"alone": False, "wishes_and_feelings": None, "summary": None},
    "StatementRetracted": {"reason": "a slip"},
    "Section47EnquiryStarted": {"conference_target": None, "conference_not_required": None, "summary": None},
}


def staff(agency: str = "health", role: str = "analyst", *clearances: str) -> StaffMember:
    return StaffMember(f"{agency}-17", Person(agency, role, frozenset(clearances)))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """One statement as an agency makes it; `fields` go over the defaults of its event type, `child_said` over empty identifiers; the newest version of its contract unless another is named."""

    event_type: str = "ConcernRaised"
    agency: str = "education"
    child: UUID = CHILD
    happened: datetime = MONDAY
    until: datetime | None = None
    learned: datetime | None = None
    received: datetime | None = None
    assertion: str = "FACT"
    sensitivity: str = "ROUTINE"
    seal: str = "OPEN"
    corrects: UUID | None = None
    retracts: UUID | None = None
    wording: str | None = None
    handling_conditions: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    child_said: dict[str, Any] = field(default_factory=dict)
    version: int = -1


class MemoryRecords:
    """A store of sealed events, in memory; every reading is written into `calls`, and `said` is what stands on hub.identity."""

    def __init__(self, calls: list[str]) -> None:
        self.kept: dict[UUID, list[SealedEvent]] = defaultdict(list)
        self.said: list[Said] = []
        self.raised: set[Alert] = set()
        self.work = MemoryCasework(CATALOGUE)
        self.feeds = MemoryFeeds(CATALOGUE)
        self.unreadable = False
        self.calls = calls

    def sealed_events(self, child: UUID, as_known_at: datetime | None = None) -> Sequence[SealedEvent]:
        kin = self.kin([child], as_known_at)
        name = kin.child_of(child)
        events = [one for one in self._every() if name_in(one, kin) == name]
        return self._read(one for one in events if as_known_at is None or moment(one.header.received) <= as_known_at)

    def events(self, event_ids: Collection[UUID]) -> Sequence[SealedEvent]:
        return self._read(one for one in self._every() if UUID(bytes=one.header.event_id) in event_ids)

    def admitted_under(self, strands: Collection[UUID]) -> Sequence[SealedEvent]:
        return self._read(one for strand in strands for one in self.kept.get(strand, ()))

    def kin(self, strands: Collection[UUID], as_known_at: datetime | None = None) -> Kin:
        said = enumerate(self.said)
        return resolve((offset, one) for offset, one in said if as_known_at is None or one.at <= as_known_at).kin

    def name_of(self, child: UUID, as_known_at: datetime | None = None) -> UUID:
        return self.kin([child], as_known_at).child_of(child)

    def identity_said(self, strands: Collection[UUID] | None) -> Sequence[tuple[int, Said]]:
        said = enumerate(self.said)
        return [(offset, one) for offset, one in said if strands is None or {one.left, one.right} & set(strands)]

    def child_of(self, blind_index: bytes) -> UUID | None:
        self.calls.append("look up")
        for one in self._every():
            if blind_index in one.header.identified_by[1:]:
                return self.kin([]).name(UUID(bytes=one.header.child), blind_index)
        return None

    def _every(self) -> list[SealedEvent]:
        return [event for events in self.kept.values() for event in events]

    def _read(self, events: Iterable[SealedEvent]) -> Sequence[SealedEvent]:
        self.calls.append("read")
        if self.unreadable:
            raise ContractBroken("truncated", "expected a whole message, found its beginning")
        return list(events)

    def casework(self, event_ids: Iterable[UUID], until: datetime | None) -> Sequence[Casework]:
        return self.work.casework(event_ids, until)

    def coverage(self, told: Iterable[Feed], until: datetime) -> tuple[Coverage, ...]:
        return coverage_of(self.feeds, told, until)

    def every_alert(self) -> frozenset[Alert]:
        return frozenset(self.raised)


def name_in(event: SealedEvent, kin: Kin) -> UUID:
    return kin.name(UUID(bytes=event.header.child), event.header.identified_by.local_id)


class RecordingLog(MemoryDisclosureLog):
    """Keeps disclosures, says when it was called, and fails when told to."""

    def __init__(self, calls: list[str]) -> None:
        super().__init__()
        self.calls = calls
        self.broken = False

    def record(self, disclosure: Disclosure) -> None:
        self.calls.append("record")
        if self.broken:
            raise DisclosureFailed("expected an acknowledgement, found none, so nothing was shown; ask again")
        super().record(disclosure)


class KeysThatCanBeDestroyed(MemoryKeyStore):
    """A key store that forgets the keys of an agency when told to, and says when it was asked."""

    def __init__(self, randomness: Callable[[int], bytes], calls: list[str]) -> None:
        super().__init__(randomness)
        self.calls = calls
        self.destroyed: set[str] = set()
        self.asked_for: set[UUID] = set()

    def find(self, key_ids: Sequence[UUID]) -> dict[UUID, EntryKey | None]:
        self.calls.append("open")
        self.asked_for.update(key_ids)
        found = super().find(key_ids)
        return {one: None if key is None or key.scope.agency in self.destroyed else key for one, key in found.items()}


class World:
    """A hub in memory with a door; `say` puts a statement into it, `open` asks for the record."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.random = random.Random(7)
        self.keys = KeysThatCanBeDestroyed(self.random.randbytes, self.calls)
        self.sealer = Sealer(b"n" * 32)
        self.records = MemoryRecords(self.calls)
        self.log = RecordingLog(self.calls)
        self.told = 0
        self.door = Door(
            POINT,
            self.records,
            Unsealing(self.keys, Opener(), CATALOGUE),
            DutyRules(PACKS, CALENDAR),
            self.log,
            lambda: NOW,
            self.random.randbytes,
        )

    def say(self, told: Told) -> UUID:
        self.told += 1
        event = sealed_event(self.keys, self.sealer, told, self.told)
        self.records.kept[told.child].append(event)
        return UUID(bytes=event.header.event_id)

    def open(self, who: StaffMember | None = None, purpose: str | None = "assessment") -> OpenedRecord:
        opened = open_record(self.door, who or staff(), CHILD, purpose)
        assert isinstance(opened, OpenedRecord)
        return opened

    def open_as_known_at(self, moment: datetime) -> OpenedRecord:
        opened = open_record(self.door, staff(), CHILD, "assessment", moment)
        assert isinstance(opened, OpenedRecord)
        return opened

    def refused(self, who: StaffMember, purpose: str | None) -> Refused:
        refused = open_record(self.door, who, CHILD, purpose)
        assert isinstance(refused, Refused)
        return refused

    def with_point(self, point: DecisionPoint) -> Door:
        return replace(self.door, point=point)


def sealed_event(keys: KeyStore, sealer: Sealer, told: Told, number: int) -> SealedEvent:
    """Make the hub event of a statement, as admission makes it."""
    versions = CATALOGUE.versions(told.event_type)
    contract = versions[-1] if told.version == -1 else versions[told.version - 1]
    payload = encode_payload(contract, _value(told, number))
    scope = KeyScope(told.child, told.agency, told.sensitivity, 1)
    key = keys.ensure([scope])[scope]
    header = _header(told, number, contract.id, blind.content_digest(b"c", payload))._replace(key_id=key.key_id.bytes)
    header_bytes = CODEC.header_bytes(header)
    return SealedEvent(header, header_bytes, sealer.seal(key, header.event_id, header_bytes, payload))


def _value(told: Told, number: int) -> dict[str, Any]:
    names = ["nhs_number", "upn", "family_name", "given_name", "date_of_birth", "sex", "address", "postcode"]
    child = {"local_id": f"{told.agency}-child", **dict.fromkeys(names), **told.child_said}
    if child["date_of_birth"]:
        child["date_of_birth"] = days(child["date_of_birth"])
    first, last, learned = _times(told)
    envelope = {
        "agency": told.agency,
        "source_system": "invented",
        "reference": f"ref-{number}",
        "child": child,
        "happened": {"earliest": first, "latest": last, "wording": told.wording},
        "learned": {"earliest": learned, "latest": learned, "wording": None},
        "assertion": told.assertion,
        "sensitivity": told.sensitivity,
        "seal": told.seal,
        "handling_conditions": told.handling_conditions,
        "correlation": None,
        "cause": None,
        "corrects": None,
        "retracts": None,
    }
    return {"envelope": envelope, **FIELDS.get(told.event_type, {}), **told.fields}


def _header(told: Told, number: int, contract_id: int, digest: bytes) -> Header:
    first, last, learned = _times(told)
    received = micros(told.received or (told.learned or told.happened) + timedelta(hours=1))
    return Header(
        event_id=UUID(int=(0x8 << 76) | (0x2 << 62) | number).bytes,
        child=told.child.bytes,
        agency=told.agency,
        event_type=told.event_type,
        contract_id=contract_id,
        happened_earliest=first,
        happened_latest=last,
        learned_earliest=learned,
        learned_latest=learned,
        received=received,
        assertion=told.assertion,
        sensitivity=told.sensitivity,
        seal=told.seal,
        correlation=None,
        cause=None,
        corrects=None if told.corrects is None else told.corrects.bytes,
        retracts=None if told.retracts is None else told.retracts.bytes,
        identified_by=_identification(told),
        content_digest=digest,
        key_id=bytes(16),
        source_partition=0,
        source_offset=number,
    )


def _identification(told: Told) -> Identification:
    said = told.child_said
    local = blind.blind_index(SECRET, blind.local_scheme(told.agency), said.get("local_id", f"{told.agency}-child"))
    nhs, upn = said.get("nhs_number"), said.get("upn")
    return Identification(
        "local id",
        local,
        blind.blind_index(SECRET, blind.NHS_NUMBER, nhs) if nhs else None,
        blind.blind_index(SECRET, blind.UPN, upn) if upn else None,
    )


def _times(told: Told) -> tuple[int, int, int]:
    return micros(told.happened), micros(told.until or told.happened), micros(told.learned or told.happened)
