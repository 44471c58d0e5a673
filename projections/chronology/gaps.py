"""Where an agency's entries stop for longer than it usually leaves, and what that silence means: that nothing was told, or that nobody was telling.

A gap is counted between one agency's entries about the child, and from its last one to today; from the first entry of anybody to today for an agency that is expected to know
every child and told nothing. Days are Europe/London's. Before an agency's first entry there is no gap: it need not have known the child. An uncertain time counts as an entry on all its days.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from typing import Literal

from projections.chronology.coverage import EXPECTED, Coverage
from projections.chronology.opened import Opened
from projections.chronology.uncertain import day_in_words
from projections.working_days import local_day

GapKind = Literal["silent", "not covered", "partly covered"]
Period = tuple[date, date]

LEAST_DAYS = 60
"""A silence shorter than this is no gap: two months are what half-termly and monthly contacts leave anyway; the hub's own judgement, no source document gives a figure."""
TIMES_THE_RHYTHM = 3
"""A silence is a gap when it is three times what the agency usually leaves between two days on which it tells of this child: the measure by which the hub notices stopped feeds."""
ENOUGH_FOR_A_RHYTHM = 3
"""With fewer silences than this between days there is no usual one."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Gap:
    """Days, both counted, without an entry of an agency; what deliveries covered of them, and a sentence that says it with its reason and claims no more than that."""

    agency: str
    first: date
    last: date
    kind: GapKind
    sentence: str

    @property
    def days(self) -> int:
        """How many days it lasts."""
        return (self.last - self.first).days + 1


def gaps(standing: Iterable[Opened], coverage: Sequence[Coverage], today: date) -> tuple[Gap, ...]:
    """Find the gaps among entries that stand and are read, by agency and day. `coverage` is of the feeds that told of this child and of those that were expected to."""
    told: dict[str, list[Opened]] = defaultdict(list)
    for one in standing:
        told[one.entry.agency].append(one)
    feeds: dict[str, list[Coverage]] = defaultdict(list)
    for feed in coverage:
        feeds[feed.agency].append(feed)
    stretches = [*_between_entries(told, today), *_never_told(told, feeds, today)]
    found = (_gap(agency, stretch, feeds[agency], today) for agency, stretch in stretches)
    return tuple(sorted(found, key=lambda one: (one.agency, one.first)))


def _between_entries(told: Mapping[str, Sequence[Opened]], today: date) -> Iterator[tuple[str, Period]]:
    for agency, entries in told.items():
        periods = _joined((_period(one) for one in entries), today)
        silences = [_between(one, other) for one, other in pairwise(periods)]
        least = _least_days(silences)
        tail = [(periods[-1][1] + DAY, today)] if periods else []
        yield from ((agency, one) for one in (*silences, *tail) if _days(one) >= least)


def _never_told(
    told: Mapping[str, Sequence[Opened]], feeds: Mapping[str, Sequence[Coverage]], today: date
) -> Iterator[tuple[str, Period]]:
    days = [_period(one)[0] for entries in told.values() for one in entries]
    if days and _days((min(days), today)) >= LEAST_DAYS:
        yield from ((agency, (min(days), today)) for agency in EXPECTED if agency in feeds and agency not in told)


def _period(one: Opened) -> Period:
    return local_day(one.entry.happened.earliest), local_day(one.entry.happened.latest)


def _joined(periods: Iterable[Period], today: date) -> list[Period]:
    """Join days with entries that touch or overlap; what is said to happen after today does not end a silence yet."""
    joined: list[Period] = []
    for first, last in sorted((first, min(last, today)) for first, last in periods if first <= today):
        if joined and first.toordinal() <= joined[-1][1].toordinal() + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def _between(one: Period, other: Period) -> Period:
    return one[1] + DAY, other[0] - DAY


def _least_days(silences: Sequence[Period]) -> float:
    if len(silences) < ENOUGH_FOR_A_RHYTHM:
        return LEAST_DAYS
    return max(LEAST_DAYS, TIMES_THE_RHYTHM * median(_days(one) for one in silences))


def _days(period: Period) -> int:
    return (period[1] - period[0]).days + 1


def _gap(agency: str, stretch: Period, feeds: Sequence[Coverage], today: date) -> Gap:
    owed = _owed_so_far(stretch, feeds, today)
    inside = _covered_within(feeds, owed)
    kind: GapKind = "not covered" if not inside else "silent" if inside[0] == owed else "partly covered"
    return Gap(agency, *stretch, kind, _sentence(kind, stretch, inside, feeds))


def _owed_so_far(stretch: Period, feeds: Sequence[Coverage], today: date) -> Period:
    """Leave out the newest days of a silence that lasts until today where a feed is not late: its next delivery, which may speak of them, is only due."""
    ends = [feed.periods[-1][1] for feed in feeds if feed.periods and feed.due is not None and today <= feed.due]
    if stretch[1] < today or not ends or max(ends) < stretch[0]:
        return stretch
    return stretch[0], min(max(ends), today)


def _covered_within(feeds: Sequence[Coverage], stretch: Period) -> list[Period]:
    overlapping = [
        (max(first, stretch[0]), min(last, stretch[1]))
        for feed in feeds
        for first, last in feed.periods
        if first <= stretch[1] and last >= stretch[0]
    ]
    return _joined(overlapping, stretch[1])


def _sentence(kind: GapKind, stretch: Period, inside: Sequence[Period], feeds: Sequence[Coverage]) -> str:
    begin = f"Nothing is shown from {day_in_words(stretch[0])} to {day_in_words(stretch[1])} ({_days(stretch)} days)"
    if kind == "silent":
        not_due = (
            "" if inside[-1][1] == stretch[1] else f" up to {day_in_words(inside[-1][1])}, the next is not due yet,"
        )
        return f"{begin}: deliveries covered these days{not_due} and told nothing that is shown here."
    stopped = _stopped(stretch, feeds)
    if kind == "not covered":
        because = stopped or "no delivery says that it covered these days"
        return f"{begin}: {because}. That is not the same as nothing having happened."
    covered = " and ".join(f"{day_in_words(first)} to {day_in_words(last)}" for first, last in inside)
    because = f"; {stopped}" if stopped else ""
    return f"{begin}: deliveries covered only {covered}{because}. Of the other days nothing is known."


def _stopped(stretch: Period, feeds: Sequence[Coverage]) -> str | None:
    """Say which stop of a feed fell into the days: the last one to begin there or before."""
    stops = [
        one
        for feed in feeds
        for one in feed.stops
        if one.last_spoke <= stretch[1] and (one.resumed is None or one.resumed >= stretch[0])
    ]
    if not stops:
        return None
    newest = max(stops, key=lambda one: (one.last_spoke, one.resumed or date.max))
    again = "has not spoken since" if newest.resumed is None else f"spoke again on {day_in_words(newest.resumed)}"
    return f"the feed stopped on {day_in_words(newest.last_spoke)} and {again}"
