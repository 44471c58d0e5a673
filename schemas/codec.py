"""The guarded codec: hostile bytes go in, a statement that means exactly those bytes comes out, or one exception.

Guards, in order: size before anything; Confluent prefix and a committed contract; and a reader that reads nothing but the canonical encoding (see
`canonical.py`), so bytes that stop early, claim more than they hold or mean two things are refused before anything is made of them.
"""

import struct
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from fastavro import schemaless_writer

from schemas.canonical import NotCanonical, read_whole
from schemas.catalogue import Catalogue, Contract
from schemas.topics import MAX_STATEMENT_BYTES

PREFIX = struct.Struct(">bi")
MAGIC = 0


class ContractBroken(Exception):
    """Bytes that are not a statement under a registered contract. `code` is short and stable; the message says expected, found and what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Decoded:
    """One message as read: the contract it obeys, its value (times in microseconds, dates in days since 1970), and its Avro bytes."""

    contract: Contract
    value: dict[str, Any]
    payload: bytes

    def __repr__(self) -> str:
        """Name the contract and nothing of the content."""
        return f"Decoded({self.contract.name}, {len(self.payload)} bytes)"


def encode(contract: Contract, value: dict[str, Any]) -> bytes:
    """Write a value as a message in Confluent's classic wire format; ContractBroken when it does not fit the contract."""
    return PREFIX.pack(MAGIC, contract.id) + encode_payload(contract, value)


def encode_payload(contract: Contract, value: dict[str, Any]) -> bytes:
    """Write a value as bare Avro bytes; ContractBroken when it does not fit the contract (the value itself is never quoted)."""
    out = BytesIO()
    try:
        schemaless_writer(out, contract.fast, value)
    except Exception as error:  # noqa: BLE001 - one exception type for whatever the library raises
        # Whatever the library raises quotes the value; the cause is dropped so that nothing personal travels on.
        raise ContractBroken(
            "does-not-fit",
            f"expected the fields of {contract.name} with their types, found {type(error).__name__} while writing; compare the value with the contract",
        ) from None
    return out.getvalue()


def decode(catalogue: Catalogue, message: bytes) -> Decoded:
    """Read one message under guard; ContractBroken for anything that is not the canonical encoding of a registered contract."""
    if len(message) > MAX_STATEMENT_BYTES:
        raise ContractBroken(
            "too-large",
            f"expected at most {MAX_STATEMENT_BYTES} bytes, found {len(message)}; send long documents elsewhere and refer to them",
        )
    contract = _contract_of(catalogue, message)
    payload = message[PREFIX.size :]
    value = decode_payload(contract, payload)
    return Decoded(contract, value, payload)


def decode_payload(contract: Contract, payload: bytes) -> dict[str, Any]:
    """Read bare Avro bytes under guard, as `decode` does."""
    try:
        value = read_whole(contract.reader, payload)
    except NotCanonical:
        raise ContractBroken(
            "not-canonical",
            f"expected the one canonical encoding of {contract.name}, found bytes that stop early, go on too long, are no UTF-8 or are written another way; "
            "use a stock Avro serializer with the contract whose id is sent, and send nothing after the record",
        ) from None
    return value  # type: ignore[no-any-return]  # a contract is always a record, which is read as a dict


def _contract_of(catalogue: Catalogue, message: bytes) -> Contract:
    if len(message) < PREFIX.size:
        raise ContractBroken(
            "truncated", f"expected a prefix of {PREFIX.size} bytes, found {len(message)}; send Confluent's wire format"
        )
    magic, contract_id = PREFIX.unpack_from(message)
    if magic != MAGIC:
        raise ContractBroken(
            "unknown-format", f"expected magic byte 0, found {magic}; send Confluent's classic wire format"
        )
    contract = catalogue.by_id(contract_id)
    if contract is None:
        raise ContractBroken(
            "unknown-contract",
            f"expected the id of a registered contract, found {contract_id}; see `mash contracts list`",
        )
    return contract
