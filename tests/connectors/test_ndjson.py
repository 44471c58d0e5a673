import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from feed_samples import http_event
from hypothesis import given
from hypothesis import strategies as st

from connectors.envelope import time_zone
from connectors.formats import Given
from connectors.ndjson import LONGEST_LINE, ndjson_format
from connectors.statement import Coverage, Refusal, Statement
from schemas.catalogue import load_catalogue

FORMAT = ndjson_format(load_catalogue(), "childrens_social_care")
GIVEN = Given(time_zone(), date(2024, 1, 1), date(2024, 1, 31))


def event(reference: str, **envelope: Any) -> dict[str, Any]:
    made = http_event()
    return {**made, "envelope": {**made["envelope"], "reference": reference, **envelope}}


def lines(*values: Any) -> bytes:
    return b"".join(one if isinstance(one, bytes) else json.dumps(one).encode() + b"\n" for one in values)


def read(content: bytes) -> list[Any]:
    return list(FORMAT.read(io.BytesIO(content), GIVEN))


def codes(content: bytes) -> list[tuple[int, str]]:
    return [(one.line, one.code) for one in read(content) if isinstance(one, Refusal)]


def test_a_line_is_an_event_and_blank_lines_are_none() -> None:
    coverage, *statements = read(lines(event("R-1"), b"\n  \r\n", event("R-2")))
    assert isinstance(coverage, Coverage)
    assert [(one.line, one.reference) for one in statements] == [(1, "R-1"), (4, "R-2")]


def test_without_a_first_line_that_says_otherwise_a_file_is_no_snapshot_and_covers_the_days_that_the_sender_gave() -> (
    None
):
    coverage = read(lines(event("R-1")))[0]
    assert (coverage.whole, coverage.first, coverage.last) == (False, GIVEN.first, GIVEN.last)


def test_a_first_line_may_say_that_the_file_is_a_snapshot_of_what() -> None:
    said = {
        "scope": "open referrals",
        "population": "children with one",
        "whole": True,
        "first": "2024-01-01",
        "events": 1,
    }
    coverage, statement = read(lines({"coverage": said}, event("R-1")))
    assert coverage == Coverage("open referrals", "children with one", True, date(2024, 1, 1), GIVEN.last)
    assert isinstance(statement, Statement)


@pytest.mark.parametrize(
    "said",
    [
        7,
        {"whole": True, "scope": "x"},
        {"whole": True, "events": 1},
        {"whole": "yes"},
        {"events": True},
        {"events": -1},
        {"scope": 3},
        {"first": "01/02/2024"},
        {"coverages": 1},
    ],
)
def test_coverage_that_cannot_be_read_ends_the_reading_before_the_first_event(said: Any) -> None:
    (refusal,) = read(lines({"coverage": said}, event("R-1")))
    assert refusal.ends_reading
    assert refusal.code in {"bad-coverage", "bad-date"}


def test_a_snapshot_cut_short_says_so_at_its_end_so_that_nothing_is_withdrawn_by_it() -> None:
    content = lines({"coverage": {"scope": "all", "whole": True, "events": 3}}, event("R-1"), event("R-2"))
    last = read(content)[-1]
    assert (last.code, last.ends_reading) == ("another-count", True)


def test_a_broken_twin_shows_every_refusal_by_its_line_and_the_rest_goes_in() -> None:
    content = lines(
        event("R-1"),
        b"{\n",
        b"\xff\n",
        b'{"a": 1, "a": 2}\n',
        [event("R-2")],
        {"coverage": {}},
        b'"' + b"x" * (LONGEST_LINE + 5) + b'"\n',
        event("R-1", assertion="OPINION"),
        event("R-3", agency="police"),
        event("R-4", source_system="another-system"),
        event("R-5", happened="31/01/2024"),
        event("R-6"),
    )
    assert codes(content) == [
        (2, "not-json"),
        (3, "not-utf-8"),
        (4, "field-twice"),
        (5, "not-an-object"),
        (6, "unknown-event-type"),
        (7, "endless-line"),
        (8, "reference-reused"),
        (9, "another-agency"),
        (10, "another-feed"),
        (11, "bad-time"),
    ]
    assert [one.line for one in read(content) if isinstance(one, Statement)] == [1, 12]
    assert codes(b"\n\n") == [(1, "empty-file")]


def test_lines_with_a_byte_order_mark_or_without_a_last_line_end_are_read() -> None:
    assert codes(b"\xef\xbb\xbf" + lines(event("R-1")).rstrip()) == []


def test_it_is_known_by_its_suffix() -> None:
    assert [FORMAT.recognises(suffix, b"") for suffix in (".ndjson", ".jsonl", ".json", ".csv")] == [
        True,
        True,
        False,
        False,
    ]


class Endless(io.RawIOBase):
    """A file of many lines that is never held."""

    def __init__(self, line: bytes, times: int) -> None:
        self._lines = iter([line] * times)

    def readline(self, _size: int | None = -1, /) -> bytes:
        return next(self._lines, b"")


def test_memory_does_not_grow_with_the_file() -> None:
    def peak(times: int) -> int:
        tracemalloc.start()
        for _ in FORMAT.read(Endless(lines(event("R-1")), times), GIVEN):  # type: ignore[arg-type]
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(1000) < peak(100) + 200_000


def damaged(content: bytes) -> Iterator[st.SearchStrategy[bytes]]:
    yield st.binary(max_size=200)
    yield st.tuples(st.integers(0, len(content)), st.binary(max_size=5), st.integers(0, 20)).map(
        lambda change: content[: change[0]] + change[1] + content[change[0] + change[2] :]
    )


@given(
    st.one_of(
        *damaged(
            lines(
                {"coverage": {"events": 2}},
                event("R-1", child={"local_id": "1", "family_name": "Quillfeather"}),
                event("R-2"),
            )
        )
    )
)
def test_whatever_is_damaged_there_are_outcomes_only_and_no_content_in_a_sentence(content: bytes) -> None:
    for one in read(content):
        assert isinstance(one, Statement | Refusal | Coverage)
        assert not isinstance(one, Refusal) or "Quill" not in one.sentence
