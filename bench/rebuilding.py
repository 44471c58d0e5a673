"""How fast everything comes back: a rebuild from the log beside a bare COPY of the very same rows into the same tables' shape."""

import time
from collections.abc import Iterable

from psycopg import Connection, sql

from apps.connections import conninfo
from apps.rebuild import rebuild
from apps.settings import Settings
from projections.rows import Rows, open_store

TABLES = ("admitted", "identifier", "chronology_entry", "concern", "clock", "ledger_tile")


def measure_rebuild(settings: Settings) -> tuple[float, float]:
    """Give (events a second rebuilt from the log, events a second of a bare COPY of the same rows, indexes and all); AssertionError when rows differ in number."""
    with open_store(conninfo(settings, "mash_owner")) as conn:
        before = {table: _count(conn, table) for table in TABLES}
        bare = _bare_copy(conn, before)
    began = time.perf_counter()
    rebuild(settings, lambda *_: None)
    seconds = time.perf_counter() - began
    with open_store(conninfo(settings, "mash_owner")) as conn:
        after = {table: _count(conn, table) for table in TABLES}
    assert after == before, (before, after)
    return before["chronology_entry"] / seconds, before["chronology_entry"] / bare


def _bare_copy(conn: Connection[Rows], before: Iterable[str]) -> float:
    """Copy each table's rows out, and then into an empty table like it; returns the seconds of copying in."""
    seconds = 0.0
    for table in before:
        with conn.cursor() as cursor:
            with cursor.copy(sql.SQL("copy {} to stdout (format binary)").format(sql.Identifier(table))) as out:
                rows = [bytes(part) for part in out]
            cursor.execute(
                sql.SQL("create table {} (like {} including all)").format(
                    sql.Identifier(f"bare_{table}"), sql.Identifier(table)
                )
            )
            began = time.perf_counter()
            with cursor.copy(
                sql.SQL("copy {} from stdin (format binary)").format(sql.Identifier(f"bare_{table}"))
            ) as into:
                for part in rows:
                    into.write(part)
            seconds += time.perf_counter() - began
            cursor.execute(sql.SQL("drop table {}").format(sql.Identifier(f"bare_{table}")))
    return seconds


def _count(conn: Connection[Rows], table: str) -> int:
    (count,) = conn.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(table))).fetchone() or (0,)
    return int(count)
