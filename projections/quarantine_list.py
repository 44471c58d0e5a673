"""What is in quarantine, as far as it may be listed: where a message came from, why it was refused, what it waits for and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from psycopg import Connection

from projections.feeds import Feed
from projections.rows import Rows
from schemas.topics import agency_of, agency_topic

LISTED = """
select q.quarantine_id, q.topic, q.source_part, q.source_offset, q.received, q.code, q.sentence,
    coalesce(c.outcome, case when exists (select from quarantine_settled s where s.quarantine_id = q.quarantine_id)
        then 'BEING_SETTLED' else 'OPEN' end) as state,
    q.earlier,
    (select l.quarantine_id from quarantined l where l.earlier = q.quarantine_id) as later,
    (select array_agg(b.quarantine_id order by b.received, b.source_part, b.source_offset) from quarantined b
        where q.waits_for is not null and b.event_id = q.waits_for and not exists (
            select from quarantine_closed d where d.quarantine_id = b.quarantine_id)) as ahead,
    (select array_agg(w.quarantine_id order by w.received, w.source_part, w.source_offset) from quarantined w
        where q.event_id is not null and w.waits_for = q.event_id and not exists (
            select from quarantine_closed d where d.quarantine_id = w.quarantine_id)) as behind
from quarantined q left join quarantine_closed c using (quarantine_id)
"""
OF_AGENCIES = f"""
select * from ({LISTED} where q.topic = any(%(topics)s) and (%(code)s::text is null or q.code = %(code)s)) as listed
where %(state)s::text is null or state = %(state)s
order by received, topic, source_part, source_offset
"""
OF_IDS = f"{LISTED} where q.quarantine_id = any(%s)"
OPEN_BY_FEED = """
select coalesce(m.source_system, ''), q.code, count(*)
from quarantined q left join feed_mark m on (m.topic, m.part, m.log_offset) = (q.topic, q.source_part, q.source_offset)
where q.topic = %s and not exists (select from quarantine_closed c where c.quarantine_id = q.quarantine_id)
    and not exists (select from quarantine_settled s where s.quarantine_id = q.quarantine_id)
group by 1, 2
"""
RECORDS = "select quarantine_id, record from quarantined where quarantine_id = any(%s)"


class State(StrEnum):
    """What became of a refused message so far; the last four are final."""

    OPEN = "OPEN"
    BEING_SETTLED = "BEING_SETTLED"
    ADMITTED = "ADMITTED"
    ADMITTED_BEFORE = "ADMITTED_BEFORE"
    REFUSED_AGAIN = "REFUSED_AGAIN"
    DISCARDED = "DISCARDED"

    @property
    def final(self) -> bool:
        """Whether nothing more will become of the message under this id."""
        return self not in (State.OPEN, State.BEING_SETTLED)


@dataclass(frozen=True, slots=True)
class QuarantinedMessage:
    """One refused message without its content: where and when it came, why it was refused, its state, the ids that it was refused under before and after, and the open messages that it waits behind (`ahead`) and that wait `behind` it."""

    quarantine_id: UUID
    topic: str
    partition: int
    offset: int
    received: datetime
    code: str
    sentence: str
    state: State
    earlier: UUID | None = None
    later: UUID | None = None
    ahead: tuple[UUID, ...] = ()
    behind: tuple[UUID, ...] = ()

    @property
    def agency(self) -> str:
        """Whose topic it came on."""
        return agency_of(self.topic)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which messages to list: of these agencies, and, where they are said, in this state and with this code."""

    agencies: tuple[str, ...]
    state: State | None = None
    code: str | None = field(default=None)


class SqlQuarantine:
    """Lists from the rows of hub.quarantine, on a connection of its own that only reads."""

    def __init__(self, conn: Connection[Rows]) -> None:
        self._conn = conn

    def messages(self, choice: Choice) -> Sequence[QuarantinedMessage]:
        """List messages by when they came."""
        topics = [agency_topic(agency) for agency in choice.agencies]
        where = {"topics": topics, "state": choice.state, "code": choice.code}
        return [_message(row) for row in self._conn.execute(OF_AGENCIES, where, binary=True)]

    def named(self, quarantine_ids: Sequence[UUID]) -> Mapping[UUID, QuarantinedMessage]:
        """Give those of these messages that there are."""
        rows = self._conn.execute(OF_IDS, (list(quarantine_ids),), binary=True)
        return {row[0]: _message(row) for row in rows}

    def records(self, quarantine_ids: Sequence[UUID]) -> Mapping[UUID, bytes]:
        """Give the records of these messages as hub.quarantine has them, their content sealed."""
        return dict(self._conn.execute(RECORDS, (list(quarantine_ids),), binary=True).fetchall())

    def open_by_feed(self, agency: str) -> Mapping[Feed, Mapping[str, int]]:
        """Count an agency's open messages by feed and code; under the feed without a name what names no system, or is not marked yet or any more."""
        found: dict[Feed, dict[str, int]] = {}
        for source_system, code, count in self._conn.execute(OPEN_BY_FEED, (agency_topic(agency),), binary=True):
            found.setdefault(Feed(agency, source_system), {})[code] = count
        return found


def _message(row: Rows) -> QuarantinedMessage:
    quarantine_id, topic, part, offset, received, code, sentence, state, earlier, later, ahead, behind = row
    waits = tuple(ahead or ()), tuple(behind or ())
    place = topic, part, offset, received
    return QuarantinedMessage(quarantine_id, *place, code, sentence, State(state), earlier, later, *waits)
