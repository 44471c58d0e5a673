from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from key_database import KeyDatabase, Provisioned


@pytest.fixture
def key_database(fresh_databases: Provisioned) -> Iterator[KeyDatabase]:
    """Give the key database, empty, and close what was opened to it."""
    with ExitStack() as connections:
        yield KeyDatabase(fresh_databases, connections)
