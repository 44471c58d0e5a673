import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from kafka import KafkaAdminClient

from tests.hub_parts import HubServices
from tests.system.running import Account, Hub, Say, publish
from tests.system.statements import Told, broken, history


@pytest.fixture
def hub(hub_services: HubServices, kafka_admin: KafkaAdminClient, pristine: None, tmp_path: Path) -> Iterator[Hub]:
    """Give an empty hub; what the test started is ended with it."""
    hub = Hub(hub_services, kafka_admin, tmp_path)
    hub.renew()
    yield hub
    hub.end_all()


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Tell the reader of the test run a figure that is measured and not judged."""

    def tell(line: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{line}\n")

    return tell


@pytest.fixture(scope="session")
def told() -> list[Told]:
    """The invented history, the same for every test of this session."""
    return history(datetime.now(UTC).date())


@pytest.fixture(scope="session")
def undisturbed(
    hub_services: HubServices,
    kafka_admin: KafkaAdminClient,
    pristine: None,
    told: list[Told],
    tmp_path_factory: pytest.TempPathFactory,
) -> Account:
    """What one run of the whole history comes to when nothing disturbs it."""
    hub = Hub(hub_services, kafka_admin, tmp_path_factory.mktemp("undisturbed"))
    hub.renew()
    try:
        publish(hub_services, [*told, *broken()])
        hub.start("admit", "project")
        hub.settle()
        return hub.account()
    finally:
        hub.end_all()
