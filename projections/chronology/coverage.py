"""Which days an agency's feeds spoke of, as far as was known at a moment: what makes the difference between nothing told and nothing happened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice

from projections.feeds import Delivered, Feed, FeedRecords, Notice, covered_periods
from projections.working_days import local_day

SETTLES = timedelta(minutes=1)
"""What was delivered or noticed counts from a minute after it: by then the hub has it, so that who asks later what was known at a moment is told what who asked then was told."""

EXPECTED = ("childrens_social_care", "education", "health", "police")
"""Agencies whose silence about any child of the hub means something when they have a feed: every child has a health record and, at school age, a school; the others lead a MASH (Devon, Ofsted p.16)."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A feed that said nothing where it was expected to speak: the day on which it last did, and the day on which it spoke again; None where it has not."""

    last_spoke: date
    resumed: date | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """The whole periods of days (Europe/London) that one feed's deliveries cover, oldest first, when it stopped, and the day by which its next delivery is promised."""

    agency: str
    source_system: str = field(repr=False)
    periods: tuple[tuple[date, date], ...]
    stops: tuple[Stop, ...]
    due: date | None

    def covers(self, day: date) -> bool:
        """Whether a delivery says that it speaks of that day."""
        return any(first <= day <= last for first, last in self.periods)


def coverage_of(records: FeedRecords, told: Iterable[Feed], until: datetime) -> tuple[Coverage, ...]:
    """Say what feeds covered, as far as had settled by a moment (UTC), in the order of their names: those that `told` of a child, and those of agencies expected to tell of every child.

    Where an expected agency that told nothing has one feed, that feed's silence is about this child too. Where it has several, as with schools, nobody knows which of them ought to
    speak of the child: it is given without any coverage.
    """
    settled, feeds = until - SETTLES, sorted(set(told))
    agencies = {feed.agency for feed in feeds}
    silent = [_one_known(records, agency, settled) for agency in EXPECTED if agency not in agencies]
    known = sorted([*feeds, *(feed for feed in silent if feed is not None)])
    return tuple(_coverage(records, feed, settled) for feed in known)


def _one_known(records: FeedRecords, agency: str, settled: datetime) -> Feed | None:
    """Give an agency's one feed that had spoken by then, a nameless one for several, None for none."""
    before = local_day(settled)
    own = (feed for feed in records.feeds() if feed.agency == agency)
    known = list(islice((feed for feed in own if (records.first_day(feed) or before) < before), 2))
    return known[0] if len(known) == 1 else Feed(agency, "") if known else None


def _coverage(records: FeedRecords, feed: Feed, settled: datetime) -> Coverage:
    delivered = [one for one in records.deliveries(feed) if one.ended <= settled]
    notices = [one for one in records.notices(feed) if one.noticed <= settled]
    return Coverage(*feed, covered_periods(delivered), _stops(notices), _due(delivered))


def _stops(notices: Sequence[Notice]) -> tuple[Stop, ...]:
    stops: list[Stop] = []
    for one in notices:
        if one.kind == "FeedStopped":
            stops.append(Stop(local_day(one.about), None))
        elif one.kind == "FeedResumed" and stops:
            stops[-1] = Stop(stops[-1].last_spoke, local_day(one.about))
    return tuple(stops)


def _due(delivered: Sequence[Delivered]) -> date | None:
    return delivered[-1].next_due if delivered else None
