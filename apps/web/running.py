"""The pages of one MASH_HOME as a process: which one serves them and where, and starting and stopping it in the background."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from apps.services.daemons import Daemon, alive, birth, recall, start_detached, stop, wait_until
from apps.services.errors import ServiceError
from apps.services.secret_files import private_folder, write_secret

START_SECONDS = 60.0
STOP_SECONDS = 10.0
Say = Callable[[str], None]


@contextmanager
def running(home: Path, address: str) -> Iterator[None]:
    """Write down, while the pages are served by this process, which process it is and at which address; ServiceError when another one serves them."""
    place = _place(home)
    private_folder(place.parent)
    before = recall(place)
    if before is not None and before.pid != os.getpid() and alive(before):
        raise ServiceError(
            f"Expected no other process to serve the pages of {home}, found {before.pid}; stop that one first."
        )
    found = {"pid": os.getpid(), "born": birth(os.getpid()), "address": address}
    write_secret(place, json.dumps(found).encode())
    # If we crash from here on the file names a process that is gone, which `alive` sees.
    try:
        yield
    finally:
        place.unlink(missing_ok=True)


def start(home: Path, environ: Mapping[str, str], say: Say) -> str:
    """Start the pages in the background with the demo's people to sign in as, unless they are served; give their address, or ServiceError."""
    found = address(home)
    if found is not None:
        say(f"the pages are served already at {found}")
        return found
    log = home / "logs" / "web.log"
    private_folder(log.parent)
    daemon = start_detached(
        [sys.executable, "-m", "apps.web", "--demo-sign-in"], {**environ, "MASH_HOME": str(home)}, log, None
    )
    wait_until(lambda: not alive(daemon) or recall(_place(home)) == daemon, START_SECONDS)
    found = address(home)
    if found is None:
        raise ServiceError(f"Expected the pages to be served, found that they are not; why is at the end of {log}.")
    say(f"the pages are at {found}, process {daemon.pid}")
    return found


def end(home: Path, say: Say) -> None:
    """Stop the process that serves the pages; harmless when none does."""
    daemon = _serving(home)
    if daemon is None:
        return
    stop(daemon, [signal.SIGTERM], STOP_SECONDS)
    _place(home).unlink(missing_ok=True)
    say("the pages have stopped")


def address(home: Path) -> str | None:
    """Give the address of the pages while they are served."""
    if _serving(home) is None:
        return None
    return str(json.loads(_place(home).read_text(encoding="utf-8"))["address"])


def _serving(home: Path) -> Daemon | None:
    daemon = recall(_place(home))
    return daemon if daemon is not None and alive(daemon) else None


def _place(home: Path) -> Path:
    return home / "run" / "web.json"
