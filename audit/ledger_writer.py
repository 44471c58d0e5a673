"""The ledger as the ledger stage uses it: remembers how each tree stands, and reads it from the store when it does not know."""

from collections.abc import Sequence
from datetime import datetime

from audit.ledger import LedgerFold, LedgerState
from audit.records import Record, TreeId
from audit.tiles import LedgerStore


class LedgerWriter:
    """Appends runs of records to the trees of one hub, inside the caller's transaction."""

    def __init__(self, fold: LedgerFold, store: LedgerStore) -> None:
        self._fold = fold
        self._store = store
        self._states: dict[TreeId, LedgerState] = {}

    def append(self, topic: str, partition: int, records: Sequence[Record], now: datetime) -> Sequence[bytes]:
        """Add a run's leaves and return notes to publish: those made now, and the newest one when the tree was only just read from the store."""
        tree = TreeId(topic, partition)
        state, again = self._state(tree, records)
        folded = self._fold.fold(state, self._store, records, now)
        self._states[tree] = folded.state
        return [*again, *(checkpoint.note for checkpoint in folded.checkpoints)]

    def forget(self) -> None:
        """Drop what is remembered of all trees."""
        self._states.clear()

    def _state(self, tree: TreeId, records: Sequence[Record]) -> tuple[LedgerState, list[bytes]]:
        """Give a tree's state; another worker may have held the partition in between, so one that does not fit the run is read again."""
        state = self._states.get(tree)
        if state is not None and (not records or records[0].offset == state.grown.size):
            return state, []
        newest = self._store.newest_checkpoint(tree)
        return self._fold.restore(self._store, tree), [] if newest is None else [newest.note]
