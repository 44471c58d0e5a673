"""Keyed fingerprints: they say that two things are the same, and nothing else, to whoever has no root key."""

import hmac
import re
from functools import lru_cache

NHS_NUMBER = "nhs_number"
UPN = "upn"

_UPN = re.compile(r"[A-Z][0-9]{11}[0-9A-Z]")
_VERSION_8_AND_VARIANT = (0xF << 76) | (0x3 << 62)
_UUID_8 = (0x8 << 76) | (0x2 << 62)


def local_scheme(agency: str) -> str:
    """Name the scheme of an agency's own child ids: equal ids of two agencies are two different identifiers."""
    return f"local:{agency}"


def blind_index(secret: bytes, scheme: str, value: str) -> bytes:
    """Fingerprint an identifier: 16 bytes of HMAC-SHA256 over its scheme and its value as `normalised` writes it."""
    return _keyed(secret, scheme, normalised(scheme, value))[:16]


def normalised(scheme: str, value: str) -> str:
    """Write an identifier in the one form that is compared: NHS numbers and UPNs without spaces or hyphens, UPNs in capitals, other ids trimmed."""
    if scheme in {NHS_NUMBER, UPN}:
        # Spaces and hyphens are how people group the characters; split() knows every kind of space.
        return "".join(value.replace("-", " ").split()).upper()
    return value.strip()


def identifies(scheme: str, value: str) -> bool:
    """Whether an identifier may join records: an NHS number of ten digits whose check digit is right (modulus 11), a UPN of the right shape.

    Whatever systems write where they know none (0000000000, unknown, n/a) would otherwise make one child of all who carry it. Such a value is not refused:
    it stays in the statement as it was sent, and quality reports it.
    """
    said = normalised(scheme, value)
    if scheme == UPN:
        return _UPN.fullmatch(said) is not None and len(set(said[1:12])) > 1
    return len(said) == 10 and said.isascii() and said.isdigit() and len(set(said)) > 1 and _modulus_11(said)


def _modulus_11(number: str) -> bool:
    a, b, c, d, e, f, g, h, i, check = map(int, number)
    return (10 * a + 9 * b + 8 * c + 7 * d + 6 * e + 5 * f + 4 * g + 3 * h + 2 * i + check) % 11 == 0


def event_id(secret: bytes, agency: str, reference: str) -> bytes:
    """Derive the id of an agency's statement from the agency's own reference: 16 bytes in the shape of a UUID, version 8."""
    number = int.from_bytes(_keyed(secret, agency, reference)[:16])
    return (number & ~_VERSION_8_AND_VARIANT | _UUID_8).to_bytes(16)


def content_digest(secret: bytes, payload: bytes) -> bytes:
    """Fingerprint a statement's bytes (32 bytes): tells a repeat from a change, and lets nobody without the secret guess at the content."""
    return mac(secret, payload)


def _keyed(secret: bytes, space: str, value: str) -> bytes:
    # The length in front keeps ("ab", "c") and ("a", "bc") apart. surrogatepass: a broken character must not raise an
    # error, since that error would quote the identifier.
    first = space.encode("utf-8", "surrogatepass")
    message = len(first).to_bytes(4) + first + value.encode("utf-8", "surrogatepass")
    return mac(secret, message)


def mac(secret: bytes, message: bytes) -> bytes:
    """Give HMAC-SHA256 (32 bytes) of a message."""
    state = _keyed_state(secret).copy()
    state.update(message)
    return state.digest()


@lru_cache(maxsize=16)
def _keyed_state(secret: bytes) -> hmac.HMAC:
    """Work a key's schedule out once: it costs as much as a short message. A hub has a handful of such keys, and holds them in memory anyway."""
    return hmac.new(secret, digestmod="sha256")
