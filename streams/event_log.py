"""Writing to the log: whole batches to partitions that we choose, each acknowledged by the broker before anyone says that it is written."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from aiokafka import AIOKafkaProducer


class LogRecord(NamedTuple):
    """One record to write: its partition, key (16 bytes of a pseudonym or of a derived id) and value."""

    partition: int
    key: bytes
    value: bytes
    headers: Sequence[tuple[str, bytes]] = ()


class EventLog(Protocol):
    """Where the hub writes its log."""

    async def write(self, topic: str, records: Iterable[LogRecord]) -> None:
        """Write records in order for each partition; every one of them is durable when this returns."""
        ...


def partition_of(key: bytes, partitions: int) -> int:
    """Choose the partition of a random key (a pseudonym): its first two bytes, spread over the partitions."""
    return int.from_bytes(key[:2]) % partitions


class KafkaEventLog:
    """Writes through one aiokafka producer (acks=all, idempotent), in batches built here."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer

    async def write(self, topic: str, records: Iterable[LogRecord]) -> None:
        """Write records in order for each partition and wait until the broker has acknowledged all of them."""
        waiting = []
        for partition, batch in self._batches(records):
            waiting.append(await self._producer.send_batch(batch, topic, partition=partition))
        # If we crash here some of the run is written and none of it is marked as read: it is read and written again, byte for byte the same.
        await asyncio.gather(*waiting)

    def _batches(self, records: Iterable[LogRecord]) -> list[tuple[int, object]]:
        full: list[tuple[int, object]] = []
        open_batches: dict[int, object] = {}
        for record in records:
            batch = open_batches.get(record.partition)
            if batch is None or not self._append(batch, record):
                if batch is not None:
                    full.append((record.partition, batch))
                batch = open_batches[record.partition] = self._producer.create_batch()
                self._append(batch, record)
        return [*full, *open_batches.items()]

    @staticmethod
    def _append(batch: object, record: LogRecord) -> bool:
        written = batch.append(key=record.key, value=record.value, timestamp=None, headers=list(record.headers))  # type: ignore[attr-defined]
        return written is not None


class MemoryEventLog:
    """What writing to the log means, kept in memory: records by topic, in the order in which they were written."""

    def __init__(self) -> None:
        self.topics: dict[str, list[LogRecord]] = {}

    async def write(self, topic: str, records: Iterable[LogRecord]) -> None:
        """Append the records."""
        self.topics.setdefault(topic, []).extend(records)
