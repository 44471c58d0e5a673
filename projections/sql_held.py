"""What the admit stage remembers of the quarantine, beside the log: put back in a rebuild, and compared in a verification."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from psycopg import Connection

from projections.rows import Rows
from schemas.topics import HUB_QUARANTINE

PUT_BACK = """
insert into held (quarantine_id, event_id, waits_for, received, topic, source_part, source_offset, closed, record)
select q.quarantine_id, q.event_id, q.waits_for, q.received, q.topic, q.source_part, q.source_offset,
    c.quarantine_id is not null, case when c.quarantine_id is null then q.record end
from quarantined q left join quarantine_closed c using (quarantine_id)
"""
FIRST_LEFT = """
select min(log_offset) from quarantine_settled s
where not exists (select from quarantine_closed c where c.quarantine_id = s.quarantine_id)
"""
UNSAID = "select quarantine_id from held h where not exists (select from quarantined q where q.quarantine_id = h.quarantine_id)"
UNCLOSED = """
select quarantine_id from held h
where closed and not exists (select from quarantine_closed c where c.quarantine_id = h.quarantine_id)
"""
# One statement sees one moment: what was remembered and how far the stage had read then belong together.
UNLIKE = """
with place as (select coalesce(min(next), 0) as next from log_position where stage = %(stage)s and topic = %(topic)s)
select q.quarantine_id from quarantined q cross join place left join held h using (quarantine_id)
where (h.quarantine_id is null and q.log_offset < place.next)
or (h.event_id, h.waits_for, h.received, h.topic, h.source_part, h.source_offset) is distinct from
    (q.event_id, q.waits_for, q.received, q.topic, q.source_part, q.source_offset) and h.quarantine_id is not null
or not h.closed and (h.record is distinct from q.record or exists (
    select from quarantine_closed c join quarantine_settled s using (settled_id)
    where c.quarantine_id = q.quarantine_id and s.log_offset < place.next))
order by q.quarantine_id
"""
REBUILD = "run `mash rebuild`, and ask who wrote to the table"


def put_back_held(conn: Connection[Rows]) -> int | None:
    """Fill the emptied table from the rows of hub.quarantine, inside the caller's transaction; gives the offset of the first settling of which nothing came yet, where the admit stage has to go on, or None."""
    conn.execute(PUT_BACK)
    ((first_left,),) = conn.execute(FIRST_LEFT).fetchall()
    return None if first_left is None else int(first_left)


class HeldEvidence:
    """Made before the log is read, so that what a hub at work adds meanwhile is not asked for."""

    def __init__(self, conn: Connection[Rows], stage: str) -> None:
        self._conn = conn
        self._stage = stage
        # Each of these was written before it was remembered, so it has to turn up on the log.
        self._unsaid = {row_id for (row_id,) in conn.execute(UNSAID, binary=True)}
        self._unclosed = {row_id for (row_id,) in conn.execute(UNCLOSED, binary=True)}

    def see(self, said: Iterable[tuple[str, UUID]]) -> None:
        """Note messages of hub.quarantine, folded or not: contract and quarantine id."""
        for name, quarantine_id in said:
            if name == "Quarantined":
                self._unsaid.discard(quarantine_id)
            elif name == "QuarantineClosed":
                self._unclosed.discard(quarantine_id)

    def left(self) -> Iterator[str]:
        """Say, once the log is read, what is remembered otherwise than the log has it."""
        for one in sorted(self._unsaid):
            yield f"quarantine {one}: expected a record of it in the log, found that it is only remembered; {REBUILD}"
        for one in sorted(self._unclosed - self._unsaid):
            yield f"quarantine {one}: expected it to be open, as the log has it, found it remembered as settled; {REBUILD}"
        where = {"stage": self._stage, "topic": HUB_QUARANTINE}
        for (one,) in self._conn.execute(UNLIKE, where, binary=True):
            yield f"quarantine {one}: expected it to be remembered as the log has it, found it otherwise; {REBUILD}"
