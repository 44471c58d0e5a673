import pytest
from admit_world import (
    CODEC,
    HEALTH,
    Cut,
    CutOff,
    World,
    concern,
    message,
    run_of,
)

from access_policy.keys import KeyScope
from schemas.codec import PREFIX, decode, encode
from schemas.topics import HUB_EVENTS, HUB_QUARANTINE, MAX_STATEMENT_BYTES, agency_topic, partitions_of
from streams.event_log import partition_of
from streams.quarantining import NO_CHILD
from tests.schemas.contract_values import CATALOGUE

GOOD = [message(concern(f"R-{number}", f"H-{number % 3}")) for number in range(6)]
CHANGED = message(concern("R-1", "H-1", kind="something else"))
POLICE = agency_topic("police")
SPOKEN_BY_POLICE = message(concern("R-1", "N-1", agency="police"))


def test_a_statement_is_written_sealed_under_its_childs_pseudonym() -> None:
    world = World().take(run_of(GOOD[0]))
    (event,), (record,) = world.events(), world.written(HUB_EVENTS)
    assert record.key == event.header.child
    assert record.partition == partition_of(record.key, partitions_of(HUB_EVENTS))
    assert world.opened(event) == GOOD[0][PREFIX.size :]
    assert record.headers == ()
    assert world.admissions.positions == {(HEALTH, 0): 1}


def test_statements_of_one_child_share_a_key_of_that_child_agency_and_sensitivity() -> None:
    open_ones = [message(concern("R-1")), message(concern("R-2")), message(concern("R-3", sensitivity="SENSITIVE"))]
    world = World().take(run_of(*open_ones))
    first, second, third = (event.header for event in world.events())
    assert first.child == second.child == third.child
    assert first.key_id == second.key_id != third.key_id


def test_a_repeat_is_admitted_once_in_one_run_in_the_next_and_from_another_partition() -> None:
    world = World().take(run_of(GOOD[0], GOOD[0]), run_of(GOOD[0], GOOD[1], first=2), run_of(GOOD[0], partition=1))
    assert len(world.events()) == 2
    assert world.refused() == []
    assert world.admissions.positions == {(HEALTH, 0): 4, (HEALTH, 1): 1}


@pytest.mark.parametrize("together", [True, False], ids=["in one run", "in another run"])
def test_a_reference_used_again_with_other_content_is_refused_and_the_first_stands(*, together: bool) -> None:
    runs = [run_of(GOOD[1], CHANGED)] if together else [run_of(GOOD[1]), run_of(CHANGED, first=1)]
    world = World().take(*runs)
    assert [world.opened(event) for event in world.events()] == [GOOD[1][PREFIX.size :]]
    (refused,) = world.refused()
    assert (refused["code"], refused["topic"], refused["partition"], refused["offset"]) == (
        "reference-reused",
        HEALTH,
        0,
        1,
    )
    assert "`corrects`" in refused["sentence"]
    assert world.open_with(refused["key_id"], b"agency.health.events/0/1", refused["sealed"]) == CHANGED


def test_the_same_bytes_under_another_contract_are_no_repeat() -> None:
    began, ended = (CATALOGUE.by_name(name) for name in ("ChildInNeedPlanStarted", "ChildInNeedPlanEnded"))
    assert began is not None
    assert ended is not None
    payload = encode(began, concern("R-1"))[PREFIX.size :]
    assert decode(CATALOGUE, PREFIX.pack(0, ended.id) + payload)
    world = World().take(run_of(PREFIX.pack(0, began.id) + payload, PREFIX.pack(0, ended.id) + payload))
    assert [event.header.event_type for event in world.events()] == ["ChildInNeedPlanStarted"]
    assert [refused["code"] for refused in world.refused()] == ["reference-reused"]


def test_the_same_reference_at_two_agencies_is_two_statements() -> None:
    world = World().take(run_of(GOOD[1]), run_of(SPOKEN_BY_POLICE, topic=POLICE))
    assert len({event.header.event_id for event in world.events()}) == 2


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (SPOKEN_BY_POLICE, "not-your-topic"),
        (b"\0" * (MAX_STATEMENT_BYTES + 1), "too-large"),
        (b"", "truncated"),
        (None, "truncated"),
        (GOOD[0] + b"\0", "not-canonical"),
        (GOOD[0][:40], "not-canonical"),
        (PREFIX.pack(0, 12345) + b"x", "unknown-contract"),
        (message(concern("R-9", " ")), "no-child"),
    ],
)
def test_a_broken_message_among_good_ones_is_quarantined_and_stops_nothing(bad: bytes | None, code: str) -> None:
    world = World().take(run_of(*GOOD[:3], bad, *GOOD[3:]))
    assert [world.opened(event) for event in world.events()] == [one[PREFIX.size :] for one in GOOD]
    (refused,), (record,) = world.refused(), world.written(HUB_QUARANTINE)
    assert (refused["code"], refused["offset"]) == (code, 3)
    assert world.open_with(refused["key_id"], b"agency.health.events/0/3", refused["sealed"]) == (bad or b"")
    assert record.key == refused["quarantine_id"]
    assert dict(record.headers) == {
        "__connect.errors.topic": HEALTH.encode(),
        "__connect.errors.partition": b"0",
        "__connect.errors.offset": b"3",
        "__connect.errors.stage": b"VALUE_CONVERTER",
        "__connect.errors.exception.class.name": code.encode(),
    }
    assert world.admissions.positions == {(HEALTH, 0): 7}


