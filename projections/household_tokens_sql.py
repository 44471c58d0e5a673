"""The fingerprints of households, in PostgreSQL: written by the matching worker, read by the door."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from psycopg import Connection

from projections.household_tokens import HouseholdToken, Page, SharedToken
from projections.rows import Blobs, Ids, Rows

ADD = """
insert into household_token (token, kind, strand, event_id, received)
select * from unnest(%b, %s::text[], %b, %b, %s::timestamptz[]) on conflict do nothing
"""
MINE = """
with asked as (select unnest(%b) as event_id),
     mine as (select distinct on (token) token, event_id from household_token join asked using (event_id) order by token, event_id)
"""
OTHERS = "from mine join household_token other using (token) where not exists (select from asked where asked.event_id = other.event_id)"
NEWEST = f"{MINE} select other.event_id {OTHERS} group by other.event_id order by max(other.received) desc, other.event_id limit %s offset %s"
SHARED = f"{MINE} select distinct other.kind, mine.event_id, other.strand, other.event_id {OTHERS} and other.strand = any(%b)"


class SqlHouseholdTokens:
    """Keeps fingerprints in the table household_token; `add` runs inside the caller's transaction."""

    def __init__(self, conn: Connection[Rows]) -> None:
        self._conn = conn

    def add(self, tokens: Iterable[HouseholdToken]) -> None:
        """Keep tokens, each once."""
        rows = sorted(tokens, key=lambda one: (one.token, one.event_id))
        if rows:
            strands, events = Ids(one.strand.bytes for one in rows), Ids(one.event_id.bytes for one in rows)
            keyed, received = Blobs(one.token for one in rows), [one.received for one in rows]
            self._conn.execute(ADD, (keyed, [one.kind for one in rows], strands, events, received))

    def newest(self, event_ids: Sequence[UUID], page: Page) -> tuple[UUID, ...]:
        """Find the entries that share a token with one of these, the newest first; a page of them."""
        asked = Ids(one.bytes for one in event_ids)
        rows = self._conn.execute(NEWEST, (asked, page.limit, page.skip), binary=True)
        return tuple(event_id for (event_id,) in rows)

    def shared(self, event_ids: Sequence[UUID], strands: Collection[UUID]) -> frozenset[SharedToken]:
        """Find the entries of some strands that share a token with one of these; one of these stands for all that carry it, or a long record would be joined with itself."""
        asked, theirs = Ids(one.bytes for one in event_ids), Ids(one.bytes for one in strands)
        return frozenset(SharedToken(*row) for row in self._conn.execute(SHARED, (asked, theirs), binary=True))
