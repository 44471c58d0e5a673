"""What is said between the quality worker and the process that judges: windows go in, levels come out, as JSON without any value that an agency sent."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from projections.feeds import Feed, Level
from streams.quality.suites import Expected
from streams.quality.windows import Column, Window, columns_of


@dataclass(frozen=True, slots=True)
class Request:
    """One window to judge: whose, of which days, what is expected, its columns (one value for all rows that are alike, and how many those are), and the statements of the day itself."""

    feed: Feed
    first: date
    day: date
    expected: tuple[Expected, ...]
    columns: Mapping[str, Column]
    counts: Sequence[int]
    statements: int


def write_windows(windows: Iterable[Window]) -> bytes:
    """Write windows to judge."""
    return json.dumps([_window(window) for window in windows]).encode()


def read_windows(written: bytes) -> list[Request]:
    """Read what `write_windows` wrote."""
    return [
        Request(
            Feed(*one["feed"]),
            date.fromisoformat(one["first"]),
            date.fromisoformat(one["day"]),
            tuple(Expected(**expected) for expected in one["expected"]),
            one["columns"],
            one["counts"],
            one["statements"],
        )
        for one in json.loads(written)
    ]


def write_levels(levels: Iterable[Sequence[Level]]) -> bytes:
    """Write the levels of each window."""
    return json.dumps([[asdict(level) for level in one] for one in levels]).encode()


def read_levels(written: bytes) -> list[tuple[Level, ...]]:
    """Read what `write_levels` wrote; ValueError, TypeError or KeyError for anything else."""
    return [tuple(Level(**level) for level in one) for one in json.loads(written)]


def _window(window: Window) -> dict[str, Any]:
    return {
        "feed": list(window.feed),
        "first": window.first.isoformat(),
        "day": window.day.isoformat(),
        "expected": [asdict(one) for one in window.expected],
        "columns": columns_of(window.alike),
        "counts": [one.rows for one in window.alike],
        "statements": window.statements,
    }
