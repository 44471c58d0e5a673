"""The session's broker, started again after a test has stopped it."""

from contextlib import suppress

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from apps.services import up
from apps.services.daemons import wait_until
from tests.hub_parts import HubServices, real_world


def bring_back(services: HubServices, admin: KafkaAdminClient) -> None:
    """Start the broker again, and wait until the session's own client has found it; harmless when it runs."""
    up(services.settings.home, real_world(), lambda _: None)

    def found() -> bool:
        with suppress(KafkaError):
            return bool(admin.list_topics())
        return False

    assert wait_until(found, 30)
