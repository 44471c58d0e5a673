"""C2SP checkpoints (https://c2sp.org/tlog-checkpoint): a tree head as a signed note, and what a witness demands of it."""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from audit.merkle import HASH_BYTES, TreeHead
from audit.note_keys import ED25519, NoteRejected, SignerKey, VerifierKey, decode_base64
from audit.proofs import consistent
from audit.records import TreeId
from audit.signed_note import Vouched, cosigned, read_note, sign_note, verify_note

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: origin `<hub name>/<topic>/<partition>`, tree head, and extension lines without newlines."""

    origin: str
    head: TreeHead
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """Write the note text that is signed."""
        lines = (self.origin, str(self.head.size), b64encode(self.head.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class OpenedCheckpoint:
    """A checkpoint whose signatures were verified, and which known keys vouch for it (witnesses with their second)."""

    checkpoint: Checkpoint
    vouched: tuple[Vouched, ...]

    def signed_by(self, keys: Sequence[VerifierKey]) -> tuple[VerifierKey, ...]:
        """Return those of these keys that vouch for the checkpoint."""
        return tuple(each.key for each in self.vouched if each.key in keys)


def origin_of(hub: str, topic: str, partition: int) -> str:
    """Name one tree of one hub: `<hub name>/<topic>/<partition>`."""
    return f"{hub}/{topic}/{partition}"


def tree_of(origin: str) -> TreeId:
    """Read which tree an origin names; ValueError when it names none."""
    _, topic, part = origin.rsplit("/", 2)
    return TreeId(topic, int(part))


def read_checkpoint(text: str) -> Checkpoint:
    """Read a note's text as a checkpoint; NoteRejected unless writing it again gives the same text."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] != "" or not all(lines[:-1]):
        raise NoteRejected("expected a checkpoint of three or more lines, none empty, found another text")
    if not _SIZE.fullmatch(lines[1]):
        raise NoteRejected("expected a tree size in decimal without leading zeroes on line 2, found another text")
    root = decode_base64(lines[2])
    if len(root) != HASH_BYTES:
        raise NoteRejected(f"expected a root hash of {HASH_BYTES} bytes on line 3, found {len(root)}")
    return Checkpoint(lines[0], TreeHead(int(lines[1]), root), tuple(lines[3:-1]))


def sign_checkpoint(checkpoint: Checkpoint, signer: SignerKey) -> bytes:
    """Return the note that makes the head a promise; NoteRejected when an origin or extension line would break the format."""
    text = checkpoint.text()
    if read_checkpoint(text) != checkpoint:
        raise NoteRejected("expected an origin and extensions of one line each, found a line break inside one")
    return sign_note(text, signer).written()


def open_checkpoint(written: bytes, keys: Sequence[VerifierKey]) -> OpenedCheckpoint:
    """Verify a checkpoint note by known keys and read it; NoteRejected when no known key signed or a signature does not hold."""
    note = read_note(written)
    vouched = verify_note(note, keys)
    return OpenedCheckpoint(read_checkpoint(note.text), vouched)


@dataclass(frozen=True, slots=True)
class SeenTree:
    """What a witness remembers of one log: its origin, the key that it signs with, and the newest head the witness cosigned."""

    origin: str
    log_key: VerifierKey
    head: TreeHead


@dataclass(frozen=True, slots=True)
class Witnessed:
    """The cosigned note to give back, and what the witness must store durably *before* it gives it back."""

    note: bytes
    seen: SeenTree


def witness(seen: SeenTree, written: bytes, proof: Sequence[bytes], key: SignerKey, at: int) -> Witnessed:
    """Cosign a checkpoint at second `at` when it only adds to what was seen; NoteRejected when the log's key, origin or history differs."""
    opened = open_checkpoint(written, (seen.log_key,))
    if seen.log_key.kind != ED25519 or opened.checkpoint.origin != seen.origin:
        raise NoteRejected(
            f"expected a checkpoint of {seen.origin}, found another origin: a witness keeps one memory for each log"
        )
    head = opened.checkpoint.head
    if not consistent(seen.head, head, proof):
        raise NoteRejected(
            f"expected a tree that only adds to the {seen.head.size} leaves seen before, found size {head.size} with a proof that does not "
            "hold: do not cosign, ask the hub which history is true"
        )
    note = cosigned(read_note(written), key, at)
    return Witnessed(note.written(), SeenTree(seen.origin, seen.log_key, head))
