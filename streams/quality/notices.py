"""What the hub says about a feed, as records for hub.feeds. Each has an id derived from what it is about, so that saying it again is the same notice."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from projections.feed_messages import notice_id
from projections.feeds import Feed, Judged, Level, Notice
from schemas.catalogue import Catalogue
from schemas.codec import encode
from schemas.moments import days, micros
from streams.event_log import LogRecord
from streams.quality.rhythm import Expectation
from streams.quality.windows import Window

WHY = {
    "promise": "the day that its last delivery promised",
    "rhythm": "three times the usual gap between the days on which it speaks",
}


@dataclass(frozen=True, slots=True)
class Notices:
    """Writes notices under the committed contracts."""

    catalogue: Catalogue

    def stopped(self, feed: Feed, last_seen: datetime, missed: Expectation, now: datetime) -> LogRecord:
        """Say that a feed has stopped: once for each silence."""
        sentence = (
            f"Expected {feed.key} to speak by {missed.by:%Y-%m-%d} ({WHY[missed.because]}), found nothing since {last_seen:%Y-%m-%d %H:%M} UTC; "
            "ask the agency whether its system still sends, and do not take its silence for nothing having happened."
        )
        value = {
            "notice_id": stopped_id(feed, last_seen),
            "last_seen": micros(last_seen),
            "expected_by": micros(missed.by),
            "because": missed.because,
            "sentence": sentence,
            "noticed": micros(now),
        }
        return self._record("FeedStopped", feed, value)

    def resumed(self, stopped: Notice, last_seen: datetime, now: datetime) -> LogRecord:
        """Say that a feed which had stopped speaks again."""
        sentence = (
            f"{stopped.feed.key} speaks again, after a silence since {stopped.about:%Y-%m-%d %H:%M} UTC; "
            "ask the agency to send what it recorded meanwhile, if it has not."
        )
        value = {
            "notice_id": resumed_id(stopped),
            "stopped": stopped.notice_id,
            "last_seen": micros(last_seen),
            "sentence": sentence,
            "noticed": micros(now),
        }
        return self._record("FeedResumed", stopped.feed, value)

    def judged(self, judged: Judged, now: datetime) -> LogRecord:
        """Say what a window came to."""
        value = {
            "notice_id": judged.notice_id,
            "first_day": days(judged.first),
            "day": days(judged.day),
            "edition": judged.edition,
            "rows": judged.rows,
            "passed": judged.passed,
            "levels": [_level(level) for level in judged.levels],
            "noticed": micros(now),
        }
        return self._record("FeedJudged", judged.feed, value)

    def degraded(self, judged: Judged, now: datetime) -> LogRecord:
        """Say to its owner that a feed which met its expectations no longer does."""
        failing = [level for level in judged.levels if not level.met]
        sentence = (
            f"{judged.feed.key} met its expectations before and on {judged.day} does not: {'; '.join(map(level_in_words, failing))}. "
            "Ask what changed in the system that sends it (`mash feed status`); nothing was refused for it."
        )
        value = {
            "notice_id": notice_id("degraded", *judged.feed, judged.day.isoformat()),
            "judged": judged.notice_id,
            "day": days(judged.day),
            "failing": [level.expectation for level in failing],
            "sentence": sentence,
            "noticed": micros(now),
        }
        return self._record("FeedDegraded", judged.feed, value)

    def _record(self, kind: str, feed: Feed, value: dict[str, Any]) -> LogRecord:
        whole = {"agency": feed.agency, "source_system": feed.source_system, **value}
        return LogRecord(0, feed.key.encode(), encode(self.catalogue.own(kind), whole))


def stopped_id(feed: Feed, last_seen: datetime) -> bytes:
    """Derive the id of a silence from the feed and when it last spoke."""
    return notice_id("stopped", *feed, str(micros(last_seen)))


def resumed_id(stopped: Notice) -> bytes:
    """Derive the id of a silence's end from the silence."""
    return notice_id("resumed", stopped.notice_id.hex())


def judgement(window: Window, edition: str, levels: tuple[Level, ...]) -> Judged:
    """Put together what a window came to; its id is derived from feed, window and edition."""
    passed = all(level.met for level in levels)
    derived = notice_id("judged", *window.feed, window.day.isoformat(), edition)
    return Judged(derived, window.feed, window.first, window.day, edition, window.rows, passed, levels)


def level_in_words(level: Level) -> str:
    """Say an expectation and what was found, for a person."""
    name = level.expectation.replace("_", " ")
    if level.unit == "rows":
        bounds = f"{level.least or 0} to {level.most}" if level.most is not None else f"at least {level.least}"
        return f"{name} {level.found} statements (expected {bounds})"
    found = "no rows" if level.found is None else f"{level.found / 10:g} %"
    return f"{name} {found} (expected at least {(level.least or 0) / 10:g} %)"


def _level(level: Level) -> dict[str, Any]:
    return {
        "expectation": level.expectation,
        "unit": level.unit,
        "least": level.least,
        "most": level.most,
        "found": level.found,
        "met": level.met,
    }
