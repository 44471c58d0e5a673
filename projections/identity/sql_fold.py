"""Folding hub.identity into PostgreSQL: what was said, who belongs together by it, and everything that follows for the children it is about."""

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol
from uuid import UUID

from psycopg import Connection

from projections.identity.messages import decode_said
from projections.identity.noted_pairs import noted_pairs
from projections.identity.noted_pairs_sql import change_noted
from projections.identity.said import Said
from projections.identity.sql_strands import SAID_COLUMNS, change_kin, said_about, said_row, stored_kin
from projections.identity.strands import NOBODY, Kin, linked_strands, moved, resolve
from projections.rows import Ids, Rows
from schemas.catalogue import Catalogue

SAY = f"insert into identity_said ({SAID_COLUMNS}) values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing"
JOIN = "insert into strand (strand, child) select * from unnest(%b, %b)"
PART = "insert into split_part (strand, local_id, new_strand) values (%s, %s, %s)"


class KinFollower(Protocol):
    """What follows when a child's strands are others than before: its clocks, concerns and alerts."""

    def derive_anew(self, gone: Collection[UUID], names: Collection[UUID], kin: Kin) -> None:
        """Work out everything of the children `names` from all of their entries; what is kept under the names `gone` goes."""
        ...


class IdentityFold:
    """Writes what is said of who is who, and keeps the tables strand, split_part and strand_pair true to it; used inside a transaction that also holds the position.

    If we crash before it is committed nothing was said; after it, everything that follows from it is there.
    """

    def __init__(self, conn: Connection[Rows], catalogue: Catalogue, follower: KinFollower) -> None:
        self._conn = conn
        self._catalogue = catalogue
        self._follower = follower

    def fold(self, part: int, records: Iterable[tuple[int, bytes]]) -> int:
        """Fold (offset, message) pairs, oldest first; ContractBroken for a message that the hub never wrote: roll back and stop."""
        told = [(offset, decode_said(self._catalogue, message), message) for offset, message in records]
        change_kin(self._conn)
        rows = [said_row(said, part, offset, message) for offset, said, message in told]
        self._conn.cursor().executemany(SAY, rows)
        before, after = self._before_and_after([said for _, said, _ in told])
        strands = moved(before, after)
        if strands:
            self._write(strands, before, after)
            names = [frozenset(map(kin.child_of, strands)) for kin in (before, after)]
            self._follower.derive_anew(names[0], names[1], after)
        return len(rows)

    def _before_and_after(self, said: Sequence[Said]) -> tuple[Kin, Kin]:
        """Give who belonged together as it is stored, and who does by all that was said, of everybody whom it may concern; and note which of their pairs wait for a person or came apart."""
        strands = {strand for one in said for strand in (one.left, one.right)}
        before = stored_kin(self._conn, strands)
        known = said_about(self._conn, self._catalogue, strands | _strands_in(before))
        concerned = strands | _strands_in(before) | linked_strands(known.items())
        children = resolve(known.items())
        change_noted(self._conn, concerned, noted_pairs(known.values(), children, concerned))
        after = children.kin
        if before == after == NOBODY:  # as with most comparisons: they are questions, or link nobody
            return before, after
        return stored_kin(self._conn, strands | _strands_in(before) | _strands_in(after)), after

    def _write(self, strands: Collection[UUID], before: Kin, after: Kin) -> None:
        """Replace the rows of strands that moved."""
        self._conn.execute("delete from strand where strand = any(%b)", (Ids.of(strands),))
        joined = [strand for strand in strands if strand in after.company]
        self._conn.execute(JOIN, (Ids.of(joined), Ids.of(map(after.child_of, joined))))
        split = {part[0] for part in before.parts.keys() | after.parts.keys()} & set(strands)
        self._conn.execute("delete from split_part where strand = any(%b)", (Ids.of(split),))
        parts = [(*part, new) for part, new in after.parts.items() if part[0] in split]
        self._conn.cursor().executemany(PART, parts)


def _strands_in(kin: Kin) -> set[UUID]:
    return {*kin.company, *(strand for strand, _ in kin.parts), *kin.parts.values()}
