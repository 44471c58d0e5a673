"""RFC 6962 inclusion and consistency proofs: made from subtree roots, checked from heads alone (RFC 9162, 2.1.3 and 2.1.4)."""

from collections.abc import Callable, Sequence

from audit.merkle import EMPTY_ROOT, TreeHead, node_hash, root_of

SubtreeRoot = Callable[[int, int], bytes]
"""Gives the root over leaves start (inclusive) to stop (exclusive)."""


def subtree_roots(leaf_hashes: Sequence[bytes]) -> SubtreeRoot:
    """Return a SubtreeRoot that reads from leaf hashes held in memory."""
    return lambda start, stop: root_of(leaf_hashes[start:stop])


def _split(width: int) -> int:
    """Return the largest power of two below a width of two or more (k in RFC 6962, 2.1)."""
    return 1 << ((width - 1).bit_length() - 1)


def inclusion_proof(subtree: SubtreeRoot, index: int, size: int) -> tuple[bytes, ...]:
    """Return the audit path of leaf `index` in the tree of `size` leaves, nearest sibling first (PATH in RFC 6962, 2.1.1)."""
    if not 0 <= index < size:
        raise ValueError(f"expected a leaf index from 0 to {size - 1}, found {index}: ask for a leaf inside the tree")
    start, stop = 0, size
    path: list[bytes] = []
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            path.append(subtree(middle, stop))
            stop = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    return tuple(reversed(path))


def consistency_proof(subtree: SubtreeRoot, first: int, second: int) -> tuple[bytes, ...]:
    """Return the proof that the tree of `first` leaves is a prefix of that of `second` (PROOF in RFC 6962, 2.1.2); empty for none."""
    if not 0 <= first <= second:
        raise ValueError(
            f"expected sizes in growing order, found {first} then {second}: ask from the older to the newer tree"
        )
    if first in (0, second):
        return ()
    start, stop, whole = 0, second, True
    path: list[bytes] = []
    while stop != first:
        middle = start + _split(stop - start)
        if first <= middle:
            path.append(subtree(middle, stop))
            stop = middle
        else:
            path.append(subtree(start, middle))
            start, whole = middle, False
    if not whole:
        path.append(subtree(start, stop))
    return tuple(reversed(path))


def includes(head: TreeHead, index: int, leaf: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether the proof leads from this leaf hash at `index` to the head's root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < head.size:
        return False
    place, last, joined = index, head.size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            joined = node_hash(sibling, joined)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            joined = node_hash(joined, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and joined == head.root


def consistent(older: TreeHead, newer: TreeHead, proof: Sequence[bytes]) -> bool:
    """Say whether the proof shows the older tree to be a prefix of the newer one (RFC 9162, 2.1.4.2)."""
    if not 0 <= older.size <= newer.size:
        return False
    if older.size == newer.size:
        return not proof and older.root == newer.root
    if older.size == 0:
        return not proof and older.root == EMPTY_ROOT
    # A whole left subtree is its own first hash and is therefore not sent.
    path = [older.root, *proof] if older.size & (older.size - 1) == 0 else list(proof)
    return bool(path) and _both_roots(older.size, newer.size, path) == (older.root, newer.root)


def _both_roots(first: int, second: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Rebuild the older and the newer root from one path, or None when the path has the wrong length."""
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    older = newer = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            older, newer = node_hash(sibling, older), node_hash(sibling, newer)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            newer = node_hash(newer, sibling)
        place, last = place >> 1, last >> 1
    return (older, newer) if last == 0 else None
