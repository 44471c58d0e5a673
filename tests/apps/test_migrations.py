from collections.abc import Iterator

import psycopg
import pytest

from apps.migrations import MigrationError, SqlFile, migrate, sql_files
from tests.hub_parts import HubServices

TABLE = SqlFile("10_thing.sql", "create table if not exists thing (n int);")
VIEW = SqlFile("90_view.sql", "create or replace view things as select n from thing;")


@pytest.fixture
def owner(fresh_databases: HubServices) -> Iterator[psycopg.Connection]:
    with psycopg.connect(fresh_databases.conninfo("mash_owner"), autocommit=True) as connection:
        connection.execute("delete from schema_file")
        yield connection


def test_the_hubs_own_files_are_found_in_the_order_of_their_names() -> None:
    for package in ("projections.sql", "access_policy.sql"):
        names = [file.name for file in sql_files(package)]
        assert names
        assert names == sorted(names)


def test_a_package_without_sql_is_an_error() -> None:
    with pytest.raises(MigrationError, match=r"apps\.provision"):
        sql_files("apps.provision")


@pytest.mark.services
def test_files_run_once_and_views_and_grants_every_time(owner: psycopg.Connection) -> None:
    assert migrate(owner, (TABLE, VIEW)) == ("10_thing.sql", "90_view.sql")
    assert migrate(owner, (TABLE, VIEW)) == ("90_view.sql",)
    rows = owner.execute("select name, sha256 from schema_file order by name").fetchall()
    assert [(name, bytes(digest)) for name, digest in rows] == [(file.name, file.sha256) for file in (TABLE, VIEW)]


@pytest.mark.services
def test_a_table_file_that_changed_after_it_was_applied_is_named_and_nothing_runs(owner: psycopg.Connection) -> None:
    migrate(owner, (TABLE,))
    changed = SqlFile(TABLE.name, TABLE.text + " -- changed")
    with pytest.raises(MigrationError, match=r"10_thing\.sql has changed"):
        migrate(owner, (changed, VIEW))
    assert owner.execute("select to_regclass('things')").fetchone() == (None,)


@pytest.mark.services
def test_a_view_or_grant_file_may_change(owner: psycopg.Connection) -> None:
    migrate(owner, (TABLE, VIEW))
    changed = SqlFile(VIEW.name, "create or replace view things as select n, n + 1 as next from thing;")
    migrate(owner, (TABLE, changed))
    owner.execute("select next from things")


@pytest.mark.services
def test_a_file_that_fails_leaves_the_database_as_it_was(owner: psycopg.Connection) -> None:
    with pytest.raises(MigrationError, match=r"20_bad\.sql could not be run"):
        migrate(owner, (TABLE, SqlFile("20_bad.sql", "create table bad (n nonsense);")))
    assert owner.execute("select to_regclass('thing'), count(*) from schema_file").fetchone() == (None, 0)


@pytest.mark.services
def test_a_database_of_a_newer_version_is_left_alone(owner: psycopg.Connection) -> None:
    migrate(owner, (TABLE, SqlFile("11_newer.sql", "create table if not exists newer (n int);")))
    with pytest.raises(MigrationError, match=r"11_newer\.sql"):
        migrate(owner, (TABLE,))
