"""One Faust message carries a whole run of records: the driver hands over what one fetch brought for one partition.

Faust makes four asyncio tasks a message, which costs more than everything that the hub does with a record; one message a run makes that cost
vanish. What stays Faust's: topic names, assignment, rebalances, the agents. What is ours: where to read from (PostgreSQL, not Kafka's committed
offset) and how far we are.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from faust.serializers import codecs
from faust.transport.drivers import aiokafka as driver

FETCH_WAIT_MS = 50
"""How long a broker may hold a fetch for more records; Faust's own 1500 lets one drained partition hold up all the others."""
FETCH_BYTES = 4 << 20
RUN_CODEC = "run"

Positions = Callable[[], Mapping[tuple[str, int], int]]
"""Gives, for each (topic, partition), the next offset to read; a partition that is not named is read from the start."""


class Run:
    """The records of one fetch of one partition, oldest first (aiokafka's ConsumerRecord); to Faust it looks like its last record."""

    key = checksum = None
    headers = ()
    serialized_key_size = serialized_value_size = 0

    def __init__(self, records: Sequence[Any]) -> None:
        last = records[-1]
        self.value = self
        self.records = records
        self.topic: str = last.topic
        self.partition: int = last.partition
        self.offset: int = last.offset
        self.timestamp = last.timestamp
        self.timestamp_type = last.timestamp_type

    def __repr__(self) -> str:
        """Say where the run is from and how long it is; nothing of its records."""
        return f"Run({self.topic}/{self.partition}, {len(self.records)} records up to {self.offset})"


class AsIs(codecs.Codec):
    """A run is taken apart by the agent, under guard, and not by Faust."""

    def loads(self, s: Any) -> Any:
        """Give back what came."""
        return s


class FetchThread(driver.AIOKafkaConsumerThread):
    """Faust's consumer thread with a fetch that neither waits long nor stays small."""

    def _create_worker_consumer(self, transport: Any, *args: Any, **kwargs: Any) -> Any:
        consumer = super()._create_worker_consumer(transport, *args, **kwargs)
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # noqa: SLF001 - Faust fixes it and offers no setting
        consumer._max_partition_fetch_bytes = FETCH_BYTES  # noqa: SLF001 - as above
        return consumer


class RunConsumer(driver.Consumer):
    """Faust's consumer, handing over runs, and starting where PostgreSQL says."""

    positions: Positions

    def _new_consumer_thread(self) -> FetchThread:
        return FetchThread(self, loop=self.loop, beacon=self.beacon)

    async def _getmany(self, active_partitions: Any, timeout: float) -> Any:  # noqa: ASYNC109 - Faust's own signature
        fetched = await super()._getmany(active_partitions=active_partitions, timeout=timeout)
        return {place: [Run(records)] for place, records in fetched.items() if records}

    async def seek_to_committed(self) -> Mapping[Any, int]:
        """Seek every assigned partition to the stored position. Not in `on_partitions_assigned`: recovery seeks again after it."""
        stored = type(self).positions()
        sought = {place: stored.get((place.topic, place.partition), 0) for place in self.assignment()}
        for place, offset in sought.items():
            await self.seek(place, offset)
        return sought


def transport_reading_from(positions: Positions) -> type[driver.Transport]:
    """Make the transport of one app, whose consumer reads runs from these positions on."""
    consumer = type("Consumer", (RunConsumer,), {"positions": staticmethod(positions)})
    return type("Transport", (driver.Transport,), {"Consumer": consumer})
