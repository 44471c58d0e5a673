"""The hub's own event: a header that needs no key, and the agency's message sealed with that header bound in.

In Avro a record is its fields' bytes in a row, so the header's bytes are a slice of the event's: they are the seal's associated data as they stand.
"""

from typing import NamedTuple

from fastavro import parse_schema

from schemas.canonical import NotCanonical, Reader, compile_reader, compile_writer, read_long, write_long
from schemas.catalogue import Catalogue
from schemas.codec import MAGIC, PREFIX, ContractBroken


class Identification(NamedTuple):
    """How the child was found: the rule, and blind indexes (16 bytes each) of the identifiers that the statement carried."""

    rule: str
    local_id: bytes
    nhs_number: bytes | None
    upn: bytes | None


class Header(NamedTuple):
    """What is readable of a hub event without a key; field by field the Avro record mash.hub.HubHeader (ids 16 bytes, times in microseconds UTC)."""

    event_id: bytes
    child: bytes
    agency: str
    event_type: str
    contract_id: int
    happened_earliest: int
    happened_latest: int
    learned_earliest: int
    learned_latest: int
    received: int
    assertion: str
    sensitivity: str
    seal: str
    correlation: bytes | None
    cause: bytes | None
    corrects: bytes | None
    retracts: bytes | None
    identified_by: Identification
    content_digest: bytes
    key_id: bytes
    source_partition: int
    source_offset: int


IDENTIFIED_BY = Header._fields.index("identified_by")


class SealedEvent(NamedTuple):
    """One hub event taken apart: its header, the header's own bytes (the seal's associated data), and the sealed message."""

    header: Header
    header_bytes: bytes
    sealed: bytes


class SealedCodec:
    """Writes and reads `mash.hub.SealedEvent` messages, header and seal apart, without encoding the header twice."""

    def __init__(self, catalogue: Catalogue) -> None:
        contract = catalogue.own("SealedEvent")
        header, _ = contract.fast["fields"]
        schema = parse_schema(header["type"])
        self._write_header = compile_writer(schema)
        named: dict[str, Reader] = {}
        self._readers = [compile_reader(part["type"], named) for part in schema["fields"]]
        self._prefix = PREFIX.pack(MAGIC, contract.id)

    def header_bytes(self, header: Header) -> bytes:
        """Encode a header alone: the associated data of its seal."""
        return self._write_header(header)

    def write(self, header_bytes: bytes, sealed: bytes) -> bytes:
        """Put a header's bytes and the sealed message together as one message in Confluent's wire format."""
        return b"".join((self._prefix, header_bytes, write_long(len(sealed)), sealed))

    def read(self, message: bytes) -> SealedEvent:
        """Take a hub event apart; ContractBroken when it is not one."""
        if not message.startswith(self._prefix):
            raise ContractBroken(
                "unknown-contract",
                "expected a hub event, found another message; only the hub may write to hub.events: run `mash verify`",
            )
        try:
            values, start = [], PREFIX.size
            for reader in self._readers:
                value, start = reader(message, start)
                values.append(value)
            length, place = read_long(message, start)
        except (NotCanonical, IndexError, UnicodeDecodeError) as error:
            raise _broken_off(error) from None
        if place + length != len(message):
            raise _broken_off(NotCanonical())
        values[IDENTIFIED_BY] = Identification(*values[IDENTIFIED_BY].values())
        return SealedEvent(Header(*values), message[PREFIX.size : start], message[place:])


def _broken_off(error: Exception) -> ContractBroken:
    return ContractBroken(
        "not-decodable",
        f"expected a whole hub event, found one that breaks off ({type(error).__name__}); run `mash verify`",
    )
