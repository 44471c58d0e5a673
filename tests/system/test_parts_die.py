"""Kafka and PostgreSQL go away while the workers are at work, and come back: nothing is lost."""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from kafka import KafkaAdminClient

from apps import workers
from apps.connections import kafka_python_options
from apps.keys import make_hub_keys, root_key_file
from apps.provision import provision
from apps.services import kafka, postgres, up
from apps.services.layout import Layout
from apps.settings import load_settings
from streams import admit
from tests.hub_parts import HubServices, erase, new_home, real_world
from tests.system.running import Account, Hub, Say, nothing_is_doubled, publish
from tests.system.statements import Told, broken
from tests.system.test_kill import slices

pytestmark = pytest.mark.services


def quiet(_: str) -> None:
    """Say nothing."""


@pytest.fixture
def supervised(hub_services: HubServices, tmp_path: Path) -> Iterator[Hub]:
    """A hub on parts of its own, with the session's root key, whose workers a supervisor starts, and starts again.

    The session's own broker never stops: other tests have clients of it that do not close what they try in vain (kafka-python 3.0.12).
    """
    home = new_home()
    try:
        up(home, real_world(), quiet)
        services = HubServices(load_settings({"MASH_HOME": str(home)}, home), Layout(home))
        make_hub_keys(hub_services.settings, os.urandom)
        shutil.copy(root_key_file(hub_services.settings), root_key_file(services.settings))
        provision(services.settings, quiet)
        workers.up(home, services.environ, quiet)
        yield Hub(services, administrator(services), tmp_path)
    finally:
        workers.down(home, quiet)
        erase(home)


def administrator(services: HubServices) -> KafkaAdminClient:
    """Connect as the administrator; whoever stops the broker closes this first."""
    return KafkaAdminClient(**kafka_python_options(services.login("admin")))


def stop_in_the_midst(hub: Hub, stop: Callable[[Layout], bool], told: Sequence[Told]) -> Hub:
    """Tell the hub something, stop a part once some of it has been read, and start the part again."""
    goal = hub.read_so_far(admit.STAGE) + len(told) // 4
    publish(hub.services, told)
    hub.until(lambda: hub.read_so_far(admit.STAGE) >= goal, "the workers to be at work")
    hub.admin.close()
    assert stop(hub.services.layout)
    up(hub.services.settings.home, real_world(), quiet)
    return replace(hub, admin=administrator(hub.services))


def test_workers_carry_on_when_the_broker_or_postgresql_stopped_and_came_back(
    undisturbed: Account, supervised: Hub, told: list[Told], say: Say
) -> None:
    parts = slices([*told, *broken()], 3)
    hub = stop_in_the_midst(supervised, postgres.stop_postgres, parts[0])
    hub = stop_in_the_midst(hub, kafka.stop_kafka, parts[1])
    publish(hub.services, parts[2])
    hub.settle()
    assert hub.account() == undisturbed
    repeats = nothing_is_doubled(hub, len(told))
    hub.admin.close()
    for one in workers.status(hub.services.settings.home):
        log = one.log.read_text(encoding="utf-8").splitlines()
        ends = Counter(line.partition("THE WORKER ENDS: ")[2] for line in log if "THE WORKER ENDS" in line)
        assert all("does not; see `mash services status`" in sentence for sentence in ends), ends
        say(
            f"the {one.role} worker ended {ends.total()} times, saying what was gone, and was started again {one.restarts} times"
        )
    say(f"{repeats} hub events written again, byte for byte the same")
