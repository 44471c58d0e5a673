"""What one tree is verified against, cut off where the ledger stood when verification began."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from audit.checkpoint_check import TrustedKeys
from audit.merkle import HASH_BYTES
from audit.records import TreeId
from audit.tiles import TILE_LEAVES, LedgerStore, StoredCheckpoint, StoredTile


@dataclass(frozen=True, slots=True)
class Evidence:
    """The hub's name, stored tiles by number, checkpoints by size, and whom to believe.

    Take it *before* the log's end is asked for: a ledger that grows meanwhile would otherwise look longer than the log.
    """

    tree: TreeId
    hub: str
    tiles: Iterable[StoredTile]
    checkpoints: Iterable[StoredCheckpoint]
    keys: TrustedKeys


def evidence_of(store: LedgerStore, tree: TreeId, hub: str, keys: TrustedKeys) -> Evidence:
    """Take a tree's evidence as the store holds it now; it is read while the log is, and what is added meanwhile is left out.

    No long transaction is needed: the store only grows, so an autocommit connection reads the same tiles and checkpoints.
    """
    # A checkpoint is stored with the leaves that it covers: asked for first, it never promises more than the size asked for second.
    newest = store.newest_checkpoint(tree)
    size = store.tree_size(tree)
    signed = newest.size if newest is not None else -1
    return Evidence(tree, hub, _tiles_below(store, tree, size), _checkpoints_up_to(store, tree, signed), keys)


def _tiles_below(store: LedgerStore, tree: TreeId, size: int) -> Iterator[StoredTile]:
    for tile in store.tiles(tree):
        start = tile.tile * TILE_LEAVES
        if start >= size:
            return
        grown_since = start + TILE_LEAVES > size
        yield StoredTile(tile.tile, tile.hashes[: (size - start) * HASH_BYTES]) if grown_since else tile


def _checkpoints_up_to(store: LedgerStore, tree: TreeId, size: int) -> Iterator[StoredCheckpoint]:
    for checkpoint in store.checkpoints(tree):
        if checkpoint.size > size:
            return
        yield checkpoint
