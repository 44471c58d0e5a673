"""The thin stages over memory: alerting, the ledger's stage, progress, and what a run is to Faust."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from admit_world import HEALTH, STAMP, Cut, CutLog, CutOff, run_of

from projections.alert_outbox import MemoryAlertOutbox
from projections.alerts import Alert
from projections.rules.packs import load_rule_packs
from schemas.codec import decode_payload
from schemas.moments import micros
from schemas.topics import HUB_ALERTS
from streams.alert import Alerting
from streams.event_log import LogRecord, MemoryEventLog, partition_of
from streams.progress import ProgressJudge
from tests.schemas.contract_values import CATALOGUE

RULES = load_rule_packs()
NOW = datetime(2024, 2, 6, tzinfo=UTC)
RAISED = CATALOGUE.by_name("AlertRaised")
assert RAISED is not None
PLACE, OTHER = ("hub.events", 0), ("hub.events", 1)


def alert(number: int, due: datetime | None = None) -> Alert:
    evidence = (UUID(int=10 + number), UUID(int=20 + number))
    return Alert(
        UUID(int=number),
        UUID(int=100 + number),
        "rule",
        "current",
        "threshold",
        evidence,
        number == 2,
        "A sentence.",
        due,
    )


def outbox_with(alerts: Iterable[Alert]) -> MemoryAlertOutbox:
    outbox = MemoryAlertOutbox(list, RULES)
    outbox.add(alerts)
    return outbox


def alerting(outbox: MemoryAlertOutbox, log: MemoryEventLog, now: datetime = NOW) -> Alerting:
    assert RAISED is not None
    return Alerting(outbox, log, RAISED, lambda: now)


def values(records: Sequence[LogRecord]) -> list[dict[str, Any]]:
    assert RAISED is not None
    return [decode_payload(RAISED, one.value[5:]) for one in records]


def test_every_alert_that_waits_is_published_once_with_all_that_it_says() -> None:
    outbox, log = outbox_with([alert(1), alert(2, NOW)]), MemoryEventLog()
    for _ in range(2):
        asyncio.run(alerting(outbox, log).act())
    first, second = values(log.topics[HUB_ALERTS])
    assert first["evidence"] == [UUID(int=11).bytes, UUID(int=21).bytes]
    assert (first["due"], second["due"], second["locked"]) == (None, micros(NOW), True)
    assert {one["raised"] for one in (first, second)} == {micros(NOW)}
    assert [one.key for one in log.topics[HUB_ALERTS]] == [UUID(int=101).bytes, UUID(int=102).bytes]
    assert outbox.raised == {UUID(int=1): NOW, UUID(int=2): NOW}


def test_a_turn_with_nothing_to_tell_writes_nothing() -> None:
    log = MemoryEventLog()
    asyncio.run(alerting(outbox_with([]), log).act())
    assert log.topics == {}


@pytest.mark.parametrize("at", [1, 2, 3])
def test_an_alert_that_was_cut_off_on_its_way_is_published_again_under_its_id(at: int) -> None:
    outbox, log = outbox_with([alert(1), alert(2)]), CutLog(Cut(at))
    with pytest.raises(CutOff):
        asyncio.run(alerting(outbox, log).act())
    assert outbox.raised == {}
    asyncio.run(alerting(outbox, log, NOW + timedelta(seconds=1)).act())
    assert {one["alert_id"] for one in values(log.topics[HUB_ALERTS])} == {UUID(int=1).bytes, UUID(int=2).bytes}
    assert outbox.waiting() == []


def test_a_partition_that_stands_still_with_something_to_read_is_stuck_after_its_patience() -> None:
    judge = ProgressJudge(patience=60)
    assert judge.stuck({PLACE: 5}, {PLACE: 9}, now=0) == ()
    assert judge.stuck({PLACE: 5}, {PLACE: 9}, now=60) == ()
    assert judge.stuck({PLACE: 5}, {PLACE: 9}, now=61) == (PLACE,)
    assert judge.stuck({PLACE: 6}, {PLACE: 9}, now=62) == ()


def test_a_partition_that_was_never_read_is_stuck_too() -> None:
    judge = ProgressJudge(patience=60)
    assert judge.stuck({}, {PLACE: 1}, now=0) == ()
    assert judge.stuck({}, {PLACE: 1}, now=61) == (PLACE,)


def test_a_partition_with_nothing_to_read_is_never_stuck_and_its_patience_begins_with_the_first_record() -> None:
    judge = ProgressJudge(patience=60)
    for now in (0, 1000, 2000):
        assert judge.stuck({PLACE: 9}, {PLACE: 9}, now) == ()
    assert judge.stuck({PLACE: 9}, {PLACE: 10}, now=2060) == ()
    assert judge.stuck({PLACE: 9}, {PLACE: 10}, now=2061) == (PLACE,)


def test_one_partition_that_moves_does_not_hide_another_that_stands_still() -> None:
    judge = ProgressJudge(patience=60)
    for now in range(0, 61, 20):
        assert judge.stuck({PLACE: now, OTHER: 5}, {PLACE: 999, OTHER: 9}, now) == ()
    assert judge.stuck({PLACE: 80, OTHER: 5}, {PLACE: 999, OTHER: 9}, 80) == (OTHER,)


def test_a_partition_that_went_to_another_worker_and_came_back_is_looked_at_anew() -> None:
    judge = ProgressJudge(patience=60)
    judge.stuck({PLACE: 5}, {PLACE: 9}, now=0)
    judge.stuck({PLACE: 5}, {}, now=30)
    assert judge.stuck({PLACE: 5}, {PLACE: 9}, now=100) == ()


def test_a_run_looks_like_its_last_record_to_faust() -> None:
    run = run_of(b"a", b"b", b"c", first=7)
    assert (run.topic, run.partition, run.offset, run.timestamp) == (HEALTH, 0, 9, STAMP)
    assert run.value is run
    assert (run.key, run.headers) == (None, ())
    assert [record.value for record in run.records] == [b"a", b"b", b"c"]
    assert repr(run) == "Run(agency.health.events/0, 3 records up to 9)"


def test_a_key_always_goes_to_the_same_partition_and_random_keys_spread() -> None:
    keys = [UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128).bytes for number in range(4000)]
    counts = [0] * 4
    for key in keys:
        counts[partition_of(key, 4)] += 1
    assert min(counts) > 800
    assert {partition_of(keys[7], 4) for _ in range(3)} == {partition_of(keys[7], 4)}
    assert {partition_of(key, 1) for key in keys} == {0}
