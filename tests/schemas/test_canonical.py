"""Canonical acceptance is defined by what writers write; the walk over the bytes must give the same answer on whatever comes."""

import io
import json
import tracemalloc
from random import Random
from typing import Any

import avro.io
import avro.schema
import pytest
from contract_values import CATALOGUE, value_of
from fastavro import schemaless_reader, schemaless_writer
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.canonical import NotCanonical, compile_reader, read_whole
from schemas.catalogue import Contract
from schemas.codec import ContractBroken, decode_payload, encode_payload

CONTRACTS = list(CATALOGUE)
PLAIN_SCHEMAS = {one.id: json.loads(one.schema) for one in CONTRACTS}
MUTATIONS = 20_000
ORACLE_EVERY = 25
"""The Apache library is seven times slower: it judges one mutation in so many, and every one that is accepted."""
INT = range(-(2**31), 2**31)


class ApacheLibrary:
    """The Apache `avro` library as a second opinion, one reader and writer for each contract."""

    def __init__(self, contracts: list[Contract]) -> None:
        schemas = {
            one.id: avro.schema.parse(json.dumps(without_logical_types(PLAIN_SCHEMAS[one.id]))) for one in contracts
        }
        self._readers = {one: avro.io.DatumReader(schema) for one, schema in schemas.items()}
        self._writers = {one: avro.io.DatumWriter(schema) for one, schema in schemas.items()}

    def reads(self, contract: Contract, payload: bytes) -> Any:
        """Give the value of a payload that is what this library itself would write for it; None for any other."""
        source, out = io.BytesIO(payload), io.BytesIO()
        try:
            value = self._readers[contract.id].read(avro.io.BinaryDecoder(source))
            self._writers[contract.id].write(value, avro.io.BinaryEncoder(out))
        except Exception:  # noqa: BLE001 - whatever a library raises on hostile bytes is a refusal
            return None
        return value if out.getvalue() == payload else None


def is_canonical(contract: Contract, payload: bytes) -> bool:
    try:
        read_whole(contract.reader, payload)
    except NotCanonical:
        return False
    return True


def without_logical_types(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: without_logical_types(value) for key, value in part.items() if key != "logicalType"}
    return [without_logical_types(item) for item in part] if isinstance(part, list) else part


def fast_reads(contract: Contract, payload: bytes) -> Any:
    """Give the value of a payload that fastavro reads and writes back byte for byte; None for any other."""
    out = io.BytesIO()
    try:
        value = schemaless_reader(io.BytesIO(payload), contract.fast, None)
        schemaless_writer(out, contract.fast, value)
    except Exception:  # noqa: BLE001 - as above
        return None
    return value if out.getvalue() == payload and ints_fit(value, PLAIN_SCHEMAS[contract.id], {}) else None


def ints_fit(value: Any, schema: Any, named: dict[str, Any]) -> bool:
    """Whether each Avro int is one: fastavro reads and writes longer ones too."""
    if isinstance(schema, list):
        return value is None or ints_fit(value, schema[-1], named)
    if isinstance(schema, str):
        known = named.get(schema.rpartition(".")[2])
        return ints_fit(value, known, named) if known is not None else schema != "int" or value in INT
    if schema["type"] == "record":
        named[schema["name"]] = schema
        return all(ints_fit(value[part["name"]], part["type"], named) for part in schema["fields"])
    if schema["type"] == "array":
        return all(ints_fit(item, schema["items"], named) for item in value)
    return schema["type"] in ("enum", "fixed") or ints_fit(value, schema["type"], named)


def guarded_reads(contract: Contract, payload: bytes) -> Any:
    """Give what the hub reads, or None where it refuses; any exception but ContractBroken fails the test."""
    try:
        return decode_payload(contract, payload)
    except ContractBroken:
        return None


