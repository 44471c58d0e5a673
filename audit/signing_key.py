"""The hub's signing key in a file that only its owner reads, made once at provision."""

import os
from collections.abc import Callable
from pathlib import Path

from audit.note_keys import ED25519, NoteRejected, SignerKey, check_key_name, read_signer_key

Randomness = Callable[[int], bytes]
"""Gives that many unpredictable bytes (`os.urandom` outside tests)."""

_OWNER_ONLY = 0o600


def provide_signing_key(path: Path, name: str, randomness: Randomness, kind: int = ED25519) -> SignerKey:
    """Return the key in this file, making it when there is none; NoteRejected when the file holds a key of another name or type."""
    if not path.exists():
        make_signing_key(path, SignerKey(check_key_name(name), kind, randomness(32)))
    key = load_signing_key(path)
    if (key.name, key.kind) != (name, kind):
        raise NoteRejected(
            f"expected a key of type {kind:#04x} for {name} in {path.name}, found one of type {key.kind:#04x} for {key.name}: put the name back, since a hub keeps the one that it first signed under, or name the right file"
        )
    return key


def make_signing_key(path: Path, key: SignerKey) -> None:
    """Write the key to a new file with mode 0600; FileExistsError when there is one, since a lost signing key cannot be made again."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "w", encoding="utf-8") as file:
        file.write(key.text() + "\n")
        file.flush()
        os.fsync(file.fileno())
    # Up to here a crash leaves only a draft; the link then appears whole or not at all, and never over another key.
    os.link(draft, path)
    draft.unlink()


def load_signing_key(path: Path) -> SignerKey:
    """Read the key; NoteRejected when others than the owner may read the file or when it holds no key."""
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        raise NoteRejected(
            f"expected {path.name} with mode 0600, found {mode:04o}: run chmod 600 on it and ask who may have read it"
        )
    return read_signer_key(path.read_text(encoding="utf-8").removesuffix("\n"))
