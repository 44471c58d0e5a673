from collections.abc import Callable
from datetime import tzinfo
from io import BytesIO

import pytest

from connectors.cin_census import read_census
from connectors.csv_drop import read_csv
from connectors.delivery import tell_events
from connectors.envelope import time_zone
from connectors.mapping_file import shipped_mapping
from connectors.producer import MemoryStatementLog
from connectors.statement import Delivery, Outcome
from schemas.catalogue import Catalogue, load_catalogue

ReadFile = Callable[[bytes], list[Outcome]]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="session")
def london() -> tzinfo:
    return time_zone()


@pytest.fixture(scope="session")
def read_police(catalogue: Catalogue) -> ReadFile:
    mapping = shipped_mapping("police", catalogue)
    return lambda content: list(read_csv(BytesIO(content), mapping))


@pytest.fixture(scope="session")
def read_cin(london: tzinfo) -> ReadFile:
    return lambda content: list(read_census(BytesIO(content), london))


@pytest.fixture
def delivered(catalogue: Catalogue) -> Callable[[list[Outcome]], tuple[Delivery, list[tuple[str, bytes]]]]:
    def run(outcomes: list[Outcome]) -> tuple[Delivery, list[tuple[str, bytes]]]:
        log = MemoryStatementLog()
        return tell_events(outcomes, catalogue, log), log.messages

    return run
