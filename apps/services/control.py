"""Start, look at, stop and erase the parts that run from one MASH_HOME."""

import fcntl
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from apps.services import kafka, postgres
from apps.services.certificates import ensure_certificates
from apps.services.daemons import Daemon, alive, recall
from apps.services.kafka_files import BrokerPlace
from apps.services.layout import Layout
from apps.services.ports import LOOPBACK, kept_ports
from apps.services.postgres_place import elsewhere, place_postgres
from apps.services.secret_files import ensure_password, private_folder, write_secret

Say = Callable[[str], None]
"""Receives one line of progress for a person."""


@dataclass(frozen=True, slots=True)
class World:
    """What starting depends on outside MASH_HOME: environment variables, the moment, chance for ports, the user's id."""

    environ: Mapping[str, str]
    now: datetime
    chance: random.Random
    uid: int


class State(StrEnum):
    """How a part is: it runs and lets its administrator in; it runs but does not; it ended by itself; nobody started it."""

    RUNNING = "running"
    SILENT = "silent"
    DIED = "died"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class PartStatus:
    """One part as it is now; `pid` is None unless its process runs."""

    name: str
    state: State
    address: str
    pid: int | None


def up(home: Path, world: World, say: Say) -> None:
    """Start what does not run yet, making secrets, broker and cluster the first time; harmless when all runs.

    Raises ServiceError with one sentence; what was started before the error stays up and `down` stops it.
    """
    layout = Layout(home)
    with _alone(layout):
        make_secrets(home, world)
        ports = kept_ports(layout.ports, world.chance)
        broker = BrokerPlace(layout, ports["kafka"], ports["kafka_controller"])
        say("fetching Kafka's jars if this is the first time, starting Kafka")
        running = _running(kafka.pid_file(layout))
        kafka_daemon = running or kafka.start_kafka(broker, world.environ)
        say(f"Kafka {'runs already' if running else 'is starting'} on {LOOPBACK}:{broker.port}")
        # Kafka's start takes seconds: PostgreSQL is made and started meanwhile.
        _up_postgres(layout, ports["postgres"], world, say)
        kafka.await_kafka(broker, kafka_daemon)
        say("Kafka lets its admin in")
        _write_addresses(layout, ports)


def status(home: Path) -> tuple[PartStatus, ...]:
    """Ask each part now; nothing is started or changed."""
    layout = Layout(home)
    if not layout.ports.exists():
        return tuple(PartStatus(name, State.STOPPED, "-", None) for name in ("kafka", "postgres"))
    ports = kept_ports(layout.ports, random.Random())  # noqa: S311 - the ports are chosen already
    broker = BrokerPlace(layout, ports["kafka"], ports["kafka_controller"])
    return (
        _part("kafka", kafka.pid_file(layout), broker.port, lambda: kafka.lets_in(kafka.admin_login(broker))),
        _part(
            "postgres",
            postgres.pid_file(layout),
            ports["postgres"],
            lambda: postgres.lets_in(postgres.administrator(layout, ports["postgres"])),
        ),
    )


def down(home: Path, say: Say) -> None:
    """Stop the parts that `up` started from this MASH_HOME and no others; harmless when none runs."""
    layout = Layout(home)
    if not layout.run.exists():
        say("nothing was started from here")
        return
    with _alone(layout):
        # From here on settings say that nothing runs, even if we crash between the two.
        layout.addresses.unlink(missing_ok=True)
        say("Kafka has stopped" if kafka.stop_kafka(layout) else "Kafka was not running")
        say("PostgreSQL has stopped" if postgres.stop_postgres(layout) else "PostgreSQL was not running")


def reset(home: Path, say: Say) -> None:
    """Stop the parts and erase what they kept: topics, databases, logs, the passwords that opened them, and what feeds remember of having told.

    Other secrets in MASH_HOME, such as root keys, stay. If we crash once the topics are gone, memories that are left refuse the hub that is made next.
    """
    down(home, say)
    layout = Layout(home)
    secrets = layout.secrets
    for folder in (
        layout.kafka,
        layout.postgres,
        elsewhere(layout),
        layout.feeds,
        layout.quality,
        layout.logs,
        layout.run,
    ):
        shutil.rmtree(folder, ignore_errors=not folder.exists())
    for folder in (secrets / "kafka", secrets / "postgres"):
        shutil.rmtree(folder, ignore_errors=not folder.exists())
    for file in ("ca.pem", "ca-key.pem", "broker.pem"):
        (secrets / file).unlink(missing_ok=True)
    say("topics, databases, logs, passwords, the feeds' memories and the pages of quality are erased")


def make_secrets(home: Path, world: World) -> None:
    """Make the administrators' passwords and the broker's certificates where they are missing, and nothing else."""
    layout = Layout(home)
    layout.home.mkdir(parents=True, exist_ok=True)
    private_folder(layout.secrets)
    ensure_password(layout.secrets / "kafka" / "admin")
    ensure_password(layout.secrets / "postgres" / "postgres")
    ensure_certificates(layout.secrets, world.now)


def _up_postgres(layout: Layout, port: int, world: World, say: Say) -> None:
    running = _running(postgres.pid_file(layout))
    daemon = running or postgres.start_postgres(layout, place_postgres(layout, world.uid, say), port)
    say(f"PostgreSQL {'runs already' if running else 'is starting'} on {LOOPBACK}:{port}")
    postgres.await_postgres(layout, port, daemon)
    say("PostgreSQL lets its administrator in")


def _write_addresses(layout: Layout, ports: Mapping[str, int]) -> None:
    server = f"postgresql://{LOOPBACK}:{ports['postgres']}"
    found = {
        "KAFKA_BOOTSTRAP_SERVERS": f"{LOOPBACK}:{ports['kafka']}",
        "KAFKA_CA_FILE": "ca.pem",
        "DATABASE_URL": f"{server}/mash",
        "KEYS_DATABASE_URL": f"{server}/mash_keys",
    }
    write_secret(layout.addresses, json.dumps(found, indent=2).encode())


def _part(name: str, pid_file: Path, port: int, lets_in: Callable[[], bool]) -> PartStatus:
    address = f"{LOOPBACK}:{port}"
    daemon = recall(pid_file)
    if daemon is None:
        return PartStatus(name, State.STOPPED, address, None)
    if not alive(daemon):
        return PartStatus(name, State.DIED, address, None)
    return PartStatus(name, State.RUNNING if lets_in() else State.SILENT, address, daemon.pid)


def _running(pid_file: Path) -> Daemon | None:
    daemon = recall(pid_file)
    return daemon if daemon is not None and alive(daemon) else None


@contextmanager
def _alone(layout: Layout) -> Iterator[None]:
    """Let one start or stop of this MASH_HOME work at a time."""
    layout.run.mkdir(mode=0o700, parents=True, exist_ok=True)
    layout.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(layout.home / "services.lock", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
