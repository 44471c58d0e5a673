"""The hub's own PostgreSQL as the worker sees it, with empty ledger tables."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.hub_parts import HubServices


@pytest.fixture
def ledger_connection(hub_services: HubServices) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """Connect with the worker's rights and no more, so that the grants are tested too."""
    with psycopg.connect(hub_services.conninfo("mash_owner")) as owner:
        owner.execute("truncate ledger_tile, checkpoint")
    with psycopg.connect(hub_services.conninfo("mash_worker")) as connection:
        yield connection
        connection.rollback()
