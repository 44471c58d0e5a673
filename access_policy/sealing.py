"""Sealing: an entry's body becomes AES-256-GCM with its header bound in, and is opened again only unaltered.

Sealed bytes are nonce (12), ciphertext, tag (16). The nonce is derived from everything that is sealed, so sealing the same
entry twice gives the same bytes, and two different contents never meet under one nonce.
"""

from collections.abc import Callable
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from access_policy.blind_index import mac
from access_policy.keys import EntryKey

NONCE_BYTES = 12
TAG_BYTES = 16
EVENT_ID_BYTES = 16


class SealBroken(Exception):
    """Sealed bytes do not open, or cannot be made; the message says what was expected, what was found and what to do."""


class Sealer:
    """Seals entries; remembers the ciphers of at most `remembered` keys, since making one costs as much as using it."""

    def __init__(self, nonce_secret: bytes, remembered: int = 4096) -> None:
        self._nonce_secret = nonce_secret
        self._cipher = ciphers(remembered)

    def __repr__(self) -> str:
        """Show no key."""
        return "Sealer()"

    def seal(self, key: EntryKey, event_id: bytes, header: bytes, plaintext: bytes) -> bytes:
        """Seal a body under its header (both any bytes; event_id 16 bytes): returns nonce, ciphertext and tag in a row."""
        if len(event_id) != EVENT_ID_BYTES:
            raise SealBroken(
                f"expected an event id of {EVENT_ID_BYTES} bytes, found {len(event_id)}; derive it with event_id()"
            )
        # Fixed widths and the header's length keep apart what would read the same when joined: without the length, one
        # byte moved from header to body would be another content under the same nonce.
        told = b"".join((key.key_id.bytes, event_id, len(header).to_bytes(8), header, plaintext))
        nonce = mac(self._nonce_secret, told)[:NONCE_BYTES]
        return nonce + self._cipher(key.secret).encrypt(nonce, plaintext, header)


class Opener:
    """Opens sealed entries; remembers the ciphers of at most `remembered` keys."""

    def __init__(self, remembered: int = 1024) -> None:
        self._cipher = ciphers(remembered)

    def open_sealed(self, key: EntryKey, header: bytes, sealed: bytes) -> bytes:
        """Give back the body that was sealed under this very header; SealBroken when a byte of either, or the key, is not the same."""
        if len(sealed) < NONCE_BYTES + TAG_BYTES:
            raise SealBroken(
                f"expected at least {NONCE_BYTES + TAG_BYTES} sealed bytes, found {len(sealed)}; run mash verify to see what was altered"
            )
        try:
            return self._cipher(key.secret).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], header)
        except InvalidTag:
            raise SealBroken(
                "expected an entry as it was sealed, found a header, body or key that does not fit; show nothing of it and run mash verify to see what was altered"
            ) from None


def ciphers(remembered: int) -> Callable[[bytes], AESGCM]:
    """Give a function from a key's 32 bytes to its cipher that remembers the last `remembered` of them; whoever holds it owns the memory."""
    return lru_cache(maxsize=remembered)(AESGCM)
