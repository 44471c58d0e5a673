"""Entry keys and where they are kept: the port, what it means in memory, and a bounded memory of keys in front of a store."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

ENTRY_KEY_BYTES = 32


class KeysRefused(Exception):
    """The key store cannot do what was asked; the message says what was expected, what was found and what to do."""


@dataclass(frozen=True, slots=True, order=True)
class KeyScope:
    """What one entry key seals: the entries of one child, of one agency, of one sensitivity, in one epoch."""

    child: UUID
    agency: str
    sensitivity: str
    epoch: int


@dataclass(frozen=True, slots=True)
class EntryKey:
    """A key that seals entries: `secret` is 32 bytes for AES-256-GCM, and is never shown."""

    key_id: UUID
    scope: KeyScope
    secret: bytes = field(repr=False)


class KeyStore(Protocol):
    """Where entry keys are made once and found again, for a whole run of events at a time."""

    def ensure(self, wanted: Sequence[KeyScope]) -> Mapping[KeyScope, EntryKey]:
        """Find the keys of these scopes and make those that are missing; they are durable when this returns, and all who ask get the same."""
        ...

    def find(self, key_ids: Sequence[UUID]) -> Mapping[UUID, EntryKey | None]:
        """Find keys for opening; one that is not there (destroyed) is None, and what it sealed reads as shredded."""
        ...


class MemoryKeyStore:
    """What a key store means, kept in memory; `randomness(n)` gives n random bytes."""

    def __init__(self, randomness: Callable[[int], bytes]) -> None:
        self._randomness = randomness
        self._by_scope: dict[KeyScope, EntryKey] = {}
        self._by_id: dict[UUID, EntryKey] = {}

    def ensure(self, wanted: Sequence[KeyScope]) -> Mapping[KeyScope, EntryKey]:
        """Find the keys of these scopes and make those that are missing."""
        for scope in wanted:
            if scope not in self._by_scope:
                key = EntryKey(random_id(self._randomness), scope, self._randomness(ENTRY_KEY_BYTES))
                self._by_scope[scope] = self._by_id[key.key_id] = key
        return {scope: self._by_scope[scope] for scope in wanted}

    def find(self, key_ids: Sequence[UUID]) -> Mapping[UUID, EntryKey | None]:
        """Find keys for opening; None for one that is not there."""
        return {key_id: self._by_id.get(key_id) for key_id in key_ids}


class RememberedKeys:
    """A key store that remembers the keys it sealed with last, at most `limit`, so that a run about known children asks nobody.

    Only `ensure` remembers. `find` always asks the store, so a key that was destroyed opens nothing from that moment on.
    """

    def __init__(self, store: KeyStore, limit: int) -> None:
        self._store = store
        self._limit = limit
        self._remembered: OrderedDict[KeyScope, EntryKey] = OrderedDict()

    def ensure(self, wanted: Sequence[KeyScope]) -> Mapping[KeyScope, EntryKey]:
        """Find the keys of these scopes, asking the store only for those that are not remembered."""
        found: dict[KeyScope, EntryKey] = {}
        missing: dict[KeyScope, None] = {}
        for scope in wanted:
            key = self._remembered.get(scope)
            if key is None:
                missing[scope] = None
            else:
                found[scope] = key
                self._remembered.move_to_end(scope)
        if missing:
            # Only what the store returned, and so has made durable, is remembered.
            fresh = self._store.ensure(list(missing))
            found.update(fresh)
            self._remember(fresh)
        return found

    def find(self, key_ids: Sequence[UUID]) -> Mapping[UUID, EntryKey | None]:
        """Find keys for opening, always from the store."""
        return self._store.find(key_ids)

    def _remember(self, fresh: Mapping[KeyScope, EntryKey]) -> None:
        self._remembered.update(fresh)
        while len(self._remembered) > self._limit:
            self._remembered.popitem(last=False)


def random_id(randomness: Callable[[int], bytes]) -> UUID:
    """Make a random UUID, version 4."""
    return UUID(bytes=randomness(16), version=4)
