"""The watchdog tells a broker that is gone from a worker that was too busy to hear it."""

import asyncio
from collections.abc import Mapping

import pytest
from aiokafka.errors import KafkaTimeoutError

from apps.watchdog import Watchdog

PLACE = ("agency.health.events", 0)


class SilentBroker:
    """A broker of which no answer comes in time."""

    async def end_offsets(self, _places: object) -> Mapping[object, int]:
        raise KafkaTimeoutError


def look(*positions: int) -> None:
    """Look once, the stored position being one of these each time it is asked for."""
    stored = iter(positions)
    watchdog = Watchdog(SilentBroker(), lambda: {PLACE: next(stored)}, lambda: [PLACE])
    asyncio.run(watchdog.look())


def test_a_broker_that_does_not_answer_while_nothing_moves_is_gone() -> None:
    with pytest.raises(KafkaTimeoutError):
        look(7, 7)


def test_a_broker_that_does_not_answer_while_something_was_read_is_not_gone() -> None:
    look(7, 8)
