import os
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from key_database import KeyDatabase
from psycopg import errors

from access_policy.key_store_sql import SqlKeyStore
from access_policy.keys import KeyScope, KeysRefused
from access_policy.root_key import FileRootKeys, RootKeyRefused

pytestmark = pytest.mark.services


def scopes(count: int) -> list[KeyScope]:
    return [
        KeyScope(UUID(int=number // 3), ("police", "health", "education")[number % 3], "ROUTINE", 1)
        for number in range(count)
    ]


def test_two_workers_that_race_end_with_the_same_keys(key_database: KeyDatabase) -> None:
    workers = [key_database.store() for _ in range(4)]
    wanted = scopes(150)
    orders = [wanted, wanted[::-1], wanted[50:] + wanted[:50], wanted[::2] + wanted[1::2]]
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda pair: pair[0].ensure(pair[1]), zip(workers, orders, strict=True)))
    assert made[0] == made[1] == made[2] == made[3]


def test_a_key_is_committed_when_it_is_given_out(key_database: KeyDatabase) -> None:
    wanted = scopes(3)
    made = key_database.store().ensure(wanted)
    assert key_database.store("mash_opener").find([key.key_id for key in made.values()]) == {
        key.key_id: key for key in made.values()
    }


def test_a_key_is_not_made_inside_somebody_elses_transaction(key_database: KeyDatabase) -> None:
    connection = key_database.connect("mash_sealer")
    store = SqlKeyStore(connection, FileRootKeys(b"r" * 32), os.urandom)
    with connection.transaction(), pytest.raises(KeysRefused, match="found one in state INTRANS"):
        store.ensure(scopes(1))


def test_when_a_childs_key_is_gone_its_entry_keys_read_as_shredded_and_others_open(key_database: KeyDatabase) -> None:
    store = key_database.store()
    made = store.ensure(scopes(6))
    key_database.connect("mash_key_owner").execute("delete from child_key where child = %s", (UUID(int=0),))
    expected = {key.key_id: None if key.scope.child == UUID(int=0) else key for key in made.values()}
    assert store.find(list(expected)) == expected


def test_who_opens_may_not_make_keys(key_database: KeyDatabase) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        key_database.store("mash_opener").ensure(scopes(1))


@pytest.mark.parametrize("role", ["mash_sealer", "mash_opener"])
@pytest.mark.parametrize(
    "statement",
    ["delete from child_key", "delete from entry_key", "update entry_key set epoch = 2", "truncate child_key cascade"],
)
def test_no_worker_may_change_or_destroy_a_key(key_database: KeyDatabase, role: str, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        key_database.connect(role).execute(statement)


def test_another_root_key_opens_nothing(key_database: KeyDatabase) -> None:
    made = key_database.store().ensure(scopes(1))
    stranger = SqlKeyStore(key_database.connect("mash_opener"), FileRootKeys(b"x" * 32), os.urandom)
    with pytest.raises(RootKeyRefused, match="does not open"):
        stranger.find([key.key_id for key in made.values()])


@pytest.mark.parametrize(
    "change",
    ["agency = 'housing'", "sensitivity = 'SENSITIVE'", "epoch = 9", "child = '00000000-0000-0000-0000-000000000001'"],
)
def test_a_key_row_moved_to_another_place_does_not_open(key_database: KeyDatabase, change: str) -> None:
    store = key_database.store()
    made = store.ensure([KeyScope(UUID(int=0), "police", "ROUTINE", 1), KeyScope(UUID(int=1), "health", "ROUTINE", 1)])
    key = made[KeyScope(UUID(int=0), "police", "ROUTINE", 1)]
    key_database.connect("mash_key_owner").execute(f"update entry_key set {change} where key_id = %s", (key.key_id,))
    with pytest.raises(KeysRefused, match="does not open"):
        store.find([key.key_id])


def test_no_key_lies_open_in_the_database(key_database: KeyDatabase) -> None:
    key = next(iter(key_database.store().ensure(scopes(1)).values()))
    rows = (
        key_database.connect("mash_opener")
        .execute("select e.wrapped, c.wrapped from entry_key e join child_key c using (child)")
        .fetchall()
    )
    assert all(key.secret not in wrapped for row in rows for wrapped in row)
