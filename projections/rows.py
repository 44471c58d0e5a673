"""How rows reach PostgreSQL fast: COPY in binary, ids as their 16 bytes, moments as the log's microseconds."""

import struct
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format

from schemas.moments import micros

Rows = tuple[Any, ...]
POSTGRES_EPOCH = 946_684_800_000_000
"""2000-01-01, from which PostgreSQL counts its microseconds, in microseconds since 1970."""
PACK = struct.Struct("!q").pack


class IdDumper(Dumper):
    """Write an id, given as 16 bytes or as a UUID, into a uuid column."""

    format = Format.BINARY
    oid = psycopg.postgres.types["uuid"].oid

    def dump(self, obj: bytes | UUID) -> Buffer:
        """Give the id's 16 bytes."""
        return obj if isinstance(obj, bytes) else obj.bytes


class MomentDumper(Dumper):
    """Write a moment, given in microseconds since 1970-01-01 UTC or as an aware datetime, into a timestamptz column."""

    format = Format.BINARY
    oid = psycopg.postgres.types["timestamptz"].oid

    def dump(self, obj: int | datetime) -> Buffer:
        """Give PostgreSQL's own eight bytes."""
        return PACK((obj if isinstance(obj, int) else micros(obj)) - POSTGRES_EPOCH)


def open_store(conninfo: str, *, autocommit: bool = True) -> psycopg.Connection[Rows]:
    """Connect to a store; transactions are opened by name (`with conn.transaction()`), so autocommit is the rule outside them."""
    conn: psycopg.Connection[Rows] = psycopg.connect(conninfo, autocommit=True)
    # Moments are read in UTC whatever the server's or this machine's zone: digests are over their text, and the calendar ends with UTC's year 9999.
    conn.execute("set time zone 'UTC'")
    conn.autocommit = autocommit
    conn.adapters.register_dumper(None, IdDumper)
    conn.adapters.register_dumper(None, MomentDumper)
    return conn


def copy_rows(
    conn: psycopg.Connection[Rows], table: str, columns: Sequence[tuple[str, str]], rows: Iterable[Rows]
) -> None:
    """Append rows to a table of ours; `columns` are (name, PostgreSQL type) in the rows' order."""
    names = ", ".join(name for name, _ in columns)
    with conn.cursor() as cursor, cursor.copy(f"copy {table} ({names}) from stdin (format binary)") as copy:
        copy.set_types([kind for _, kind in columns])
        for row in rows:
            copy.write_row(row)
