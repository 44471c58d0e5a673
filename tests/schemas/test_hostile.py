"""A hundred thousand hostile messages in every wire format: no crash, no hang, no growth, one exception type, and nothing accepted that means two things."""

import tracemalloc
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from contract_values import CATALOGUE, value_of
from oracles import ApacheLibrary, fast_reads

from schemas.canonical import write_long
from schemas.catalogue import Contract
from schemas.codec import GUID_PREFIX, PREFIX, ContractBroken, Decoded, decode, encode_payload

CONTRACTS = list(CATALOGUE)
SEED = 20261122
MESSAGES = 100_000
FASTAVRO_EVERY, APACHE_EVERY = 5, 50
"""The libraries judge one refusal in so many, the Apache one being seven times slower than the hub's reader; fastavro judges every acceptance too."""
CODES = {"truncated", "unknown-format", "unknown-contract", "not-canonical"}
LENGTH_LIES = [write_long(lie) for lie in (-1, 1, 63, 64, 2**20, 2**31 - 1, 2**31, 2**62, 2**63 - 1, -(2**63))]
OVER_LONG = [
    b"\x80\x00",
    b"\x80\x80\x00",
    b"\x82\x80\x80\x00",
    b"\xff" * 9 + b"\x01",
    b"\xff" * 10 + b"\x01",
    b"\xff" * 40,
]


class Sent(NamedTuple):
    """A record as a broker hands it over: its value and its schema id header."""

    value: bytes
    schema_id: bytes | None


def carried(contract: Contract, payload: bytes, random: Random) -> Sent:
    """Put a payload into one of the wire formats."""
    prefix = random.choice((PREFIX.pack(0, contract.id), GUID_PREFIX.pack(1, contract.guid.bytes)))
    return random.choice((Sent(prefix + payload, None), Sent(payload, prefix)))


def mutated(message: bytes, random: Random, other: bytes) -> bytes:
    """Change bytes as an attacker or a broken writer might."""
    place = random.randrange(len(message) + 1)
    left, here, right = message[:place], message[place : place + 1], message[place + 1 :]
    byte = (here or b"\0")[0]
    return random.choice(
        (
            lambda: left + bytes([random.randrange(256)]) + right,
            lambda: left + bytes([byte ^ (1 << random.randrange(8))]) + right,
            lambda: left + random.choice((b"\0", b"\x01", b"\x02", b"\x7f", b"\x80", b"\xff")) + right,
            lambda: left,
            lambda: message + random.randbytes(random.randrange(1, 4)),
            lambda: left + bytes([byte | 0x80]) + b"\0" + right,
            lambda: left + random.choice(OVER_LONG) + right,
            lambda: left + random.choice(LENGTH_LIES) + right,
            lambda: left + right,
            lambda: left + here + here + right,
            lambda: left + other[random.randrange(len(other) + 1) :],
            lambda: random.randbytes(random.randrange(40)),
        )
    )()


def hostile(count: int) -> Iterator[Sent]:
    """Make messages, the same ones each time: good ones with one to three changes to the value, one in eight with a changed header too."""
    random = Random(SEED)
    good = {one.id: [encode_payload(one, value_of(one, random)) for _ in range(8)] for one in CONTRACTS}
    for _ in range(count):
        contract, other = random.choice(CONTRACTS), random.choice(CONTRACTS)
        value, schema_id = carried(contract, random.choice(good[contract.id]), random)
        for _ in range(random.choice((1, 1, 1, 2, 3))):
            value = mutated(value, random, random.choice(good[other.id]))
        if schema_id is not None and random.random() < 0.125:
            schema_id = mutated(schema_id, random, schema_id)
        yield Sent(value, schema_id)


def read(sent: Sent) -> Decoded | None:
    """Give what the hub reads, or None where it refuses; any exception but ContractBroken fails the test."""
    try:
        return decode(CATALOGUE, sent.value, sent.schema_id)
    except ContractBroken as broken:
        code = broken.code
    assert code in CODES
    return None


def claimed(sent: Sent) -> tuple[Contract, bytes] | None:
    """Take a message apart by the book: the contract that its id names and the payload, or None where it names none."""
    prefix = sent.value if sent.schema_id is None else sent.schema_id
    size = {0: PREFIX.size, 1: GUID_PREFIX.size}.get(prefix[0] if prefix else -1, 0)
    if not size or len(prefix) < size or (sent.schema_id is not None and len(prefix) != size):
        return None
    contract = (
        CATALOGUE.by_guid(prefix[1:size]) if prefix[0] else CATALOGUE.by_id(int.from_bytes(prefix[1:size], signed=True))
    )
    return contract and (contract, sent.value if sent.schema_id is not None else sent.value[size:])


def test_a_hundred_thousand_hostile_messages_are_refused_or_mean_exactly_their_bytes() -> None:
    apache, accepted = ApacheLibrary(CONTRACTS), 0
    for number, sent in enumerate(hostile(MESSAGES)):
        decoded, claim = read(sent), claimed(sent)
        if decoded is not None:
            accepted += 1
            assert (decoded.contract, decoded.payload) == claim, sent
            assert encode_payload(decoded.contract, decoded.value) == decoded.payload, sent
        if claim is not None and (decoded is not None or number % FASTAVRO_EVERY == 0):
            assert fast_reads(*claim) == (decoded and decoded.value), sent
        if claim is not None and number % APACHE_EVERY == 0:
            assert apache.reads(*claim) == (decoded and decoded.value), sent
    assert MESSAGES // 50 < accepted < MESSAGES // 2  # both answers were put to the test


def test_hostile_messages_take_little_memory_and_leave_none_behind() -> None:
    messages = list(hostile(MESSAGES // 10))
    read(messages[0])
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for sent in messages:
            read(sent)
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - before < 1_000_000
    assert after - before < 50_000
