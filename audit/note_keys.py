"""Keys of signed notes in the C2SP text forms `name+hash+base64` and `PRIVATE+KEY+name+hash+base64`."""

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ED25519 = 0x01
"""The signature type of a log's own signature."""
COSIGNATURE_V1 = 0x04
"""The signature type of a witness's timestamped cosignature."""

_KEY_BYTES = 32


class NoteRejected(ValueError):
    """A note, key or checkpoint breaks its format or its signatures; the message says expected, found, what to do."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public half of a signer: its name, one of the two signature types, 32 bytes of Ed25519 public key."""

    name: str
    kind: int
    public: bytes

    def key_id(self) -> bytes:
        """Return the 4 bytes that stand for this key in a signature line."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def text(self) -> str:
        """Write the key as `name+hash+base64`, the form in which it is handed to a partner."""
        return f"{self.name}+{self.key_id().hex()}+{b64encode(bytes([self.kind]) + self.public).decode()}"


@dataclass(frozen=True, slots=True)
class SignerKey:
    """The private half of a signer; the seed is 32 random bytes and never appears in a repr."""

    name: str
    kind: int
    seed: bytes = field(repr=False)

    def verifier(self) -> VerifierKey:
        """Return the public half."""
        return VerifierKey(self.name, self.kind, self._private().public_key().public_bytes_raw())

    def text(self) -> str:
        """Write the key as `PRIVATE+KEY+name+hash+base64`, which belongs in a file that only its owner reads."""
        return f"PRIVATE+KEY+{self.name}+{self.verifier().key_id().hex()}+{b64encode(bytes([self.kind]) + self.seed).decode()}"

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes of an Ed25519 signature (RFC 8032) over the message."""
        return self._private().sign(message)

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def read_verifier_key(text: str) -> VerifierKey:
    """Read `name+hash+base64`; NoteRejected when it is malformed, of another type, or its hash is not of its key."""
    name, plus, rest = text.partition("+")
    hexed, second_plus, encoded = rest.partition("+")
    demand(bool(plus and second_plus), "expected a verifier key as name+hash+base64, found fewer than three parts")
    kind, public = _key_material(name, encoded)
    key = VerifierKey(name, kind, public)
    demand(hexed == key.key_id().hex(), "expected a verifier key whose hash is of its name and key, found another hash")
    return key


def read_signer_key(text: str) -> SignerKey:
    """Read `PRIVATE+KEY+name+hash+base64`; NoteRejected when it is malformed, and nothing of the key is in the message."""
    parts = text.split("+", 4)
    demand(len(parts) == 5 and parts[:2] == ["PRIVATE", "KEY"], "expected a key as PRIVATE+KEY+name+hash+base64")
    kind, seed = _key_material(parts[2], parts[4])
    key = SignerKey(parts[2], kind, seed)
    demand(parts[3] == key.verifier().key_id().hex(), "expected a private key whose hash is of its name and key")
    return key


def check_key_name(name: str) -> str:
    """Return the name when it may stand in a signature line: not empty, no Unicode space, no plus, no control character."""
    allowed = bool(name) and "+" not in name and not any(sign.isspace() or sign < " " for sign in name)
    demand(
        allowed, "expected a key name without spaces, plus signs and control characters: choose one such as hub.example"
    )
    return name


def decode_base64(encoded: str) -> bytes:
    """Decode standard base64 (RFC 4648, 4) that is written in the one canonical way; NoteRejected for anything else."""
    try:
        decoded = b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteRejected("expected standard base64, found other signs") from error
    demand(b64encode(decoded).decode() == encoded, "expected base64 in its canonical form, found stray bits or padding")
    return decoded


def demand(holds: bool, sentence: str) -> None:
    """Raise NoteRejected with this sentence unless it holds."""
    if not holds:
        raise NoteRejected(sentence)


def _key_material(name: str, encoded: str) -> tuple[int, bytes]:
    check_key_name(name)
    material = decode_base64(encoded)
    demand(len(material) == 1 + _KEY_BYTES, "expected a signature type and 32 bytes of key, found another length")
    demand(material[0] in {ED25519, COSIGNATURE_V1}, "expected a key of type 0x01 or 0x04, found another type")
    return material[0], material[1:]
