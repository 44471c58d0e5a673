"""The fold of the ledger stream."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from audit.ledger import Cadence, Folded, LedgerFold, LedgerState
from audit.merkle import CompactRange, TreeHead, record_hash
from audit.note_keys import ED25519, SignerKey
from audit.records import LogRecord, TreeId
from audit.tiles import LedgerBroken, MemoryLedgerStore, StoredCheckpoint, StoredTile

TREE = TreeId("hub.events", 2)
NOON = datetime(2031, 5, 6, 12, tzinfo=UTC)
SIGNER = SignerKey("hub.example", ED25519, bytes(range(32)))
FOLD = LedgerFold("hub.example", SIGNER, Cadence(leaves=100, seconds=60))
EMPTY = LedgerState(TREE, CompactRange())


def records(start: int, stop: int) -> list[LogRecord]:
    return [LogRecord(offset, offset.to_bytes(16, "big"), b"value %d" % offset) for offset in range(start, stop)]


def root(stop: int) -> TreeHead:
    return CompactRange().append([record_hash(each.key, each.value) for each in records(0, stop)]).head()


def test_a_runs_records_become_leaves_at_their_offsets_and_the_first_are_signed_at_once() -> None:
    store = MemoryLedgerStore()
    folded = FOLD.fold(EMPTY, store, records(0, 5), NOON)
    assert store.leaf_hashes(TREE, 0, 5) == [record_hash(each.key, each.value) for each in records(0, 5)]
    opened = open_checkpoint(folded.checkpoints[0].note, [SIGNER.verifier()]).checkpoint
    assert (opened.origin, opened.head) == ("hub.example/hub.events/2", root(5))
    assert list(store.checkpoints(TREE)) == list(folded.checkpoints)


def test_a_checkpoint_is_due_by_leaves_or_by_time_and_never_for_nothing_new() -> None:
    store = MemoryLedgerStore()
    state = FOLD.fold(EMPTY, store, records(0, 5), NOON).state
    sizes = []
    for stop, seconds in ((104, 59), (105, 59), (106, 118), (106, 119), (106, 999)):
        folded = FOLD.fold(state, store, records(state.grown.size, stop), NOON + timedelta(seconds=seconds))
        state = folded.state
        sizes.append([each.size for each in folded.checkpoints])
    assert sizes == [[], [105], [], [106], []]


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), max_size=12))
def test_runs_given_twice_or_overlapping_give_the_tree_of_the_records_once(spans: list[tuple[int, int]]) -> None:
    store, state = MemoryLedgerStore(), EMPTY
    for back, length in spans:
        start = max(state.grown.size - back, 0)
        state = FOLD.fold(state, store, records(start, start + length), NOON).state
    assert state.grown.head() == root(state.grown.size)
    assert store.tree_size(TREE) == state.grown.size
    assert FOLD.restore(store, TREE) == state


def test_a_run_given_twice_appends_nothing_and_signs_nothing() -> None:
    store = MemoryLedgerStore()
    first = FOLD.fold(EMPTY, store, records(0, 300), NOON)
    assert FOLD.fold(first.state, store, records(0, 300), NOON) == Folded(first.state, 0, ())


def test_a_state_from_before_a_rollback_folds_the_run_again_to_the_same_notes() -> None:
    first = FOLD.fold(EMPTY, MemoryLedgerStore(), records(0, 300), NOON)
    assert FOLD.fold(EMPTY, MemoryLedgerStore(), records(0, 300), NOON) == first


@pytest.mark.parametrize("offsets", [[6], [5, 7], [5, 5], [5, 4], [4, 6], [3, 4, 6]])
def test_a_hole_or_a_repeat_within_a_run_is_loud_and_stores_nothing(offsets: list[int]) -> None:
    store = MemoryLedgerStore()
    state = FOLD.fold(EMPTY, store, records(0, 5), NOON).state
    with pytest.raises(LedgerBroken, match=r"next in hub\.events/2"):
        FOLD.fold(state, store, [records(offset, offset + 1)[0] for offset in offsets], NOON)
    assert store.tree_size(TREE) == 5


def test_a_log_that_does_not_begin_at_offset_0_is_loud() -> None:
    with pytest.raises(LedgerBroken, match="expected offset 0 next"):
        FOLD.fold(EMPTY, MemoryLedgerStore(), records(1, 3), NOON)


@pytest.mark.parametrize("offset", [0, 2, 4])
def test_a_repeated_leaf_that_differs_from_the_stored_one_is_loud_and_named(offset: int) -> None:
    store = MemoryLedgerStore()
    state = FOLD.fold(EMPTY, store, records(0, 5), NOON).state
    run = records(0, 8)
    run[offset] = replace(run[offset], value=b"altered")
    with pytest.raises(LedgerBroken, match=f"expected leaf {offset} of hub.events/2") as caught:
        FOLD.fold(state, store, run, NOON)
    assert "altered" not in str(caught.value).replace("was altered", "")
    assert store.tree_size(TREE) == 5


def test_restoring_is_loud_when_tiles_were_changed_under_a_signature() -> None:
    store = MemoryLedgerStore()
    FOLD.fold(EMPTY, store, records(0, 300), NOON)
    tile = store.held_tiles[TREE][1]
    store.held_tiles[TREE][1] = StoredTile(tile.tile, tile.hashes[:-1] + bytes([tile.hashes[-1] ^ 1]))
    with pytest.raises(LedgerBroken, match="another root"):
        FOLD.restore(store, TREE)


def test_restoring_is_loud_when_tiles_end_before_the_newest_checkpoint_or_the_note_is_unreadable() -> None:
    store = MemoryLedgerStore()
    FOLD.fold(EMPTY, store, records(0, 300), NOON)
    store.held_tiles[TREE].pop()
    with pytest.raises(LedgerBroken, match="run mash verify"):
        FOLD.restore(store, TREE)
    store.append_checkpoint(TREE, StoredCheckpoint(400, b"no note", NOON))
    with pytest.raises(LedgerBroken, match="readable checkpoint of size 400"):
        FOLD.restore(store, TREE)


def test_restoring_goes_on_after_the_key_was_rotated() -> None:
    store = MemoryLedgerStore()
    state = FOLD.fold(EMPTY, store, records(0, 300), NOON).state
    rotated = LedgerFold("hub.example", SignerKey("hub.example", ED25519, bytes(32)), Cadence(1, 60))
    assert rotated.restore(store, TREE) == state


def test_two_notes_for_one_size_are_never_stored() -> None:
    store = MemoryLedgerStore()
    store.append_checkpoint(TREE, StoredCheckpoint(3, sign_checkpoint(Checkpoint("another", root(3)), SIGNER), NOON))
    with pytest.raises(LedgerBroken, match="another note"):
        FOLD.fold(EMPTY, store, records(0, 3), NOON)
