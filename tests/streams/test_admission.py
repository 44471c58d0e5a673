from dataclasses import replace
from typing import Any

import pytest
from admit_world import CODEC, CONCERN, DAY, HEALTH, NOON, SECRETS, STAMP, concern, message, record

from access_policy import blind_index as blind
from schemas.codec import PREFIX, ContractBroken, decode, encode
from schemas.moments import EARLIEST, LATEST
from schemas.topics import MAX_STATEMENT_BYTES, agency_topic
from streams.admission import LONGEST_REFERENCE, Examiner, Refused, Statement, require_sound
from streams.sorting import Sorting
from tests.schemas.contract_values import CATALOGUE

EXAMINER = Examiner(CATALOGUE, SECRETS)
GOOD = concern("R-1", nhs_number="999 000-0018", upn="x999000000017")


def when(earliest: int, latest: int) -> dict[str, Any]:
    return {"earliest": earliest, "latest": latest, "wording": None}


def statement(value: dict[str, Any], offset: int = 0) -> Statement:
    examined = EXAMINER.examine(record(message(value), offset))
    assert isinstance(examined, Statement)
    return examined


def refused(value: bytes | None, topic: str = HEALTH) -> Refused:
    examined = EXAMINER.examine(record(value, 7, topic))
    assert isinstance(examined, Refused)
    assert (examined.topic, examined.offset, examined.received, examined.message) == (
        topic,
        7,
        STAMP * 1000,
        value or b"",
    )
    return examined


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"agency": "police"}, "not-your-topic"),
        ({"agency": ""}, "not-your-topic"),
        ({"reference": ""}, "no-reference"),
        ({"reference": "r" * (LONGEST_REFERENCE + 1)}, "no-reference"),
        ({"local_id": ""}, "no-child"),
        ({"local_id": " \t\u2003"}, "no-child"),
        ({"happened": when(NOON, NOON - 1)}, "backwards"),
        ({"learned": when(NOON, NOON - 1)}, "backwards"),
        ({"happened": when(EARLIEST - 1, NOON)}, "no-such-time"),
        ({"happened": when(NOON, LATEST + 1)}, "no-such-time"),
        ({"learned": when(-(2**63), 2**63 - 1)}, "no-such-time"),
        ({"corrects": "R-0", "retracts": "R-0"}, "corrects-and-retracts"),
    ],
)
def test_what_no_quality_mark_can_mend_is_refused_with_its_reason(changes: dict[str, Any], code: str) -> None:
    said = refused(message(concern("R-1", **changes) if "reference" not in changes else concern(**changes)))
    assert said.code == code
    assert "expected" in said.sentence
    assert "found" in said.sentence
    assert ";" in said.sentence  # what to do


@pytest.mark.parametrize(
    "changes",
    [
        {"reference": "r" * LONGEST_REFERENCE},
        {"happened": when(EARLIEST, LATEST)},
        {"happened": when(NOON + 900 * DAY, NOON + 900 * DAY)},
        {"nhs_number": "unknown"},
        {"upn": "Z"},
        {"corrects": "R-1"},
        {"cause": "never told"},
    ],
    ids=[
        "longest reference",
        "any time at all",
        "in the future",
        "no NHS number",
        "odd UPN",
        "corrects itself",
        "unknown cause",
    ],
)
def test_what_is_merely_odd_is_admitted(changes: dict[str, Any]) -> None:
    require_sound(decode(CATALOGUE, message(concern(**({"reference": "R-1"} | changes)))), "health")


def test_what_the_hub_alone_writes_is_no_statement() -> None:
    quarantined = CATALOGUE.by_name("Quarantined")
    assert quarantined is not None
    value = {
        "quarantine_id": bytes(16),
        "topic": "",
        "partition": 0,
        "offset": 0,
        "received": 0,
        "code": "",
        "sentence": "",
        "key_id": bytes(16),
        "sealed": b"",
    }
    assert refused(encode(quarantined, value)).code == "not-a-statement"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "truncated"),
        (b"", "truncated"),
        (b"hello", "unknown-format"),
        (b"hello there", "unknown-format"),
        (PREFIX.pack(0, 999), "unknown-contract"),
        (message(GOOD)[:-1], "not-canonical"),
        (message(GOOD) + b"\0", "not-canonical"),
        (b"\0" * (MAX_STATEMENT_BYTES + 1), "too-large"),
    ],
)
def test_whatever_breaks_the_contract_is_refused_with_its_code(value: bytes | None, code: str) -> None:
    assert refused(value).code == code


def test_another_agencys_topic_refuses_what_is_good_on_its_own() -> None:
    assert refused(message(GOOD), agency_topic("police")).code == "not-your-topic"


