"""The fingerprints of households, in PostgreSQL: written by the matching worker, read by the door."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from psycopg import Connection

from projections.household_tokens import HouseholdToken, SharedToken
from projections.rows import Blobs, Ids, Rows

ADD = "insert into household_token (token, kind, strand, event_id) select * from unnest(%b, %s::text[], %b, %b) on conflict do nothing"
SHARED = """
select distinct other.kind, mine.event_id, other.strand, other.event_id
from household_token mine join household_token other on other.token = mine.token
where mine.event_id = any(%b) and not other.event_id = any(%b)
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
        """Find the entries that share a token with one of these."""
        asked = Ids(one.bytes for one in event_ids)
        return frozenset(SharedToken(*row) for row in self._conn.execute(SHARED, (asked, asked), binary=True))
