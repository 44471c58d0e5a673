"""The supervisor over dummy programs: it starts again what ended, more and more slowly, and leaves nobody behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.services.daemons import alive, birth, wait_until
from apps.workers import down, status, supervised
from apps.workers.children import ending_in_words
from apps.workers.layout import WorkersLayout
from apps.workers.restarts import HEALTHY_SECONDS, LONGEST_SECONDS, rest_after
from apps.workers.states import RoleState, read_states

SUPERVISING = """
import sys
from pathlib import Path
from apps.supervisor import supervise
from apps.workers.children import Program
from apps.workers.layout import WorkersLayout
home = Path(sys.argv[1])
programs = [Program(role, (sys.executable, "-c", sys.argv[2]), home / f"{role}.log") for role in ("admit", "project")]
supervise(WorkersLayout(home), programs, {}, lambda line: print(line, flush=True))
"""
LIVES = f"""
import sys, threading
sys.path[:] = {sys.path!r}
from apps.lifeline import end_with_parent
end_with_parent(0)
threading.Event().wait()
"""
FAILS = "import sys; sys.exit(7)"
PATIENCE = 20

Supervise = Callable[[str], "subprocess.Popen[str]"]


@given(st.integers(0, 10_000), st.floats(0, 1e7))
def test_a_worker_rests_at_least_half_a_second_and_at_most_half_a_minute(failures: int, lived: float) -> None:
    rest = rest_after(failures, lived)
    assert 0.5 <= rest.seconds <= LONGEST_SECONDS
    assert rest.failures >= 1


def test_each_failure_in_a_row_doubles_the_rest_up_to_half_a_minute() -> None:
    rests, failures = [], 0
    for _ in range(9):
        rest = rest_after(failures, lived_seconds=1.0)
        rests.append(rest.seconds)
        failures = rest.failures
    assert rests == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_a_minute_of_health_makes_the_next_rest_short_again() -> None:
    assert rest_after(9, HEALTHY_SECONDS).seconds == 0.5
    assert rest_after(9, HEALTHY_SECONDS).failures == 1
    assert rest_after(9, HEALTHY_SECONDS - 0.001).seconds == LONGEST_SECONDS


@pytest.mark.parametrize(
    ("code", "words"), [(0, "exit code 0"), (7, "exit code 7"), (-9, "SIGKILL"), (-63, "signal 63")]
)
def test_an_end_is_told_by_its_code_or_its_signal(code: int, words: str) -> None:
    assert words in ending_in_words(code)


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Supervise]:
    """Start a supervisor of this program under both roles; it is killed at the end whatever happened."""
    started: list[subprocess.Popen[str]] = []

    def start(program: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", SUPERVISING, str(tmp_path), program]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return started[-1]

    try:
        yield start
    finally:
        for one in started:
            one.kill()
            one.communicate()


def running(home: Path) -> Sequence[RoleState]:
    return [state for state in read_states(WorkersLayout(home).states) if state.process and alive(state.process)]


def pids(home: Path) -> dict[str, int]:
    return {state.role: state.process.pid for state in running(home) if state.process}


def test_a_child_that_is_killed_is_started_again_and_the_other_is_left_alone(
    supervise: Supervise, tmp_path: Path
) -> None:
    supervise(LIVES)
    assert wait_until(lambda: len(running(tmp_path)) == 2, PATIENCE)
    before = pids(tmp_path)
    os.kill(before["admit"], signal.SIGKILL)
    assert wait_until(lambda: pids(tmp_path).get("admit", before["admit"]) != before["admit"], PATIENCE)
    assert pids(tmp_path)["project"] == before["project"]
    assert {one.role: one.restarts for one in status(tmp_path)} == {"admit": 1, "project": 0, "match": 0, "quality": 0}


def test_one_line_says_which_role_ended_how_and_when_it_starts_again(supervise: Supervise, tmp_path: Path) -> None:
    supervisor = supervise(FAILS)
    assert supervisor.stdout is not None
    line = next(line for line in supervisor.stdout if "ended" in line)
    assert "ended with exit code 7" in line
    assert "starts again in 0.5 s" in line
    assert line.startswith(("admit: ", "project: "))


def test_told_to_stop_it_stops_its_children_first(supervise: Supervise, tmp_path: Path) -> None:
    supervisor = supervise(LIVES)
    assert wait_until(lambda: len(running(tmp_path)) == 2, PATIENCE)
    children = running(tmp_path)
    supervisor.send_signal(signal.SIGTERM)
    said, _ = supervisor.communicate(timeout=PATIENCE)
    assert supervisor.returncode == 0
    assert not any(alive(child.process) for child in children if child.process)
    assert said.splitlines()[-1] == "every worker has stopped"


def test_its_children_end_when_it_is_killed(supervise: Supervise, tmp_path: Path) -> None:
    supervisor = supervise(LIVES)
    assert wait_until(lambda: len(running(tmp_path)) == 2, PATIENCE)
    supervisor.kill()
    supervisor.wait()
    assert wait_until(lambda: not running(tmp_path), PATIENCE)


def test_a_second_supervisor_of_the_same_home_is_refused(supervise: Supervise, tmp_path: Path) -> None:
    supervise(LIVES)
    assert wait_until(lambda: len(running(tmp_path)) == 2, PATIENCE)
    before = pids(tmp_path)
    second = supervise(LIVES)
    second.communicate(timeout=PATIENCE)
    assert second.returncode != 0
    assert pids(tmp_path) == before


def test_down_stops_the_supervisor_of_this_home_and_a_second_down_is_harmless(
    supervise: Supervise, tmp_path: Path
) -> None:
    supervisor = supervise(LIVES)
    assert wait_until(lambda: supervised(tmp_path) and len(running(tmp_path)) == 2, PATIENCE)
    said: list[str] = []
    down(tmp_path, said.append)
    supervisor.communicate(timeout=PATIENCE)
    down(tmp_path, said.append)
    assert said == ["the workers have stopped", "no workers run"]
    assert {one.pid for one in status(tmp_path)} == {None}


def test_a_process_that_was_given_an_old_process_id_is_no_worker(tmp_path: Path) -> None:
    layout = WorkersLayout(tmp_path)
    layout.states.parent.mkdir()
    ours = {"role": "admit", "process": {"pid": os.getpid(), "born": "another birth"}, "restarts": 3}
    layout.states.write_text(json.dumps([ours]))
    assert birth(os.getpid()) != "another birth"
    assert status(tmp_path)[0].pid is None
    assert status(tmp_path)[0].restarts == 3
