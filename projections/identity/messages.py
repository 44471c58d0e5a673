"""What is said on hub.identity, as bytes of the log and back (contracts mash.hub.StrandsCompared and mash.hub.IdentityDecided)."""

from typing import Any
from uuid import UUID

from projections.hub_messages import read_hub_message
from projections.identity.said import Compared, Decided, Said
from schemas.catalogue import Catalogue
from schemas.codec import encode
from schemas.moments import micros, moment

COMPARED, DECIDED = "StrandsCompared", "IdentityDecided"
CONTRACTS = (COMPARED, DECIDED)
"""The contracts of what is said on hub.identity."""
MILLIONTHS = 1_000_000


def encode_said(catalogue: Catalogue, said: Said) -> bytes:
    """Write what is said as a message in Confluent's wire format; ContractBroken when it does not fit its contract."""
    if isinstance(said, Compared):
        return encode(catalogue.own(COMPARED), _compared_value(said))
    return encode(catalogue.own(DECIDED), _decided_value(said))


def decode_said(catalogue: Catalogue, message: bytes) -> Said:
    """Read a message of hub.identity; ContractBroken for one that the hub never wrote."""
    name, value = read_hub_message(catalogue, CONTRACTS, message)
    return _compared(value) if name == COMPARED else _decided(value)


def _compared_value(one: Compared) -> dict[str, Any]:
    return {
        "comparison_id": one.comparison_id.bytes,
        "left": one.left.bytes,
        "right": one.right.bytes,
        "edition": one.edition,
        "outcome": one.outcome,
        "score_millionths": round(one.score * MILLIONTHS),
        "agreed": list(one.agreed),
        "disagreed": list(one.disagreed),
        "because": one.because,
        "at": micros(one.at),
    }


def _decided_value(one: Decided) -> dict[str, Any]:
    return {
        "decision_id": one.decision_id.bytes,
        "action": one.action,
        "left": one.left.bytes,
        "right": one.right.bytes,
        "parts": list(one.parts),
        "person": one.person,
        "disclosure_id": one.disclosure_id.bytes,
        "at": micros(one.at),
        "key_id": None if one.key_id is None else one.key_id.bytes,
        "reason": one.reason,
    }


def _compared(value: dict[str, Any]) -> Compared:
    return Compared(
        comparison_id=UUID(bytes=value["comparison_id"]),
        left=UUID(bytes=value["left"]),
        right=UUID(bytes=value["right"]),
        edition=value["edition"],
        outcome=value["outcome"],
        score=value["score_millionths"] / MILLIONTHS,
        agreed=tuple(value["agreed"]),
        disagreed=tuple(value["disagreed"]),
        because=value["because"],
        at=moment(value["at"]),
    )


def _decided(value: dict[str, Any]) -> Decided:
    return Decided(
        decision_id=UUID(bytes=value["decision_id"]),
        action=value["action"],
        left=UUID(bytes=value["left"]),
        right=UUID(bytes=value["right"]),
        parts=tuple(value["parts"]),
        person=value["person"],
        disclosure_id=UUID(bytes=value["disclosure_id"]),
        at=moment(value["at"]),
        key_id=None if value["key_id"] is None else UUID(bytes=value["key_id"]),
        reason=value["reason"],
    )