def mutated(payload: bytes, random: Random, others: list[bytes]) -> bytes:
    """Change a message as an attacker or a broken writer might; about half of the changes keep its length."""
    place = random.randrange(len(payload) + 1)
    left, here, right = payload[:place], payload[place : place + 1], payload[place + 1 :]
    other = random.choice(others)
    return random.choice(
        (
            lambda: left + bytes([random.randrange(256)]) + right,
            lambda: left + bytes([(here or b"\0")[0] ^ (1 << random.randrange(8))]) + right,
            lambda: left + random.choice((b"\0", b"\x01", b"\x02", b"\x7f", b"\x80", b"\xff")) + right,
            lambda: left,
            lambda: payload + random.randbytes(random.randrange(1, 4)),
            lambda: left + bytes([(here or b"\0")[0] | 0x80]) + b"\0" + right,
            lambda: left + b"\xff" * random.randrange(1, 12) + right,
            lambda: left + right,
            lambda: left + here + here + right,
            lambda: left + other[random.randrange(len(other)) :],
            lambda: random.randbytes(random.randrange(40)),
        )
    )()


def test_on_mutated_messages_the_walk_says_what_two_avro_libraries_say() -> None:
    random, apache = Random(20261122), ApacheLibrary(CONTRACTS)
    good = {one.id: [encode_payload(one, value_of(one, random)) for _ in range(20)] for one in CONTRACTS}
    accepted = 0
    for number in range(MUTATIONS):
        contract = random.choice(CONTRACTS)
        payload = mutated(random.choice(good[contract.id]), random, good[contract.id])
        read = guarded_reads(contract, payload)
        assert read == fast_reads(contract, payload), (contract.name, payload)
        if read is not None or number % ORACLE_EVERY == 0:
            assert read == apache.reads(contract, payload), (contract.name, payload)
        accepted += read is not None
    assert MUTATIONS // 50 < accepted < MUTATIONS // 2  # both answers were put to the test


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(CONTRACTS), st.integers(0, 2**32))
def test_what_a_writer_writes_is_accepted_and_reads_as_it_was(contract: Contract, seed: int) -> None:
    value = value_of(contract, Random(seed))
    payload = encode_payload(contract, value)
    assert is_canonical(contract, payload)
    assert decode_payload(contract, payload) == value


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(CONTRACTS), st.binary(max_size=200))
def test_on_any_bytes_the_hub_reads_what_fastavro_would_write_or_refuses(contract: Contract, payload: bytes) -> None:
    assert guarded_reads(contract, payload) == fast_reads(contract, payload)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(CONTRACTS), st.integers(0, 2**32), st.data())
def test_no_beginning_of_a_message_is_a_message(contract: Contract, seed: int, data: st.DataObject) -> None:
    payload = encode_payload(contract, value_of(contract, Random(seed)))
    assert not is_canonical(contract, payload[: data.draw(st.integers(0, len(payload) - 1))])


@pytest.mark.parametrize(
    "claim",
    [b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01", b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", b"\xfe\xff\xff\xff\x0f"],
    ids=["2**63-1", "2**62", "2**31-1"],
)
@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda one: one.short_name)
def test_a_message_that_claims_more_than_it_holds_is_refused_in_little_memory(contract: Contract, claim: bytes) -> None:
    payload = encode_payload(contract, value_of(contract, Random(7), lambda: "text"))
    hostile = [payload[:place] + claim + payload[place + 1 :] for place in range(0, min(len(payload), 300), 3)]
    tracemalloc.start()
    try:
        for one in hostile:
            guarded_reads(contract, one)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000


@pytest.mark.parametrize(
    ("kind", "value", "accepted"),
    [
        ("int", 2**31 - 1, True),
        ("int", 2**31, False),
        ("int", -(2**31), True),
        ("int", -(2**31) - 1, False),
        ("long", 2**63 - 1, True),
        ("long", 2**63, False),
        ("long", -(2**63), True),
        ("long", -(2**63) - 1, False),
    ],
)
def test_a_number_is_accepted_up_to_the_ends_of_its_type(kind: str, value: int, *, accepted: bool) -> None:
    zigzag = value * 2 if value >= 0 else -value * 2 - 1
    groups = [zigzag >> shift & 0x7F for shift in range(0, max(zigzag.bit_length(), 1), 7)]
    written = bytes([*(group | 0x80 for group in groups[:-1]), groups[-1]])
    if accepted:
        assert read_whole(compile_reader(kind), written) == value
    else:
        with pytest.raises(NotCanonical):
            read_whole(compile_reader(kind), written)
