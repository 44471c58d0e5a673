from io import BytesIO
from random import Random
from typing import Any

import pytest
from contract_values import CATALOGUE, value_of
from fastavro import schemaless_reader, schemaless_writer
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import MAGIC, PREFIX, ContractBroken
from schemas.sealed import Header, Identification, SealedCodec

CODEC = SealedCodec(CATALOGUE)
CONTRACT = CATALOGUE.by_name("SealedEvent")
assert CONTRACT is not None
PREFIXED = PREFIX.pack(MAGIC, CONTRACT.id)


def header_of(value: dict[str, Any]) -> Header:
    return Header(**value["header"] | {"identified_by": Identification(**value["header"]["identified_by"])})


def any_value(seed: int) -> dict[str, Any]:
    assert CONTRACT is not None
    return value_of(CONTRACT, Random(seed))


def by_fastavro(value: dict[str, Any]) -> bytes:
    assert CONTRACT is not None
    out = BytesIO()
    schemaless_writer(out, CONTRACT.fast, value)
    return PREFIXED + out.getvalue()


def test_a_header_has_the_fields_of_the_contract_in_its_order() -> None:
    assert CONTRACT is not None
    fields = CONTRACT.fast["fields"][0]["type"]["fields"]
    assert [part["name"] for part in fields] == list(Header._fields)
    (identified,) = (part["type"] for part in fields if part["name"] == "identified_by")
    assert [part["name"] for part in identified["fields"]] == list(Identification._fields)


@settings(deadline=None, max_examples=300)
@given(st.integers(0, 2**32))
def test_an_event_is_written_as_avro_writes_the_whole_record(seed: int) -> None:
    value = any_value(seed)
    assert CODEC.write(CODEC.header_bytes(header_of(value)), value["sealed"]) == by_fastavro(value)


@settings(deadline=None, max_examples=300)
@given(st.integers(0, 2**32))
def test_an_event_that_avro_wrote_is_taken_apart_into_what_was_written(seed: int) -> None:
    value = any_value(seed)
    event = CODEC.read(by_fastavro(value))
    assert (event.header, event.sealed) == (header_of(value), value["sealed"])
    assert event.header_bytes == CODEC.header_bytes(event.header)


@settings(deadline=None, max_examples=300)
@given(st.integers(0, 2**32), st.integers(1, 2**32), st.data())
def test_an_event_that_was_changed_reads_as_what_avro_reads_or_is_refused(
    seed: int, other: int, data: st.DataObject
) -> None:
    message = by_fastavro(any_value(seed))
    place = data.draw(st.integers(0, len(message) - 1))
    changed = message[:place] + bytes([other % 256]) + message[place + 1 :]
    try:
        event = CODEC.read(changed)
    except ContractBroken:
        return
    assert CODEC.write(event.header_bytes, event.sealed) == changed
    assert by_fastavro(schemaless_reader(BytesIO(changed[PREFIX.size :]), CONTRACT.fast, None)) == changed  # type: ignore[union-attr]  # it is there: see the first line


@pytest.mark.parametrize("cut", [1, 5, 40, -1, -300])
def test_an_event_that_breaks_off_is_refused_and_says_to_verify(cut: int) -> None:
    message = by_fastavro(any_value(3) | {"sealed": b"s" * 400})
    with pytest.raises(ContractBroken, match="run `mash verify`"):
        CODEC.read(message[:cut])


def test_bytes_after_an_event_are_refused() -> None:
    with pytest.raises(ContractBroken, match="run `mash verify`"):
        CODEC.read(by_fastavro(any_value(3)) + b"\0")


@pytest.mark.parametrize("message", [b"", b"\0", PREFIX.pack(0, 1), PREFIX.pack(1, 23), b"hello there"])
def test_a_message_that_is_no_hub_event_is_refused(message: bytes) -> None:
    with pytest.raises(ContractBroken, match="only the hub may write"):
        CODEC.read(message + bytes(400))
