"""Where the hub's parts are, read once at the door from the environment and from what `mash services up` wrote."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_HOME = ".mash"
ADDRESSES = "services.json"
DEFAULT_HUB_NAME = "mash-hub.example"
START_THEM = "start it with `mash services up`"


class SettingsError(Exception):
    """What the hub needs to know is not set; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Addresses and folders; no secret is in it, only where secrets lie.

    `kafka_ca_file` is the authority that signed the brokers' certificates; None trusts this machine's own list.
    `hub_name` is what the hub signs its checkpoints under, for its whole life.
    A user in a database URL is the administrator as whom `mash provision` connects; `postgres` when there is none.
    """

    home: Path
    secrets: Path
    kafka_bootstrap_servers: str
    kafka_ca_file: Path | None
    database_url: str
    keys_database_url: str
    hub_name: str = DEFAULT_HUB_NAME


def mash_home(environ: Mapping[str, str], folder: Path) -> Path:
    """Name the folder of state, secrets, logs and data: MASH_HOME, or `.mash` in `folder`."""
    return (folder / environ.get("MASH_HOME", DEFAULT_HOME)).resolve()


def secrets_folder(environ: Mapping[str, str], folder: Path) -> Path:
    """Name the folder of passwords and keys: MASH_SECRETS_DIR, or `secrets` in MASH_HOME."""
    named = environ.get("MASH_SECRETS_DIR")
    return folder / named if named else mash_home(environ, folder) / "secrets"


def load_settings(environ: Mapping[str, str], folder: Path) -> Settings:
    """Read settings from the environment, and where it is silent from MASH_HOME/services.json.

    Passwords are files in MASH_SECRETS_DIR (MASH_HOME/secrets when unset), one a user: kafka/<user> and postgres/<role>.
    KAFKA_CA_FILE is looked for there too unless it is a whole path. Raises SettingsError with one sentence when neither
    says where a part is.
    """
    home = mash_home(environ, folder)
    started = _addresses(home / ADDRESSES)

    def place(name: str) -> str:
        found = environ.get(name) or started.get(name)
        if not found:
            raise SettingsError(
                f"Nothing says where the hub's parts are: {name} is not set and nothing runs from {home}; {START_THEM}."
            )
        return found

    secrets = secrets_folder(environ, folder)
    ca_file = environ.get("KAFKA_CA_FILE") or (None if environ.get("KAFKA_BOOTSTRAP_SERVERS") else "ca.pem")
    return Settings(
        home=home,
        secrets=secrets,
        kafka_bootstrap_servers=place("KAFKA_BOOTSTRAP_SERVERS"),
        kafka_ca_file=secrets / ca_file if ca_file else None,
        database_url=place("DATABASE_URL"),
        keys_database_url=place("KEYS_DATABASE_URL"),
        hub_name=environ.get("MASH_HUB_NAME") or DEFAULT_HUB_NAME,
    )


def _addresses(path: Path) -> dict[str, str]:
    """Read what `services up` wrote; nothing when it wrote nothing."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise SettingsError(
            f"Expected a JSON object in {path}, found something else; run `mash services up` to write it."
        )
    return {str(name): str(value) for name, value in found.items()}
