"""The hub's own keys: the root key that wraps every other, and the key that signs checkpoints. Made once at provision, in files only their owner reads."""

from collections.abc import Callable
from pathlib import Path

from access_policy.root_key import FileRootKeys, make_root_key, read_root_key
from apps.settings import Settings
from audit.note_keys import SignerKey
from audit.signing_key import load_signing_key, provide_signing_key
from streams.admission import Secrets


def root_key_file(settings: Settings) -> Path:
    """Name the file of the root key."""
    return settings.secrets / "root.key"


def signing_key_file(settings: Settings) -> Path:
    """Name the file of the key that signs checkpoints."""
    return settings.secrets / "checkpoint.key"


def make_hub_keys(settings: Settings, randomness: Callable[[int], bytes]) -> None:
    """Make the hub's keys if it has none; a key that is there is never replaced, since what it sealed could not be opened any more.

    NoteRejected when the hub signed under another name before: its checkpoints would be of two hubs.
    """
    make_root_key(root_key_file(settings), randomness)
    provide_signing_key(signing_key_file(settings), settings.hub_name, randomness)


def root_keys(settings: Settings) -> FileRootKeys:
    """Read the root key; RootKeyRefused when it is missing or open to others."""
    return read_root_key(root_key_file(settings))


def signing_key(settings: Settings) -> SignerKey:
    """Read the key that signs checkpoints; NoteRejected when it is missing or open to others."""
    return load_signing_key(signing_key_file(settings))


def fingerprint_secrets(keys: FileRootKeys) -> Secrets:
    """Derive the keys of the hub's fingerprints from the root key."""
    return Secrets(keys.secret("blind-index"), keys.secret("event-id"), keys.secret("content-digest"))
