"""Fixtures of the real parts: one private Kafka and PostgreSQL for the whole session, never the developer's own."""

import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from kafka import KafkaAdminClient, OffsetSpec, TopicPartition
from psycopg import sql

from apps.connections import KafkaLogin, administrator_conninfo, conninfo, kafka_login, parse_url
from apps.provision import provision
from apps.provision.kafka_setup import administrator, ensure_topics
from apps.provision.plan import KEYS_DATABASE, MAIN_DATABASE
from apps.provision.postgres_setup import restrict_database
from apps.services import World, reset, up
from apps.services.daemons import Daemon, alive, birth, recall, remember, wait_until
from apps.services.layout import Layout
from apps.settings import Settings, load_settings
from schemas.topics import TOPICS

HOMES = "mash-test-"


@dataclass(frozen=True, slots=True)
class HubServices:
    """A provisioned Kafka and PostgreSQL of this test session."""

    settings: Settings
    layout: Layout

    @property
    def environ(self) -> dict[str, str]:
        """What a program must have in its environment to work on these parts."""
        return {**os.environ, "MASH_HOME": str(self.settings.home)}

    def login(self, user: str) -> KafkaLogin:
        """Give one Kafka user's login: hub, door, auditor, admin or an agency."""
        return kafka_login(self.settings, user)

    def conninfo(self, role: str) -> str:
        """Give one role's connection string."""
        return conninfo(self.settings, role)

    def server_conninfo(self) -> str:
        """Give the administrator's connection string to the server itself."""
        return administrator_conninfo(self.settings, self.settings.database_url, "postgres")

    def refusals(self) -> list[str]:
        """Read what the broker's authorizer has refused so far, a line each."""
        return self.layout.authorizer_log.read_text(encoding="utf-8").splitlines()


def real_world() -> World:
    """Give the world as it is: this machine's environment, clock and user.

    Java's quick compiler alone halves the work of starting Kafka, and no test asks for its best speed.
    """
    environ = {**os.environ, "KAFKA_OPTS": "-XX:TieredStopAtLevel=1"}
    return World(environ, datetime.now(UTC), random.SystemRandom(), os.geteuid())


def new_home() -> Path:
    """Make a private MASH_HOME, marked as this test run's; what a killed run left running is ended first."""
    for left in Path(tempfile.gettempdir()).glob(f"{HOMES}*"):
        owner = recall(left / "owner.json")
        if owner is not None and not alive(owner):
            erase(left)
    home = Path(tempfile.mkdtemp(prefix=HOMES))
    home.chmod(0o755)  # PostgreSQL's own user must reach its cluster in here where the tests run as root
    remember(Daemon(os.getpid(), birth(os.getpid()) or ""), home / "owner.json")
    return home


def erase(home: Path) -> None:
    """Stop what runs from this MASH_HOME and remove it."""
    reset(home, lambda _: None)
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def hub_services() -> Iterator[HubServices]:
    """Start and provision the parts once for the session, and stop them at its end whatever happened."""
    home = new_home()
    try:
        up(home, real_world(), lambda _: None)
        settings = load_settings({"MASH_HOME": str(home)}, home)
        provision(settings, lambda _: None)
        yield HubServices(settings, Layout(home))
    finally:
        erase(home)


@pytest.fixture(scope="session")
def kafka_admin(hub_services: HubServices) -> Iterator[KafkaAdminClient]:
    with administrator(hub_services.login("admin")) as client:
        yield client


@pytest.fixture(scope="session")
def pristine(hub_services: HubServices) -> None:
    """Keep a copy of each database as it was provisioned."""
    with psycopg.connect(hub_services.server_conninfo(), autocommit=True) as server:
        for name in _database_names(hub_services):
            server.execute(_create(f"{name}_pristine", template=name))


@pytest.fixture
def fresh_databases(hub_services: HubServices, pristine: None) -> HubServices:
    """Give both databases as they were provisioned; who is still connected to the old ones is cut off."""
    renew_databases(hub_services)
    return hub_services


@pytest.fixture
def fresh_topics(hub_services: HubServices, kafka_admin: KafkaAdminClient) -> HubServices:
    """Give every topic empty, its offsets beginning at 0."""
    empty_topics(kafka_admin)
    forget_feeds(hub_services)
    return hub_services


@pytest.fixture
def fresh_hub(fresh_topics: HubServices, fresh_databases: HubServices) -> HubServices:
    """Give the parts as they were provisioned: topics and databases empty."""
    return fresh_databases


def forget_feeds(hub: HubServices) -> None:
    """Let every feed forget what it told: it is in no topic any more."""
    shutil.rmtree(hub.settings.home / "feeds", ignore_errors=True)


def renew_databases(hub: HubServices) -> None:
    """Put both databases back as they were when `pristine` copied them."""
    plans = (MAIN_DATABASE, KEYS_DATABASE)
    with psycopg.connect(hub.server_conninfo(), autocommit=True) as server:
        for name, plan in zip(_database_names(hub), plans, strict=True):
            server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
            server.execute(_create(name, template=f"{name}_pristine", owner=plan.owner))
            restrict_database(server, name, plan.roles)


def empty_topics(kafka_admin: KafkaAdminClient) -> None:
    """Empty every topic that holds anything."""
    partitions = [TopicPartition(topic.name, number) for topic in TOPICS for number in range(topic.partitions)]
    ends = kafka_admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
    used = sorted({partition.topic for partition, end in ends.items() if end.offset > 0})
    if used:
        kafka_admin.delete_topics(used)
        # The broker forgets a topic a moment after it has agreed to.
        assert wait_until(lambda: not set(used) & set(kafka_admin.list_topics()), 15)
        ensure_topics(kafka_admin, TOPICS)


def _database_names(hub: HubServices) -> tuple[str, str]:
    main, keys = (str(parse_url(url)["dbname"]) for url in (hub.settings.database_url, hub.settings.keys_database_url))
    return main, keys


def _create(name: str, *, template: str, owner: str = "postgres") -> sql.Composed:
    return sql.SQL("create database {} template {} owner {}").format(*map(sql.Identifier, (name, template, owner)))
