"""Canonical acceptance is defined by what writers write; the walk over the bytes must give the same answer on whatever comes."""

import tracemalloc
from random import Random

import pytest
from contract_values import CATALOGUE, value_of
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import fast_reads, guarded_reads

from schemas.canonical import NotCanonical, compile_reader, read_whole
from schemas.catalogue import Contract
from schemas.codec import decode_payload, encode_payload

CONTRACTS = list(CATALOGUE)


def is_canonical(contract: Contract, payload: bytes) -> bool:
    try:
        read_whole(contract.reader, payload)
    except NotCanonical:
        return False
    return True


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
