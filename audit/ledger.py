"""The fold of the ledger stream: records become leaves, and at a boundary a signed checkpoint."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from audit.checkpoint import Checkpoint, origin_of, read_checkpoint, sign_checkpoint
from audit.merkle import CompactRange, TreeHead, record_hash
from audit.note_keys import NoteRejected, SignerKey
from audit.records import Record, TreeId
from audit.signed_note import read_note
from audit.tiles import LedgerBroken, LedgerStore, StoredCheckpoint

_RESTORE_LEAVES = 256 * 256
"""Leaf hashes to a read while restoring: 2 MB."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """A checkpoint is due after so many new leaves, or when so many seconds passed since the last one and there are new leaves."""

    leaves: int
    seconds: float


@dataclass(frozen=True, slots=True)
class LedgerState:
    """One tree as it stands in the store: its compact range, and the size and time of its newest checkpoint."""

    tree: TreeId
    grown: CompactRange
    signed_size: int = 0
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Folded:
    """What folding a run led to: keep `state` once the transaction is committed, then publish the checkpoints' notes."""

    state: LedgerState
    appended: int
    checkpoints: tuple[StoredCheckpoint, ...]


@dataclass(frozen=True, slots=True)
class LedgerFold:
    """The fold of one hub: its name, its signing key and its cadence; all that changes is in a LedgerState."""

    hub: str
    signer: SignerKey
    cadence: Cadence

    def restore(self, store: LedgerStore, tree: TreeId) -> LedgerState:
        """Return the tree's state from its tiles; LedgerBroken when they are not whole or their root is not what was last signed."""
        newest = store.newest_checkpoint(tree)
        size = store.tree_size(tree)
        if newest is None:
            return LedgerState(tree, _grown(store, tree, CompactRange(), size))
        signed = _signed_head(tree, newest)
        grown = _grown(store, tree, CompactRange(), signed.size)
        if grown.head() != signed:
            raise LedgerBroken(
                f"expected the tiles of {tree.topic}/{tree.partition} to give the root signed at size {signed.size}, found another root: "
                "run mash verify and sign nothing until it is explained"
            )
        return LedgerState(tree, _grown(store, tree, grown, size), signed.size, newest.made_at)

    def fold(self, state: LedgerState, store: LedgerStore, records: Sequence[Record], now: datetime) -> Folded:
        """Store a run's leaf hashes, and a checkpoint when one is due at `now` (with time zone); an empty run only looks at the clock.

        Leaves that are stored already are compared and change nothing. LedgerBroken for a hole or for another leaf than the stored one:
        roll back and stop. If we crash before the caller commits, nothing was stored and the run is read again; after it, the run is a
        repeat; a checkpoint that was stored and not published is still the newest in the store, to be published at the next start.
        """
        hashes = _run_hashes(state, records)
        known = _known_leaves(state, store, records, hashes)
        fresh = hashes[known:]
        if fresh:
            store.append(state.tree, state.grown.size, fresh)
        grown = replace(state, grown=state.grown.append(fresh))
        if not self._due(grown, now):
            return Folded(grown, len(fresh), ())
        made = self._checkpoint(grown, now)
        store.append_checkpoint(state.tree, made)
        return Folded(replace(grown, signed_size=made.size, signed_at=now), len(fresh), (made,))

    def _due(self, state: LedgerState, now: datetime) -> bool:
        unsigned = state.grown.size - state.signed_size
        if unsigned <= 0:
            return False
        waited = None if state.signed_at is None else (now - state.signed_at).total_seconds()
        return unsigned >= self.cadence.leaves or waited is None or waited >= self.cadence.seconds

    def _checkpoint(self, state: LedgerState, now: datetime) -> StoredCheckpoint:
        origin = origin_of(self.hub, state.tree.topic, state.tree.partition)
        note = sign_checkpoint(Checkpoint(origin, state.grown.head()), self.signer)
        return StoredCheckpoint(state.grown.size, note, now)


def _run_hashes(state: LedgerState, records: Sequence[Record]) -> list[bytes]:
    """Return the run's leaf hashes; LedgerBroken when its offsets have a hole or it begins beyond the tree's end."""
    first = records[0].offset if records else state.grown.size
    expected = min(first, state.grown.size)
    hashes: list[bytes] = []
    for at, record in enumerate(records, expected):
        if record.offset != at:
            raise LedgerBroken(
                f"expected offset {at} next in {state.tree.topic}/{state.tree.partition}, found {record.offset}: the log has a hole, or the "
                "position skipped records; stop and run mash verify"
            )
        hashes.append(record_hash(record.key, record.value))
    return hashes


def _known_leaves(state: LedgerState, store: LedgerStore, records: Sequence[Record], hashes: Sequence[bytes]) -> int:
    """Return how many leaves of the run are stored already; LedgerBroken when one of them is not the same."""
    if not records or records[0].offset >= state.grown.size:
        return 0
    first = records[0].offset
    known = min(len(hashes), state.grown.size - first)
    for at, stored in enumerate(store.leaf_hashes(state.tree, first, first + known)):
        if stored != hashes[at]:
            raise LedgerBroken(
                f"expected leaf {first + at} of {state.tree.topic}/{state.tree.partition} as it was stored, found another record at that "
                "offset: the log was altered or the ledger was; stop and run mash verify"
            )
    return known


def _grown(store: LedgerStore, tree: TreeId, known: CompactRange, size: int) -> CompactRange:
    while known.size < size:
        stop = min(size, known.size + _RESTORE_LEAVES)
        known = known.append(store.leaf_hashes(tree, known.size, stop))
    return known


def _signed_head(tree: TreeId, newest: StoredCheckpoint) -> TreeHead:
    """Read the head that a stored note names; whether its signature holds is for verification to say, which knows every key there was."""
    try:
        return read_checkpoint(read_note(newest.note).text).head
    except NoteRejected as error:
        raise LedgerBroken(
            f"expected a readable checkpoint of size {newest.size} for {tree.topic}/{tree.partition}, found a note that is not: run mash verify"
        ) from error
