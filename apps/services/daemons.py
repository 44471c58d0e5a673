"""Programs that outlive us: started detached, remembered by process id and birth, and only those are ever stopped."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from apps.services.errors import ServiceError

_POLL_SECONDS = 0.05

# Runs as root for an instant, then as the user: what follows is the program itself, under the same process id.
_BECOME = (
    "import os, sys; gid, uid = int(sys.argv[1]), int(sys.argv[2]); "
    "os.setgroups([]); os.setgid(gid); os.setuid(uid); os.umask(0o077); os.execv(sys.argv[3], sys.argv[3:])"
)


@dataclass(frozen=True, slots=True)
class Account:
    """An unprivileged user to run as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Daemon:
    """One running program: `born` tells it from a later one that was given the same process id."""

    pid: int
    born: str


def start_detached(command: Sequence[str], environ: Mapping[str, str], log: Path, account: Account | None) -> Daemon:
    """Start a program in a session of its own, its output in `log`, as `account` where one is given."""
    if account is not None:
        command = [sys.executable, "-c", _BECOME, str(account.gid), str(account.uid), *command]
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        pid = os.posix_spawn(
            command[0],
            list(command),
            dict(environ),
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, output, 1),
                (os.POSIX_SPAWN_DUP2, output, 2),
            ],
            setsid=True,
            setsigmask=[],
            # A shell's background job ignores these; a server that did could not be stopped.
            setsigdef=[signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT],
        )
    finally:
        os.close(output)
    return Daemon(pid, birth(pid) or "never seen")


def remember(daemon: Daemon, path: Path) -> None:
    """Write who runs. Crashing before this leaves a program that nobody owns; nothing else happens in between."""
    path.write_text(json.dumps({"pid": daemon.pid, "born": daemon.born}), encoding="utf-8")


def recall(path: Path) -> Daemon | None:
    """Read who was started; None when nothing was, ServiceError when the file is not ours."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Daemon(int(found["pid"]), str(found["born"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise ServiceError(
            f"Expected a process id in {path}, found something else; stop the program by hand and remove the file."
        ) from error


def alive(daemon: Daemon) -> bool:
    """Say whether this very program still runs; a later one with its process id does not count."""
    return birth(daemon.pid) == daemon.born


def stop(daemon: Daemon, gently: Sequence[signal.Signals], patience: float) -> bool:
    """End this program by each signal in turn, `patience` seconds for each, then by SIGKILL; True if it went gently."""
    for number in (*gently, signal.SIGKILL):
        if not alive(daemon):
            return True
        os.kill(daemon.pid, number)
        if wait_until(lambda: not alive(daemon), patience):
            return number in gently
    raise ServiceError(f"Process {daemon.pid} did not end after SIGKILL; look at it with `ps -p {daemon.pid}`.")


def wait_until(true: Callable[[], bool], seconds: float) -> bool:
    """Wait until a condition holds, at most so many seconds; say whether it came to hold."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def birth(pid: int) -> str | None:
    """Tell when a process began, in words that no later process with this id shares; None if it has ended."""
    _reap(pid)
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None if sys.platform == "linux" else _birth_by_ps(pid)
    except ProcessLookupError:
        return None
    # After the name in brackets, which may hold anything: state first, threads eighteenth, start in ticks since boot twentieth.
    fields = stat.rpartition(")")[2].split()
    # A killed program whose other threads are still ending looks like a zombie, and still holds its files and ports.
    ended = fields[0] in "ZX" and int(fields[17]) <= 1
    return None if ended else f"{boot} {fields[19]}"


def _birth_by_ps(pid: int) -> str | None:
    shown = subprocess.run(  # noqa: S603 - fixed program, our own number
        ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.split(maxsplit=1)
    return None if len(shown) < 2 or shown[0].startswith("Z") else shown[1].strip()


def _reap(pid: int) -> None:
    """Take note of our own child's end, so that it does not stay a zombie for as long as we run."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return
