"""Feeds, one for each agency's system: what was delivered, what the hub said about it, and of which days its silence means anything."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple, Protocol

from projections.working_days import local_day

Kind = Literal["FeedDelivered", "FeedStopped", "FeedResumed", "FeedJudged", "FeedDegraded"]
Answer = Literal["told", "silent", "not covered"]


class Feed(NamedTuple):
    """One feed: an agency and one of its systems; an empty system stands for messages of the agency that name none that can be read."""

    agency: str
    source_system: str

    @property
    def key(self) -> str:
        """Name it in one word: `agency/source_system`."""
        return f"{self.agency}/{self.source_system}"


@dataclass(frozen=True, slots=True)
class Delivered:
    """One delivery as its sender told it: which days it covers (None: as far as its events reach), of whom, and what became of its rows."""

    feed: Feed
    format: str
    edition: str | None
    scope: str
    population: str
    whole: bool
    first: date | None
    last: date | None
    ended: datetime
    told: int
    refused: int
    refusals: tuple[tuple[str, int], ...]
    next_due: date | None

    @property
    def period(self) -> tuple[date, date] | None:
        """Give the days of which this delivery speaks, at most up to the day on which it was delivered (Europe/London); None where there are none."""
        if self.first is None or self.last is None:
            return None
        last = min(self.last, local_day(self.ended))
        return (self.first, last) if self.first <= last else None

    def covers(self, day: date) -> bool:
        """Whether this delivery says that it speaks of that day."""
        return self.period is not None and self.period[0] <= day <= self.period[1]


@dataclass(frozen=True, slots=True)
class Level:
    """One expectation and the level found: `unit` is per-mille (of the rows to which it applies) or rows; None where there is no bound, or nothing to judge."""

    expectation: str
    unit: str
    least: int | None
    most: int | None
    found: int | None
    met: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """What a feed's expectations came to over the days from `first` to `day` (Europe/London, by when the hub received)."""

    notice_id: bytes
    feed: Feed
    first: date
    day: date
    edition: str
    rows: int
    passed: bool
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """A feed that stopped, resumed or degraded: when the hub noticed, and a sentence for a person; `about` is when it last spoke."""

    notice_id: bytes
    kind: Kind
    feed: Feed
    noticed: datetime
    about: datetime
    sentence: str


Told = Delivered | Judged | Notice


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a feed said on one day that the hub received it (Europe/London): statements, refused messages, and the last moment (UTC)."""

    day: date
    statements: int
    refused: int
    last: datetime


class FeedRecords(Protocol):
    """What is known of feeds, to read."""

    def feeds(self) -> Sequence[Feed]:
        """List every feed that ever spoke, in one order."""
        ...

    def deliveries(self, feed: Feed) -> Sequence[Delivered]:
        """Give a feed's deliveries, by when they ended."""
        ...

    def newest(self, feed: Feed, *kinds: Kind) -> Told | None:
        """Give what the hub last said of these kinds about a feed, or None."""
        ...

    def notices(self, feed: Feed) -> Sequence[Notice]:
        """Give every time that a feed stopped or resumed, by when the hub noticed."""
        ...

    def judged_days(self, feed: Feed, since: date) -> frozenset[date]:
        """Give the windows' days, from `since` on, that were judged."""
        ...

    def arrivals(self, feed: Feed, since: date) -> Sequence[Arrival]:
        """Give the days from `since` on, in order, on which anything of the feed arrived."""
        ...

    def first_day(self, feed: Feed) -> date | None:
        """Give the first day (Europe/London) on which anything of the feed arrived, or None."""
        ...

    def refusals(self, feed: Feed, since: date) -> dict[str, int]:
        """Count the refused messages since that day, by code."""
        ...

    def told_of(self, feed: Feed, day: date) -> bool:
        """Whether the feed told anything that happened on that day (Europe/London)."""
        ...


def covered(records: FeedRecords, feed: Feed, day: date) -> Answer:
    """Say what a feed's silence about a day means: `told` when it told anything of it, `silent` when a delivery covered it and told nothing, else `not covered`."""
    if records.told_of(feed, day):
        return "told"
    return "silent" if any(one.covers(day) for one in in_force(records.deliveries(feed))) else "not covered"


def in_force(deliveries: Iterable[Delivered]) -> tuple[Delivered, ...]:
    """Give the deliveries that still say what is covered: of each scope the newest whole one, which replaces all before it, and the deliveries of changes since."""
    by_scope: dict[str, list[Delivered]] = {}
    for one in sorted(deliveries, key=lambda one: one.ended):
        before = by_scope.get(one.scope, [])
        by_scope[one.scope] = [one] if one.whole else [*before, one]
    return tuple(one for kept in by_scope.values() for one in kept)


def covered_periods(deliveries: Iterable[Delivered]) -> tuple[tuple[date, date], ...]:
    """Join the days that the deliveries in force cover into whole periods, oldest first; what lies between two of them is a gap."""
    days = sorted(one.period for one in in_force(deliveries) if one.period is not None)
    periods: list[tuple[date, date]] = []
    for first, last in days:
        if periods and first.toordinal() <= periods[-1][1].toordinal() + 1:
            periods[-1] = (periods[-1][0], max(last, periods[-1][1]))
        else:
            periods.append((first, last))
    return tuple(periods)


def back_load_days(records: FeedRecords, feed: Feed) -> frozenset[date]:
    """Name the days on which a feed was loaded from before: its very first, and those on which the first whole delivery of a scope ended (Europe/London)."""
    first_whole: dict[str, date] = {}
    for one in records.deliveries(feed):
        if one.whole:
            first_whole.setdefault(one.scope, local_day(one.ended))
    first = records.first_day(feed)
    return frozenset(first_whole.values()) | ({first} if first is not None else frozenset())
