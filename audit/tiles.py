"""Where leaf hashes and checkpoints are kept: the port, and a memory store that states what it means."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from audit.merkle import HASH_BYTES
from audit.records import TreeId

TILE_LEAVES = 256


class LedgerBroken(RuntimeError):
    """The ledger and the log disagree, or the ledger is not whole; stop and verify: going on would sign a history that is not true."""


@dataclass(frozen=True, slots=True)
class StoredTile:
    """Tile number `tile` as it is stored: up to 256 joined leaf hashes, the first of leaf `tile * 256`."""

    tile: int
    hashes: bytes


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A signed note over the first `size` leaves, and when it was made."""

    size: int
    note: bytes
    made_at: datetime


class LedgerStore(Protocol):
    """Tiles and checkpoints of every tree; writes belong to the caller's transaction and nothing is ever changed or removed."""

    def trees(self) -> list[TreeId]:
        """Return every tree that has a tile or a checkpoint, in order."""

    def tree_size(self, tree: TreeId) -> int:
        """Return how many leaves are stored, 0 for an unknown tree."""

    def append(self, tree: TreeId, first_index: int, leaf_hashes: Sequence[bytes]) -> None:
        """Store leaf hashes from `first_index` on; LedgerBroken, and nothing stored, unless that is exactly the tree's size."""

    def leaf_hashes(self, tree: TreeId, start: int, stop: int) -> list[bytes]:
        """Return the hashes of leaves start (inclusive) to stop (exclusive); LedgerBroken when not all are stored."""

    def tiles(self, tree: TreeId) -> Iterator[StoredTile]:
        """Yield the tiles as they are stored, by number, whole or not."""

    def append_checkpoint(self, tree: TreeId, checkpoint: StoredCheckpoint) -> None:
        """Store a checkpoint; the same note again changes nothing, LedgerBroken for another note of the same size."""

    def checkpoints(self, tree: TreeId) -> Iterator[StoredCheckpoint]:
        """Yield the checkpoints by size."""

    def newest_checkpoint(self, tree: TreeId) -> StoredCheckpoint | None:
        """Return the checkpoint of the largest size, None when there is none."""


def cut_into_tiles(first_index: int, leaf_hashes: Sequence[bytes]) -> list[StoredTile]:
    """Cut a run of leaf hashes at tile borders; the first and the last piece may be parts of a tile."""
    if any(len(each) != HASH_BYTES for each in leaf_hashes):
        raise ValueError(f"expected leaf hashes of {HASH_BYTES} bytes, found another length: hash the record first")
    borders = range(-first_index % TILE_LEAVES or TILE_LEAVES, len(leaf_hashes), TILE_LEAVES)
    starts, stops = [0, *borders], [*borders, len(leaf_hashes)]
    return [
        StoredTile((first_index + start) // TILE_LEAVES, b"".join(leaf_hashes[start:stop]))
        for start, stop in zip(starts, stops, strict=True)
        if stop > start
    ]


def joined_leaves(tree: TreeId, tiles: Iterable[StoredTile], start: int, stop: int) -> list[bytes]:
    """Return leaves start to stop from consecutive tiles that begin with the tile of `start`; LedgerBroken when not all are there."""
    found: list[bytes] = []
    for number, tile in enumerate(tiles, start // TILE_LEAVES):
        low, high = max(start - number * TILE_LEAVES, 0), min(stop - number * TILE_LEAVES, TILE_LEAVES)
        if tile.tile != number or len(tile.hashes) < high * HASH_BYTES:
            break
        found += [tile.hashes[at * HASH_BYTES : (at + 1) * HASH_BYTES] for at in range(low, high)]
    if len(found) != max(stop - start, 0):
        raise LedgerBroken(
            f"expected leaves {start} to {stop - 1} of {tree.topic}/{tree.partition} in the tiles, found them only up to "
            f"{start + len(found)}: run mash verify"
        )
    return found


def refuse_gap(tree: TreeId, size: int, first_index: int) -> None:
    """Raise LedgerBroken unless the next leaf to store is the one after the last."""
    if first_index != size:
        raise LedgerBroken(
            f"expected leaf {size} next in {tree.topic}/{tree.partition}, found leaf {first_index}: another worker may be writing, "
            "read the position again and do not go on"
        )


def refuse_second_note(tree: TreeId, size: int) -> None:
    """Raise LedgerBroken: two different promises about one size would prove the hub false."""
    raise LedgerBroken(
        f"expected one checkpoint of size {size} for {tree.topic}/{tree.partition}, found another note of that size: "
        "keep the stored one and ask which key signed the other"
    )


@dataclass(slots=True)
class MemoryLedgerStore:
    """The meaning of a ledger store, kept in memory; what is held may be bent in tests to see that it is noticed."""

    held_tiles: dict[TreeId, list[StoredTile]] = field(default_factory=dict)
    held_checkpoints: dict[TreeId, dict[int, StoredCheckpoint]] = field(default_factory=dict)

    def trees(self) -> list[TreeId]:
        """Return every tree that has a tile or a checkpoint, in order."""
        return sorted({*self.held_tiles, *self.held_checkpoints})

    def tree_size(self, tree: TreeId) -> int:
        """Return how many leaves are stored, 0 for an unknown tree."""
        tiles = self.held_tiles.get(tree)
        return tiles[-1].tile * TILE_LEAVES + len(tiles[-1].hashes) // HASH_BYTES if tiles else 0

    def append(self, tree: TreeId, first_index: int, leaf_hashes: Sequence[bytes]) -> None:
        """Store leaf hashes from `first_index` on; LedgerBroken, and nothing stored, unless that is exactly the tree's size."""
        refuse_gap(tree, self.tree_size(tree), first_index)
        pieces = cut_into_tiles(first_index, leaf_hashes)
        if pieces and first_index % TILE_LEAVES:
            last = self.held_tiles[tree].pop()
            pieces[0] = replace(last, hashes=last.hashes + pieces[0].hashes)
        if pieces:
            self.held_tiles.setdefault(tree, []).extend(pieces)

    def leaf_hashes(self, tree: TreeId, start: int, stop: int) -> list[bytes]:
        """Return the hashes of leaves start (inclusive) to stop (exclusive); LedgerBroken when not all are stored."""
        wanted = range(start // TILE_LEAVES, -(-stop // TILE_LEAVES)) if stop > start else range(0)
        return joined_leaves(tree, (each for each in self.tiles(tree) if each.tile in wanted), start, stop)

    def tiles(self, tree: TreeId) -> Iterator[StoredTile]:
        """Yield the tiles as they are stored, by number, whole or not."""
        yield from self.held_tiles.get(tree, ())

    def append_checkpoint(self, tree: TreeId, checkpoint: StoredCheckpoint) -> None:
        """Store a checkpoint; the same note again changes nothing, LedgerBroken for another note of the same size."""
        held = self.held_checkpoints.setdefault(tree, {})
        if held.setdefault(checkpoint.size, checkpoint).note != checkpoint.note:
            refuse_second_note(tree, checkpoint.size)

    def checkpoints(self, tree: TreeId) -> Iterator[StoredCheckpoint]:
        """Yield the checkpoints by size."""
        held = self.held_checkpoints.get(tree, {})
        yield from (held[size] for size in sorted(held))

    def newest_checkpoint(self, tree: TreeId) -> StoredCheckpoint | None:
        """Return the checkpoint of the largest size, None when there is none."""
        return next(reversed(list(self.checkpoints(tree))), None)
