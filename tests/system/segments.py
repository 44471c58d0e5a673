"""The broker's own files: find a record's bytes in them, change one and make the checksum fit again, as someone with the broker's disk could."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kafka.record.util import calc_crc32c

CRC, COVERED = 17, 21
"""Places in a batch's header: its checksum, and where what it covers begins."""
LENGTH = slice(8, 12)
HEAD = 12
"""What a batch's own length does not count: its offset and the length itself."""


def segment(folder: Path, topic: str, part: int) -> Path:
    """Find the file that holds a small partition."""
    (found,) = folder.rglob(f"{topic}-{part}/*.log")
    return found


def batches(content: bytes) -> Iterator[tuple[int, int]]:
    """Give where each batch begins and ends."""
    at = 0
    while at < len(content):
        end = at + HEAD + int.from_bytes(content[at:][LENGTH])
        yield at, end
        at = end


@contextmanager
def changed(file: Path, place: int, *, checksum_fits: bool) -> Iterator[None]:
    """Change one byte of a partition's file, and put it back."""
    before = file.read_bytes()
    after = bytearray(before)
    after[place] ^= 1
    if checksum_fits:
        start, end = next((start, end) for start, end in batches(before) if start <= place < end)
        after[start + CRC : start + COVERED] = calc_crc32c(after[start + COVERED : end]).to_bytes(4)
    _write(file, bytes(after))
    try:
        yield
    finally:
        _write(file, before)


def cut_short(file: Path) -> int:
    """Cut the newest batch off a partition's file, and give the offset that its log then ends at. The broker must not run."""
    content = file.read_bytes()
    *_, (start, _) = batches(content)
    os.truncate(file, start)
    return int.from_bytes(content[start:][:8])


def _write(file: Path, content: bytes) -> None:
    # In place: the broker has the file open, and a new one under this name would be none of its business.
    with file.open("r+b") as opened:
        opened.write(content)
