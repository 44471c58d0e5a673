"""Where the supervisor and the workers keep what they write, below MASH_HOME."""

from dataclasses import dataclass
from pathlib import Path

ROLES = ("admit", "project", "match", "quality")
"""The worker processes of a hub, one for each role."""


@dataclass(frozen=True, slots=True)
class WorkersLayout:
    """Paths below one MASH_HOME; nothing is created by asking for them."""

    home: Path

    @property
    def pid_file(self) -> Path:
        """Which process supervises."""
        return self.home / "run" / "supervisor.json"

    @property
    def lock(self) -> Path:
        """Held by the supervisor while it lives, so that there is one."""
        return self.home / "run" / "supervisor.lock"

    @property
    def states(self) -> Path:
        """What the supervisor last saw of each role."""
        return self.home / "run" / "workers.json"

    @property
    def log(self) -> Path:
        """One line for each event of the supervisor."""
        return self.home / "logs" / "supervisor.log"

    def worker_log(self, role: str) -> Path:
        """Name the log of the worker of this role; its last line tells why it ended."""
        return self.home / "logs" / f"worker-{role}.log"
