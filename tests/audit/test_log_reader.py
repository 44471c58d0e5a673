"""A log is read to its end around whatever is damaged in it."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.log_reader import BatchDamaged, Fetched, read_partition
from audit.records import DamagedRange, LogRecord, Run, TreeId

TREE = TreeId("hub.events", 2)


class Health(Enum):
    SOUND = auto()
    CHECKSUM = auto()
    UNREADABLE = auto()


@dataclass(frozen=True)
class Batch:
    start: int
    length: int
    health: Health

    def records(self) -> list[LogRecord]:
        altered = b"altered" if self.health is Health.CHECKSUM else b"value"
        return [LogRecord(at, b"key", altered) for at in range(self.start, self.start + self.length)]


@dataclass
class BatchedLog:
    """A log in batches that behaves as aiokafka does: a fetch in which a damaged batch is met gives nothing at all."""

    batches: list[Batch]
    fetch_batches: int = 3
    fetches: int = field(default=0)

    async def fetch(self, start: int, limit: int, *, checked: bool) -> Fetched:
        self.fetches += 1
        reach = [each for each in self.batches if each.start + each.length > start][: self.fetch_batches]
        records: list[LogRecord] = []
        for batch in reach:
            if len(records) >= limit:
                break
            if batch.health is Health.UNREADABLE or (checked and batch.health is Health.CHECKSUM):
                raise BatchDamaged("a batch that is not readable")
            records += [each for each in batch.records() if each.offset >= start]
        records = records[:limit]
        return Fetched(records, records[-1].offset + 1)


def log_of(parts: Iterable[tuple[int, Health]]) -> list[Batch]:
    batches, at = [], 0
    for length, health in parts:
        batches.append(Batch(at, length, health))
        at += length
    return batches


def read(source: BatchedLog, end: int) -> list[Run]:
    async def collect() -> list[Run]:
        return [run async for run in read_partition(source, TREE, end)]

    return asyncio.run(collect())


def offsets(runs: list[Run]) -> list[int]:
    return [record.offset for run in runs if not isinstance(run, DamagedRange) for record in run]


def damage(runs: list[Run]) -> list[DamagedRange]:
    return [run for run in runs if isinstance(run, DamagedRange)]


def test_an_empty_log_gives_nothing_and_is_not_asked() -> None:
    source = BatchedLog([])
    assert read(source, 0) == []
    assert source.fetches == 0


@pytest.mark.parametrize("end", [1, 4, 5, 17, 30])
def test_a_sound_log_is_read_up_to_the_end_fixed_at_the_start(end: int) -> None:
    runs = read(BatchedLog(log_of([(5, Health.SOUND)] * 6)), end)
    assert offsets(runs) == list(range(end))
    assert damage(runs) == []


def test_a_batch_that_fails_its_checksum_is_announced_and_its_records_follow_as_found() -> None:
    runs = read(BatchedLog(log_of([(5, Health.SOUND), (5, Health.SOUND), (7, Health.CHECKSUM), (9, Health.SOUND)])), 26)
    assert damage(runs) == [DamagedRange(TREE, 10, 17, readable=True)]
    assert offsets(runs) == list(range(26))
    follows = runs[runs.index(damage(runs)[0]) + 1]
    assert not isinstance(follows, DamagedRange)
    assert [record.value for record in follows] == [b"altered"] * 7


def test_a_batch_that_cannot_be_read_is_announced_and_the_rest_follows() -> None:
    runs = read(BatchedLog(log_of([(5, Health.SOUND), (7, Health.UNREADABLE), (9, Health.SOUND)])), 21)
    assert damage(runs) == [DamagedRange(TREE, 5, 12, readable=False)]
    assert offsets(runs) == [*range(5), *range(12, 21)]


def test_finding_the_end_of_a_long_damaged_batch_takes_few_reads() -> None:
    source = BatchedLog(log_of([(3, Health.SOUND), (10_000, Health.CHECKSUM), (5_000, Health.SOUND)]))
    assert damage(read(source, 15_003)) == [DamagedRange(TREE, 3, 10_003, readable=True)]
    assert source.fetches < 60


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 12), st.sampled_from(Health)), min_size=1, max_size=12), st.data())
def test_every_sound_record_is_read_once_in_order_and_every_damaged_one_lies_in_an_announced_range(
    parts: list[tuple[int, Health]], data: st.DataObject
) -> None:
    batches = log_of(parts)
    end = data.draw(st.integers(0, batches[-1].start + batches[-1].length))
    runs = read(BatchedLog(batches), end)
    announced = {at for each in damage(runs) for at in range(each.start, each.stop)}
    unread = {at for each in damage(runs) if not each.readable for at in range(each.start, each.stop)}
    for batch in batches:
        places = {at for at in range(batch.start, batch.start + batch.length) if at < end}
        assert places <= announced or batch.health is Health.SOUND
    assert set(offsets(runs)) | unread == set(range(end))
    assert offsets(runs) == sorted(set(offsets(runs)))
