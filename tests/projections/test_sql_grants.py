"""Append-only is a grant, not a promise: the server refuses what no code of ours asks for."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from hub_records import TABLES
from psycopg import Connection
from psycopg.errors import InsufficientPrivilege

from projections.rows import Rows, open_store
from tests.hub_parts import HubServices

pytestmark = pytest.mark.services
KEPT_FOR_EVER = (
    "admitted",
    "amendment",
    "casework",
    "checkpoint",
    "chronology_entry",
    "disclosure",
    "feed_told",
    "household_token",
    "identifier",
    "identity_said",
    "placed_by_link",
    "quarantine_closed",
    "quarantine_settled",
    "quarantined",
    "review_item",
    "sketch_told",
)
COLUMN = {
    "admitted": "content_digest",
    "amendment": "event_id",
    "casework": "record",
    "checkpoint": "note",
    "chronology_entry": "record",
    "disclosure": "record",
    "feed_told": "record",
    "household_token": "token",
    "identifier": "child",
    "identity_said": "record",
    "placed_by_link": "strand",
    "quarantine_closed": "record",
    "quarantine_settled": "record",
    "quarantined": "record",
    "review_item": "reason",
    "sketch_told": "sketch_id",
}
READ_AT_THE_DOOR = {
    "alert",
    "amendment",
    "casework",
    "chronology_entry",
    "clock",
    "comparison",
    "concern",
    "disclosure",
    "feed_arrival",
    "feed_happened",
    "feed_mark",
    "feed_told",
    "household_token",
    "identifier",
    "identity_said",
    "log_position",
    "placed_by_link",
    "quarantine_closed",
    "quarantine_settled",
    "quarantined",
    "review_item",
    "sketch_due",
    "split_part",
    "strand",
    "strand_pair",
}
FEEDS = {"feed_arrival", "feed_happened", "feed_mark", "feed_told"}
IDENTITY = {"identity_said", "placed_by_link", "split_part", "strand", "strand_pair"}
MATCHING = {"block", "compared_edition", "comparison", "sketch", "sketch_due", "sketch_told"}
ALL = {*TABLES, *FEEDS, *IDENTITY, *MATCHING, "casework", "checkpoint", "household_token", "ledger_tile"}


@pytest.fixture
def connect(fresh_databases: HubServices) -> Iterator[Callable[[str], Connection[Rows]]]:
    """Connect to the main database as a role."""
    with ExitStack() as connections:
        yield lambda role: connections.enter_context(open_store(fresh_databases.conninfo(role)))


@pytest.mark.parametrize("role", ["mash_worker", "mash_reader", "mash_auditor", "mash_quality", "mash_matcher"])
def test_what_is_kept_for_ever_is_changed_and_removed_by_nobody_but_the_owner(
    connect: Callable[[str], Connection[Rows]], role: str
) -> None:
    conn = connect(role)
    for table in KEPT_FOR_EVER:
        for statement in (f"update {table} set {COLUMN[table]} = null", f"delete from {table}", f"truncate {table}"):
            with pytest.raises(InsufficientPrivilege):
                conn.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "update log_position set stage = 'x'",
        "delete from log_position",
        "delete from alert",
        "update alert set sentence = ''",
        "update alert set child = gen_random_uuid()",
        "update clock set child = gen_random_uuid()",
        "update concern set agency = ''",
        "update ledger_tile set tile = 0",
        "delete from ledger_tile",
        "create table mine (a int)",
        "drop table alert",
        "alter table alert add column a int",
    ],
)
def test_the_worker_may_do_no_more_than_its_folds_need(
    connect: Callable[[str], Connection[Rows]], statement: str
) -> None:
    with pytest.raises(InsufficientPrivilege):
        connect("mash_worker").execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "select * from chronology_entry",
        "select * from identifier",
        "select * from disclosure",
        "insert into identity_said default values",
        "delete from sketch",
        "update sketch set sealed = ''",
        "delete from comparison",
    ],
)
def test_the_matching_worker_reads_no_record_and_removes_no_sketch(
    connect: Callable[[str], Connection[Rows]], statement: str
) -> None:
    with pytest.raises(InsufficientPrivilege):
        connect("mash_matcher").execute(statement)


@pytest.mark.parametrize("role", ["mash_reader", "mash_auditor"])
def test_readers_and_auditors_write_nothing_at_all(connect: Callable[[str], Connection[Rows]], role: str) -> None:
    conn = connect(role)
    for table in sorted(ALL):
        with pytest.raises(InsufficientPrivilege):
            conn.execute(f"insert into {table} default values")
    with pytest.raises(InsufficientPrivilege):
        conn.execute("create table mine (a int)")


def test_the_door_reads_what_it_shows_and_neither_digests_of_content_nor_what_is_kept_of_sketches(
    connect: Callable[[str], Connection[Rows]],
) -> None:
    conn = connect("mash_reader")
    for table in sorted(READ_AT_THE_DOOR):
        conn.execute(f"select * from {table}")
    for table in sorted(ALL - READ_AT_THE_DOOR):
        with pytest.raises(InsufficientPrivilege):
            conn.execute(f"select * from {table}")


def test_the_auditor_reads_everything(connect: Callable[[str], Connection[Rows]]) -> None:
    conn = connect("mash_auditor")
    for table in sorted(ALL):
        conn.execute(f"select * from {table}")


def test_these_tests_know_every_table(connect: Callable[[str], Connection[Rows]]) -> None:
    rows = connect("mash_auditor").execute("select tablename from pg_tables where schemaname = 'public'")
    assert {name for (name,) in rows} == {*ALL, "schema_file"}
