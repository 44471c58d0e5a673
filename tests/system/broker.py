"""The session's broker, stopped for a while and started again."""

import gc
import socket
import warnings
from collections.abc import Collection, Iterator
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
    before = _sockets()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        stop_kafka(services.layout)
        try:
            yield
        finally:
            up(services.settings.home, real_world(), lambda _: None)
            assert wait_until(lambda: _found(admin), 30)
            _close_refused(before)


def _close_refused(before: Collection[int]) -> None:
    """Close the sockets of connections that the stopped broker refused: kafka-python holds on to them and never closes them."""
    for one in gc.get_objects():
        if isinstance(one, socket.socket) and id(one) not in before and one.fileno() >= 0:
            try:
                one.getpeername()
            except OSError:
                one.close()


def _sockets() -> frozenset[int]:
    return frozenset(id(one) for one in gc.get_objects() if isinstance(one, socket.socket))


def _found(admin: KafkaAdminClient) -> bool:
    with suppress(KafkaError):
        return bool(admin.list_topics())
    return False
