"""What somebody wrote in words about entries: sealed under an entry's key before it leaves memory, and opened for whoever may read those entries."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from access_policy.keys import EntryKey
from access_policy.sealing import SealBroken, Sealer
from projections.casework import Casework, ContradictionNotice, ContradictionResolution, EntryJudgement, SealedWords
from query.unsealing import RecordBroken, Unsealing


def seal_words(sealer: Sealer, key: EntryKey, said_id: UUID, words: str) -> SealedWords:
    """Seal words under an entry's key, the id of what is said (16 bytes) bound in."""
    return SealedWords(key.key_id, sealer.seal(key, said_id.bytes, said_id.bytes, words.encode()))


def words_in(one: Casework) -> SealedWords | None:
    """Give the sealed words of what was said; None where there are none."""
    match one:
        case ContradictionNotice():
            return None
        case ContradictionResolution():
            return one.finding
        case EntryJudgement():
            return one.analysis
    return one.note


def open_words(unsealing: Unsealing, said: Iterable[tuple[UUID, SealedWords | None]]) -> Mapping[UUID, str | None]:
    """Open words by the id of what was said; None for those of a destroyed key or where there are none. RecordBroken when they were altered.

    Only for words about entries that the reader may read: nothing in here decides that.
    """
    sealed = dict(said)
    key_ids = list(dict.fromkeys(one.key_id for one in sealed.values() if one is not None))
    keys = unsealing.keys.find(key_ids) if key_ids else {}
    return {
        said_id: None if one is None else _opened(unsealing, said_id, keys[one.key_id], one.sealed)
        for said_id, one in sealed.items()
    }


def _opened(unsealing: Unsealing, said_id: UUID, key: EntryKey | None, sealed: bytes) -> str | None:
    if key is None:
        return None
    try:
        return unsealing.opener.open_sealed(key, said_id.bytes, sealed).decode()
    except (SealBroken, UnicodeDecodeError) as error:
        raise RecordBroken(
            f"{said_id}: expected words as they were sealed, found {type(error).__name__}; nothing of the record is shown: run `mash verify` to see what was altered"
        ) from None
