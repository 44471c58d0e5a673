"""Deciding what enters: pure functions from what a broker handed over to statements that may be admitted, or to the reason why not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from access_policy import blind_index as blind
from projections.identity import Claim
from schemas.catalogue import Catalogue
from schemas.codec import ContractBroken, Decoded, decode, schema_id_of
from schemas.moments import EARLIEST, LATEST
from schemas.sealed import Header, Identification
from schemas.topics import agency_of, agency_topic

MILLISECOND = 1000
LONGEST_REFERENCE = 200


@dataclass(frozen=True, slots=True)
class Secrets:
    """Keys of the hub's fingerprints; none of them opens anything."""

    blind_index: bytes = field(repr=False)
    event_id: bytes = field(repr=False)
    content_digest: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement on its way in: as decoded, where and when it came, and its fingerprints (event id 16 bytes, digest 32)."""

    decoded: Decoded
    partition: int
    offset: int
    received: int
    event_id: bytes
    digest: bytes
    claim: Claim

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
    """One record that may not enter: where and when it came, its bytes (never shown), and why."""

    topic: str
    partition: int
    offset: int
    received: int
    message: bytes = field(repr=False)
    code: str
    sentence: str


class Examiner:
    """Reads records under guard and takes their fingerprints."""

    def __init__(self, catalogue: Catalogue, secrets: Secrets) -> None:
        self._catalogue = catalogue
        self._secrets = secrets

    def examine(self, record: Any) -> Statement | Refused:
        """Turn one record of an agency topic into a statement, or say why it may not enter; never raises for what the record holds."""
        received = record.timestamp * MILLISECOND
        message = record.value or b""
        try:
            decoded = decode(self._catalogue, message, schema_id_of(record.headers))
            require_sound(decoded, agency_of(record.topic))
        except ContractBroken as broken:
            return Refused(record.topic, record.partition, record.offset, received, message, broken.code, str(broken))
        envelope = decoded.value["envelope"]
        event_id = self._event_id(envelope, "reference")
        # Over the contract's id and the payload: the same bytes under another contract say something else, in another wire format the same.
        digest = blind.content_digest(self._secrets.content_digest, decoded.message)
        return Statement(
            decoded, record.partition, record.offset, received, event_id, digest, self._claim(event_id, envelope)
        )

    @staticmethod
    def refuse(statement: Statement, code: str, sentence: str) -> Refused:
        """Turn a statement away after all."""
        decoded, topic = statement.decoded, agency_topic(statement.agency)
        return Refused(
            topic, statement.partition, statement.offset, statement.received, decoded.message, code, sentence
        )

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


def without_repeats(
    statements: Sequence[Statement], admitted: dict[bytes, bytes]
) -> tuple[list[Statement], list[Statement]]:
    """Tell the new from the changed: (statements to admit, statements that say something else under a reference already used); repeats are in neither.

    `admitted` maps event ids to content digests and learns the new ones.
    """
    fresh, changed = [], []
    for statement in statements:
        digest = admitted.get(statement.event_id)
        if digest is None:
            admitted[statement.event_id] = statement.digest
            fresh.append(statement)
        elif digest != statement.digest:
            changed.append(statement)
    return fresh, changed
