"""Deciding what enters: pure functions from what a broker handed over to statements that may be admitted, or to the reason why not."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from access_policy import blind_index as blind
from projections.identity.exact import Claim
from schemas.catalogue import Catalogue
from schemas.codec import GUID_MAGIC, GUID_PREFIX, MAGIC, PREFIX, ContractBroken, Decoded, decode, schema_id_of
from schemas.moments import EARLIEST, LATEST
from schemas.sealed import Header, Identification
from schemas.topics import agency_of, agency_topic

MILLISECOND = 1000
LONGEST_REFERENCE = 200
SCHEMA_ID_SIZES = {MAGIC: PREFIX.size, GUID_MAGIC: GUID_PREFIX.size}
"""How long a schema id header is, by its magic byte."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Keys of the hub's fingerprints; none of them opens anything."""

    blind_index: bytes = field(repr=False)
    event_id: bytes = field(repr=False)
    content_digest: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settling:
    """How a quarantined message was settled: its quarantine id and the settling's (16 bytes each), and where and when that stands on hub.quarantine."""

    quarantine_id: bytes
    settled_id: bytes
    offset: int
    at: int


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement on its way in: as decoded, where and when it came, its fingerprints (event id 16 bytes, digest 32), the event ids that it amends or follows from, and how it was settled if it was refused before."""

    decoded: Decoded
    partition: int
    offset: int
    received: int
    event_id: bytes
    digest: bytes
    claim: Claim
    follows: tuple[bytes, ...] = ()
    settling: Settling | None = None

    @property
    def agency(self) -> str:
        """Who says it."""
        return str(self.decoded.value["envelope"]["agency"])

    @property
    def sensitivity(self) -> str:
        """How sensitive the agency says it is."""
        return str(self.decoded.value["envelope"]["sensitivity"])


@dataclass(frozen=True, slots=True)
class Refused:
    """One record that may not enter: where and when it came, its bytes and schema id header (never shown), why, the event ids (16 bytes) that it has and waits for, and how it was settled if it was refused before."""

    topic: str
    partition: int
    offset: int
    received: int
    message: bytes = field(repr=False)
    code: str
    sentence: str
    schema_id: bytes | None = field(default=None, repr=False)
    event_id: bytes | None = None
    waits_for: bytes | None = None
    settling: Settling | None = None

    @property
    def place(self) -> str:
        """Say where it was read: topic/partition/offset."""
        return f"{self.topic}/{self.partition}/{self.offset}"

    @property
    def quarantine_id(self) -> bytes:
        """Derive its id in quarantine from where it was read and, where it was refused before, from where it was settled: reading again gives the same."""
        again = "" if self.settling is None else f" settled at {self.settling.offset}"
        return hashlib.sha256(f"{self.place}{again}".encode()).digest()[:16]


class Examiner:
    """Reads records under guard and takes their fingerprints."""

    def __init__(self, catalogue: Catalogue, secrets: Secrets) -> None:
        self._catalogue = catalogue
        self._secrets = secrets

    def examine(self, record: Any, settling: Settling | None = None) -> Statement | Refused:
        """Turn one record of an agency topic into a statement, or say why it may not enter; never raises for what the record holds."""
        message, schema_id, owner = record.value or b"", schema_id_of(record.headers), agency_of(record.topic)
        place = record.topic, record.partition, record.offset, record.timestamp * MILLISECOND
        event_id = None
        try:
            decoded = decode(self._catalogue, message, schema_id)
            event_id = self._own_event_id(decoded, owner)
            require_sound(decoded, owner)
        except ContractBroken as broken:
            kept = _without_text(schema_id)
            return Refused(*place, message, broken.code, str(broken), kept, event_id, settling=settling)
        envelope = decoded.value["envelope"]
        event_id = self._event_id(envelope, "reference")
        # Over the contract's id and the payload: the same bytes under another contract say something else, in another wire format the same.
        digest = blind.content_digest(self._secrets.content_digest, decoded.message)
        _, partition, offset, received = place
        named = (self._event_id(envelope, name) for name in ("corrects", "retracts", "cause"))
        follows = tuple(one for one in named if one is not None and one != event_id)
        claim = self._claim(event_id, envelope)
        return Statement(decoded, partition, offset, received, event_id, digest, claim, follows, settling)

    @staticmethod
    def refuse(statement: Statement, code: str, sentence: str, waits_for: bytes | None = None) -> Refused:
        """Turn a statement away after all; only while it waits for another may others wait for it, since else its event id is another's."""
        place = agency_topic(statement.agency), statement.partition, statement.offset, statement.received
        event_id = None if waits_for is None else statement.event_id
        message, settling = statement.decoded.message, statement.settling
        return Refused(*place, message, code, sentence, None, event_id, waits_for, settling)

    def header(self, statement: Statement, child: bytes, rule: str, key_id: bytes) -> Header:
        """Write the header of an admitted statement: what may be read without a key."""
        envelope = statement.decoded.value["envelope"]
        happened, learned, claim = envelope["happened"], envelope["learned"], statement.claim
        return Header(
            event_id=statement.event_id,
            child=child,
            agency=envelope["agency"],
            event_type=statement.decoded.contract.short_name,
            contract_id=statement.decoded.contract.id,
            happened_earliest=happened["earliest"],
            happened_latest=happened["latest"],
            learned_earliest=learned["earliest"],
            learned_latest=learned["latest"],
            received=statement.received,
            assertion=envelope["assertion"],
            sensitivity=envelope["sensitivity"],
            seal=envelope["seal"],
            correlation=self._event_id(envelope, "correlation"),
            cause=self._event_id(envelope, "cause"),
            corrects=self._event_id(envelope, "corrects"),
            retracts=self._event_id(envelope, "retracts"),
            identified_by=Identification(rule, claim.local_id, claim.nhs_number, claim.upn),
            content_digest=statement.digest,
            key_id=key_id,
            source_partition=statement.partition,
            source_offset=statement.offset,
        )

    def _own_event_id(self, decoded: Decoded, owner: str) -> bytes | None:
        """Give the event id that a refused statement would have, so that others can wait for it; None where it does not say, or speaks as another agency."""
        envelope = decoded.value.get("envelope") if decoded.contract.name.startswith("mash.events.") else None
        if envelope is None or envelope["agency"] != owner or not 0 < len(envelope["reference"]) <= LONGEST_REFERENCE:
            return None
        event_id: bytes = self._event_id(envelope, "reference")
        return event_id

    def _event_id(self, envelope: dict[str, Any], name: str) -> Any:
        """Fingerprint one of the agency's own references, or None where there is none."""
        reference = envelope[name]
        return None if reference is None else blind.event_id(self._secrets.event_id, envelope["agency"], reference)

    def _claim(self, event_id: bytes, envelope: dict[str, Any]) -> Claim:
        secret, child = self._secrets.blind_index, envelope["child"]
        nhs, upn = child["nhs_number"], child["upn"]
        return Claim(
            event_id,
            blind.blind_index(secret, blind.local_scheme(envelope["agency"]), child["local_id"]),
            _said(secret, blind.NHS_NUMBER, nhs),
            _said(secret, blind.UPN, upn),
        )


