"""The supervisor: `python -m apps.supervisor`. One process that starts one worker for each role, and starts again whichever ended."""

import fcntl
import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from apps.lifeline import SUPERVISED
from apps.services.daemons import Daemon, birth
from apps.services.errors import ServiceError
from apps.services.secret_files import private_folder, write_secret
from apps.settings import mash_home
from apps.workers.children import Child, Program, Say, stop_all
from apps.workers.layout import ROLES, WorkersLayout
from apps.workers.states import write_states

LONGEST_LOOK_SECONDS = 5.0
"""A child's end is noticed at once by its signal; this often the supervisor looks anyway."""


def programs(layout: WorkersLayout) -> tuple[Program, ...]:
    """Say what runs under each role."""
    return tuple(
        Program(role, (sys.executable, "-m", "apps.worker", role, SUPERVISED), layout.worker_log(role))
        for role in ROLES
    )


def supervise(layout: WorkersLayout, wanted: Sequence[Program], environ: Mapping[str, str], say: Say) -> None:
    """Run the programs until SIGTERM or SIGINT, then stop them in order; ServiceError when another supervisor runs from this MASH_HOME."""
    for folder in (layout.pid_file.parent, layout.log.parent):
        private_folder(folder)
    with _alone(layout.lock), _woken() as (told_to_stop, wait):
        _say_who_supervises(layout.pid_file)
        children = [Child(program, environ, time.monotonic, say) for program in wanted]
        say(f"supervising {', '.join(program.role for program in wanted)} as process {os.getpid()}")
        while not told_to_stop():
            # All are looked at before the answers are, so that an earlier one's news hides no later one's.
            news = [child.tend() for child in children]
            if any(news):
                write_states(layout.states, children)
            dues = [child.due for child in children if child.due is not None]
            wait(min([LONGEST_LOOK_SECONDS, *(due - time.monotonic() for due in dues)]))
        say("told to stop")
        stop_all(children)
        write_states(layout.states, children)
        say("every worker has stopped")


def _say_who_supervises(pid_file: Path) -> None:
    """Write our process id whole or not at all: whoever asks for it may look at any moment."""
    us = Daemon(os.getpid(), birth(os.getpid()) or "")
    write_secret(pid_file, json.dumps({"pid": us.pid, "born": us.born}).encode())


def stamped(write: Callable[[str], None]) -> Say:
    """Put the moment (UTC) before every line."""
    return lambda line: write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {line}")


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold the lock of the one supervisor; the system gives it back however this process ends."""
    handle = os.open(lock, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ServiceError(
                "Expected no other supervisor of these workers, found one; see `mash workers status`, stop it with `mash workers down`."
            ) from error
        yield
    finally:
        os.close(handle)


@contextmanager
def _woken() -> Iterator[tuple[Callable[[], bool], Callable[[float], None]]]:
    """Give two functions: whether we were told to stop, and a wait of so many seconds that any signal ends."""
    told: list[int] = []
    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    os.set_blocking(woken, False)

    def wait(seconds: float) -> None:
        if select.select([woken], [], [], max(seconds, 0.0))[0]:
            os.read(woken, 4096)

    before = {number: signal.signal(number, lambda number, _: told.append(number)) for number in _STOPS}
    before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
    old_waker = signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    try:
        yield (lambda: bool(told)), wait
    finally:
        signal.set_wakeup_fd(old_waker)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(woken)
        os.close(waker)


_STOPS = (signal.SIGTERM, signal.SIGINT)


def main() -> None:
    """Supervise the workers of the MASH_HOME of this environment."""
    layout = WorkersLayout(mash_home(os.environ, Path.cwd()))
    try:
        supervise(layout, programs(layout), dict(os.environ), stamped(lambda line: print(line, flush=True)))  # noqa: T201 - its log is its output
    except ServiceError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
