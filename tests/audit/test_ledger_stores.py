"""What every ledger store keeps; memory states it and PostgreSQL must agree."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from naive_trees import leaf_hash

from audit.records import TreeId
from audit.sql_ledger import SqlLedgerStore
from audit.tiles import LedgerBroken, LedgerStore, MemoryLedgerStore, StoredCheckpoint, StoredTile
from tests.hub_parts import HubServices

TREE, OTHER = TreeId("hub.events", 2), TreeId("hub.alerts", 0)
NOON = datetime(2031, 5, 6, 12, tzinfo=UTC)


@pytest.fixture(params=["memory", pytest.param("sql", marks=pytest.mark.services)])
def store(request: pytest.FixtureRequest) -> LedgerStore:
    return (
        MemoryLedgerStore()
        if request.param == "memory"
        else SqlLedgerStore(request.getfixturevalue("ledger_connection"))
    )


def hashes(count: int, first: int = 0) -> list[bytes]:
    return [leaf_hash(index.to_bytes(4, "big")) for index in range(first, first + count)]


def checkpoint(size: int, note: bytes = b"note") -> StoredCheckpoint:
    return StoredCheckpoint(size, note, NOON + timedelta(seconds=size))


def test_an_unknown_tree_is_empty(store: LedgerStore) -> None:
    assert (store.trees(), store.tree_size(TREE), list(store.tiles(TREE))) == ([], 0, [])
    assert (store.leaf_hashes(TREE, 0, 0), list(store.checkpoints(TREE)), store.newest_checkpoint(TREE)) == (
        [],
        [],
        None,
    )


@pytest.mark.parametrize("runs", [[1], [255, 1, 1], [256, 256], [300, 300, 300], [0, 5, 0, 600], [7] * 40])
def test_leaves_come_back_in_order_however_they_were_cut_into_runs(store: LedgerStore, runs: list[int]) -> None:
    size = 0
    for run in runs:
        store.append(TREE, size, hashes(run, size))
        size += run
        assert store.tree_size(TREE) == size
    assert store.leaf_hashes(TREE, 0, size) == hashes(size)
    whole = b"".join(hashes(size))
    assert list(store.tiles(TREE)) == [
        StoredTile(at // 8192, whole[at : at + 8192]) for at in range(0, len(whole), 8192)
    ]


def test_any_span_of_leaves_is_read(store: LedgerStore) -> None:
    store.append(TREE, 0, hashes(700))
    for start in (0, 1, 255, 256, 257, 600):
        for stop in (start, start + 1, 512, 513, 700):
            assert store.leaf_hashes(TREE, start, stop) == hashes(max(stop - start, 0), start)


def test_leaves_that_are_not_stored_are_not_read(store: LedgerStore) -> None:
    store.append(TREE, 0, hashes(300))
    for start, stop in ((0, 301), (300, 301), (256, 600), (512, 513)):
        with pytest.raises(LedgerBroken, match="run mash verify"):
            store.leaf_hashes(TREE, start, stop)


def test_trees_do_not_mix(store: LedgerStore) -> None:
    store.append(TREE, 0, hashes(3))
    store.append(OTHER, 0, hashes(2, 9))
    store.append_checkpoint(TreeId("hub.events", 0), checkpoint(1))
    assert store.leaf_hashes(OTHER, 0, 2) == hashes(2, 9)
    assert store.trees() == [OTHER, TreeId("hub.events", 0), TREE]


@pytest.mark.parametrize("first", [0, 299, 301, 512])
def test_a_run_that_does_not_begin_at_the_end_is_refused_and_stores_nothing(store: LedgerStore, first: int) -> None:
    store.append(TREE, 0, hashes(300))
    with pytest.raises(LedgerBroken, match="expected leaf 300"):
        store.append(TREE, first, hashes(4, first))
    assert store.leaf_hashes(TREE, 0, 300) == hashes(300)
    assert store.tree_size(TREE) == 300


def test_a_leaf_hash_of_another_length_is_refused(store: LedgerStore) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        store.append(TREE, 0, [b"short"])


def test_checkpoints_come_back_by_size_and_the_newest_is_the_largest(store: LedgerStore) -> None:
    for size in (5, 1, 300):
        store.append_checkpoint(TREE, checkpoint(size))
    assert list(store.checkpoints(TREE)) == [checkpoint(1), checkpoint(5), checkpoint(300)]
    assert store.newest_checkpoint(TREE) == checkpoint(300)
    assert store.newest_checkpoint(OTHER) is None


def test_a_checkpoint_given_again_changes_nothing_and_another_note_of_its_size_is_refused(store: LedgerStore) -> None:
    store.append_checkpoint(TREE, checkpoint(5))
    store.append_checkpoint(TREE, StoredCheckpoint(5, b"note", NOON + timedelta(days=1)))
    with pytest.raises(LedgerBroken, match="another note"):
        store.append_checkpoint(TREE, checkpoint(5, b"second promise"))
    assert list(store.checkpoints(TREE)) == [checkpoint(5)]


@pytest.mark.services
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from([TREE, OTHER]), st.integers(0, 700)), max_size=6))
def test_memory_and_sql_agree_on_every_history(
    ledger_connection: "psycopg.Connection[tuple[object, ...]]", history: list[tuple[TreeId, int]]
) -> None:
    memory, sql = MemoryLedgerStore(), SqlLedgerStore(ledger_connection)
    for tree, count in history:
        first = memory.tree_size(tree)
        for store in (memory, sql):
            store.append(tree, first, hashes(count, first))
    for tree in (TREE, OTHER):
        assert list(memory.tiles(tree)) == list(sql.tiles(tree))
        assert memory.tree_size(tree) == sql.tree_size(tree)
    ledger_connection.rollback()


@pytest.mark.services
def test_a_rolled_back_run_leaves_nothing_and_is_stored_when_given_again(
    ledger_connection: "psycopg.Connection[tuple[object, ...]]",
) -> None:
    sql = SqlLedgerStore(ledger_connection)
    sql.append(TREE, 0, hashes(10))
    ledger_connection.commit()
    sql.append(TREE, 10, hashes(500, 10))
    ledger_connection.rollback()
    assert sql.tree_size(TREE) == 10
    sql.append(TREE, 10, hashes(500, 10))
    assert sql.leaf_hashes(TREE, 0, 510) == hashes(510)


@pytest.mark.services
def test_a_second_writer_waits_and_is_then_refused(
    hub_services: HubServices, ledger_connection: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    SqlLedgerStore(ledger_connection).append(TREE, 0, hashes(10))
    ledger_connection.commit()
    with psycopg.connect(hub_services.conninfo("mash_worker")) as second:
        second.execute("set lock_timeout = '200ms'")
        SqlLedgerStore(ledger_connection).append(TREE, 10, hashes(3, 10))
        with pytest.raises(psycopg.errors.LockNotAvailable):
            SqlLedgerStore(second).append(TREE, 10, hashes(3, 10))
        second.rollback()
        ledger_connection.commit()
        with pytest.raises(LedgerBroken, match="expected leaf 13"):
            SqlLedgerStore(second).append(TREE, 10, hashes(3, 10))


@pytest.mark.services
@pytest.mark.parametrize(
    "statement",
    ["delete from ledger_tile", "delete from checkpoint", "update checkpoint set note = ''", "truncate ledger_tile"],
)
def test_the_worker_may_neither_remove_leaves_nor_touch_a_checkpoint(
    ledger_connection: "psycopg.Connection[tuple[object, ...]]", statement: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ledger_connection.execute(statement.encode())
