from random import Random
from typing import Any
from uuid import UUID

import pytest
from contract_values import CATALOGUE, value_of
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import (
    GUID_PREFIX,
    PREFIX,
    SCHEMA_ID_HEADER,
    ContractBroken,
    decode,
    decode_payload,
    encode,
    encode_payload,
    schema_id_of,
)
from schemas.topics import MAX_STATEMENT_BYTES

MARKER = "Quillfeather"
UNUSED = max(one.id for one in CATALOGUE) + 1


def contract(name: str) -> Any:
    found = CATALOGUE.by_name(name)
    assert found is not None
    return found


CONCERN = contract("ConcernRaised")
VALUE = value_of(CONCERN, Random(1), lambda: MARKER)
MESSAGE = encode(CONCERN, VALUE)
PAYLOAD = MESSAGE[PREFIX.size :]
AGENCY = bytes([2 * len(MARKER)]) + MARKER.encode()
"""How the message's payload begins: the envelope's agency, a text whose length is one byte."""


def refusal(message: bytes, schema_id: bytes | None = None) -> ContractBroken:
    """Decode what must not be decoded, and give the exception after looking it over: nothing of the message may be in it."""
    with pytest.raises(ContractBroken) as caught:
        decode(CATALOGUE, message, schema_id)
    broken = caught.value
    assert MARKER not in str(broken) + repr(broken)
    assert broken.__cause__ is None
    assert broken.__context__ is None or broken.__suppress_context__
    return broken


def test_a_message_reads_as_it_was_written_with_the_very_bytes_of_its_payload() -> None:
    decoded = decode(CATALOGUE, MESSAGE)
    assert (decoded.contract, decoded.value, decoded.payload) == (CONCERN, VALUE, PAYLOAD)


def test_what_was_decoded_shows_its_contract_and_nothing_of_its_content() -> None:
    assert repr(decode(CATALOGUE, MESSAGE)) == f"Decoded(mash.events.ConcernRaised, {len(PAYLOAD)} bytes)"


@pytest.mark.parametrize("length", range(PREFIX.size))
def test_a_message_shorter_than_the_prefix_is_truncated(length: int) -> None:
    assert refusal(MESSAGE[:length]).code == "truncated"


BY_ID, BY_GUID = PREFIX.pack(0, CONCERN.id), GUID_PREFIX.pack(1, CONCERN.guid.bytes)


@pytest.mark.parametrize(
    ("message", "schema_id"),
    [(BY_ID + PAYLOAD, None), (BY_GUID + PAYLOAD, None), (PAYLOAD, BY_ID), (PAYLOAD, BY_GUID)],
    ids=["id before the value", "GUID before the value", "id in the header", "GUID in the header"],
)
def test_each_of_the_wire_formats_says_the_same_and_is_kept_as_the_classic_one(
    message: bytes, schema_id: bytes | None
) -> None:
    decoded = decode(CATALOGUE, message, schema_id)
    assert (decoded.contract, decoded.value, decoded.payload, decoded.message) == (CONCERN, VALUE, PAYLOAD, MESSAGE)


@pytest.mark.parametrize(
    ("message", "schema_id", "code"),
    [
        (b"\x02" + MESSAGE[1:], None, "unknown-format"),
        (b"{" + MESSAGE[1:], None, "unknown-format"),
        (BY_GUID, None, "not-canonical"),
        (BY_GUID[:16], None, "truncated"),
        (b"\x01" + bytes(16) + PAYLOAD, None, "unknown-contract"),
        (PAYLOAD, b"", "truncated"),
        (PAYLOAD, BY_ID[:4], "truncated"),
        (PAYLOAD, BY_GUID[:5], "truncated"),
        (PAYLOAD, BY_ID + b"\0", "unknown-format"),
        (PAYLOAD, b"\x02" + BY_ID[1:], "unknown-format"),
        (PAYLOAD, PREFIX.pack(0, UNUSED), "unknown-contract"),
        (MESSAGE, BY_ID, "not-canonical"),
        (PAYLOAD[1:], BY_ID + PAYLOAD[:1], "unknown-format"),
    ],
)
def test_a_wire_format_that_is_none_of_the_three_is_refused(message: bytes, schema_id: bytes | None, code: str) -> None:
    assert refusal(message, schema_id).code == code


def test_the_last_schema_id_header_counts_and_other_headers_do_not() -> None:
    assert schema_id_of(()) is None
    assert schema_id_of([("traceparent", b"00-1")]) is None
    several = [(SCHEMA_ID_HEADER, b"first"), (SCHEMA_ID_HEADER, BY_ID), ("other", b"x")]
    assert schema_id_of(several) == BY_ID
    assert schema_id_of([(SCHEMA_ID_HEADER, None)]) == b""


def test_the_guid_of_a_contract_is_its_own_and_stays_the_same() -> None:
    guids = {one.guid for one in CATALOGUE}
    assert len(guids) == len(list(CATALOGUE))
    assert {guid.version for guid in guids} == {8}
    assert CATALOGUE.by_guid(CONCERN.guid.bytes) is CONCERN
    assert CATALOGUE.by_guid(UUID(int=0).bytes) is None


