"""How rows reach PostgreSQL fast: COPY in binary, ids as their 16 bytes, moments as the log's microseconds."""

import struct
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Self
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
ARRAY_HEAD = struct.Struct("!iiI").pack
DIMENSION = struct.Struct("!ii").pack
SIZE = struct.Struct("!i").pack


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


class Ids(tuple[bytes, ...]):
    """Ids of 16 bytes as one parameter of type uuid[] (placeholder %b)."""

    __slots__ = ()

    @classmethod
    def of(cls, ids: Iterable[UUID]) -> Self:
        """Give UUIDs as such a parameter."""
        return cls(one.bytes for one in ids)


class Blobs(tuple[bytes, ...]):
    """Bytes as one parameter of type bytea[] (placeholder %b)."""

    __slots__ = ()


class IdsDumper(Dumper):
    """Write ids in PostgreSQL's own array form: psycopg's text form costs as much as the query."""

    format = Format.BINARY
    oid = psycopg.postgres.types["uuid"].array_oid

    def dump(self, obj: Ids) -> Buffer:
        """Give a one-dimensional array without nulls."""
        return _array(IdDumper.oid, obj)


class BlobsDumper(Dumper):
    """Write bytes in PostgreSQL's own array form."""

    format = Format.BINARY
    oid = psycopg.postgres.types["bytea"].array_oid

    def dump(self, obj: Blobs) -> Buffer:
        """Give a one-dimensional array without nulls."""
        return _array(psycopg.postgres.types["bytea"].oid, obj)


def _array(oid: int, items: Sequence[bytes]) -> bytes:
    if not items:
        return ARRAY_HEAD(0, 0, oid)
    sized = [part for item in items for part in (SIZE(len(item)), item)]
    return b"".join((ARRAY_HEAD(1, 0, oid), DIMENSION(len(items), 1), *sized))


def open_store(conninfo: str, *, autocommit: bool = True) -> psycopg.Connection[Rows]:
    """Connect to a store; transactions are opened by name (`with conn.transaction()`), so autocommit is the rule outside them."""
    conn: psycopg.Connection[Rows] = psycopg.connect(conninfo, autocommit=True)
    # Moments are read in UTC whatever the server's or this machine's zone: digests are over their text, and the calendar ends with UTC's year 9999.
    conn.execute("set time zone 'UTC'")
    conn.autocommit = autocommit
    conn.adapters.register_dumper(None, IdDumper)
    conn.adapters.register_dumper(None, MomentDumper)
    conn.adapters.register_dumper(Ids, IdsDumper)
    conn.adapters.register_dumper(Blobs, BlobsDumper)
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
