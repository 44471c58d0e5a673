"""What people said about records, in PostgreSQL; hub.casework is folded as the hub's other topics are (`projections/sql_told.py`)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from projections.casework import Casework, ContradictionNotice, unresolved
from projections.casework_messages import read_casework
from projections.rows import Rows
from schemas.catalogue import Catalogue

ABOUT = """
select record from casework
where entries && %(entries)s and (%(until)s::timestamptz is null or at <= %(until)s) order by part, log_offset
"""
NOTICED = """
select record from casework where contradiction_id in (select contradiction_id from casework where %s = any(agencies))
order by part, log_offset
"""


class SqlCasework:
    """Answers as `projections.casework.CaseworkStore` says, on a connection that only reads."""

    def __init__(self, conn: Connection[Rows], catalogue: Catalogue) -> None:
        self._conn = conn
        self._catalogue = catalogue

    def casework(self, event_ids: Iterable[UUID], until: datetime | None) -> Sequence[Casework]:
        """Give what was said about any of these entries up to a moment (UTC, inclusive; None: so far), in the order in which it was said."""
        rows = self._conn.execute(ABOUT, {"entries": list(event_ids), "until": until}, binary=True)
        return [read_casework(self._catalogue, record) for (record,) in rows]

    def open_notices(self, agency: str) -> Sequence[ContradictionNotice]:
        """Give the notices told to an agency of contradictions that nobody resolved since, in the order in which they were said."""
        rows = self._conn.execute(NOTICED, (agency,), binary=True)
        said = [read_casework(self._catalogue, record) for (record,) in rows]
        return [one for one in unresolved(said) if agency in one.agencies]
