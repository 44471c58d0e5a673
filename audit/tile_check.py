"""Comparing one stored tile with the leaves that the log gives for it, and growing both sides towards the signed roots."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audit.findings import Finding, Kind
from audit.merkle import HASH_BYTES, CompactRange
from audit.records import TreeId
from audit.tiles import TILE_LEAVES

Leaf = bytes | None
"""A leaf hash, None where the log has no readable record."""


@dataclass(frozen=True, slots=True)
class Sides:
    """The tree as the log gives it and as the tiles give it: one and the same object until they differ, None behind a gap."""

    log: CompactRange | None
    tiles: CompactRange | None

    def grow(self, logged: Sequence[Leaf], stored: Sequence[Leaf]) -> "Sides":
        """Return both sides with these leaves behind them; a side that lacks one of them is None from here on."""
        wanted = max(len(logged), len(stored))
        log = _grown(self.log, logged, wanted)
        if self.log is self.tiles and logged == stored:
            return Sides(log, log)
        return Sides(log, _grown(self.tiles, stored, wanted))


def _grown(side: CompactRange | None, leaves: Sequence[Leaf], wanted: int) -> CompactRange | None:
    whole = [leaf for leaf in leaves if leaf is not None and len(leaf) == HASH_BYTES]
    return side.append(whole) if side is not None and len(whole) == wanted else None


def leaf_findings(tree: TreeId, start: int, logged: Sequence[Leaf], stored: Sequence[bytes]) -> Iterator[Finding]:
    """Yield one finding for each unbroken span of leaves that differ; `start` is the index of the first of both."""
    remedy = "a root finding says which of the two was altered; without one, no checkpoint covers this leaf yet"
    for first, last in _spans(
        [start + at for at, (log, tile) in enumerate(zip(logged, stored, strict=False)) if log not in (None, tile)]
    ):
        expected = f"the leaf hash {stored[first - start].hex()[:16]}... that was stored"
        computed = logged[first - start] or b""
        found = f"{computed.hex()[:16]}... computed from the log" + (
            f", and {last - first} more up to {last}" if last > first else ""
        )
        yield Finding(tree, Kind.LEAF, first, expected, found, remedy)


def _spans(indices: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last index of each unbroken span."""
    starts = [index for at, index in enumerate(indices) if at == 0 or indices[at - 1] != index - 1]
    stops = [index for at, index in enumerate(indices) if at + 1 == len(indices) or indices[at + 1] != index + 1]
    yield from zip(starts, stops, strict=True)


def shape_finding(tree: TreeId, number: int, hashes: bytes | None, *, is_last: bool) -> Finding | None:
    """Say what is wrong with a tile's length: it is missing, not whole hashes, or short although it is not the last."""
    remedy = "build the ledger's tiles anew from the log and compare their roots with the signed ones"
    whole = f"{TILE_LEAVES} hashes of {HASH_BYTES} bytes"
    if hashes is None:
        return (
            None
            if is_last
            else Finding(tree, Kind.TILE, number, "a tile", "none, although later ones are there", remedy)
        )
    shape = f"{len(hashes)} bytes"
    if len(hashes) % HASH_BYTES or len(hashes) > TILE_LEAVES * HASH_BYTES:
        return Finding(tree, Kind.TILE, number, f"at most {whole}", shape, remedy)
    if len(hashes) < TILE_LEAVES * HASH_BYTES and not is_last:
        return Finding(tree, Kind.TILE, number, whole, shape, remedy)
    return None
