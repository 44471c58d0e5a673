"""The record of one attempt to see something, and its bytes on the log (contract mash.hub.Disclosure)."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from schemas.catalogue import Catalogue, Contract
from schemas.codec import ContractBroken, decode, encode, newest
from schemas.moments import micros, moment

CONTRACT = "Disclosure"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Who asked for what, why, by which rules, and the SHA-256 (32 bytes) of exactly what was shown; of no bytes when it was refused.

    `person` is a staff id. `shown` holds the event ids of every entry that was shown, among them those whose body was shredded before: the record says
    more than was seen, never less. Times are aware UTC.
    """

    disclosure_id: UUID
    child: UUID | None = field(repr=False)
    person: str = field(repr=False)
    agency: str
    role: str
    action: str
    purpose: str | None
    as_known_at: datetime | None
    asked_at: datetime
    allowed: bool
    rules: tuple[str, ...]
    shown: tuple[UUID, ...] = field(repr=False)
    withheld: tuple[UUID, ...] = field(repr=False)
    digest: bytes = field(repr=False)


def disclosure_contract(catalogue: Catalogue) -> Contract:
    """Give the contract of disclosures; CatalogueBroken when it is not among the committed ones."""
    return catalogue.own(CONTRACT)


def encode_disclosure(contract: Contract, disclosure: Disclosure) -> bytes:
    """Write a disclosure as a message in Confluent's wire format; ContractBroken when it does not fit."""
    one = disclosure
    return encode(
        contract,
        {
            "disclosure_id": one.disclosure_id.bytes,
            "child": None if one.child is None else one.child.bytes,
            "person": one.person,
            "agency": one.agency,
            "role": one.role,
            "action": one.action,
            "purpose": one.purpose,
            "as_known_at": None if one.as_known_at is None else micros(one.as_known_at),
            "asked_at": micros(one.asked_at),
            "allowed": one.allowed,
            "rules": list(one.rules),
            "shown": [event_id.bytes for event_id in one.shown],
            "withheld": [event_id.bytes for event_id in one.withheld],
            "digest": one.digest,
        },
    )


def decode_disclosure(catalogue: Catalogue, message: bytes) -> Disclosure:
    """Read a disclosure under guard; ContractBroken for bytes that are not exactly one."""
    decoded = decode(catalogue, message)
    if decoded.contract.short_name != CONTRACT:
        raise ContractBroken(
            "not-a-disclosure", f"expected a disclosure, found {decoded.contract.name}; read it from hub.disclosures"
        )
    _, value = newest(catalogue, decoded.contract, decoded.value)
    as_known_at, child = value["as_known_at"], value["child"]
    return Disclosure(
        **value
        | {
            "disclosure_id": UUID(bytes=value["disclosure_id"]),
            "child": None if child is None else UUID(bytes=child),
            "as_known_at": None if as_known_at is None else moment(as_known_at),
            "asked_at": moment(value["asked_at"]),
            "rules": tuple(value["rules"]),
            "shown": _ids(value["shown"]),
            "withheld": _ids(value["withheld"]),
        }
    )


def _ids(values: list[bytes]) -> tuple[UUID, ...]:
    return tuple(UUID(bytes=value) for value in values)
