"""Proving that one record is under the hub's newest signed checkpoint, from the stored tiles and without reading the log."""

from dataclasses import dataclass

from audit.checkpoint import origin_of
from audit.checkpoint_check import TrustedKeys, judge_checkpoint
from audit.merkle import CompactRange
from audit.note_keys import VerifierKey
from audit.proofs import SubtreeRoot, includes, inclusion_proof
from audit.records import TreeId
from audit.tiles import LedgerBroken, LedgerStore, StoredCheckpoint

_PIECE = 256 * 256
"""Leaf hashes to a read: 2 MB."""


@dataclass(frozen=True, slots=True)
class Inclusion:
    """A leaf beside the newest checkpoint that covers it: how many hashes the proof has, and whether it leads from the leaf to the signed root."""

    checkpoint: StoredCheckpoint
    hashes: int
    holds: bool


def prove_inclusion(store: LedgerStore, tree: TreeId, index: int, leaf: bytes, signer: VerifierKey) -> Inclusion | None:
    """Prove the leaf hash at `index` under the tree's newest checkpoint; None when no checkpoint covers it yet.

    It does not hold when the note is not the signer's for this tree, when tiles are missing, or when the proof leads to another root.
    """
    newest = store.newest_checkpoint(tree)
    if newest is None or newest.size <= index:
        return None
    origin = origin_of(signer.name, tree.topic, tree.partition)
    head = judge_checkpoint(tree, origin, newest, TrustedKeys((signer,))).head
    try:
        proof = inclusion_proof(_stored_subtrees(store, tree), index, newest.size)
    except LedgerBroken:
        return Inclusion(newest, 0, holds=False)
    return Inclusion(newest, len(proof), holds=head is not None and includes(head, index, leaf, proof))


def _stored_subtrees(store: LedgerStore, tree: TreeId) -> SubtreeRoot:
    def root(start: int, stop: int) -> bytes:
        grown = CompactRange()
        for at in range(start, stop, _PIECE):
            grown = grown.append(store.leaf_hashes(tree, at, min(at + _PIECE, stop)))
        return grown.root()

    return root
