"""The real parts of a MASH_HOME of this module's own, killed and started again."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.services import PartStatus, ServiceError, State, down, status, up
from apps.services.daemons import alive, recall, wait_until
from apps.services.layout import Layout
from apps.services.ports import kept_ports
from tests.hub_parts import HubServices, erase, new_home, real_world

pytestmark = pytest.mark.services


def quiet(_: str) -> None:
    """Say nothing."""


def part(home: Path, name: str) -> PartStatus:
    return {part.name: part for part in status(home)}[name]


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    home = new_home()
    try:
        yield home
    finally:
        erase(home)


def test_up_starts_both_and_a_second_up_is_harmless(home: Path) -> None:
    up(home, real_world(), quiet)
    first = status(home)
    assert {part.state for part in first} == {State.RUNNING}
    up(home, real_world(), quiet)
    assert status(home) == first


def test_no_password_is_in_any_command_line_log_or_configuration(home: Path) -> None:
    passwords = [path.read_text() for kind in ("kafka", "postgres") for path in (home / "secrets" / kind).iterdir()]
    pids = [part.pid for part in status(home)]
    texts = [Path(f"/proc/{pid}/cmdline").read_text() for pid in pids if Path("/proc/self").exists()]
    texts += [
        path.read_text() for path in [*(home / "logs").iterdir(), *(home / "kafka").glob("*.*")] if path.is_file()
    ]
    assert passwords
    assert not any(password in text for password in passwords for text in texts)


def test_postgres_does_not_run_as_root(home: Path) -> None:
    owner = Path(f"/proc/{part(home, 'postgres').pid}").stat().st_uid
    assert owner != 0


def test_status_tells_the_truth_after_a_kill_and_up_brings_back_only_what_died(home: Path) -> None:
    before = part(home, "postgres")
    pid = part(home, "kafka").pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: part(home, "kafka").state is State.DIED, 10)
    up(home, real_world(), quiet)
    assert part(home, "kafka").state is State.RUNNING
    assert part(home, "kafka").pid != pid
    assert part(home, "postgres") == before


def test_the_parts_outlive_the_command_that_started_them_and_a_command_reports_them(home: Path) -> None:
    shown = subprocess.run(
        [sys.executable, "-c", "from apps.cli import main; main()", "services", "status"],
        env={**os.environ, "MASH_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.count("running") == 2


def test_down_stops_ours_and_leaves_the_parts_of_another_home(hub_services: HubServices, home: Path) -> None:
    ours = [recall(home / "run" / f"{name}.json") for name in ("kafka", "postgres")]
    down(home, quiet)
    assert not any(alive(daemon) for daemon in ours if daemon)
    assert {part.state for part in status(home)} == {State.STOPPED}
    assert {part.state for part in status(hub_services.settings.home)} == {State.RUNNING}
    down(home, quiet)


def test_a_port_that_somebody_took_is_named_and_nothing_is_left_half_started(home: Path) -> None:
    ports = kept_ports(Layout(home).ports, real_world().chance)
    with socket.socket() as thief:
        thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        thief.bind(("127.0.0.1", ports["kafka"]))
        thief.listen()
        with pytest.raises(ServiceError, match=str(ports["kafka"])):
            up(home, real_world(), quiet)
    assert {part.state for part in status(home)} == {State.STOPPED}