def _said(secret: bytes, scheme: str, value: str | None) -> bytes | None:
    """Fingerprint an identifier that may join records; None for none, and for what systems write where they know none."""
    return blind.blind_index(secret, scheme, value) if value and blind.identifies(scheme, value) else None


def _without_text(schema_id: bytes | None) -> bytes | None:
    """Empty a schema id header that is none: it is kept outside the seal, and could hold anything."""
    sound = schema_id is None or SCHEMA_ID_SIZES.get(schema_id[0] if schema_id else -1) == len(schema_id)
    return schema_id if sound else b""


def require_sound(decoded: Decoded, owner: str) -> None:
    """Refuse what no quality mark can mend: another agency's name, no reference, no child, times that no calendar holds; ContractBroken."""
    if not decoded.contract.name.startswith("mash.events."):
        raise ContractBroken(
            "not-a-statement",
            f"expected a contract of mash.events, found {decoded.contract.name}; only the hub writes those",
        )
    envelope = decoded.value["envelope"]
    if envelope["agency"] != owner:
        raise ContractBroken(
            "not-your-topic",
            f"expected the agency that owns the topic, {owner}, found another in the envelope; send under your own name",
        )
    if not 0 < len(envelope["reference"]) <= LONGEST_REFERENCE:
        raise ContractBroken(
            "no-reference",
            f"expected a reference of 1 to {LONGEST_REFERENCE} characters, found {len(envelope['reference'])}; send your own id of the record",
        )
    if not envelope["child"]["local_id"].strip():
        raise ContractBroken("no-child", "expected your own id of the child in child.local_id, found none; send it")
    for name in ("happened", "learned"):
        _require_range(name, envelope[name])
    if envelope["corrects"] is not None and envelope["retracts"] is not None:
        raise ContractBroken(
            "corrects-and-retracts", "expected at most one of corrects and retracts, found both; send two statements"
        )


def _require_range(name: str, when: dict[str, Any]) -> None:
    if not EARLIEST <= when["earliest"] <= LATEST or not EARLIEST <= when["latest"] <= LATEST:
        raise ContractBroken(
            "no-such-time",
            f"expected {name} between the years 1 and 9999, found a time outside; send microseconds since 1970 UTC",
        )
    if when["earliest"] > when["latest"]:
        raise ContractBroken(
            "backwards",
            f"expected {name}.earliest not after {name}.latest, found a clock that runs backwards; put them in order",
        )
