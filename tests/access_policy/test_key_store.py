import os
from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

import pytest
from key_database import KeyDatabase

from access_policy.keys import EntryKey, KeyScope, KeyStore, MemoryKeyStore, RememberedKeys


def scope(child: UUID, agency: str = "police", sensitivity: str = "ROUTINE", epoch: int = 1) -> KeyScope:
    return KeyScope(child, agency, sensitivity, epoch)


@pytest.fixture(params=["memory", "remembered", pytest.param("sql", marks=pytest.mark.services)])
def store(request: pytest.FixtureRequest) -> KeyStore:
    if request.param == "sql":
        database: KeyDatabase = request.getfixturevalue("key_database")
        return database.store()
    memory = MemoryKeyStore(os.urandom)
    return RememberedKeys(memory, limit=2) if request.param == "remembered" else memory


def test_each_scope_has_one_key_which_stays_the_same(store: KeyStore) -> None:
    child = uuid4()
    wanted = [
        scope(child),
        scope(child, "health"),
        scope(child, sensitivity="SENSITIVE"),
        scope(child, epoch=2),
        scope(uuid4()),
    ]
    first = store.ensure(wanted)
    assert set(first) == set(wanted)
    assert len({key.secret for key in first.values()}) == len({key.key_id for key in first.values()}) == len(wanted)
    assert store.ensure(list(reversed(wanted))) == first


def test_a_scope_asked_for_twice_in_one_run_gets_one_key(store: KeyStore) -> None:
    one = scope(uuid4())
    assert list(store.ensure([one, one])) == [one]


def test_old_and_new_scopes_may_be_asked_for_together(store: KeyStore) -> None:
    old, new = scope(uuid4()), scope(uuid4())
    before = store.ensure([old])
    assert store.ensure([new, old])[old] == before[old]


def test_a_new_scope_of_a_known_child_gets_a_key_too(store: KeyStore) -> None:
    child = uuid4()
    first = store.ensure([scope(child)])
    both = store.ensure([scope(child), scope(child, "health")])
    assert both[scope(child)] == first[scope(child)]


def test_an_empty_run_needs_no_key(store: KeyStore) -> None:
    assert store.ensure([]) == {}
    assert store.find([]) == {}


def test_a_key_carries_its_scope_and_32_bytes(store: KeyStore) -> None:
    one = scope(uuid4(), "childrens_social_care", "RESTRICTED", 7)
    key = store.ensure([one])[one]
    assert (key.scope, len(key.secret), key.key_id.version) == (one, 32, 4)


def test_a_key_is_found_again_by_its_id(store: KeyStore) -> None:
    keys = store.ensure([scope(uuid4()), scope(uuid4())]).values()
    assert store.find([key.key_id for key in keys]) == {key.key_id: key for key in keys}


def test_a_key_that_is_not_there_reads_as_shredded(store: KeyStore) -> None:
    (key,) = store.ensure([scope(uuid4())]).values()
    gone = uuid4()
    assert store.find([gone, key.key_id]) == {gone: None, key.key_id: key}


class Asked:
    """A key store that notes what it was asked to ensure."""

    def __init__(self) -> None:
        self.store = MemoryKeyStore(os.urandom)
        self.wanted: list[list[KeyScope]] = []

    def ensure(self, wanted: Sequence[KeyScope]) -> Mapping[KeyScope, EntryKey]:
        self.wanted.append(list(wanted))
        return self.store.ensure(wanted)

    def find(self, key_ids: Sequence[UUID]) -> Mapping[UUID, EntryKey | None]:
        return self.store.find(key_ids)


def test_remembered_keys_ask_only_for_what_they_do_not_remember_and_forget_the_longest_unused() -> None:
    asked = Asked()
    remembered = RememberedKeys(asked, limit=2)
    one, two, three = (scope(uuid4()) for _ in range(3))
    for wanted in ([one, two], [one], [one, three, three], [two]):
        remembered.ensure(wanted)
    assert asked.wanted == [[one, two], [three], [two]]


def test_remembered_keys_open_nothing_that_the_store_no_longer_has() -> None:
    asked = Asked()
    remembered = RememberedKeys(asked, limit=2)
    (key,) = remembered.ensure([scope(uuid4())]).values()
    asked.store = MemoryKeyStore(os.urandom)
    assert remembered.find([key.key_id]) == {key.key_id: None}