def test_what_was_refused_is_sealed_with_a_key_of_the_agency_and_of_no_child() -> None:
    world = World().take(run_of(b""), run_of(b"", topic=POLICE))
    scopes = [KeyScope(NO_CHILD, agency, "QUARANTINE", 1) for agency in ("health", "police")]
    keys = world.keys.ensure(scopes)
    assert [one["key_id"] for one in world.refused()] == [keys[scope].key_id.bytes for scope in scopes]


def test_a_run_that_was_read_before_writes_nothing() -> None:
    world = World().take(run_of(*GOOD))
    before = dict(world.log.topics)
    world.take(run_of(*GOOD), run_of(*GOOD[:3]))
    assert {topic: len(records) for topic, records in world.log.topics.items()} == {
        topic: len(records) for topic, records in before.items()
    }
    assert world.admissions.positions == {(HEALTH, 0): 6}


def test_records_that_expired_unread_leave_a_hole_that_stops_nothing() -> None:
    world = World().take(run_of(GOOD[0]), run_of(GOOD[1], first=900))
    assert len(world.events()) == 2
    assert world.admissions.positions == {(HEALTH, 0): 901}


def test_a_statement_that_only_a_person_can_place_waits_under_a_record_of_its_own() -> None:
    claims = [
        concern("R-1", "H-1"),
        concern("R-2", "H-2", nhs_number="9990000018"),
        concern("R-3", "H-1", nhs_number="9990000018"),
    ]
    world = World().take(run_of(*map(message, claims)))
    headers = [event.header for event in world.events()]
    assert [header.identified_by.rule for header in headers] == ["exact", "exact", "review"]
    assert len({header.child for header in headers}) == 3
    (item,) = world.identity.waiting.values()
    assert (item.event_id, item.child.bytes) == (headers[2].event_id, headers[2].child)


STORY = (
    run_of(GOOD[0], GOOD[1], b"broken", GOOD[1]),
    run_of(CHANGED, GOOD[2], b"\0", message(concern("R-7", "H-0", nhs_number="9990000018")), first=4),
    run_of(SPOKEN_BY_POLICE, topic=POLICE),
)


def test_a_process_may_die_at_any_step_and_nothing_is_lost_doubled_or_written_otherwise() -> None:
    undisturbed = World().take(*STORY)
    steps = undisturbed.cut.steps
    assert steps > 40
    for at in range(1, steps + 1):
        world = World(Cut(at))
        with pytest.raises(CutOff):
            world.take(*STORY)
        world.take(*STORY)
        assert world.admissions.positions == undisturbed.admissions.positions
        assert world.admissions.admitted == undisturbed.admissions.admitted
        for topic in (HUB_EVENTS, HUB_QUARANTINE):
            once = list(dict.fromkeys((one.key, one.value) for one in world.written(topic)))
            assert once == [(one.key, one.value) for one in undisturbed.written(topic)], f"{topic}, cut at {at}"


def test_two_deaths_in_a_row_lose_nothing_either() -> None:
    undisturbed = World().take(*STORY)
    expected = {(one.key, one.value) for one in undisturbed.written(HUB_EVENTS)}
    for first in range(1, undisturbed.cut.steps, 3):
        world = World(Cut(first))
        with pytest.raises(CutOff):
            world.take(*STORY)
        world.cut.at = world.cut.steps + 1 + first % 7
        with pytest.raises(CutOff):
            world.take(*STORY)
        world.take(*STORY)
        assert {(one.key, one.value) for one in world.written(HUB_EVENTS)} == expected


def test_nothing_is_written_before_it_is_known_what_was_admitted_and_nothing_is_remembered_that_was_not_written() -> (
    None
):
    for at in range(1, World().take(*STORY).cut.steps + 1):
        world = World(Cut(at))
        with pytest.raises(CutOff):
            world.take(*STORY)
        written = {CODEC.read(one.value).header.event_id for one in world.written(HUB_EVENTS)}
        assert world.admissions.admitted.keys() <= written
