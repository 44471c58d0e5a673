"""The root key: what wraps every child's key, and from which the hub's fixed secrets are derived."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from string import hexdigits
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PURPOSES = frozenset({"blind-index", "content-digest", "event-id", "matching", "nonce"})
"""What a secret may be asked for; a new one is added here, since a mistyped purpose would give a working but different secret."""

ROOT_KEY_BYTES = 32
_FIRST_LINE = "mash-hub root key 1"
# The first byte of a wrapped key says how it was wrapped, so that another way can be told apart later.
_WRAPPED_BY_FILE_KEY = b"\x01"


class RootKeyRefused(Exception):
    """The root key cannot be used or does not fit; the message says what was expected, what was found and what to do."""


class RootKeys(Protocol):
    """The port to whatever holds the root key: it may be a machine that never gives the key out."""

    def wrap(self, plaintext_key: bytes, context: bytes) -> bytes:
        """Encrypt a key so that only the same root key and the same context open it."""
        ...

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Give back what `wrap` was given; RootKeyRefused when root key, context or bytes are not the same."""
        ...

    def secret(self, purpose: str) -> bytes:
        """Derive the secret (32 bytes) for one of PURPOSES, always the same for the same root key."""
        ...


class FileRootKeys:
    """A root key held in this process, as read from a file by `read_root_key`."""

    def __init__(self, root_key: bytes) -> None:
        """Derive what wraps; the key itself is 32 bytes."""
        if len(root_key) != ROOT_KEY_BYTES:
            raise RootKeyRefused(
                f"expected a root key of {ROOT_KEY_BYTES} bytes, found {len(root_key)}; restore the file from its backup"
            )
        self._root_key = root_key
        # AES-SIV is made for wrapping keys: it needs no nonce, so it cannot be given the same one twice.
        self._wrapping = AESSIV(_derived(root_key, "wrap", 64))

    def __repr__(self) -> str:
        """Show no key."""
        return "FileRootKeys()"

    def wrap(self, plaintext_key: bytes, context: bytes) -> bytes:
        """Encrypt a key so that only this root key and the same context open it."""
        return _WRAPPED_BY_FILE_KEY + self._wrapping.encrypt(plaintext_key, [context])

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Give back what `wrap` was given; RootKeyRefused when it was wrapped otherwise, elsewhere or changed since."""
        if wrapped[:1] != _WRAPPED_BY_FILE_KEY:
            raise RootKeyRefused(
                "expected a key wrapped by a root key file, found another kind; point the hub at the root key that wrapped it"
            )
        try:
            return self._wrapping.decrypt(wrapped[1:], [context])
        except InvalidTag:
            raise RootKeyRefused(
                "expected a key wrapped by this root key for this place, found one that does not open; restore the root key file and the key database from the same day"
            ) from None

    def secret(self, purpose: str) -> bytes:
        """Derive the secret (32 bytes) for one of PURPOSES."""
        if purpose not in PURPOSES:
            raise RootKeyRefused(
                f"expected a purpose out of {', '.join(sorted(PURPOSES))}, found {purpose}; add it to PURPOSES if it is meant"
            )
        return _derived(self._root_key, f"secret/{purpose}", 32)


def read_root_key(path: Path) -> FileRootKeys:
    """Read the root key file; RootKeyRefused when it is missing, not a plain file, not this user's, or open to anyone else."""
    try:
        # O_NOFOLLOW: a link could be pointed elsewhere by whoever owns its folder.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise RootKeyRefused(
            f"expected a root key file at {path}, found: {error.strerror}; restore it from its backup, or make one if this hub is new"
        ) from None
    with os.fdopen(handle, "rb") as file:
        _refuse_others(path, os.fstat(file.fileno()))
        text = file.read(4096)
    return FileRootKeys(_key_in(path, text))


def make_root_key(path: Path, randomness: Callable[[int], bytes]) -> bool:
    """Make the root key file once, readable by its owner only; returns False, and changes nothing, when there is one already."""
    text = f"{_FIRST_LINE}\n{randomness(ROOT_KEY_BYTES).hex()}\n".encode()
    part = path.with_name(f"{path.name}.{randomness(8).hex()}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        # The link appears with the whole content or not at all, and never over another key. If we crash before it, a
        # .part file with a key that wrapped nothing is left over; after it, the key is there and may be used.
        os.link(part, path)
        _flush_folder(path.parent)
    except FileExistsError:
        return False
    finally:
        part.unlink()
    return True


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refuse_others(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise RootKeyRefused(f"expected a plain file at {path}, found something else; put the root key file there")
    if found.st_uid != os.geteuid():
        raise RootKeyRefused(
            f"expected {path} to belong to the user that runs the hub, found user number {found.st_uid}; run: chown to that user"
        )
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise RootKeyRefused(
            f"expected {path} to be readable by its owner only, found mode {stat.S_IMODE(found.st_mode):03o}; run: chmod 600 {path}"
        )


def _key_in(path: Path, text: bytes) -> bytes:
    first_line, _, rest = text.decode("ascii", "replace").partition("\n")
    digits = rest.strip()
    if first_line != _FIRST_LINE or not set(digits) <= set(hexdigits) or len(digits) % 2:
        # The line itself is not quoted: it may be most of a key.
        raise RootKeyRefused(
            f"expected '{_FIRST_LINE}' and a line of hexadecimal digits in {path}, found something else; restore it from its backup"
        )
    return bytes.fromhex(digits)


def _derived(root_key: bytes, label: str, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=f"mash-hub/{label}".encode()).derive(root_key)
