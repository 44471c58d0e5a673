"""One PostgreSQL server on this machine, from the wheel's programs, with SCRAM passwords on loopback only."""

import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from apps.connections import ADMINISTRATOR
from apps.reach import ReachError, check_postgres
from apps.services.daemons import Daemon, alive, recall, remember, start_detached, stop, wait_until
from apps.services.errors import ServiceError
from apps.services.kafka_files import shipped
from apps.services.layout import Layout
from apps.services.ports import LOOPBACK, require_free
from apps.services.postgres_place import PostgresPlace
from apps.services.secret_files import ensure_password

START_SECONDS = 60.0
STOP_SECONDS = 20.0


def pid_file(layout: Layout) -> Path:
    """Name the file that remembers the server's process."""
    return layout.run / "postgres.json"


def start_postgres(layout: Layout, place: PostgresPlace, port: int) -> Daemon:
    """Start the server without waiting until it answers; make its cluster first where there is none yet."""
    require_free(port, layout.ports)
    if not place.cluster.exists():
        _make_cluster(layout, place)
    options = {**server_options(), "listen_addresses": LOOPBACK, "port": str(port), "unix_socket_directories": ""}
    command = [str(place.programs / "postgres"), "-D", str(place.cluster)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    daemon = start_detached(
        command, {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}, layout.logs / "postgres.log", place.account
    )
    remember(daemon, pid_file(layout))
    return daemon


def server_options() -> Mapping[str, str]:
    """Read what every PostgreSQL server of the hub is told."""
    lines = (line.partition("#")[0].partition("=") for line in shipped("postgresql.conf").splitlines())
    return {name.strip(): value.strip() for name, _, value in lines if name.strip()}


def await_postgres(layout: Layout, port: int, daemon: Daemon) -> None:
    """Wait until the server lets its administrator in; ServiceError if it ends before or does not within 60 seconds."""
    conninfo = administrator(layout, port)
    wait_until(lambda: lets_in(conninfo) or not alive(daemon), START_SECONDS)
    if not alive(daemon):
        raise ServiceError(
            f"PostgreSQL ended while it started; the reason is at the end of {layout.logs / 'postgres.log'}."
        )
    try:
        check_postgres(conninfo)
    except ReachError as error:
        raise ServiceError(
            f"PostgreSQL did not let its administrator in; the password in {layout.secrets / 'postgres' / ADMINISTRATOR} "
            "is not the one it was made with: put that one back, or begin again with `mash services reset`."
        ) from error


def stop_postgres(layout: Layout) -> bool:
    """Stop the server that we started, if it runs; say whether there was one."""
    daemon = recall(pid_file(layout))
    if daemon is None:
        return False
    running = alive(daemon)
    if running:
        # Fast: sessions are cut, what they committed is safe. Then immediate: the next start recovers from the log.
        stop(daemon, [signal.SIGINT, signal.SIGQUIT], STOP_SECONDS)
    pid_file(layout).unlink()
    return running


def administrator(layout: Layout, port: int) -> str:
    """Give the connection string of the administrator of the server that we started."""
    password = ensure_password(layout.secrets / "postgres" / ADMINISTRATOR)
    return make_conninfo("", host=LOOPBACK, port=port, dbname="postgres", user=ADMINISTRATOR, password=password)


def lets_in(conninfo: str) -> bool:
    """Say whether the server answers and accepts this role."""
    try:
        psycopg.connect(conninfo, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _make_cluster(layout: Layout, place: PostgresPlace) -> None:
    fresh, password_file = place.folder / "cluster.new", place.folder / "initdb-password"
    shutil.rmtree(fresh, ignore_errors=True)
    password_file.touch(mode=0o600)
    try:
        password_file.write_text(ensure_password(layout.secrets / "postgres" / ADMINISTRATOR), encoding="utf-8")
        if place.account is not None:
            shutil.chown(password_file, place.account.uid, place.account.gid)
        done = _initdb(place, fresh, password_file)
    finally:
        password_file.unlink()
    if done.returncode != 0:
        told = done.stderr.strip().splitlines() or ["it says nothing"]
        raise ServiceError(
            f"PostgreSQL's cluster could not be made in {place.folder}: {told[-1]}; is there room in that folder?"
        )
    # If we crash before this line there is no cluster yet and the next start makes one; after it there is a whole one.
    fresh.rename(place.cluster)


def _initdb(place: PostgresPlace, cluster: Path, password_file: Path) -> "subprocess.CompletedProcess[str]":
    account = place.account
    return subprocess.run(  # noqa: S603 - our own command line
        [
            str(place.programs / "initdb"),
            f"--pgdata={cluster}",
            f"--username={ADMINISTRATOR}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
        ],
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
        cwd=place.folder,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        capture_output=True,
        text=True,
        check=False,
    )
