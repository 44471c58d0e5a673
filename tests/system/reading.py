"""Reading a topic whole, as the user who may."""

import asyncio
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from apps.connections import aiokafka_options
from schemas.topics import partitions_of
from tests.hub_parts import HubServices


def read_topic(services: HubServices, topic: str, user: str = "auditor") -> list[Any]:
    """Give every record of a topic, partition by partition."""

    async def read() -> list[Any]:
        places = [TopicPartition(topic, part) for part in range(partitions_of(topic))]
        found: list[Any] = []
        async with AIOKafkaConsumer(**aiokafka_options(services.login(user)), fetch_max_wait_ms=20) as reader:
            reader.assign(places)
            ends = await reader.end_offsets(places)
            for place in places:
                reader.seek(place, 0)
                while ends[place] and (
                    not found or found[-1].partition != place.partition or found[-1].offset + 1 < ends[place]
                ):
                    found += (await reader.getmany(place, timeout_ms=5000)).get(place, [])
        return found

    return asyncio.run(read())
