"""Verifying one tree: everything is recomputed from the log and compared with tiles, checkpoints and signatures. Writes nothing."""

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from audit.checkpoint import origin_of
from audit.checkpoint_check import Agreement, agreement_of, judge_checkpoint, root_finding
from audit.evidence import Evidence
from audit.findings import Finding, Kind
from audit.merkle import CompactRange, record_hash, split_hashes
from audit.records import DamagedRange, Record, Run
from audit.tile_check import Leaf, Sides, leaf_findings, shape_finding
from audit.tiles import TILE_LEAVES, StoredCheckpoint

T = TypeVar("T")


class TreeCheck:
    """Feed it the log's runs in order, then finish; each call returns what was found since the last."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._tree = evidence.tree
        self._tiles = _Ahead(evidence.tiles)
        self._checkpoints = _Ahead(evidence.checkpoints)
        self._pending: list[Leaf] = []
        self._settled = 0
        self._log_end = 0
        self._tiles_end = 0
        self._signed = 0
        empty = CompactRange()
        self._sides = Sides(empty, empty)
        self._agreement = Agreement(log=True, tiles=True)
        self._findings: list[Finding] = []

    def feed(self, run: Run) -> list[Finding]:
        """Take the next run of the log, or a damaged range in it."""
        if isinstance(run, DamagedRange):
            self._take_damage(run)
        else:
            self._take_records(run)
        self._settle_whole_tiles()
        return self._said()

    def finish(self) -> list[Finding]:
        """Compare what is left when the log has ended: its last leaves, tiles and checkpoints beyond it, and the three ends."""
        self._log_end = self._expected_offset()
        while self._pending or self._tiles.next is not None:
            self._pending += [None] * (self._stored_leaves() - len(self._pending))
            self._settle(self._pending)
            self._pending = []
        while (stored := self._checkpoints.take()) is not None:
            self._compare_checkpoint(stored)
        self._compare_ends()
        return self._said()

    def _said(self) -> list[Finding]:
        said, self._findings = self._findings, []
        return said

    def _find(self, kind: Kind, index: int, expected: str, found: str, remedy: str) -> None:
        self._findings.append(Finding(self._tree, kind, index, expected, found, remedy))

    def _expected_offset(self) -> int:
        return self._settled + len(self._pending)

    def _take_records(self, records: Sequence[Record]) -> None:
        first = self._expected_offset()
        if [record.offset for record in records] == list(range(first, first + len(records))):
            self._pending += [record_hash(record.key, record.value) for record in records]
            return
        for record in records:
            self._take_record(record)

    def _take_record(self, record: Record) -> None:
        expected = self._expected_offset()
        if record.offset < expected:
            self._find(
                Kind.REPEATED_OFFSET, record.offset, f"offset {expected} next", f"{record.offset} again", _ASK_BROKER
            )
            return
        if record.offset > expected:
            found = f"offset {record.offset}: {record.offset - expected} records are gone"
            self._find(Kind.MISSING_RECORDS, expected, f"offset {expected} next", found, _RESTORE_LOG)
            self._skip_to(record.offset)
        self._pending.append(record_hash(record.key, record.value))

    def _take_damage(self, damage: DamagedRange) -> None:
        place = f"offsets {damage.start} to {damage.stop - 1}"
        found = f"a checksum that fails over {place}" if damage.readable else f"{place} unreadable"
        self._find(Kind.DAMAGED_RECORDS, damage.start, "records as the broker wrote them", found, _RESTORE_LOG)
        if not damage.readable:
            self._skip_to(damage.stop)

    def _skip_to(self, offset: int) -> None:
        while self._expected_offset() < offset:
            room = TILE_LEAVES - len(self._pending) % TILE_LEAVES
            self._pending += [None] * min(room, offset - self._expected_offset())
            self._settle_whole_tiles()

    def _settle_whole_tiles(self) -> None:
        whole = len(self._pending) // TILE_LEAVES * TILE_LEAVES
        for start in range(0, whole, TILE_LEAVES):
            self._settle(self._pending[start : start + TILE_LEAVES])
        del self._pending[:whole]

    def _stored_leaves(self) -> int:
        """Return how many leaves the tiles claim within the tile that is settled next."""
        held = self._tiles.next
        if held is None or held.tile < self._settled // TILE_LEAVES:
            return 0
        return (
            TILE_LEAVES
            if held.tile > self._settled // TILE_LEAVES
            else min(len(split_hashes(held.hashes)), TILE_LEAVES)
        )

    def _settle(self, logged: list[Leaf]) -> None:
        """Compare up to a tile's worth of leaves, from a tile's first one on, with the stored tile and the checkpoints on the way."""
        start = self._settled
        hashes = self._take_tile(start // TILE_LEAVES)
        stored = split_hashes(hashes)[:TILE_LEAVES]
        if stored != logged:
            self._findings += leaf_findings(self._tree, start, logged, stored)
        if stored:
            self._tiles_end = start + len(stored)
        end = start + len(logged)
        while self._checkpoints.next is not None and self._checkpoints.next.size <= end:
            span = slice(self._settled - start, max(self._checkpoints.next.size, self._settled) - start)
            self._grow(logged[span], stored[span])
            self._compare_checkpoint(self._checkpoints.take())
        self._grow(logged[self._settled - start :], stored[self._settled - start :])

    def _take_tile(self, number: int) -> bytes:
        while self._tiles.next is not None and self._tiles.next.tile < number:
            self._find(
                Kind.TILE, self._tiles.next.tile, "each tile once and in order", "it out of its place", _REBUILD_TILES
            )
            self._tiles.take()
        held = self._tiles.next
        hashes = held.hashes if held is not None and held.tile == number else None
        if hashes is not None:
            self._tiles.take()
        wrong = shape_finding(self._tree, number, hashes, is_last=self._tiles.next is None)
        self._findings += [wrong] if wrong is not None else []
        return hashes or b""

    def _grow(self, logged: list[Leaf], stored: list[bytes]) -> None:
        self._sides = self._sides.grow(logged, stored[: len(logged)])
        self._settled += len(logged)

    def _compare_checkpoint(self, stored: StoredCheckpoint | None) -> None:
        if stored is None:
            return
        tree = self._tree
        judged = judge_checkpoint(
            tree, origin_of(self._evidence.hub, tree.topic, tree.partition), stored, self._evidence.keys
        )
        self._findings += judged.findings
        if judged.head is None:
            return
        self._signed = max(self._signed, judged.head.size)
        agreement = agreement_of(judged.head, self._sides.log, self._sides.tiles)
        wrong = root_finding(tree, judged.head, agreement)
        # Every root behind an altered leaf differs too: only the first, or a change of sides, says something new.
        if wrong is not None and agreement != self._agreement:
            self._findings.append(wrong)
        self._agreement = agreement

    def _compare_ends(self) -> None:
        promised = max(self._tiles_end, self._signed)
        if self._log_end < promised:
            expected = f"{promised} records: {self._tiles_end} leaves are stored and {self._signed} are signed"
            self._find(
                Kind.LOG_TRUNCATED, self._log_end, expected, f"a log that ends at offset {self._log_end}", _RESTORE_LOG
            )
        if self._tiles_end < self._signed:
            expected = f"tiles of the {self._signed} leaves that are signed"
            self._find(Kind.LEDGER_TRUNCATED, self._tiles_end, expected, f"tiles of {self._tiles_end}", _REBUILD_TILES)


_ASK_BROKER = "ask the broker's operator: Kafka gives an offset once"
_RESTORE_LOG = "restore the partition from a replica or a backup and verify again"
_REBUILD_TILES = "build the ledger's tiles anew from the log and compare their roots with the signed ones"


class _Ahead(Generic[T]):
    """An iterator whose next item can be seen without taking it."""

    def __init__(self, items: Iterable[T]) -> None:
        self._items = iter(items)
        self.next: T | None = next(self._items, None)

    def take(self) -> T | None:
        taken, self.next = self.next, next(self._items, None)
        return taken
