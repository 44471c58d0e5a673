"""Comparing the checkpoints that were published on hub.checkpoints with those that are stored."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from audit.checkpoint import read_checkpoint, tree_of
from audit.findings import Finding, Kind
from audit.note_keys import NoteRejected
from audit.records import Record, TreeId
from audit.signed_note import read_note

_ASK = "compare it with the witnesses' copies, run `mash rebuild`, and ask who wrote to the table"
_RESTORE = "restore the partition from a replica or a backup, and ask who wrote to the broker's disk"


@dataclass(frozen=True, slots=True)
class StoredNote:
    """One stored checkpoint: its tree, how many leaves it covers, its note."""

    tree: TreeId
    size: int
    note: bytes = field(repr=False)


def compare_published(
    log: TreeId, published: Sequence[Record], before: Collection[StoredNote], after: Collection[StoredNote]
) -> Iterator[Finding]:
    """Yield each published checkpoint that is not stored so, and each stored one that was never published.

    `before` and `after` is what was stored before and after the log was read: a checkpoint is stored first and published then. A tree's newest may wait
    to be published, after a crash.
    """
    stored = {one.note for one in after}
    for record in published:
        if record.value not in stored:
            tree, size = _named(record.value or b"")
            if tree is None:
                yield Finding(
                    log, Kind.CHECKPOINT, record.offset, "a checkpoint of the hub", "another message", _RESTORE
                )
            else:
                found = f"another, or none, where offset {record.offset} of {log.topic} has one"
                yield Finding(tree, Kind.CHECKPOINT, size, "the published checkpoint to be stored", found, _ASK)
    newest = {one.tree: one.size for one in sorted(after, key=lambda one: one.size)}
    told = {record.value for record in published}
    for one in before:
        if one.note not in told and one.size < newest.get(one.tree, 0):
            yield Finding(
                one.tree, Kind.CHECKPOINT, one.size, f"it to be published on {log.topic}", "that it is not", _RESTORE
            )


def _named(note: bytes) -> tuple[TreeId | None, int]:
    """Read which tree and size a note speaks of; no tree when it is no checkpoint of ours."""
    try:
        checkpoint = read_checkpoint(read_note(note).text)
        return tree_of(checkpoint.origin), checkpoint.head.size
    except (NoteRejected, ValueError):
        return None, 0
