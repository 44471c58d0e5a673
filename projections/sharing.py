"""Who may be at work at once: workers, doors and verifications share the tables; a rebuild has them for itself, until everything is back."""

from psycopg import Connection

from projections.positions import fence
from projections.rows import Rows

TABLES_LOCK = 0x776F726B
"""The advisory lock of the main database that all who rely on whole tables share while they live, and that a rebuild takes for itself."""
REBUILD = "rebuild"
"""The stage whose position is there from a rebuild's beginning to its end: tables are a part meanwhile, whoever holds the lock."""
BEGUN = "select 1 from log_position where stage = %s"
FINISHED = "delete from log_position where stage = %s"


class BeingRebuilt(Exception):
    """The tables are being rebuilt, or were not rebuilt to the end, so that nobody may rely on them; the message says what to do."""


def share_tables(conn: Connection[Rows]) -> None:
    """Share the tables for as long as this connection lives; BeingRebuilt while a rebuild is at work or is not finished."""
    (shared,) = conn.execute("select pg_try_advisory_lock_shared(%s)", (TABLES_LOCK,)).fetchone() or (False,)
    if not shared:
        raise BeingRebuilt(
            "Expected tables that hold the whole log, found that everything is being rebuilt; try again when `mash rebuild` is done."
        )
    if conn.execute(BEGUN, (REBUILD,)).fetchone() is not None:
        conn.execute("select pg_advisory_unlock_shared(%s)", (TABLES_LOCK,))
        raise BeingRebuilt(
            "Expected tables that hold the whole log, found those of a rebuild that did not finish; run `mash rebuild` again."
        )


def take_tables(conn: Connection[Rows]) -> bool:
    """Take the tables for this connection alone, for as long as it lives; False while somebody shares them."""
    (alone,) = conn.execute("select pg_try_advisory_lock(%s)", (TABLES_LOCK,)).fetchone() or (False,)
    return bool(alone)


def begin_rebuild(conn: Connection[Rows]) -> None:
    """Mark the tables as a part, in the transaction that empties them."""
    fence(conn, REBUILD, "", 0)


def finish_rebuild(conn: Connection[Rows]) -> None:
    """Mark the tables as whole again; before this is committed nobody but another rebuild may use them."""
    conn.execute(FINISHED, (REBUILD,))
