"""Verification finds every alteration and names its place; a ledger that is whole gives no finding."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_trees import naive_root

from audit.checkpoint import Checkpoint, read_checkpoint, sign_checkpoint
from audit.checkpoint_check import TrustedKeys
from audit.compare_rows import RowContent
from audit.evidence import Evidence, evidence_of
from audit.findings import Finding, Kind
from audit.ledger import Cadence, LedgerFold, LedgerState
from audit.merkle import CompactRange, TreeHead, record_hash
from audit.note_keys import COSIGNATURE_V1, ED25519, SignerKey
from audit.records import DamagedRange, LogRecord, Run, TreeId
from audit.signed_note import cosigned, read_note
from audit.tiles import MemoryLedgerStore, StoredCheckpoint, StoredTile
from audit.verify import TreeCheck

TREE = TreeId("hub.events", 2)
NOON = datetime(2031, 5, 6, 12, tzinfo=UTC)
SIGNER = SignerKey("hub.example", ED25519, bytes(range(32)))
WITNESS = SignerKey("witness.example/health", COSIGNATURE_V1, bytes(range(2, 34)))
KEYS = TrustedKeys((SIGNER.verifier(),))
MARK = b"Marked-Surname"
T = TypeVar("T")


def verified(evidence: Evidence, runs: Iterable[Run]) -> list[Finding]:
    check = TreeCheck(evidence)
    return [*(found for run in runs for found in check.feed(run)), *check.finish()]


@dataclass(frozen=True)
class Hub:
    """A log and its ledger, to be bent."""

    log: tuple[LogRecord, ...]
    tiles: tuple[StoredTile, ...]
    checkpoints: tuple[StoredCheckpoint, ...]

    def findings(self, keys: TrustedKeys = KEYS, runs: Iterable[Run] | None = None) -> list[Finding]:
        evidence = Evidence(TREE, "hub.example", self.tiles, self.checkpoints, keys)
        return verified(evidence, [self.log] if runs is None else runs)

    def first(self, kind: Kind) -> Finding:
        return next(each for each in self.findings() if each.kind is kind)

    def kinds(self) -> dict[Kind, int]:
        """The first index of each kind."""
        return {each.kind: each.index for each in reversed(self.findings())}


def made(count: int, signed_every: int) -> Hub:
    log = tuple(LogRecord(at, at.to_bytes(16, "big"), MARK + b" %d" % at) for at in range(count))
    store, fold = MemoryLedgerStore(), LedgerFold("hub.example", SIGNER, Cadence(signed_every, 3600))
    state = LedgerState(TREE, CompactRange())
    for start in range(0, count, signed_every):
        state = fold.fold(state, store, log[start : start + signed_every], NOON).state
    fold.fold(state, store, (), NOON + timedelta(days=1))
    return Hub(log, tuple(store.tiles(TREE)), tuple(store.checkpoints(TREE)))


SMALL, LARGE = made(20, 8), made(700, 150)


def flipped(held: bytes, position: int, bit: int = 0) -> bytes:
    return held[:position] + bytes([held[position] ^ 1 << bit]) + held[position + 1 :]


def swapped(items: Sequence[T], at: int, item: T) -> tuple[T, ...]:
    return (*items[:at], item, *items[at + 1 :])


def test_a_whole_ledger_gives_no_finding() -> None:
    check = TreeCheck(Evidence(TREE, "hub.example", LARGE.tiles, LARGE.checkpoints, KEYS))
    assert check.feed(LARGE.log) == []
    assert check.finish() == []
    assert [each.size for each in LARGE.checkpoints] == [150, 300, 450, 600, 700]


def test_every_signed_root_is_the_naive_root_of_the_records() -> None:
    leaves = [len(each.key or b"").to_bytes(4) + (each.key or b"") + (each.value or b"") for each in LARGE.log]
    for stored in LARGE.checkpoints:
        assert read_checkpoint(read_note(stored.note).text).head.root == naive_root(leaves[: stored.size])


def test_an_empty_tree_gives_no_finding() -> None:
    assert Hub((), (), ()).findings() == []


@given(st.lists(st.integers(0, 300), max_size=10))
def test_how_the_log_is_cut_into_runs_changes_nothing(lengths: list[int]) -> None:
    runs, at = [], 0
    for length in [*lengths, 700]:
        runs.append(LARGE.log[at : at + length])
        at += length
    assert LARGE.findings(runs=runs) == []


def test_every_byte_of_every_record_of_a_log_is_covered_and_its_offset_named() -> None:
    for record in SMALL.log:
        key, value = record.key or b"", record.value or b""
        bent = [replace(record, key=flipped(key, at)) for at in range(len(key))]
        bent += [replace(record, value=flipped(value, at)) for at in range(len(value))]
        for each in bent:
            found = replace(SMALL, log=swapped(SMALL.log, record.offset, each)).findings()
            assert (found[0].kind, found[0].index) == (Kind.LEAF, record.offset)
            assert [each.kind for each in found[1:]] == [Kind.ROOT]
            assert "the log was altered" in found[1].remedy


def test_every_byte_of_every_tile_is_covered_and_its_leaf_named() -> None:
    (tile,) = SMALL.tiles
    for position in range(len(tile.hashes)):
        found = replace(SMALL, tiles=(StoredTile(0, flipped(tile.hashes, position)),)).findings()
        assert (found[0].kind, found[0].index) == (Kind.LEAF, position // 32)
        assert [each.kind for each in found[1:]] == [Kind.ROOT]
        assert "the tiles were altered" in found[1].remedy


def test_every_byte_of_every_checkpoint_is_covered_and_its_size_named() -> None:
    for at, stored in enumerate(SMALL.checkpoints):
        for position in range(len(stored.note)):
            bent = replace(stored, note=flipped(stored.note, position))
            found = replace(SMALL, checkpoints=swapped(SMALL.checkpoints, at, bent)).findings()
            assert [(each.kind, each.index) for each in found] == [(Kind.CHECKPOINT, stored.size)]


@settings(deadline=None)
@given(st.integers(0, 699), st.integers(0, 15), st.integers(0, 7))
def test_a_flipped_bit_in_a_record_of_a_log_of_many_tiles_is_named(offset: int, position: int, bit: int) -> None:
    record = LARGE.log[offset]
    bent = replace(record, key=flipped(record.key or b"", position, bit))
    first, second = replace(LARGE, log=swapped(LARGE.log, offset, bent)).findings()
    assert (first.kind, first.index) == (Kind.LEAF, offset)
    assert (second.kind, second.index) == (Kind.ROOT, min(size for size in (150, 300, 450, 600, 700) if size > offset))


@settings(deadline=None)
@given(st.integers(0, 2), st.integers(0, 8191), st.integers(0, 7))
def test_a_flipped_bit_in_one_of_many_tiles_is_named(number: int, position: int, bit: int) -> None:
    hashes = LARGE.tiles[number].hashes
    position %= len(hashes)
    bent = replace(LARGE, tiles=swapped(LARGE.tiles, number, StoredTile(number, flipped(hashes, position, bit))))
    leaf = bent.first(Kind.LEAF)
    assert leaf.index == number * 256 + position // 32
    assert "the tiles were altered" in bent.first(Kind.ROOT).remedy


def test_a_record_and_its_leaf_altered_together_are_found_by_the_signature() -> None:
    bent = replace(SMALL.log[9], value=b"altered")
    hashes = SMALL.tiles[0].hashes
    tile = StoredTile(0, hashes[: 9 * 32] + record_hash(bent.key, bent.value) + hashes[10 * 32 :])
    (found,) = replace(SMALL, log=swapped(SMALL.log, 9, bent), tiles=(tile,)).findings()
    assert (found.kind, found.index) == (Kind.ROOT, 16)
    assert "both" in found.remedy


def test_records_and_leaves_changed_in_places_are_named_span_by_span() -> None:
    log = list(SMALL.log)
    for at in (3, 4, 5, 11):
        log[at] = replace(log[at], value=b"altered")
    leaves = [each for each in replace(SMALL, log=tuple(log)).findings() if each.kind is Kind.LEAF]
    assert [each.index for each in leaves] == [3, 11]
    assert "2 more up to 5" in leaves[0].found


@pytest.mark.parametrize(
    ("hub", "stop"), [(SMALL, 0), (SMALL, 7), (SMALL, 19), (LARGE, 256), (LARGE, 255), (LARGE, 300), (LARGE, 699)]
)
def test_a_log_shorter_than_its_ledger_is_named_as_truncated_where_it_ends(hub: Hub, stop: int) -> None:
    assert replace(hub, log=hub.log[:stop]).kinds() == {Kind.LOG_TRUNCATED: stop}


@pytest.mark.parametrize("stop", [0, 256, 512, 600])
def test_a_log_truncated_together_with_its_tiles_is_found_by_its_checkpoints(stop: int) -> None:
    whole = b"".join(tile.hashes for tile in LARGE.tiles)[: stop * 32]
    tiles = tuple(StoredTile(at // 8192, whole[at : at + 8192]) for at in range(0, len(whole), 8192))
    found = replace(LARGE, log=LARGE.log[:stop], tiles=tiles).kinds()
    assert found == {Kind.LOG_TRUNCATED: stop, Kind.LEDGER_TRUNCATED: stop}


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_tiles_that_end_before_a_checkpoint_are_named(kept: int) -> None:
    assert replace(LARGE, tiles=LARGE.tiles[:kept]).kinds() == {Kind.LEDGER_TRUNCATED: kept * 256}


def test_a_ledger_that_has_not_yet_reached_the_logs_end_is_no_finding() -> None:
    more = tuple(LogRecord(at, b"key", b"value") for at in range(700, 1300))
    check = TreeCheck(Evidence(TREE, "hub.example", LARGE.tiles, LARGE.checkpoints, KEYS))
    assert check.feed(LARGE.log + more) + check.finish() == []


@pytest.mark.parametrize("at", [0, 7, 18, 300])
def test_a_record_that_is_gone_from_the_log_is_named(at: int) -> None:
    hub = LARGE if at == 300 else SMALL
    assert replace(hub, log=hub.log[:at] + hub.log[at + 1 :]).kinds() == {Kind.MISSING_RECORDS: at}


def test_a_log_whose_beginning_was_deleted_is_named() -> None:
    (found,) = replace(LARGE, log=LARGE.log[600:]).findings()
    assert (found.kind, found.index) == (Kind.MISSING_RECORDS, 0)
    assert "600 records are gone" in found.found


def test_records_taken_out_and_the_rest_moved_up_are_named_from_the_first_on() -> None:
    moved = tuple(replace(each, offset=each.offset - 1) for each in SMALL.log[6:])
    kinds = replace(SMALL, log=SMALL.log[:5] + moved).kinds()
    assert kinds == {Kind.LEAF: 5, Kind.ROOT: 8, Kind.LOG_TRUNCATED: 19}


def test_an_offset_given_twice_is_named() -> None:
    (found,) = replace(SMALL, log=(*SMALL.log[:6], SMALL.log[5], *SMALL.log[6:])).findings()
    assert (found.kind, found.index) == (Kind.REPEATED_OFFSET, 5)


@pytest.mark.parametrize(("tiles", "number"), [((0, 2), 1), ((1, 2), 0), ((2,), 0)])
def test_a_tile_that_is_gone_is_named(tiles: tuple[int, ...], number: int) -> None:
    assert replace(LARGE, tiles=tuple(LARGE.tiles[each] for each in tiles)).first(Kind.TILE).index == number


def test_a_tile_twice_or_out_of_its_place_is_named() -> None:
    assert replace(LARGE, tiles=(LARGE.tiles[0], *LARGE.tiles)).first(Kind.TILE).index == 0


@pytest.mark.parametrize("change", [-1, -32, 1, 32])
def test_a_tile_of_another_length_is_named(change: int) -> None:
    hashes = LARGE.tiles[1].hashes
    bent = hashes[:change] if change < 0 else hashes + b"x" * change
    assert replace(LARGE, tiles=swapped(LARGE.tiles, 1, StoredTile(1, bent))).first(Kind.TILE).index == 1


def test_a_checkpoint_by_another_key_of_another_tree_or_under_another_size_is_named() -> None:
    head = CompactRange().append([record_hash(each.key, each.value) for each in SMALL.log[:8]]).head()
    other = sign_checkpoint(Checkpoint("hub.example/hub.events/2", head), replace(SIGNER, seed=bytes(32)))
    foreign = sign_checkpoint(Checkpoint("hub.example/hub.events/3", head), SIGNER)
    misfiled = SMALL.checkpoints[1].note
    for note in (other, foreign, misfiled, b""):
        bent = replace(SMALL, checkpoints=swapped(SMALL.checkpoints, 0, StoredCheckpoint(8, note, NOON)))
        assert bent.kinds() == {Kind.CHECKPOINT: 8}


def test_a_root_signed_over_another_history_is_named() -> None:
    forged = sign_checkpoint(Checkpoint("hub.example/hub.events/2", TreeHead(8, bytes(32))), SIGNER)
    bent = replace(SMALL, checkpoints=swapped(SMALL.checkpoints, 0, StoredCheckpoint(8, forged, NOON)))
    assert bent.kinds() == {Kind.ROOT: 8}


def test_checkpoints_of_a_rotated_key_are_believed_when_the_older_key_is_still_trusted() -> None:
    newer = SignerKey("hub.example", ED25519, bytes(32))
    assert SMALL.findings(TrustedKeys((newer.verifier(), SIGNER.verifier()))) == []
    assert {each.kind for each in SMALL.findings(TrustedKeys((newer.verifier(),)))} == {Kind.CHECKPOINT}


def test_too_few_cosignatures_are_named_and_enough_are_not() -> None:
    keys = replace(KEYS, witnesses=(WITNESS.verifier(),), quorum=1)
    notes = [replace(each, note=cosigned(read_note(each.note), WITNESS, 5).written()) for each in SMALL.checkpoints]
    assert replace(SMALL, checkpoints=tuple(notes)).findings(keys) == []
    (found,) = replace(SMALL, checkpoints=(SMALL.checkpoints[0], *notes[1:])).findings(keys)
    assert (found.kind, found.index) == (Kind.WITNESSES, 8)


def test_every_byte_of_a_cosigned_checkpoint_is_covered_when_its_witness_is_demanded() -> None:
    keys = replace(KEYS, witnesses=(WITNESS.verifier(),), quorum=1)
    stored = replace(SMALL.checkpoints[0], note=cosigned(read_note(SMALL.checkpoints[0].note), WITNESS, 5).written())
    for position in range(len(stored.note)):
        bent = replace(stored, note=flipped(stored.note, position))
        (found,) = replace(SMALL, checkpoints=(bent,)).findings(keys)
        assert found.index == 8


def test_a_note_that_only_a_witness_signed_is_not_the_hubs() -> None:
    note = cosigned(read_note(SMALL.checkpoints[0].note), WITNESS, 5)
    alone = StoredCheckpoint(8, replace(note, signatures=note.signatures[1:]).written(), NOON)
    (found,) = replace(SMALL, checkpoints=(alone,)).findings(replace(KEYS, witnesses=(WITNESS.verifier(),)))
    assert "witnesses only" in found.found


def test_a_damaged_batch_that_can_be_read_names_itself_and_the_altered_leaf() -> None:
    runs: list[Run] = [
        SMALL.log[:6],
        DamagedRange(TREE, 6, 12, readable=True),
        swapped(SMALL.log[6:12], 2, replace(SMALL.log[8], value=b"x")),
        SMALL.log[12:],
    ]
    found = SMALL.findings(runs=runs)
    assert [(each.kind, each.index) for each in found] == [(Kind.DAMAGED_RECORDS, 6), (Kind.LEAF, 8), (Kind.ROOT, 16)]


@pytest.mark.parametrize(("start", "stop"), [(0, 3), (6, 12), (18, 20), (100, 699)])
def test_a_damaged_batch_that_cannot_be_read_is_one_finding_and_the_rest_is_still_checked(
    start: int, stop: int
) -> None:
    hub = LARGE if stop > 20 else SMALL
    runs: list[Run] = [hub.log[:start], DamagedRange(TREE, start, stop, readable=False), hub.log[stop:]]
    assert [(each.kind, each.index) for each in hub.findings(runs=runs)] == [(Kind.DAMAGED_RECORDS, start)]


def test_evidence_is_cut_off_where_the_ledger_stood_when_it_was_taken() -> None:
    store, fold = MemoryLedgerStore(), LedgerFold("hub.example", SIGNER, Cadence(100, 3600))
    state = fold.fold(LedgerState(TREE, CompactRange()), store, LARGE.log[:300], NOON).state
    evidence = evidence_of(store, TREE, "hub.example", KEYS)
    fold.fold(state, store, LARGE.log[300:], NOON)
    check = TreeCheck(evidence)
    assert check.feed(LARGE.log[:310]) + check.finish() == []


def test_evidence_of_a_ledger_that_lost_its_newest_tiles_still_shows_the_loss() -> None:
    store = MemoryLedgerStore({TREE: list(LARGE.tiles[:2])}, {TREE: {each.size: each for each in LARGE.checkpoints}})
    found = verified(evidence_of(store, TREE, "hub.example", KEYS), [LARGE.log])
    assert [(each.kind, each.index) for each in found] == [(Kind.LEDGER_TRUNCATED, 512)]


def test_no_finding_carries_contents() -> None:
    bent = Hub(swapped(LARGE.log, 3, replace(LARGE.log[3], value=MARK)), LARGE.tiles[1:], LARGE.checkpoints[1:])
    for each in bent.findings():
        assert MARK.decode() not in each.sentence() + repr(each)
    assert MARK.decode() not in repr(LARGE.log[0]) + repr(RowContent(1, MARK))
