"""C2SP signed notes: Ed25519 signatures (type 0x01) and timestamped witness cosignatures (type 0x04, cosignature/v1).

https://c2sp.org/signed-note and https://c2sp.org/tlog-cosignature.
"""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from audit.note_keys import (
    COSIGNATURE_V1,
    ED25519,
    NoteRejected,
    SignerKey,
    VerifierKey,
    check_key_name,
    decode_base64,
    demand,
)

MAX_NOTE_BYTES = 64 * 1024
MAX_SIGNATURES = 64
"""More than the 16 that a verifier must accept."""

_DASH = "\u2014 "
_SIGNATURE_BYTES = 64
_TIME_BYTES = 8


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: the signer's name, 4 bytes of key id, the rest of the decoded bytes."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        """Write the line with its newline."""
        return f"{_DASH}{self.name} {b64encode(self.key_id + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A note taken apart, nothing of it verified yet: its text with the final newline, and its signatures in order."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def written(self) -> bytes:
        """Write the note in the form in which it is kept and sent."""
        return (self.text + "\n" + "".join(signature.line() for signature in self.signatures)).encode()


@dataclass(frozen=True, slots=True)
class Vouched:
    """A known key whose signature holds; `at` is the second (Unix time) of a cosignature, None for a plain signature."""

    key: VerifierKey
    at: int | None


def read_note(written: bytes) -> SignedNote:
    """Take a note apart strictly, verifying nothing; NoteRejected unless writing it again gives the same bytes."""
    demand(len(written) <= MAX_NOTE_BYTES, f"expected a note of at most {MAX_NOTE_BYTES} bytes, found {len(written)}")
    try:
        whole = written.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NoteRejected("expected a note in UTF-8, found other bytes: fetch the note again") from error
    demand(all(sign >= " " or sign == "\n" for sign in whole), "expected a note without control characters")
    body, blank, lines = whole.rpartition("\n\n")
    demand(
        bool(blank) and lines.endswith("\n"),
        "expected a text, an empty line and signature lines, found no such division",
    )
    split = lines[:-1].split("\n")
    demand(len(split) <= MAX_SIGNATURES, f"expected at most {MAX_SIGNATURES} signatures, found {len(split)}")
    return SignedNote(body + "\n", tuple(_signature(line) for line in split))


def sign_note(text: str, signer: SignerKey) -> SignedNote:
    """Sign a text that ends in a newline with a plain Ed25519 key (type 0x01)."""
    demand(
        signer.kind == ED25519, "expected a signing key of type 0x01: a witness key (0x04) cosigns, it does not sign"
    )
    demand(text.endswith("\n"), "expected a text that ends in a newline")
    signature = NoteSignature(check_key_name(signer.name), signer.verifier().key_id(), signer.sign(text.encode()))
    return read_note(SignedNote(text, (signature,)).written())


def cosigned(note: SignedNote, witness: SignerKey, at: int) -> SignedNote:
    """Return the note with a cosignature/v1 of second `at` (Unix time) behind its signatures; checks nothing about the note."""
    demand(
        witness.kind == COSIGNATURE_V1, "expected a witness key of type 0x04: the hub's own key (0x01) does not cosign"
    )
    demand(0 <= at < 1 << 63, "expected a time from 1970 on, in whole seconds")
    signature = at.to_bytes(_TIME_BYTES, "big") + witness.sign(_cosigned_message(note.text, at))
    line = NoteSignature(check_key_name(witness.name), witness.verifier().key_id(), signature)
    return SignedNote(note.text, (*note.signatures, line))


def verify_note(note: SignedNote, keys: Iterable[VerifierKey]) -> tuple[Vouched, ...]:
    """Return who of the known keys vouches for the note, at most once each.

    Lines of unknown keys are ignored; NoteRejected when the line of a known key does not hold, or when no known key signed.
    """
    known = {(key.name, key.key_id()): key for key in keys}
    vouched: dict[VerifierKey, Vouched] = {}
    for line in note.signatures:
        key = known.get((line.name, line.key_id))
        if key is not None and key not in vouched:
            vouched[key] = Vouched(key, _verify_line(note.text, line, key))
    demand(
        bool(vouched),
        "expected a signature by a known key, found none: check which keys are trusted, then distrust the note",
    )
    return tuple(vouched.values())


def _verify_line(text: str, line: NoteSignature, key: VerifierKey) -> int | None:
    if key.kind == ED25519:
        at, message, signature = None, text.encode(), line.signature
    else:
        at = int.from_bytes(line.signature[:_TIME_BYTES], "big")
        message, signature = _cosigned_message(text, at), line.signature[_TIME_BYTES:]
    demand(
        len(signature) == _SIGNATURE_BYTES, f"expected a signature of 64 bytes by {key.name}, found {len(signature)}"
    )
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except InvalidSignature as error:
        raise NoteRejected(
            f"expected a signature by {key.name} over this text, found one that does not hold: distrust the note"
        ) from error
    return at


def _cosigned_message(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def _signature(line: str) -> NoteSignature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    demand(
        line.startswith(_DASH) and bool(space),
        "expected a signature line of em dash, name and base64, found another line",
    )
    decoded = decode_base64(encoded)
    demand(len(decoded) > 4, "expected a key id and a signature in a signature line, found fewer than five bytes")
    return NoteSignature(check_key_name(name), decoded[:4], decoded[4:])
