"""Feeds kept in memory, by their plainest meaning: what PostgreSQL must agree with."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from projections.feed_messages import KINDS, feed_statements, read_told
from projections.feeds import Arrival, Delivered, Feed, Kind, Notice, Told
from projections.hub_messages import read_hub_message
from projections.marks import Alike, Mark, Oddities
from schemas.catalogue import Catalogue


class MemoryFeeds:
    """Takes in marks and messages of hub.feeds, and answers as `projections.feeds.FeedRecords` says."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._marks: list[Mark] = []
        self._rows: dict[Any, tuple[Any, ...]] = {}

    def add(self, marks: Sequence[Mark]) -> None:
        """Keep marks."""
        self._marks += marks

    def fold(self, part: int, records: Iterable[tuple[int, bytes]]) -> None:
        """Take in (offset, message) pairs of hub.feeds; what was told twice counts once."""
        for offset, message in records:
            name, value = read_hub_message(self._catalogue, KINDS, message)
            row = feed_statements()[name][1](value, part, offset, message)
            self._rows.setdefault(row[0], row)

    def feeds(self) -> Sequence[Feed]:
        """List every feed that ever spoke, in one order."""
        return sorted({mark.feed for mark in self._marks} | {Feed(row[2], row[3]) for row in self._rows.values()})

    def deliveries(self, feed: Feed) -> Sequence[Delivered]:
        """Give a feed's deliveries, by when they ended."""
        told = (read_told(self._catalogue, row[7]) for row in self._told(feed, "FeedDelivered"))
        return [one for one in told if isinstance(one, Delivered)]

    def newest(self, feed: Feed, *kinds: Kind) -> Told | None:
        """Give what the hub last said of these kinds about a feed, or None."""
        rows = self._told(feed, *kinds)
        return read_told(self._catalogue, max(rows, key=lambda row: (row[4], row[6]))[7]) if rows else None

    def notices(self, feed: Feed) -> Sequence[Notice]:
        """Give every time that a feed stopped or resumed, by when the hub noticed."""
        rows = sorted(self._told(feed, "FeedStopped", "FeedResumed"), key=lambda row: (row[4], row[5], row[6]))
        told = (read_told(self._catalogue, row[7]) for row in rows)
        return [one for one in told if isinstance(one, Notice)]

    def judged_days(self, feed: Feed, since: date) -> frozenset[date]:
        """Give the windows' days, from `since` on, that were judged."""
        return frozenset(row[4].date() for row in self._told(feed, "FeedJudged") if row[4].date() >= since)

    def arrivals(self, feed: Feed, since: date) -> Sequence[Arrival]:
        """Give the days from `since` on, in order, on which anything of the feed arrived."""
        marks = [mark for mark in self._marks if mark.feed == feed and mark.place.day >= since]
        return [
            _arrival(day, [one for one in marks if one.place.day == day])
            for day in sorted({one.place.day for one in marks})
        ]

    def first_day(self, feed: Feed) -> date | None:
        """Give the first day (Europe/London) on which anything of the feed arrived, or None."""
        return min((mark.place.day for mark in self._marks if mark.feed == feed), default=None)

    def refusals(self, feed: Feed, since: date) -> dict[str, int]:
        """Count the refused messages since that day, by code."""
        of_feed = (one for one in self._marks if one.feed == feed and one.place.day >= since)
        return dict(Counter(one.refused for one in of_feed if one.refused is not None))

    def told_of(self, feed: Feed, day: date) -> bool:
        """Whether the feed told anything that happened on that day (Europe/London)."""
        return any(mark.feed == feed and mark.happened == day for mark in self._marks)

    def window(self, feed: Feed, first: date, last: date, back_loads: frozenset[date]) -> Sequence[Alike]:
        """Give the rows that were received of a feed from one day to another, those that are alike together; how long they took is not said of back-loads."""
        rows = Counter(
            (_timed(mark, back_loads), mark.refused is not None)
            for mark in self._marks
            if mark.feed == feed and first <= mark.place.day <= last
        )
        return [Alike(odd, refused, count) for (odd, refused), count in rows.items()]

    def forget_before(self, day: date) -> None:
        """Forget the marks of what was received before that day; in memory the tallies go with them."""
        self._marks = [mark for mark in self._marks if mark.place.day >= day]

    def _told(self, feed: Feed, *kinds: Kind) -> list[tuple[Any, ...]]:
        found = [row for row in self._rows.values() if row[1] in kinds and row[2:4] == tuple(feed)]
        return sorted(found, key=lambda row: (row[4], row[0]))


def _timed(mark: Mark, back_loads: frozenset[date]) -> Oddities:
    return replace(mark.oddities, days_to_arrive=None) if mark.place.day in back_loads else mark.oddities


def _arrival(day: date, marks: Sequence[Mark]) -> Arrival:
    refused = sum(mark.refused is not None for mark in marks)
    return Arrival(day, len(marks) - refused, refused, max(mark.place.received for mark in marks))
