"""Comparing rows that PostgreSQL keeps with the records of the log that they were made from, by offset, streaming."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby

from audit.findings import Finding, Kind
from audit.records import TreeId


@dataclass(frozen=True, slots=True)
class RowContent:
    """What a row must hold, or holds, of one record: the record's offset and the bytes that both sides can give."""

    offset: int
    content: bytes = field(repr=False)


def compare_rows(
    tree: TreeId, log_records: Iterable[RowContent], stored_rows: Iterable[RowContent]
) -> Iterator[Finding]:
    """Yield each record without its row, row without its record, and row that differs; both sides strictly by growing offset.

    The caller leaves out records that rightly have no row (repeats of an event id). ValueError when a side is not in that order.
    """
    log = ((each.offset, "log", each.content) for each in _in_order(log_records))
    rows = ((each.offset, "row", each.content) for each in _in_order(stored_rows))
    for offset, group in groupby(merge(log, rows, key=_offset), key=_offset):
        contents = {side: content for _, side, content in group}
        if "row" not in contents:
            yield Finding(tree, Kind.MISSING_ROW, offset, "a row for this record", "none", _REBUILD)
        elif "log" not in contents:
            yield Finding(tree, Kind.UNKNOWN_ROW, offset, "a record of the log behind this row", "none", _REBUILD)
        elif contents["row"] != contents["log"]:
            yield Finding(
                tree, Kind.ROW, offset, "the row as the log's record makes it", "other bytes in the row", _REBUILD
            )


_REBUILD = "the log is the truth: run mash rebuild, and ask who wrote to the table"


def _offset(entry: tuple[int, str, bytes]) -> int:
    return entry[0]


def _in_order(side: Iterable[RowContent]) -> Iterator[RowContent]:
    before = -1
    for each in side:
        if each.offset <= before:
            raise ValueError(
                f"expected offsets that grow, found {each.offset} after {before}: read both sides by offset"
            )
        before = each.offset
        yield each
