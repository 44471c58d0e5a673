"""Rows in PostgreSQL are compared with the records that they were made from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.compare_rows import RowContent, compare_rows
from audit.findings import Kind
from audit.records import TreeId

TREE = TreeId("hub.events", 2)


def row(offset: int, content: bytes = b"same") -> RowContent:
    return RowContent(offset, content)


def test_rows_that_equal_their_records_give_no_finding() -> None:
    assert list(compare_rows(TREE, [row(1), row(4)], [row(1), row(4)])) == []


def test_a_missing_an_unknown_and_an_altered_row_are_each_named_by_offset() -> None:
    found = compare_rows(TREE, [row(1), row(2), row(5)], [row(2, b"altered"), row(4), row(5)])
    assert [(each.kind, each.index) for each in found] == [(Kind.MISSING_ROW, 1), (Kind.ROW, 2), (Kind.UNKNOWN_ROW, 4)]


@given(
    st.dictionaries(st.integers(0, 40), st.binary(max_size=2)),
    st.dictionaries(st.integers(0, 40), st.binary(max_size=2)),
)
def test_rows_are_compared_as_two_dictionaries_would_be(log: dict[int, bytes], rows: dict[int, bytes]) -> None:
    sides = ([row(offset, side[offset]) for offset in sorted(side)] for side in (log, rows))
    found = {each.index for each in compare_rows(TREE, *sides)}
    assert found == {offset for offset in log.keys() | rows.keys() if log.get(offset) != rows.get(offset)}


def test_rows_out_of_order_are_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="read both sides by offset"):
        list(compare_rows(TREE, [row(2), row(2)], []))
