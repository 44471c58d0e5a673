"""Keys in PostgreSQL: database mash_keys, tables child_key and entry_key, beside none of the data that they seal."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from psycopg import Connection
from psycopg.pq import TransactionStatus

from access_policy.keys import ENTRY_KEY_BYTES, EntryKey, KeyScope, KeysRefused, random_id
from access_policy.root_key import RootKeys

CHILD_KEY_BYTES = 64

_FIND_BY_SCOPE = """
select e.key_id, e.child, e.agency, e.sensitivity, e.epoch, e.wrapped, c.wrapped
from unnest(%b::uuid[], %b::text[], %b::text[], %b::integer[]) as w (child, agency, sensitivity, epoch)
join entry_key e using (child, agency, sensitivity, epoch)
join child_key c using (child)"""

_FIND_BY_ID = """
select e.key_id, e.child, e.agency, e.sensitivity, e.epoch, e.wrapped, c.wrapped
from entry_key e join child_key c using (child)
where e.key_id = any (%b::uuid[])"""

_FIND_CHILD_KEYS = "select child, wrapped from child_key where child = any (%b::uuid[])"

_ADD_CHILD_KEYS = """
insert into child_key (child, wrapped)
select * from unnest(%b::uuid[], %b::bytea[]) as n (child, wrapped) order by child
on conflict (child) do nothing returning child"""

_ADD_ENTRY_KEYS = """
insert into entry_key (key_id, child, agency, sensitivity, epoch, wrapped)
select * from unnest(%b::uuid[], %b::uuid[], %b::text[], %b::text[], %b::integer[], %b::bytea[])
    as n (key_id, child, agency, sensitivity, epoch, wrapped) order by child, agency, sensitivity, epoch
on conflict (child, agency, sensitivity, epoch) do nothing returning key_id"""


class _Row(NamedTuple):
    key_id: UUID
    child: UUID
    agency: str
    sensitivity: str
    epoch: int
    wrapped: bytes
    child_wrapped: bytes

    @property
    def scope(self) -> KeyScope:
        return KeyScope(self.child, self.agency, self.sensitivity, self.epoch)


class SqlKeyStore:
    """Keys in PostgreSQL over a connection of its own; as mash_sealer it may add keys, as mash_opener only find them."""

    def __init__(self, connection: Connection, root_keys: RootKeys, randomness: Callable[[int], bytes]) -> None:
        """Use this connection, which nobody else may use; `randomness(n)` gives n random bytes."""
        self._connection = connection
        self._root_keys = root_keys
        self._randomness = randomness

    def ensure(self, wanted: Sequence[KeyScope]) -> Mapping[KeyScope, EntryKey]:
        """Find the keys of these scopes and make those that are missing, in at most six statements; committed when this returns."""
        scopes = sorted(set(wanted))
        self._refuse_open_transaction()
        # If we crash before the commit, no key was made and nothing was sealed. After it, the keys are there for whoever
        # reads the same events again, and an entry sealed with one of them can be opened for as long as the key lives.
        with self._connection.transaction():
            found = self._keys(_FIND_BY_SCOPE, _columns(scopes))
            missing = [scope for scope in scopes if scope not in found]
            if missing:
                found |= self._make(missing)
            others = [scope for scope in missing if scope not in found]
            if others:
                # Another worker was first: its key is the one that counts.
                found |= self._keys(_FIND_BY_SCOPE, _columns(others))
        return found

    def find(self, key_ids: Sequence[UUID]) -> Mapping[UUID, EntryKey | None]:
        """Find keys for opening in one statement; None for one that is not there."""
        self._refuse_open_transaction()
        with self._connection.transaction():
            keys = {key.key_id: key for key in self._keys(_FIND_BY_ID, (list(key_ids),)).values()}
        return {key_id: keys.get(key_id) for key_id in key_ids}

    def _refuse_open_transaction(self) -> None:
        # Inside someone else's transaction ours would commit nothing, and sealed entries could outlive their keys.
        found = self._connection.info.transaction_status
        if found != TransactionStatus.IDLE:
            raise KeysRefused(
                f"expected a connection at rest, found one in state {found.name}; give the key store a connection of its own"
            )

    def _keys(self, query: str, values: Sequence[object]) -> dict[KeyScope, EntryKey]:
        rows = [_Row(*row) for row in self._connection.execute(query, values, binary=True)]
        by_child = self._child_ciphers((row.child, row.child_wrapped) for row in rows)
        return {row.scope: EntryKey(row.key_id, row.scope, _unwrapped(by_child[row.child], row)) for row in rows}

    def _make(self, missing: Sequence[KeyScope]) -> dict[KeyScope, EntryKey]:
        """Make keys and return those that were stored: where another worker made one meanwhile, ours was not."""
        by_child = self._child_keys(sorted({scope.child for scope in missing}))
        made = [EntryKey(random_id(self._randomness), scope, self._randomness(ENTRY_KEY_BYTES)) for scope in missing]
        wrapped = [by_child[key.scope.child].encrypt(key.secret, [_place(key.key_id, key.scope)]) for key in made]
        # Sorted scopes in one statement: two workers take their locks in the same order and cannot block each other for ever.
        values = ([key.key_id for key in made], *_columns(missing), wrapped)
        stored = {key_id for (key_id,) in self._connection.execute(_ADD_ENTRY_KEYS, values, binary=True)}
        return {key.scope: key for key in made if key.key_id in stored}

    def _child_keys(self, children: Sequence[UUID]) -> dict[UUID, AESSIV]:
        found = self._child_ciphers(self._connection.execute(_FIND_CHILD_KEYS, (children,), binary=True))
        missing = [child for child in children if child not in found]
        if missing:
            made = {child: self._randomness(CHILD_KEY_BYTES) for child in missing}
            wrapped = [self._root_keys.wrap(key, _child_place(child)) for child, key in made.items()]
            stored = [child for (child,) in self._connection.execute(_ADD_CHILD_KEYS, (missing, wrapped), binary=True)]
            found |= {child: AESSIV(made[child]) for child in stored}
            others = [child for child in missing if child not in found]
            found |= self._child_ciphers(self._connection.execute(_FIND_CHILD_KEYS, (others,), binary=True))
        return found

    def _child_ciphers(self, wrapped: Iterable[tuple[UUID, bytes]]) -> dict[UUID, AESSIV]:
        return {child: AESSIV(self._root_keys.unwrap(key, _child_place(child))) for child, key in dict(wrapped).items()}


def _columns(scopes: Sequence[KeyScope]) -> tuple[list[UUID], list[str], list[str], list[int]]:
    return (
        [scope.child for scope in scopes],
        [scope.agency for scope in scopes],
        [scope.sensitivity for scope in scopes],
        [scope.epoch for scope in scopes],
    )


def _unwrapped(child_cipher: AESSIV, row: _Row) -> bytes:
    try:
        return child_cipher.decrypt(row.wrapped, [_place(row.key_id, row.scope)])
    except InvalidTag:
        raise KeysRefused(
            f"expected entry key {row.key_id} as it was made, found one that does not open; restore the key database from a backup"
        ) from None


def _place(key_id: UUID, scope: KeyScope) -> bytes:
    # Where the key belongs is bound into its wrapping: a row moved to another agency or sensitivity does not open.
    # The length keeps agency and sensitivity apart.
    agency = scope.agency.encode()
    return b"".join(
        (
            key_id.bytes,
            scope.child.bytes,
            scope.epoch.to_bytes(4),
            len(agency).to_bytes(4),
            agency,
            scope.sensitivity.encode(),
        )
    )


def _child_place(child: UUID) -> bytes:
    return b"child key " + child.bytes
