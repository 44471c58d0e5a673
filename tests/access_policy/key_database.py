import os
from contextlib import ExitStack
from typing import Protocol

import psycopg
from psycopg import Connection

from access_policy.key_store_sql import SqlKeyStore
from access_policy.root_key import FileRootKeys

ROOT_KEYS = FileRootKeys(b"r" * 32)


class Provisioned(Protocol):
    """Whoever can say how to reach the key database as a role."""

    def conninfo(self, role: str) -> str: ...


class KeyDatabase:
    """The key database as it is provisioned, empty, and connections to it as the roles that the hub uses."""

    def __init__(self, provisioned: Provisioned, connections: ExitStack) -> None:
        self._provisioned = provisioned
        self._connections = connections

    def connect(self, role: str) -> Connection:
        """Connect as this role."""
        return self._connections.enter_context(psycopg.connect(self._provisioned.conninfo(role), autocommit=True))

    def store(self, role: str = "mash_sealer") -> SqlKeyStore:
        """Open a key store as this role."""
        return SqlKeyStore(self.connect(role), ROOT_KEYS, os.urandom)
