"""The supervisor's children: each is started, noticed when it ends, and started again; when the supervisor ends, so do they."""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from apps.services.daemons import Daemon, birth
from apps.workers.restarts import rest_after

Say = Callable[[str], None]
"""Receives one line about one event."""

PATIENCE_SECONDS = 15.0
"""How long a child may take to stop when it is told to."""


@dataclass(frozen=True, slots=True)
class Program:
    """What runs under one role; its output goes to `log`, and its standard input ends when the supervisor does."""

    role: str
    command: tuple[str, ...]
    log: Path


class Child:
    """One program and its life so far; `clock` gives seconds that only run forward."""

    def __init__(self, program: Program, environ: Mapping[str, str], clock: Callable[[], float], say: Say) -> None:
        self.program = program
        self.restarts = 0
        self.process: Daemon | None = None
        self._environ = environ
        self._clock = clock
        self._say = say
        self._running: subprocess.Popen[bytes] | None = None
        self._began = 0.0
        self._due: float | None = clock()
        self._failures = 0

    @property
    def due(self) -> float | None:
        """Say when, on the clock, it is to be started; None while it runs."""
        return self._due

    def tend(self) -> bool:
        """Notice an end, and start what is due; say whether anything happened."""
        ended = self._running is not None and self._notice_end(self._running)
        started = self._due is not None and self._due <= self._clock()
        if started:
            self._start()
        return ended or started

    def tell_to_stop(self) -> None:
        """Ask it to stop in order; what rests is not started any more."""
        self._due = None
        if self._running is not None:
            self._running.send_signal(signal.SIGTERM)

    def see_it_end(self, seconds: float) -> None:
        """Wait for it to end, and kill it when it takes longer than so many seconds."""
        running, self._running, self.process = self._running, None, None
        if running is None:
            return
        try:
            code = running.wait(max(seconds, 0.0))
            self._say(f"{self.program.role}: stopped as told, {ending_in_words(code)}")
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
            self._say(
                f"{self.program.role}: did not stop within {PATIENCE_SECONDS:.0f} s and was killed; nothing is lost"
            )

    def _start(self) -> None:
        with self.program.log.open("ab") as output:
            self._running = subprocess.Popen(  # noqa: S603 - our own programs
                self.program.command,
                env=dict(self._environ),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        # Asked now and not again: asking takes note of an end, which is ours to notice.
        self.process = Daemon(self._running.pid, birth(self._running.pid) or "")
        self._began, self._due = self._clock(), None
        self._say(f"{self.program.role}: started as process {self._running.pid}")

    def _notice_end(self, running: subprocess.Popen[bytes]) -> bool:
        code = running.poll()
        if code is None:
            return False
        if running.stdin is not None:
            running.stdin.close()
        now = self._clock()
        rest = rest_after(self._failures, now - self._began)
        self._running, self.process = None, None
        self._failures, self._due = rest.failures, now + rest.seconds
        self.restarts += 1
        self._say(
            f"{self.program.role}: process {running.pid} {ending_in_words(code)} after {now - self._began:.0f} s; "
            f"starts again in {rest.seconds:g} s; why is at the end of {self.program.log}"
        )
        return True


def ending_in_words(code: int) -> str:
    """Say how a process ended: its exit code, or the signal that ended it (a negative code)."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


def stop_all(children: Sequence[Child]) -> None:
    """Stop every child: all are told first, then each is waited for."""
    for child in children:
        child.tell_to_stop()
    deadline = time.monotonic() + PATIENCE_SECONDS
    for child in children:
        child.see_it_end(deadline - time.monotonic())
