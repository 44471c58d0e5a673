"""Judging one stored checkpoint: its note, its origin, its size, its witnesses, and its root against the log and the tiles."""

from collections.abc import Iterator
from dataclasses import dataclass

from audit.checkpoint import OpenedCheckpoint, open_checkpoint
from audit.findings import Finding, Kind
from audit.merkle import CompactRange, TreeHead
from audit.note_keys import NoteRejected, VerifierKey
from audit.records import TreeId
from audit.tiles import StoredCheckpoint


@dataclass(frozen=True, slots=True)
class TrustedKeys:
    """Whom the verifier believes: every key that the hub ever signed with, and so many of these witnesses."""

    hub: tuple[VerifierKey, ...]
    witnesses: tuple[VerifierKey, ...] = ()
    quorum: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """A stored checkpoint: the head that it vouches for, None when it vouches for nothing, and what is wrong with it."""

    size: int
    head: TreeHead | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Whether the log and the tiles give the signed root; None where a gap makes it impossible to say."""

    log: bool | None
    tiles: bool | None


def judge_checkpoint(tree: TreeId, origin: str, stored: StoredCheckpoint, keys: TrustedKeys) -> Judged:
    """Verify a stored note; the head of one that breaks its format, signature, origin or size is not believed."""
    try:
        opened = open_checkpoint(stored.note, (*keys.hub, *keys.witnesses))
    except NoteRejected as error:
        found = f"a note that is rejected ({error})"
        remedy = "compare it with the one published on hub.checkpoints and with the witnesses' copies"
        return Judged(
            stored.size, None, (Finding(tree, Kind.CHECKPOINT, stored.size, "a note signed by the hub", found, remedy),)
        )
    wrong = _wrong_promise(tree, origin, stored, opened, keys)
    if wrong is not None:
        return Judged(stored.size, None, (wrong,))
    return Judged(stored.size, opened.checkpoint.head, tuple(_too_few_witnesses(tree, stored, opened, keys)))


def _wrong_promise(
    tree: TreeId, origin: str, stored: StoredCheckpoint, opened: OpenedCheckpoint, keys: TrustedKeys
) -> Finding | None:
    checkpoint = opened.checkpoint
    if not opened.signed_by(keys.hub):
        expected, found = "a note signed by the hub", "one signed by witnesses only"
    elif checkpoint.origin != origin:
        expected, found = f"a note of {origin}", f"a note of {checkpoint.origin}"
    elif checkpoint.head.size != stored.size:
        expected, found = f"a note over {stored.size} leaves", f"one over {checkpoint.head.size}"
    else:
        return None
    return Finding(
        tree,
        Kind.CHECKPOINT,
        stored.size,
        expected,
        found,
        "ask who wrote the checkpoint table; compare with hub.checkpoints",
    )


def _too_few_witnesses(
    tree: TreeId, stored: StoredCheckpoint, opened: OpenedCheckpoint, keys: TrustedKeys
) -> Iterator[Finding]:
    count = len(opened.signed_by(keys.witnesses))
    if count < keys.quorum:
        expected, found = f"cosignatures of {keys.quorum} known witnesses", f"{count}"
        yield Finding(
            tree, Kind.WITNESSES, stored.size, expected, found, "ask the witnesses for their copies of this checkpoint"
        )


def agreement_of(head: TreeHead, log: CompactRange | None, tiles: CompactRange | None) -> Agreement:
    """Compare the signed head with what the log and the tiles give at its size."""
    of_log = None if log is None or log.size != head.size else log.root() == head.root
    if tiles is log:
        return Agreement(of_log, of_log)
    return Agreement(of_log, None if tiles is None or tiles.size != head.size else tiles.root() == head.root)


def root_finding(tree: TreeId, head: TreeHead, agreement: Agreement) -> Finding | None:
    """Say which side the signature contradicts, None when it contradicts neither."""
    if agreement.log is not False and agreement.tiles is not False:
        return None
    found, remedy = _CULPRITS[agreement.log is False, agreement.tiles is False]
    return Finding(tree, Kind.ROOT, head.size, f"the signed root {head.root.hex()[:16]}...", found, remedy)


_CULPRITS = {
    (True, True): (
        "another root from the log and from the tiles",
        "log and tiles were both altered, or the signing key was misused: ask the witnesses which checkpoint they saw",
    ),
    (True, False): (
        "another root from the log",
        "the log was altered: restore it from a replica; the leaves named above are the place",
    ),
    (False, True): (
        "another root from the tiles",
        "the tiles were altered and the log is true: build the ledger's tiles anew from the log",
    ),
}
