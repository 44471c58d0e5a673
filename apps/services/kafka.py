"""One Kafka broker in KRaft mode on this machine, from jars, without Docker."""

import shlex
import shutil
import signal
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path

from apps.connections import KafkaLogin
from apps.reach import ReachError, check_kafka
from apps.services.certificates import CA_FILE
from apps.services.daemons import Daemon, alive, recall, remember, start_detached, stop, wait_until
from apps.services.errors import ServiceError
from apps.services.java import cache_folder, find_java, kafka_jars
from apps.services.kafka_files import (
    BrokerPlace,
    format_arguments,
    java_arguments,
    server_properties,
    shipped,
)
from apps.services.layout import Layout
from apps.services.ports import LOOPBACK, answers, require_free
from apps.services.secret_files import ensure_password, private_folder, write_secret

START_SECONDS = 90.0
STOP_SECONDS = 20.0


def pid_file(layout: Layout) -> Path:
    """Name the file that remembers the broker's process."""
    return layout.run / "kafka.json"


def start_kafka(place: BrokerPlace, environ: Mapping[str, str]) -> Daemon:
    """Start the broker without waiting until it answers; make it first where there is none yet.

    Raises ServiceError when Java, the jars or a port cannot be had.
    """
    layout = place.layout
    for port in (place.port, place.controller_port):
        require_free(port, layout.ports)
    java, jars = find_java(environ), kafka_jars(cache_folder(environ))
    _write_files(place)
    if not _topics(layout).exists():
        _format(place, java, jars)
    arguments = layout.kafka / "run.args"
    arguments.write_text(java_arguments(jars, layout.logs, ["kafka.Kafka", str(_properties(layout))]), encoding="utf-8")
    # KAFKA_OPTS is Kafka's own variable for further options of Java.
    command = [str(java), *shlex.split(environ.get("KAFKA_OPTS", "")), f"@{arguments}"]
    daemon = start_detached(command, _java_environ(environ), layout.logs / "kafka-console.log", None)
    remember(daemon, pid_file(layout))
    return daemon


def await_kafka(place: BrokerPlace, daemon: Daemon) -> None:
    """Wait until the broker lets its admin in; ServiceError if it ends before, or takes longer than 90 seconds."""
    layout = place.layout
    wait_until(lambda: answers(place.port) or not alive(daemon), START_SECONDS)
    if not alive(daemon):
        raise ServiceError(
            f"Kafka ended while it started; the reason is at the end of {layout.logs}/kafka.log or kafka-console.log."
        )
    login = admin_login(place)
    if not wait_until(lambda: lets_in(login), STOP_SECONDS):
        raise ServiceError(
            f"Kafka did not let its admin in; the password in {layout.secrets / 'kafka' / 'admin'} is not the one that "
            "it was made with: put that one back, or begin again with `mash services reset`."
        )


def stop_kafka(layout: Layout) -> bool:
    """Stop the broker that we started, if it runs; say whether there was one."""
    daemon = recall(pid_file(layout))
    if daemon is None:
        return False
    running = alive(daemon)
    if running:
        stop(daemon, [signal.SIGTERM], STOP_SECONDS)
    pid_file(layout).unlink()
    return running


def admin_login(place: BrokerPlace) -> KafkaLogin:
    """Give the administrator's login at this broker."""
    secrets = place.layout.secrets
    return KafkaLogin(
        (f"{LOOPBACK}:{place.port}",), "admin", ensure_password(secrets / "kafka" / "admin"), secrets / CA_FILE
    )


def lets_in(login: KafkaLogin) -> bool:
    """Say whether the broker answers and accepts this user."""
    try:
        check_kafka(login)
    except ReachError:
        return False
    return True


def _properties(layout: Layout) -> Path:
    return layout.kafka / "server.properties"


def _topics(layout: Layout) -> Path:
    return layout.kafka / "data"


def _write_files(place: BrokerPlace) -> None:
    layout = place.layout
    private_folder(layout.kafka)
    _properties(layout).write_text(server_properties(place, _topics(layout)), encoding="utf-8")
    (layout.kafka / "log4j2.properties").write_text(shipped("broker-log4j2.properties"), encoding="utf-8")


def _format(place: BrokerPlace, java: Path, jars: list[Path]) -> None:
    """Make an empty broker whose one user is `admin`."""
    layout = place.layout
    fresh = layout.kafka / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    properties = layout.kafka / "format.properties"
    properties.write_text(server_properties(place, fresh), encoding="utf-8")
    main = format_arguments(properties, uuid.uuid4(), ensure_password(layout.secrets / "kafka" / "admin"))
    arguments = layout.secrets / "format.args"
    write_secret(arguments, java_arguments(jars, layout.logs, main).encode())
    try:
        # A tool that runs for a second is not worth the thorough compiler.
        command = [str(java), "-XX:TieredStopAtLevel=1", f"@{arguments}"]
        # What it prints quotes the credentials' hashes, so it is not kept.
        done = subprocess.run(command, env=_java_environ({}), capture_output=True, check=False)  # noqa: S603 - our own
    finally:
        arguments.unlink()
    if done.returncode != 0:
        raise ServiceError(
            f"Kafka's storage could not be formatted (exit {done.returncode}); is there room in {layout.kafka}? "
            "`mash services reset` begins again."
        )
    # If we crash before this line there is no broker yet and the next start makes one; after it there is a whole one.
    fresh.rename(_topics(layout))


def _java_environ(environ: Mapping[str, str]) -> dict[str, str]:
    return {"PATH": environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}
