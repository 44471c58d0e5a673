"""RFC 6962 Merkle trees: leaf and node hashes, a compact range that grows in bulk, roots at any size.

Everything here is SHA-256 and 32-byte digests; sizes and indices count leaves from 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()
"""The root of a tree without leaves (RFC 6962, 2.1)."""


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash one inner node: SHA-256 of 0x01, the left and the right hash (RFC 6962, 2.1)."""
    return sha256(b"\x01" + left + right).digest()


def record_hash(key: bytes | None, value: bytes | None) -> bytes:
    """Hash one record of the log as a leaf (RFC 6962, 2.1): SHA-256 of 0x00, the key's length (4 bytes), its bytes, and the value's bytes; an absent one counts as empty.

    The length keeps a byte that is moved from key to value from giving the same leaf.
    """
    named = key or b""
    return sha256(b"\x00" + len(named).to_bytes(4) + named + (value or b"")).digest()


@dataclass(frozen=True, slots=True)
class TreeHead:
    """A tree's size in leaves and its root hash at that size."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class CompactRange:
    """The roots of the perfect subtrees that make up a tree of `size` leaves, the largest (leftmost) first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def append(self, leaf_hashes: Sequence[bytes]) -> "CompactRange":
        """Return the range with these leaf hashes behind it, about one node hash for each new leaf."""
        # Level by level: what is complete at one height is paired and carried up, what is left over becomes a peak.
        carried = list(leaf_hashes)
        waiting = list(self.peaks)
        peaks: list[bytes] = []
        height = 0
        while carried or waiting:
            if (self.size >> height) & 1:
                carried.insert(0, waiting.pop())
            if len(carried) & 1:
                peaks.append(carried.pop())
            carried = [node_hash(left, right) for left, right in zip(carried[::2], carried[1::2], strict=True)]
            height += 1
        return CompactRange(self.size + len(leaf_hashes), tuple(reversed(peaks)))

    def root(self) -> bytes:
        """Return the root of the tree at this size: the peaks joined from the right."""
        if not self.peaks:
            return EMPTY_ROOT
        joined = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            joined = node_hash(peak, joined)
        return joined

    def head(self) -> TreeHead:
        """Return this size with its root."""
        return TreeHead(self.size, self.root())


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the root of the tree that has exactly these leaf hashes."""
    return CompactRange().append(leaf_hashes).root()


def split_hashes(joined: bytes) -> list[bytes]:
    """Cut joined 32-byte hashes apart; a last piece that is too short stays as it is, so that a comparison sees it."""
    return [joined[start : start + HASH_BYTES] for start in range(0, len(joined), HASH_BYTES)]
