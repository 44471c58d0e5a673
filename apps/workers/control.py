"""Start, look at and stop the supervisor of one MASH_HOME, from outside."""

import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from apps.services.daemons import Daemon, alive, recall, start_detached, stop, wait_until
from apps.services.errors import ServiceError
from apps.services.secret_files import private_folder
from apps.workers.children import PATIENCE_SECONDS, Say
from apps.workers.layout import ROLES, WorkersLayout
from apps.workers.states import RoleState, read_states

START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class RoleStatus:
    """One role as it is now: its process if it runs, how often it was started again, and where its log is."""

    role: str
    pid: int | None
    restarts: int
    log: Path


def up(home: Path, environ: Mapping[str, str], say: Say) -> None:
    """Start the supervisor unless it runs, and wait until each role has a process; ServiceError with one sentence if it ends before."""
    layout = WorkersLayout(home)
    if _supervisor(layout) is not None:
        say("the workers are supervised already")
        return
    private_folder(layout.log.parent)
    private_folder(layout.pid_file.parent)
    layout.states.unlink(missing_ok=True)
    command = [sys.executable, "-m", "apps.supervisor"]
    daemon = start_detached(command, {**environ, "MASH_HOME": str(home)}, layout.log, None)
    wait_until(lambda: not alive(daemon) or _all_started(layout, daemon), START_SECONDS)
    if not alive(daemon):
        raise ServiceError(f"Expected the supervisor to go on, found that it ended; why is at the end of {layout.log}.")
    say(f"the supervisor runs as process {daemon.pid} and has started {' and '.join(ROLES)}")


def down(home: Path, say: Say) -> None:
    """Stop the supervisor and with it every worker; harmless when none runs."""
    layout = WorkersLayout(home)
    daemon = _supervisor(layout)
    if daemon is None:
        say("no workers run")
    else:
        gently = stop(daemon, [signal.SIGTERM], PATIENCE_SECONDS + 5)
        say("the workers have stopped" if gently else "the workers were killed; nothing is lost")
    for left in (layout.pid_file, layout.states):
        left.unlink(missing_ok=True)


def status(home: Path) -> tuple[RoleStatus, ...]:
    """Say for each role whether it runs; nothing is started or changed."""
    layout = WorkersLayout(home)
    states = {state.role: state for state in read_states(layout.states)}
    return tuple(_status(layout, role, states.get(role)) for role in ROLES)


def supervised(home: Path) -> bool:
    """Say whether a supervisor runs from this MASH_HOME."""
    return _supervisor(WorkersLayout(home)) is not None


def _status(layout: WorkersLayout, role: str, state: RoleState | None) -> RoleStatus:
    process = None if state is None else state.process
    pid = process.pid if process is not None and alive(process) else None
    return RoleStatus(role, pid, 0 if state is None else state.restarts, layout.worker_log(role))


def _supervisor(layout: WorkersLayout) -> Daemon | None:
    daemon = recall(layout.pid_file)
    return daemon if daemon is not None and alive(daemon) else None


def _all_started(layout: WorkersLayout, daemon: Daemon) -> bool:
    started = {state.role for state in read_states(layout.states) if state.process is not None}
    return recall(layout.pid_file) == daemon and started == set(ROLES)
