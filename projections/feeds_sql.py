"""Feeds in PostgreSQL: what is asked of them; hub.feeds is folded as the hub's other topics are (`projections/sql_told.py`)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from psycopg import Connection

from projections.feed_messages import read_told
from projections.feeds import Arrival, Delivered, Feed, Kind, Notice, Told
from projections.rows import Rows
from schemas.catalogue import Catalogue

FEEDS = """
select agency, source_system from feed_arrival union select agency, source_system from feed_told order by 1, 2
"""
DELIVERIES = """
select record from feed_told where agency = %s and source_system = %s and kind = 'FeedDelivered' order by at, told_id
"""
NOTICES = """
select record from feed_told where agency = %s and source_system = %s and kind in ('FeedStopped', 'FeedResumed') order by at, part, log_offset
"""
NEWEST = """
select record from feed_told where agency = %s and source_system = %s and kind = any(%s) order by at desc, log_offset desc limit 1
"""
JUDGED = "select at from feed_told where agency = %s and source_system = %s and kind = 'FeedJudged' and at >= %s"
ARRIVALS = """
select day, statements, refused, last from feed_arrival where agency = %s and source_system = %s and day >= %s order by day
"""
FIRST_DAY = "select min(day) from feed_arrival where agency = %s and source_system = %s"
REFUSALS = """
select refused, count(*) from feed_mark
where agency = %s and source_system = %s and day >= %s and refused is not null group by refused order by refused
"""
TOLD_OF = "select 1 from feed_happened where agency = %s and source_system = %s and day = %s"


class SqlFeeds:
    """Answers as `projections.feeds.FeedRecords` says."""

    def __init__(self, conn: Connection[Rows], catalogue: Catalogue) -> None:
        self._conn = conn
        self._catalogue = catalogue

    def feeds(self) -> Sequence[Feed]:
        """List every feed that ever spoke, in one order."""
        return [Feed(*row) for row in self._conn.execute(FEEDS)]

    def deliveries(self, feed: Feed) -> Sequence[Delivered]:
        """Give a feed's deliveries, by when they ended."""
        told = (read_told(self._catalogue, record) for (record,) in self._conn.execute(DELIVERIES, feed, binary=True))
        return [one for one in told if isinstance(one, Delivered)]

    def newest(self, feed: Feed, *kinds: Kind) -> Told | None:
        """Give what the hub last said of these kinds about a feed, or None."""
        row = self._conn.execute(NEWEST, (*feed, list(kinds)), binary=True).fetchone()
        return None if row is None else read_told(self._catalogue, row[0])

    def notices(self, feed: Feed) -> Sequence[Notice]:
        """Give every time that a feed stopped or resumed, by when the hub noticed."""
        told = (read_told(self._catalogue, record) for (record,) in self._conn.execute(NOTICES, feed, binary=True))
        return [one for one in told if isinstance(one, Notice)]

    def judged_days(self, feed: Feed, since: date) -> frozenset[date]:
        """Give the windows' days, from `since` on, that were judged."""
        rows = self._conn.execute(JUDGED, (*feed, datetime.combine(since, time(), UTC)), binary=True)
        return frozenset(at.astimezone(UTC).date() for (at,) in rows)

    def arrivals(self, feed: Feed, since: date) -> Sequence[Arrival]:
        """Give the days from `since` on, in order, on which anything of the feed arrived."""
        return [Arrival(*row) for row in self._conn.execute(ARRIVALS, (*feed, since), binary=True)]

    def first_day(self, feed: Feed) -> date | None:
        """Give the first day (Europe/London) on which anything of the feed arrived, or None."""
        row = self._conn.execute(FIRST_DAY, feed, binary=True).fetchone()
        return None if row is None else row[0]

    def refusals(self, feed: Feed, since: date) -> dict[str, int]:
        """Count the refused messages since that day, by code."""
        return dict(self._conn.execute(REFUSALS, (*feed, since)).fetchall())

    def told_of(self, feed: Feed, day: date) -> bool:
        """Whether the feed told anything that happened on that day (Europe/London)."""
        return self._conn.execute(TOLD_OF, (*feed, day)).fetchone() is not None
