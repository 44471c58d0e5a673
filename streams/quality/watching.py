"""Watch: a feed that should have spoken and did not has stopped, which is itself an event; and so is its speaking again."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from projections.feeds import Delivered, Feed, FeedRecords, Notice
from projections.working_days import local_day
from schemas.topics import HUB_FEEDS
from streams.event_log import EventLog, LogRecord
from streams.quality.notices import Notices, resumed_id, stopped_id
from streams.quality.rhythm import Voice, silent_too_long
from streams.quality.suites import Suites

REMEMBERED = timedelta(days=400)
"""How far back a feed's rhythm is listened to: the census comes once a year."""


class Watching:
    """Compares each feed's last words with its promise or its rhythm; `now` gives the time (UTC)."""

    def __init__(
        self, records: FeedRecords, suites: Suites, notices: Notices, log: EventLog, now: Callable[[], datetime]
    ) -> None:
        self._records = records
        self._suites = suites
        self._notices = notices
        self._log = log
        self._now = now
        self._said: set[bytes] = set()

    async def act(self) -> None:
        """Take one turn: what was not said yet is written, and read back when it is folded. If we crash after writing, it is written again under the same id."""
        now = self._now()
        found = [one for feed in self._records.feeds() if feed.source_system for one in self._look(feed, now)]
        if found:
            await self._log.write(HUB_FEEDS, [record for _, record in found])
            self._said |= {notice for notice, _ in found}

    def _look(self, feed: Feed, now: datetime) -> Iterator[tuple[bytes, LogRecord]]:
        voice = voice_of(self._records, feed, self._suites, now)
        if voice is None:
            return
        before = self._records.newest(feed, "FeedStopped", "FeedResumed")
        if isinstance(before, Notice) and before.kind == "FeedStopped":
            derived = resumed_id(before)
            if voice.last_seen > before.about and derived not in self._said:
                yield derived, self._notices.resumed(before, voice.last_seen, now)
            return
        missed, derived = silent_too_long(voice, now), stopped_id(feed, voice.last_seen)
        if missed is not None and derived not in self._said:
            yield derived, self._notices.stopped(feed, voice.last_seen, missed, now)


def voice_of(records: FeedRecords, feed: Feed, suites: Suites, now: datetime) -> Voice | None:
    """Say when a feed spoke: its statements and its deliveries; None for one that has not for longer than is remembered."""
    arrivals = records.arrivals(feed, local_day(now - REMEMBERED))
    delivery = records.newest(feed, "FeedDelivered")
    moments = [arrivals[-1].last] if arrivals else []
    active = {one.day for one in arrivals}
    promised = None
    if isinstance(delivery, Delivered):
        moments.append(delivery.ended)
        active.add(local_day(delivery.ended))
        promised = delivery.next_due
    if not moments:
        return None
    return Voice(max(moments), sorted(active), promised, suites.works_at_weekends(feed.agency))
