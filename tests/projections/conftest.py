from collections.abc import Iterator

import pytest
from hub_records import SqlHub
from hypothesis import settings

from projections.rows import open_store
from tests.hub_parts import HubServices

settings.register_profile(
    "projections", deadline=None
)  # nothing is asserted about timings: the first bank holidays of a year take a while
settings.load_profile("projections")


@pytest.fixture
def hub(fresh_databases: HubServices) -> Iterator[SqlHub]:
    """Give the main database as the worker may use it, so that the grants are put to the test too."""
    with open_store(fresh_databases.conninfo("mash_worker")) as conn:
        yield SqlHub(conn)
