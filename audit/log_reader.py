"""Reading one partition of the log from its beginning to an end fixed at the start, around whatever in it is damaged."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from audit.records import DamagedRange, Record, Run, TreeId

FETCH_RECORDS = 10_000


class BatchDamaged(RuntimeError):
    """A batch at or after the offset asked for fails its checksum or cannot be read; nothing was taken from the log."""


class LogUnreadable(RuntimeError):
    """The log could not be asked at all (no broker, no permission, no topic): nothing can be said about it."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one read gave: records by growing offset, and the offset to go on from, beyond the one asked for."""

    records: Sequence[Record]
    next_offset: int


class RecordSource(Protocol):
    """One partition of a log that can be read from any offset."""

    async def fetch(self, start: int, limit: int, *, checked: bool) -> Fetched:
        """Read up to `limit` records from `start`, waiting for the first.

        BatchDamaged when a batch in reach cannot be read or, where `checked`, fails its checksum; LogUnreadable without an answer.
        """


async def read_partition(source: RecordSource, tree: TreeId, end: int) -> AsyncIterator[Run]:
    """Yield every record from offset 0 up to `end` (exclusive) in runs.

    What fails its checksum is announced by a DamagedRange and follows as it was found; what cannot be read is only announced.
    """
    at = 0
    while at < end:
        try:
            fetched = await source.fetch(at, min(FETCH_RECORDS, end - at), checked=True)
        except BatchDamaged:
            sound = await _sound_before_damage(source, at, end)
            yield sound.records
            damage = await _damage_at(source, tree, sound.next_offset, end)
            found = await _unchecked(source, damage)
            yield damage if found is not None else DamagedRange(tree, damage.start, damage.stop, readable=False)
            yield found or ()
            at = damage.stop
        else:
            yield _within(fetched.records, at, end)
            at = fetched.next_offset


async def _sound_before_damage(source: RecordSource, start: int, end: int) -> Fetched:
    """Read one record at a time up to the damaged batch: a client gives nothing of a fetch in which one batch is damaged."""
    records: list[Record] = []
    at = start
    while at < end:
        try:
            fetched = await source.fetch(at, 1, checked=True)
        except BatchDamaged:
            break
        records += fetched.records
        at = fetched.next_offset
    return Fetched(_within(records, start, end), at)


async def _damage_at(source: RecordSource, tree: TreeId, start: int, end: int) -> DamagedRange:
    """Find where the damage that begins at `start` ends: a batch is damaged as a whole, so double the distance, then halve it."""
    bad, good = start, min(start + 1, end)
    while good < end and not await _is_sound(source, good):
        bad, good = good, min(start + 2 * (good - start), end)
    while good - bad > 1:
        middle = (good + bad) // 2
        if await _is_sound(source, middle):
            good = middle
        else:
            bad = middle
    return DamagedRange(tree, start, good, readable=True)


async def _is_sound(source: RecordSource, offset: int) -> bool:
    try:
        await source.fetch(offset, 1, checked=True)
    except BatchDamaged:
        return False
    return True


async def _unchecked(source: RecordSource, damage: DamagedRange) -> list[Record] | None:
    """Read a damaged range without checksums, so that the altered record itself can be named; None when even that fails."""
    records: list[Record] = []
    at = damage.start
    while at < damage.stop:
        try:
            fetched = await source.fetch(at, damage.stop - at, checked=False)
        except BatchDamaged:
            return None
        records += fetched.records
        at = fetched.next_offset
    return _within(records, damage.start, damage.stop)


def _within(records: Sequence[Record], start: int, stop: int) -> list[Record]:
    """Keep what lies in the range and grows; offsets that a damaged batch invents are no records of the log."""
    kept: list[Record] = []
    for record in records:
        if start <= record.offset < stop:
            kept.append(record)
            start = record.offset + 1
    return kept
