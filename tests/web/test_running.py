import os
import urllib.request
from pathlib import Path

import pytest

from apps.services.daemons import recall
from apps.web import running

ADDRESSES = {
    "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
    "DATABASE_URL": "postgresql://127.0.0.1:1/mash",
    "KEYS_DATABASE_URL": "postgresql://127.0.0.1:1/mash_keys",
}


@pytest.fixture
def said() -> list[str]:
    return []


def test_the_pages_are_started_once_and_stopped_by_their_own_process_id(tmp_path: Path, said: list[str]) -> None:
    environ = {**os.environ, **ADDRESSES}
    address = running.start(tmp_path, environ, said.append)
    try:
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(f"{address}/sign-in", timeout=30) as answer:  # noqa: S310 - an address of our own
            assert answer.status == 200
        assert running.start(tmp_path, environ, said.append) == address
        daemon = recall(tmp_path / "run" / "web.json")
        assert daemon is not None
        assert f"process {daemon.pid}" in said[0]
    finally:
        running.end(tmp_path, said.append)
    assert running.address(tmp_path) is None
    assert said[-1] == "the pages have stopped"
    running.end(tmp_path, said.append)
    assert said[-1] == "the pages have stopped"