def test_a_statement_knows_where_it_came_from_and_has_its_fingerprints() -> None:
    one = statement(GOOD, 4)
    assert (one.agency, one.sensitivity, one.partition, one.offset, one.received) == (
        "health",
        "ROUTINE",
        0,
        4,
        STAMP * 1000,
    )
    assert one.event_id == blind.event_id(SECRETS.event_id, "health", "R-1")
    assert one.digest == blind.content_digest(SECRETS.content_digest, message(GOOD))
    assert one.claim.nhs_number == blind.blind_index(SECRETS.blind_index, blind.NHS_NUMBER, "9990000018")
    assert one.claim.upn == blind.blind_index(SECRETS.blind_index, blind.UPN, "X999000000017")


@pytest.mark.parametrize("nothing", [None, "", " ", " - ", "\u2003"])
def test_an_identifier_of_which_nothing_is_said_names_nobody(nothing: str | None) -> None:
    claim = statement(concern("R-1", nhs_number=nothing, upn=nothing)).claim
    assert (claim.nhs_number, claim.upn) == (None, None)


def test_the_same_local_id_at_two_agencies_is_two_identifiers() -> None:
    police = EXAMINER.examine(
        record(message(GOOD | {"envelope": GOOD["envelope"] | {"agency": "police"}}), 0, agency_topic("police"))
    )
    assert isinstance(police, Statement)
    assert police.claim.local_id != statement(GOOD).claim.local_id
    assert police.claim.nhs_number == statement(GOOD).claim.nhs_number
    assert police.event_id != statement(GOOD).event_id


def test_a_header_says_what_the_statement_says_and_ties_its_references_by_fingerprint() -> None:
    one = statement(
        concern("R-2", corrects="R-1", correlation="E-1", cause="R-0", seal="LOCKED", happened=when(NOON - 1, NOON))
    )
    header = EXAMINER.header(one, b"c" * 16, "exact", b"k" * 16)
    assert CODEC.read(CODEC.write(CODEC.header_bytes(header), b"")).header == header
    assert header.corrects == statement(GOOD).event_id
    assert header.cause == blind.event_id(SECRETS.event_id, "health", "R-0")
    assert header.correlation == blind.event_id(SECRETS.event_id, "health", "E-1")
    assert header.retracts is None
    assert (header.happened_earliest, header.happened_latest, header.seal) == (NOON - 1, NOON, "LOCKED")
    assert (header.child, header.key_id, header.received, header.source_offset) == (
        b"c" * 16,
        b"k" * 16,
        STAMP * 1000,
        0,
    )
    assert CONCERN is not None
    assert (header.event_type, header.contract_id) == ("ConcernRaised", CONCERN.id)


def test_a_statement_that_is_turned_away_after_all_keeps_its_very_bytes() -> None:
    turned = Examiner.refuse(statement(GOOD, 4), "reference-reused", "a sentence")
    assert (turned.message, turned.topic, turned.offset, turned.code) == (message(GOOD), HEALTH, 4, "reference-reused")


def test_repeats_are_dropped_and_changes_are_told_apart_from_new_statements() -> None:
    first, again, changed, other = (
        statement(GOOD, 0),
        statement(GOOD, 1),
        statement(concern("R-1", kind="another"), 2),
        statement(concern("R-2"), 3),
    )
    admitted: dict[bytes, bytes] = {}
    sorting = Sorting(admitted, [])
    for one in (first, again, changed, other):
        sorting.take(one)
    assert sorting.fresh == [first, other]
    assert [(one.code, one.offset) for one in sorting.refused] == [("reference-reused", 2)]
    assert admitted == {first.event_id: first.digest, other.event_id: other.digest}
    for one in (again, other):
        sorting.take(one)
    assert (sorting.fresh, len(sorting.refused)) == ([first, other], 1)


def test_a_statement_with_a_secret_of_another_hub_has_nothing_in_common() -> None:
    elsewhere = Examiner(
        CATALOGUE, replace(SECRETS, event_id=b"x" * 32, blind_index=b"y" * 32, content_digest=b"z" * 32)
    )
    one, other = statement(GOOD), elsewhere.examine(record(message(GOOD)))
    assert isinstance(other, Statement)
    assert not {one.event_id, one.digest, one.claim.local_id, one.claim.nhs_number} & {
        other.event_id,
        other.digest,
        other.claim.local_id,
        other.claim.nhs_number,
    }


def test_soundness_is_judged_with_the_one_exception() -> None:
    with pytest.raises(ContractBroken) as caught:
        require_sound(decode(CATALOGUE, message(GOOD)), "police")
    assert caught.value.code == "not-your-topic"
