"""Where everything that the services keep lies below MASH_HOME."""

from dataclasses import dataclass
from pathlib import Path

from apps.settings import ADDRESSES


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths below one MASH_HOME; nothing is created by asking for them."""

    home: Path

    @property
    def secrets(self) -> Path:
        """Passwords and certificates; only their owner enters."""
        return self.home / "secrets"

    @property
    def logs(self) -> Path:
        """Logs of the parts, the authorizer's refusals among them."""
        return self.home / "logs"

    @property
    def kafka(self) -> Path:
        """The broker's configuration and data."""
        return self.home / "kafka"

    @property
    def postgres(self) -> Path:
        """PostgreSQL's cluster, unless its user cannot reach it here."""
        return self.home / "postgres"

    @property
    def feeds(self) -> Path:
        """What each feed told: it is worth nothing without the topics that it was told to."""
        return self.home / "feeds"

    @property
    def quality(self) -> Path:
        """The pages of what the hub saw of its feeds."""
        return self.home / "quality"

    @property
    def run(self) -> Path:
        """Who runs: one file a part with its process id and birth."""
        return self.home / "run"

    @property
    def addresses(self) -> Path:
        """What `load_settings` reads while the parts run."""
        return self.home / ADDRESSES

    @property
    def ports(self) -> Path:
        """Ports chosen at the first start and kept, so that addresses stay the same."""
        return self.home / "run" / "ports.json"

    @property
    def authorizer_log(self) -> Path:
        """One line for each request that the broker refused."""
        return self.logs / "kafka-authorizer.log"
