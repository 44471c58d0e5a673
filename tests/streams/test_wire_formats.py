"""A statement is the same statement in whichever wire format it came."""

import pytest
from admit_world import CONCERN, SECRETS, concern, message, record

from schemas.codec import GUID_PREFIX, PREFIX, SCHEMA_ID_HEADER
from streams.admission import Examiner, Refused, Statement
from tests.schemas.contract_values import CATALOGUE

EXAMINER = Examiner(CATALOGUE, SECRETS)
CLASSIC = message(concern("R-1"))
PAYLOAD = CLASSIC[PREFIX.size :]
BY_ID, BY_GUID = PREFIX.pack(0, CONCERN.id), GUID_PREFIX.pack(1, CONCERN.guid.bytes)


def examined(value: bytes, *headers: tuple[str, bytes]) -> Statement | Refused:
    return EXAMINER.examine(record(value, 0)._replace(headers=headers))


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        (BY_GUID + PAYLOAD, ()),
        (PAYLOAD, ((SCHEMA_ID_HEADER, BY_ID),)),
        (PAYLOAD, (("traceparent", b"00-1"), (SCHEMA_ID_HEADER, BY_GUID))),
    ],
    ids=["GUID before the value", "id in a header", "GUID in a header"],
)
def test_the_same_statement_in_another_wire_format_is_a_repeat(
    value: bytes, headers: tuple[tuple[str, bytes], ...]
) -> None:
    classic, other = examined(CLASSIC), examined(value, *headers)
    assert isinstance(classic, Statement)
    assert isinstance(other, Statement)
    assert (other.event_id, other.digest) == (classic.event_id, classic.digest)
    assert (other.decoded.payload, other.decoded.message) == (PAYLOAD, CLASSIC)


def test_a_statement_whose_header_names_no_contract_is_refused_as_one_whose_prefix_does() -> None:
    for value, headers in (
        (b"\0\x7f\xff\xff\xff" + PAYLOAD, ()),
        (PAYLOAD, ((SCHEMA_ID_HEADER, b"\x01" + bytes(16)),)),
    ):
        refused = examined(value, *headers)
        assert isinstance(refused, Refused)
        assert refused.code == "unknown-contract"
