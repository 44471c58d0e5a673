import pytest
from record_world import World


@pytest.fixture
def world() -> World:
    return World()
