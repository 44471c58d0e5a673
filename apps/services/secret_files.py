"""Secrets: made once, in files that only their owner reads."""

import os
import secrets
import string
from pathlib import Path

from apps.services.errors import ServiceError

_LETTERS = string.ascii_letters + string.digits
PASSWORD_LETTERS = 40
"""238 bits; letters and digits alone need no quoting in any configuration."""


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner may enter, parents too, and return it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)
    if path.stat().st_mode & 0o077:
        path.chmod(0o700)
    return path


def ensure_password(path: Path) -> str:
    """Return the password in this file, and make a random one at the first call; ServiceError if it cannot be read."""
    private_folder(path.parent)
    if not path.exists():
        write_secret(path, "".join(secrets.choice(_LETTERS) for _ in range(PASSWORD_LETTERS)).encode())
    try:
        password = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ServiceError(
            f"Could not read the password in {path}: {error.strerror}; run as the user who made it."
        ) from error
    if not password:
        raise ServiceError(f"Expected a password in {path}, found an empty file; remove the file and try again.")
    return password


def write_secret(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 whole or not at all, replacing what was there."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    # If we crash before this line the old file, or none, is there; after it the new one, complete.
    part.replace(path)
