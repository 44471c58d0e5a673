"""The fingerprints of households, in PostgreSQL: written by the matching worker, read by the door."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from psycopg import Connection

from projections.household_tokens import HouseholdToken, SharedToken
from projections.rows import Blobs, Ids, Rows

ADD = "insert into household_token (token, kind, strand, event_id) select * from unnest(%b, %s::text[], %b, %b) on conflict do nothing"
SHARED = """
with asked as (select unnest(%b) as event_id),
     mine as (select distinct on (token) token, event_id from household_token join asked using (event_id) order by token, event_id)
select distinct other.kind, mine.event_id, other.strand, other.event_id
from mine join household_token other using (token)
where not exists (select from asked where asked.event_id = other.event_id)
"""


class SqlHouseholdTokens:
    """Keeps fingerprints in the table household_token; `add` runs inside the caller's transaction."""

    def __init__(self, conn: Connection[Rows]) -> None:
        self._conn = conn

    def add(self, tokens: Iterable[HouseholdToken]) -> None:
        """Keep tokens, each once."""
        rows = sorted(tokens, key=lambda one: (one.token, one.event_id))
        if rows:
            strands, events = Ids(one.strand.bytes for one in rows), Ids(one.event_id.bytes for one in rows)
            self._conn.execute(ADD, (Blobs(one.token for one in rows), [one.kind for one in rows], strands, events))

    def shared(self, event_ids: Sequence[UUID]) -> frozenset[SharedToken]:
        """Find the entries that share a token with one of these; one of these stands for all that carry it, or a long record would be joined with itself."""
        asked = Ids(one.bytes for one in event_ids)
        return frozenset(SharedToken(*row) for row in self._conn.execute(SHARED, (asked,), binary=True))
