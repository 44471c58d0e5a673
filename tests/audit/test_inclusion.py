"""One record is proved under the newest signed checkpoint, and nothing that was altered is."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.inclusion import Inclusion, prove_inclusion
from audit.ledger import Cadence, LedgerFold, LedgerState
from audit.merkle import CompactRange, record_hash
from audit.note_keys import ED25519, SignerKey
from audit.records import LogRecord, TreeId
from audit.tiles import MemoryLedgerStore, StoredTile

TREE = TreeId("hub.events", 2)
NOON = datetime(2031, 5, 6, 12, tzinfo=UTC)
SIGNER = SignerKey("hub.example", ED25519, bytes(range(32)))
LOG = tuple(LogRecord(at, at.to_bytes(16, "big"), b"sealed %d" % at) for at in range(610))
LEAVES = [record_hash(record.key, record.value) for record in LOG]
SIGNED = 600


def ledger() -> MemoryLedgerStore:
    """A ledger of 610 leaves, 600 of which are under two checkpoints."""
    store, fold = MemoryLedgerStore(), LedgerFold("hub.example", SIGNER, Cadence(300, 3600))
    state = LedgerState(TREE, CompactRange())
    for start in range(0, len(LOG), 300):
        state = fold.fold(state, store, LOG[start : start + 300], NOON).state
    return store


def proved(store: MemoryLedgerStore, index: int, leaf: bytes | None = None) -> Inclusion | None:
    return prove_inclusion(store, TREE, index, leaf or LEAVES[index], SIGNER.verifier())


@given(st.integers(0, SIGNED - 1))
def test_every_signed_record_is_proved_under_the_newest_checkpoint(index: int) -> None:
    found = proved(ledger(), index)
    assert found is not None
    assert (found.checkpoint.size, found.holds) == (SIGNED, True)
    assert found.hashes <= SIGNED.bit_length()


def test_a_record_that_no_checkpoint_covers_yet_is_not_proved_and_not_accused() -> None:
    assert proved(ledger(), SIGNED) is None
    assert proved(MemoryLedgerStore(), 0) is None


@pytest.mark.parametrize("leaf", [record_hash(LOG[7].key, b"altered"), record_hash(b"another", LOG[7].value)])
def test_a_record_with_another_value_or_key_is_not_proved(leaf: bytes) -> None:
    found = proved(ledger(), 7, leaf)
    assert found is not None
    assert not found.holds


def test_tiles_that_were_altered_or_are_gone_prove_nothing() -> None:
    bent, gone = ledger(), ledger()
    first, *rest = bent.held_tiles[TREE]
    bent.held_tiles[TREE] = [StoredTile(0, bytes(32) + first.hashes[32:]), *rest]
    gone.held_tiles[TREE] = rest
    for store in (bent, gone):
        found = proved(store, 500)
        assert found is not None
        assert not found.holds


def test_a_checkpoint_by_another_key_or_of_another_hub_proves_nothing() -> None:
    for other in (replace(SIGNER, seed=bytes(32)), replace(SIGNER, name="other.example")):
        found = prove_inclusion(ledger(), TREE, 7, LEAVES[7], other.verifier())
        assert found is not None
        assert not found.holds
