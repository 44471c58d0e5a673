"""Judge: each window that is over is judged once, and what it came to is told; a feed that met its expectations and no longer does is an alert to its owner."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from projections.feeds import Arrival, Feed, FeedRecords, Judged, Level, back_load_days
from projections.marks import Alike
from projections.working_days import local_day
from schemas.topics import HUB_FEEDS
from streams.event_log import EventLog, LogRecord
from streams.quality.notices import Notices, judgement
from streams.quality.suites import FULL_HISTORY, Suites
from streams.quality.windows import LONGEST_WINDOW, Window, first_day_of

LOOK_BACK = timedelta(days=40)
"""Windows older than this are not judged any more: the agency's topic has forgotten what they were of."""
MARKS_KEPT = timedelta(days=400)
MOST_AT_ONCE = 100

Judge = Callable[[Sequence[Window]], Awaitable[Sequence[tuple[Level, ...]]]]
"""Judges windows by Great Expectations, in a process of its own, and leaves a page for each: gives the levels of each window, in order."""


class Marks(Protocol):
    """What judging needs of the marks."""

    def window(self, feed: Feed, first: date, last: date, back_loads: frozenset[date]) -> Sequence[Alike]:
        """Give the rows that were received of a feed from one day to another, those that are alike together; how long they took is not said of back-loads."""
        ...

    def forget_before(self, day: date) -> None:
        """Remove the marks of what was received before that day."""
        ...


@dataclass(frozen=True, slots=True)
class Bench:
    """What judging works with: what is known of feeds, their marks, what is expected of them, and who judges."""

    records: FeedRecords
    marks: Marks
    suites: Suites
    judge: Judge


class Judging:
    """Judges windows; `caught_up` says whether every statement told so far is marked, `now` gives the time (UTC)."""

    def __init__(
        self,
        bench: Bench,
        notices: Notices,
        log: EventLog,
        caught_up: Callable[[], bool],
        now: Callable[[], datetime],
    ) -> None:
        self._bench = bench
        self._notices = notices
        self._log = log
        self._caught_up = caught_up
        self._now = now
        self._last: dict[Feed, Judged] = {}
        self._forgotten: date | None = None

    async def act(self) -> None:
        """Take one turn: judge what is over and was not judged."""
        await self.judge_closed()

    async def judge_closed(self) -> tuple[Judged, ...]:
        """Judge the windows that are over, and tell what they came to. If we crash before it is written they are judged again, to the same event."""
        now = self._now()
        self._forget(local_day(now))
        windows = [window for feed in self._feeds() for window in self._closed(feed, local_day(now))][:MOST_AT_ONCE]
        if not windows or not self._caught_up():
            return ()
        judged = await self._judged(windows)
        await self._log.write(HUB_FEEDS, [record for one in judged for record in self._records(one, now)])
        return judged

    async def judge_today(self) -> tuple[Judged, ...]:
        """Judge what arrived today so far, for a person to look at; nothing is told, since the day is not over."""
        today = local_day(self._now())
        found = (self._window(feed, today, self._history(feed, today), closed=False) for feed in self._feeds())
        windows = [window for window in found if window is not None]
        return await self._judged(windows) if windows else ()

    async def _judged(self, windows: Sequence[Window]) -> tuple[Judged, ...]:
        levels = await self._bench.judge(windows)
        edition = self._bench.suites.edition
        return tuple(judgement(window, edition, found) for window, found in zip(windows, levels, strict=True))

    def _feeds(self) -> list[Feed]:
        return [feed for feed in self._bench.records.feeds() if feed.source_system]

    def _closed(self, feed: Feed, today: date) -> Iterable[Window]:
        history = self._history(feed, today)
        done = self._bench.records.judged_days(feed, today - LOOK_BACK)
        last = self._last.get(feed)
        for one in history:
            # What this process told already may not be folded yet.
            told = one.day in done or (last is not None and one.day <= last.day)
            window = None if told or not today - LOOK_BACK <= one.day < today else self._window(feed, one.day, history)
            if window is not None:
                yield window

    def _history(self, feed: Feed, today: date) -> Sequence[Arrival]:
        reach = LOOK_BACK + max(FULL_HISTORY, LONGEST_WINDOW)
        return self._bench.records.arrivals(feed, today - reach)

    def _window(self, feed: Feed, day: date, history: Sequence[Arrival], *, closed: bool = True) -> Window | None:
        """Put one window together; None for a day on which nothing arrived, or too little to judge."""
        of_day = [one for one in history if one.day == day]
        first = first_day_of(day, history) if of_day else None
        if first is None:
            return None
        expected = self._bench.suites.of(feed.agency, day, history, closed=closed)
        # What was there before the feed was is old whenever it is sent: how long it took says nothing about the feed.
        rows = tuple(self._bench.marks.window(feed, first, day, back_load_days(self._bench.records, feed)))
        return Window(feed, first, day, expected, rows, of_day[0].statements)

    def _records(self, judged: Judged, now: datetime) -> Iterable[LogRecord]:
        """Write down a judgement, and an alert where the one before was good and this is not."""
        yield self._notices.judged(judged, now)
        before = self._last.get(judged.feed) or self._bench.records.newest(judged.feed, "FeedJudged")
        if isinstance(before, Judged) and before.day < judged.day and before.passed and not judged.passed:
            yield self._notices.degraded(judged, now)
        self._last[judged.feed] = judged

    def _forget(self, today: date) -> None:
        if self._forgotten != today:
            self._bench.marks.forget_before(today - MARKS_KEPT)
            self._forgotten = today
