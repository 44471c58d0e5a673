"""What the supervisor writes down about each role, for those who look at it from outside."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from apps.services.daemons import Daemon
from apps.services.errors import ServiceError
from apps.services.secret_files import write_secret
from apps.workers.children import Child


@dataclass(frozen=True, slots=True)
class RoleState:
    """One role as the supervisor last saw it; no process while it rests before it starts again."""

    role: str
    process: Daemon | None
    restarts: int


def write_states(path: Path, children: Iterable[Child]) -> None:
    """Write down every child, whole or not at all."""
    states = [RoleState(child.program.role, child.process, child.restarts) for child in children]
    write_secret(path, json.dumps([asdict(state) for state in states]).encode())


def read_states(path: Path) -> tuple[RoleState, ...]:
    """Read what was written; nothing when nobody wrote, ServiceError when the file is not ours."""
    try:
        return tuple(_state(found) for found in json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return ()
    except (ValueError, KeyError, TypeError) as error:
        raise ServiceError(
            f"Expected what the supervisor wrote in {path}, found something else; run `mash workers down`, remove the file, and start again."
        ) from error


def _state(found: dict[str, object]) -> RoleState:
    process = found["process"]
    return RoleState(
        str(found["role"]),
        Daemon(int(process["pid"]), str(process["born"])) if isinstance(process, dict) else None,
        int(str(found["restarts"])),
    )
