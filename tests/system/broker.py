"""The session's broker, stopped for a while and started again."""

import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from apps.services import up
from apps.services.daemons import wait_until
from apps.services.kafka import stop_kafka
from tests.hub_parts import HubServices, real_world


@contextmanager
def without_broker(services: HubServices, admin: KafkaAdminClient) -> Iterator[None]:
    """Stop the broker; whatever happens, it runs again at the end and the session's own client has found it."""
    with warnings.catch_warnings():
        # kafka-python forgets the sockets of connections that a stopped broker refused.
        warnings.simplefilter("ignore", ResourceWarning)
        stop_kafka(services.layout)
        try:
            yield
        finally:
            up(services.settings.home, real_world(), lambda _: None)
            assert wait_until(lambda: _found(admin), 30)
            gc.collect()


def _found(admin: KafkaAdminClient) -> bool:
    with suppress(KafkaError):
        return bool(admin.list_topics())
    return False