@pytest.mark.parametrize("contract_id", [0, -1, UNUSED, 2**31 - 1])
def test_a_contract_that_was_never_agreed_is_refused(contract_id: int) -> None:
    assert refusal(PREFIX.pack(0, contract_id) + PAYLOAD).code == "unknown-contract"


def test_the_size_is_judged_before_anything_else_is_looked_at() -> None:
    longest = b"\xff" * MAX_STATEMENT_BYTES
    assert refusal(longest).code == "unknown-format"
    assert refusal(longest + b"\xff").code == "too-large"


def test_a_statement_of_the_largest_size_is_read() -> None:
    room = MAX_STATEMENT_BYTES - len(encode(CONCERN, VALUE | {"summary": "s" * 200_000})) + 200_000
    message = encode(CONCERN, VALUE | {"summary": "s" * room})
    assert len(message) == MAX_STATEMENT_BYTES
    assert len(decode(CATALOGUE, message).value["summary"]) == room


@pytest.mark.parametrize(
    "payload",
    [
        PAYLOAD + b"\0",
        PAYLOAD + PAYLOAD,
        PAYLOAD[:-1],
        b"",
        bytes([AGENCY[0] | 0x80, 0]) + PAYLOAD[1:],
        b"\x01" + PAYLOAD[1:],
        b"\xff" * 10 + b"\x01" + PAYLOAD[1:],
        PAYLOAD.replace(MARKER.encode(), MARKER.encode()[:-1] + b"\xff", 1),
        PAYLOAD.replace(MARKER.encode(), b"\xed\xa0\x80" + MARKER.encode()[3:], 1),
    ],
    ids=[
        "trailing byte",
        "said twice",
        "one byte short",
        "empty",
        "over-long varint",
        "negative length",
        "endless varint",
        "not UTF-8",
        "half a surrogate pair",
    ],
)
def test_bytes_that_no_writer_writes_are_refused(payload: bytes) -> None:
    assert PAYLOAD.startswith(AGENCY)
    assert refusal(PREFIX.pack(0, CONCERN.id) + payload).code == "not-canonical"


@pytest.mark.parametrize("index", [b"\x01", b"\x05", b"\x06", b"\x7f", b"\x80\x00", b"\x81\x00"])
def test_an_enum_index_that_names_no_symbol_is_refused_also_the_negative_one_that_fastavro_takes_for_the_last(
    index: bytes,
) -> None:
    plain = encode_payload(CONCERN, VALUE | {"envelope": VALUE["envelope"] | {"assertion": "FACT"}})
    other = encode_payload(CONCERN, VALUE | {"envelope": VALUE["envelope"] | {"assertion": "OPINION"}})
    (place,) = (number for number, pair in enumerate(zip(plain, other, strict=True)) if pair[0] != pair[1])
    message = PREFIX.pack(0, CONCERN.id) + plain[:place] + index + plain[place + 1 :]
    assert refusal(message).code == "not-canonical"


def test_an_array_in_blocks_is_refused_though_avro_would_read_it() -> None:
    completed = contract("AssessmentCompleted")
    envelope = encode_payload(
        completed, {"envelope": VALUE["envelope"], "factors": [], "reason_over_limit": None, "summary": None}
    )[:-3]
    one = bytes([2, 2]) + b"a"
    ways = {
        "one block": bytes([4, 2]) + b"a" + bytes([2]) + b"a" + b"\0",
        "two blocks": one + one + b"\0",
        "negative count and size": bytes([3, 8]) + one[1:] * 2 + b"\0",
    }
    tails = {name: PREFIX.pack(0, completed.id) + envelope + way + b"\0\0" for name, way in ways.items()}
    assert decode(CATALOGUE, tails["one block"]).value["factors"] == ["a", "a"]
    assert refusal(tails["two blocks"]).code == "not-canonical"
    assert refusal(tails["negative count and size"]).code == "not-canonical"


@settings(deadline=None, max_examples=400)
@given(st.binary(max_size=80), st.integers(0, UNUSED))
def test_whatever_comes_is_decoded_or_refused_with_the_one_exception(content: bytes, contract_id: int) -> None:
    for message in (content, PREFIX.pack(0, contract_id) + content):
        try:
            code = decode(CATALOGUE, message) and "decoded"
        except ContractBroken as broken:
            code = broken.code
        assert code in {"decoded", "truncated", "unknown-format", "unknown-contract", "not-canonical"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": 7},
        {"kind": None},
        {"envelope": None},
        {"envelope": {"agency": MARKER}},
        {"summary": b"\xff"},
        {"kind": "\ud800"},
    ],
    ids=["number", "missing", "no envelope", "half an envelope", "bytes", "surrogate"],
)
def test_a_value_that_does_not_fit_is_refused_without_being_quoted(wrong: dict[str, Any]) -> None:
    with pytest.raises(ContractBroken) as caught:
        encode(CONCERN, VALUE | wrong)
    assert caught.value.code == "does-not-fit"
    assert MARKER not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_payload_alone_is_read_under_the_same_guard() -> None:
    assert decode_payload(CONCERN, PAYLOAD) == VALUE
    with pytest.raises(ContractBroken):
        decode_payload(CONCERN, PAYLOAD + b"\0")
