"""The watchdog of one worker: ends it when the log goes on and the stored positions of its own partitions do not."""

import logging
import os
import time
from collections.abc import Callable, Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaTimeoutError

from streams.progress import Place, ProgressJudge
from streams.runs import Positions

PATIENCE_SECONDS = 60.0
logger = logging.getLogger(__name__)


class Watchdog:
    """Looks at real progress, since Faust's own signs of life stay green when an agent has silently stopped."""

    def __init__(
        self, consumer: AIOKafkaConsumer, positions: Positions, assigned: Callable[[], Iterable[Place]]
    ) -> None:
        self._consumer = consumer
        self._positions = positions
        self._assigned = assigned
        self._judge = ProgressJudge(PATIENCE_SECONDS)

    async def look(self) -> None:
        """Compare the log's ends with the stored positions; end the process when a partition of ours has stood still for a minute.

        KafkaTimeoutError when the broker does not answer, unless something was read meanwhile: a worker deep in its work is late to hear the answer.
        """
        before = self._positions()
        try:
            newest = await self._ends()
        except KafkaTimeoutError:
            if self._positions() != before:
                return
            raise
        stuck = self._judge.stuck(self._positions(), newest, time.monotonic())
        if stuck:
            where = ", ".join(f"{topic}/{part}" for topic, part in stuck)
            logger.error(
                "expected progress on %s within %d seconds, found none; this worker ends so that a new one takes over",
                where,
                PATIENCE_SECONDS,
            )
            # Not an orderly stop: what is stuck would hold that up. Nothing is lost, since positions are written with their rows.
            os._exit(1)

    async def _ends(self) -> dict[Place, int]:
        places = [TopicPartition(topic, part) for topic, part in self._assigned()]
        ends = await self._consumer.end_offsets(places) if places else {}
        return {(place.topic, place.partition): end for place, end in ends.items()}
