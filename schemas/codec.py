"""The guarded codec: hostile bytes go in, a statement that means exactly those bytes comes out, or one exception.

Guards, in order: size before anything; a wire format of Confluent's and a committed contract; and a reader that reads nothing but the canonical encoding
(see `canonical.py`), so bytes that stop early, claim more than they hold or mean two things are refused before anything is made of them.

Three wire formats are read: a prefix of magic byte 0 and an id of 4 bytes (the classic one, which alone is written), a prefix of magic byte 1 and a GUID of
16 bytes, and either of these prefixes as the value of the record header `__value_schema_id`, the record's value being the bare payload.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from fastavro import schemaless_writer

from schemas.canonical import NotCanonical, read_whole
from schemas.catalogue import Catalogue, Contract
from schemas.topics import MAX_STATEMENT_BYTES
from schemas.upcasting import upcast

PREFIX = struct.Struct(">bi")
MAGIC = 0
GUID_PREFIX = struct.Struct(">b16s")
GUID_MAGIC = 1
SCHEMA_ID_HEADER = "__value_schema_id"
"""The record header in which Confluent's serializers put the id of the value's schema, where they are told to."""


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

    @property
    def message(self) -> bytes:
        """The same message in the classic wire format, in whichever it came."""
        return PREFIX.pack(MAGIC, self.contract.id) + self.payload

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


def decode(catalogue: Catalogue, message: bytes, schema_id: bytes | None = None) -> Decoded:
    """Read one message under guard, `schema_id` being what its header holds where it has one (see `schema_id_of`); ContractBroken for anything that is not the canonical encoding of a registered contract."""
    if len(message) > MAX_STATEMENT_BYTES:
        raise ContractBroken(
            "too-large",
            f"expected at most {MAX_STATEMENT_BYTES} bytes, found {len(message)}; send long documents elsewhere and refer to them",
        )
    if schema_id is None:
        contract, start = _named_by(catalogue, message)
        payload = message[start:]
    else:
        contract, payload = _named_in_header(catalogue, schema_id), message
    return Decoded(contract, decode_payload(contract, payload), payload)


def schema_id_of(headers: Sequence[tuple[str, bytes | None]]) -> bytes | None:
    """Give the value of a record's schema id header, the last one where there are several as Confluent's deserializers do; None where there is none."""
    for name, value in reversed(headers):
        if name == SCHEMA_ID_HEADER:
            return value or b""
    return None


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


def newest(catalogue: Catalogue, contract: Contract, value: dict[str, Any]) -> tuple[Contract, dict[str, Any]]:
    """Give a value that was written under any version of a contract as the newest version means it, with that version."""
    last = catalogue.newest(contract)
    return last, upcast(contract.short_name, contract.version, last.version, value)


def decode_newest(catalogue: Catalogue, contract: Contract, payload: bytes) -> tuple[Contract, dict[str, Any]]:
    """Read bare Avro bytes under guard by the version that they were written under, and give them as `newest` does: what everyone who reads a body calls."""
    return newest(catalogue, contract, decode_payload(contract, payload))


def _named_in_header(catalogue: Catalogue, schema_id: bytes) -> Contract:
    contract, end = _named_by(catalogue, schema_id)
    if end != len(schema_id):
        raise ContractBroken(
            "unknown-format",
            f"expected {end} bytes in the header {SCHEMA_ID_HEADER}, found {len(schema_id)}; send what a stock serializer writes there",
        )
    return contract


def _named_by(catalogue: Catalogue, prefixed: bytes) -> tuple[Contract, int]:
    """Find the contract that a prefix names, and where the prefix ends."""
    if len(prefixed) < PREFIX.size:
        raise _truncated(PREFIX.size, prefixed)
    magic, contract_id = PREFIX.unpack_from(prefixed)
    if magic == MAGIC:
        contract, found, end = catalogue.by_id(contract_id), str(contract_id), PREFIX.size
    elif magic == GUID_MAGIC:
        if len(prefixed) < GUID_PREFIX.size:
            raise _truncated(GUID_PREFIX.size, prefixed)
        contract, found, end = catalogue.by_guid(prefixed[1 : GUID_PREFIX.size]), "a GUID of none", GUID_PREFIX.size
    else:
        raise ContractBroken(
            "unknown-format",
            f"expected magic byte {MAGIC} or {GUID_MAGIC}, found {magic}; send one of Confluent's wire formats",
        )
    if contract is None:
        raise ContractBroken(
            "unknown-contract",
            f"expected the id of a contract in the hub's registry, found {found}; look ids up there and not in another registry (`mash contracts list`)",
        )
    return contract, end


def _truncated(size: int, found: bytes) -> ContractBroken:
    return ContractBroken(
        "truncated", f"expected a prefix of {size} bytes, found {len(found)}; send one of Confluent's wire formats"
    )
