"""The ledger store in PostgreSQL: tables ledger_tile and checkpoint, on a connection and in a transaction that belong to the caller."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import tuple_row

from audit.merkle import HASH_BYTES
from audit.records import TreeId
from audit.tiles import (
    TILE_LEAVES,
    LedgerBroken,
    StoredCheckpoint,
    StoredTile,
    cut_into_tiles,
    joined_leaves,
    refuse_gap,
    refuse_second_note,
)

_PAGE = 512
"""Rows to a read: 4 MB of tiles."""


@dataclass(frozen=True, slots=True)
class SqlLedgerStore:
    """Tiles and checkpoints in PostgreSQL; a method that raises leaves the transaction for the caller to roll back."""

    connection: Connection[Any]

    def trees(self) -> list[TreeId]:
        """Return every tree that has a tile or a checkpoint, in order."""
        rows = self._rows("select topic, part from ledger_tile union select topic, part from checkpoint", ())
        return sorted(TreeId(topic, part) for topic, part in rows)

    def tree_size(self, tree: TreeId) -> int:
        """Return how many leaves are stored, 0 for an unknown tree."""
        return self._size(tree, "")

    def append(self, tree: TreeId, first_index: int, leaf_hashes: Sequence[bytes]) -> None:
        """Store leaf hashes from `first_index` on; LedgerBroken, and nothing stored, unless that is exactly the tree's size."""
        pieces = cut_into_tiles(first_index, leaf_hashes)
        # The lock on the last tile makes a second writer wait and then see that its first index is no longer next.
        refuse_gap(tree, self._size(tree, "for update"), first_index)
        if pieces and first_index % TILE_LEAVES:
            self._extend(tree, first_index, pieces.pop(0))
        if pieces:
            self._insert(tree, first_index, pieces)

    def leaf_hashes(self, tree: TreeId, start: int, stop: int) -> list[bytes]:
        """Return the hashes of leaves start (inclusive) to stop (exclusive); LedgerBroken when not all are stored."""
        if stop <= start:
            return []
        rows = self._rows(
            "select tile, hashes from ledger_tile where topic = %s and part = %s and tile between %s and %s order by tile",
            (tree.topic, tree.partition, start // TILE_LEAVES, (stop - 1) // TILE_LEAVES),
        )
        return joined_leaves(tree, (StoredTile(*row) for row in rows), start, stop)

    def tiles(self, tree: TreeId) -> Iterator[StoredTile]:
        """Yield the tiles as they are stored, by number, whole or not."""
        after = -1
        while rows := self._page("select tile, hashes from ledger_tile", "tile", tree, after):
            yield from (StoredTile(*row) for row in rows)
            after = rows[-1][0]

    def append_checkpoint(self, tree: TreeId, checkpoint: StoredCheckpoint) -> None:
        """Store a checkpoint; the same note again changes nothing, LedgerBroken for another note of the same size."""
        self._rows(
            "insert into checkpoint (topic, part, size, note, made_at) values (%s, %s, %s, %s, %s) on conflict do nothing returning size",
            (tree.topic, tree.partition, checkpoint.size, checkpoint.note, checkpoint.made_at),
        )
        stored = self._rows(
            "select note from checkpoint where topic = %s and part = %s and size = %s",
            (tree.topic, tree.partition, checkpoint.size),
        )
        if stored != [(checkpoint.note,)]:
            refuse_second_note(tree, checkpoint.size)

    def checkpoints(self, tree: TreeId) -> Iterator[StoredCheckpoint]:
        """Yield the checkpoints by size."""
        after = -1
        while rows := self._page("select size, note, made_at from checkpoint", "size", tree, after):
            yield from (StoredCheckpoint(*row) for row in rows)
            after = rows[-1][0]

    def newest_checkpoint(self, tree: TreeId) -> StoredCheckpoint | None:
        """Return the checkpoint of the largest size, None when there is none."""
        rows = self._rows(
            "select size, note, made_at from checkpoint where topic = %s and part = %s order by size desc limit 1",
            (tree.topic, tree.partition),
        )
        return StoredCheckpoint(*rows[0]) if rows else None

    def _size(self, tree: TreeId, lock: str) -> int:
        rows = self._rows(
            f"select tile, octet_length(hashes) from ledger_tile where topic = %s and part = %s order by tile desc limit 1 {lock}",
            (tree.topic, tree.partition),
        )
        return rows[0][0] * TILE_LEAVES + rows[0][1] // HASH_BYTES if rows else 0

    def _extend(self, tree: TreeId, first_index: int, piece: StoredTile) -> None:
        held = first_index % TILE_LEAVES * HASH_BYTES
        rows = self._rows(
            "update ledger_tile set hashes = hashes || %s where topic = %s and part = %s and tile = %s and octet_length(hashes) = %s "
            "returning tile",
            (piece.hashes, tree.topic, tree.partition, piece.tile, held),
        )
        if len(rows) != 1:
            _refuse_other_writer(tree, first_index)

    def _insert(self, tree: TreeId, first_index: int, pieces: Sequence[StoredTile]) -> None:
        with self.connection.cursor() as cursor:
            cursor.executemany(
                "insert into ledger_tile (topic, part, tile, hashes) values (%s, %s, %s, %s) on conflict do nothing",
                [(tree.topic, tree.partition, piece.tile, piece.hashes) for piece in pieces],
            )
            if cursor.rowcount != len(pieces):
                _refuse_other_writer(tree, first_index)

    def _page(self, select: str, column: str, tree: TreeId, after: int) -> list[tuple[Any, ...]]:
        return self._rows(
            f"{select} where topic = %s and part = %s and {column} > %s order by {column} limit {_PAGE}",
            (tree.topic, tree.partition, after),
        )

    def _rows(self, statement: str, values: tuple[str | int | bytes | datetime, ...]) -> list[tuple[Any, ...]]:
        with self.connection.cursor(row_factory=tuple_row) as cursor:
            return cursor.execute(statement.encode(), values).fetchall()


def _refuse_other_writer(tree: TreeId, first_index: int) -> None:
    raise LedgerBroken(
        f"expected to be the only writer of {tree.topic}/{tree.partition} at leaf {first_index}, found tiles that another wrote meanwhile: "
        "roll back and read the position again"
    )
