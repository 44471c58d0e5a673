"""A marked text in every field of every contract, taken in by every path: it is found in sealed bodies and nowhere else."""

import logging
from collections.abc import Iterable
from random import Random
from typing import Any

import pytest
from admit_world import CODEC, HEALTH, NOON, QUARANTINED, SECRETS, World, record, run_of

from schemas.catalogue import Contract
from schemas.codec import PREFIX, decode_payload, encode
from schemas.topics import HUB_EVENTS, HUB_QUARANTINE, MAX_STATEMENT_BYTES
from streams.admission import Examiner, Refused, Statement
from streams.event_log import LogRecord
from tests.schemas.contract_values import CATALOGUE, value_of

MARKER = "Quillfeather"
NUMBER = "9990000018"
STATEMENTS = CATALOGUE.statements()


def marked(contract: Contract, number: int, **changes: Any) -> dict[str, Any]:
    """Make a statement with the marker in every text that an agency may choose."""
    numbers = iter(range(1_000_000))
    value = value_of(contract, Random(number), lambda: f"{MARKER} {number} {next(numbers)}")
    envelope = value["envelope"]
    envelope["child"] |= {"nhs_number": NUMBER, "family_name": MARKER, "address": f"1 {MARKER} Lane"}
    when = {"earliest": NOON, "latest": NOON, "wording": MARKER}
    value["envelope"] = envelope | {"agency": "health", "happened": when, "learned": when, "retracts": None} | changes
    return value


def broken_ways(message: bytes) -> list[bytes]:
    """Give a message broken in every way that has a code of its own."""
    return [
        message[:-1],
        message[: len(message) // 2],
        message + MARKER.encode(),
        MARKER.encode(),
        MARKER.encode()[:4],
        b"\x01" + message[1:],
        PREFIX.pack(0, 999) + message[PREFIX.size :],
        PREFIX.pack(0, next(one.id for one in STATEMENTS if one.id != PREFIX.unpack_from(message)[1]))
        + message[PREFIX.size :],
        message.replace(MARKER.encode(), b"\xff" * len(MARKER)),
        message + MARKER.encode() * (MAX_STATEMENT_BYTES // len(MARKER)),
    ]


def unsound(contract: Contract) -> list[dict[str, Any]]:
    """Give statements that break a rule of the envelope, whatever else they say."""
    backwards = {"earliest": NOON, "latest": NOON - 1, "wording": MARKER}
    return [
        marked(contract, 1, agency=MARKER),
        marked(contract, 2, reference=MARKER * 100),
        marked(contract, 3, happened=backwards),
        marked(contract, 4, learned=backwards | {"earliest": 2**62, "latest": 2**62}),
        marked(contract, 5, corrects=MARKER, retracts=MARKER),
        marked(contract, 6, child={**marked(contract, 6)["envelope"]["child"], "local_id": " "}),
    ]


def personal(shown: object) -> bool:
    text = shown if isinstance(shown, bytes) else repr(shown).encode() + str(shown).encode()
    return MARKER.encode() in text or NUMBER.encode() in text or MARKER.lower().encode() in text.lower()


def clear_parts(records: Iterable[LogRecord]) -> list[object]:
    """Give all of these records that can be read without a key: keys, headers, and values less what is sealed."""
    parts: list[object] = []
    for one in records:
        parts += [one.key, one.headers, one.value, one.partition]
        if one.value.startswith(PREFIX.pack(0, CATALOGUE.own("SealedEvent").id)):
            parts.append(CODEC.read(one.value).header)
        elif QUARANTINED is not None:
            parts.append({**decode_payload(QUARANTINED, one.value[PREFIX.size :]), "sealed": b""})
    return parts


@pytest.mark.parametrize("contract", STATEMENTS, ids=lambda one: one.short_name)
def test_a_marked_text_is_found_in_the_sealed_body_and_nowhere_else(
    contract: Contract, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    good = [encode(contract, marked(contract, number)) for number in (7, 8)]
    changed = encode(contract, marked(contract, 9, reference=marked(contract, 7)["envelope"]["reference"]))
    bad = [*broken_ways(good[0]), *(encode(contract, value) for value in unsound(contract)), changed]
    world = World().take(run_of(*good, *bad))
    assert len(world.events()) == 2
    assert len(world.refused()) == len(bad)
    assert MARKER.encode() in world.opened(world.events()[0])
    for part in clear_parts([*world.written(HUB_EVENTS), *world.written(HUB_QUARANTINE)]):
        assert not personal(part)
    assert not [line for line in caplog.messages if personal(line)]
    assert not personal("".join(capsys.readouterr()))


def test_nothing_that_carries_a_statement_shows_it() -> None:
    contract = STATEMENTS[0]
    message = encode(contract, marked(contract, 7))
    examiner = Examiner(CATALOGUE, SECRETS)
    statement, refused = examiner.examine(record(message)), examiner.examine(record(message + b"\0"))
    assert isinstance(statement, Statement)
    assert isinstance(refused, Refused)
    world = World()
    stage = world.admit()
    for shown in (statement, refused, statement.decoded, statement.claim, run_of(message), stage, SECRETS):
        assert not personal(shown)
    shown = repr(SECRETS) + repr(stage)
    assert not [secret for secret in ("bbbbbbbb", "eeeeeeee", "dddddddd", "nnnnnnnn") if secret in shown]


def test_one_identifier_gives_one_fingerprint_that_does_not_hold_it() -> None:
    contract = STATEMENTS[0]
    world = World().take(run_of(*(encode(contract, marked(contract, number)) for number in (1, 2))))
    first, second = (event.header.identified_by.nhs_number for event in world.events())
    assert first == second
    assert first is not None
    assert not personal(first)


def test_what_was_refused_can_be_opened_with_its_key_and_says_where_it_was() -> None:
    contract = STATEMENTS[0]
    bad = encode(contract, marked(contract, 7)) + b"\0"
    world = World().take(run_of(bad))
    (refused,) = world.refused()
    place = f"{HEALTH}/0/0".encode()
    assert world.open_with(refused["key_id"], place, refused["sealed"]) == bad
