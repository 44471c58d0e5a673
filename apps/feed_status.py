"""How each feed stands, for its owner and the operator: what came last, what is odd, what was refused, what is covered. No value of a child is in it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from apps.agency_matters import Matter, matter_lines
from projections.feeds import Arrival, Delivered, Feed, FeedRecords, Judged, Notice, covered_periods
from projections.working_days import local_day
from streams.quality.notices import level_in_words

State = Literal["speaks", "stopped", "degraded", "only refused", "in quarantine"]
REFUSALS_SINCE = timedelta(days=30)
LAST_EVENT_WITHIN = timedelta(days=400)
UNSEEN = re.compile(r"[^\x20-\x7e\xa0-\u02ff]")
"""Signs that a terminal could take for orders, in words that an agency chose."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is not admitted: how much the agency published and the hub has not looked at yet (None: not known), and the feed's messages that are open in quarantine, by code."""

    behind: int | None
    in_quarantine: Mapping[str, int]
    matters: tuple[Matter, ...] = ()
    """What the agency, not this feed of it alone, has to look at among its own entries."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One feed as it stands; moments in UTC, days in Europe/London. `behind`, `in_quarantine` and `matters` are as in `Waiting`."""

    feed: Feed
    state: State
    since: datetime | None
    last_heard: datetime | None
    statements: int
    behind: int | None
    refusals: Mapping[str, int]
    refused_at_the_door: Mapping[str, int]
    in_quarantine: Mapping[str, int]
    odd: Sequence[str]
    judged: date | None
    covered: Sequence[tuple[date, date]]
    population: str
    next_due: date | None
    matters: tuple[Matter, ...]
    sentence: str


def standing_of(records: FeedRecords, feed: Feed, waiting: Waiting, now: datetime) -> Standing:
    """Put together how a feed stands at a moment (UTC)."""
    deliveries = records.deliveries(feed)
    arrivals = records.arrivals(feed, local_day(now - LAST_EVENT_WITHIN))
    judged, last = records.newest(feed, "FeedJudged"), deliveries[-1] if deliveries else None
    state, since, sentence = _state(records, feed, arrivals)
    if state == "speaks" and waiting.in_quarantine:
        state = "in quarantine"
    to_do = [sentence, _to_correct(last), _to_look_at(feed, waiting.in_quarantine), _to_start(waiting.behind)]
    return Standing(
        feed=feed,
        state=state,
        since=since,
        last_heard=max([*(one.last for one in arrivals[-1:]), *(one.ended for one in deliveries[-1:])], default=None),
        statements=sum(one.statements for one in arrivals if one.day >= local_day(now - REFUSALS_SINCE)),
        behind=waiting.behind,
        refusals=records.refusals(feed, local_day(now - REFUSALS_SINCE)),
        refused_at_the_door=dict(last.refusals) if last else {},
        in_quarantine=dict(waiting.in_quarantine),
        odd=_odd(judged) if isinstance(judged, Judged) else (),
        judged=judged.day if isinstance(judged, Judged) else None,
        covered=covered_periods(deliveries),
        population=_shown(last),
        next_due=last.next_due if last else None,
        matters=waiting.matters,
        sentence=" ".join(one for one in to_do if one) or "Nothing to do.",
    )


def as_json(standing: Standing) -> dict[str, Any]:
    """Give a standing as plain JSON: moments and days as ISO text."""
    found = asdict(standing)
    agency, system = found.pop("feed")
    plain = {"agency": agency, "source_system": system, **found}
    return {name: _plain(value) for name, value in plain.items()}


def in_words(standing: Standing, now: datetime) -> list[str]:
    """Say how a feed stands, a line for each thing that there is to say, and last what to do."""
    name = standing.feed.key if standing.feed.source_system else f"{standing.feed.agency}, messages that name no system"
    since = f" since {standing.since:%Y-%m-%d}" if standing.since else ""
    lines = [f"{name}: {standing.state}{since}"]
    heard = "never" if standing.last_heard is None else ago(standing.last_heard, now)
    lines.append(
        f"  last heard {heard}; {standing.statements:,} statements in the last 30 days; {_lag(standing.behind)}"
    )
    lines += _refusals("refused in the last 30 days", standing.refusals)
    lines += _refusals("refused before sending, in the last delivery", standing.refused_at_the_door)
    lines += _refusals("open in quarantine", standing.in_quarantine)
    lines += [f"  odd on {standing.judged}: {one}" for one in standing.odd]
    lines += _coverage(standing)
    lines += matter_lines(standing.matters)
    return [*lines, f"  {standing.sentence}"]


def ago(then: datetime, now: datetime) -> str:
    """Say how long ago a moment was, in the largest whole unit."""
    seconds = max((now - then).total_seconds(), 0)
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def _state(records: FeedRecords, feed: Feed, arrivals: Sequence[Arrival]) -> tuple[State, datetime | None, str]:
    """Say whether a feed speaks, since when it does not or is degraded, and what to do."""
    silence = records.newest(feed, "FeedStopped", "FeedResumed")
    if isinstance(silence, Notice) and silence.kind == "FeedStopped":
        return "stopped", silence.about, silence.sentence
    judged, degraded = records.newest(feed, "FeedJudged"), records.newest(feed, "FeedDegraded")
    if isinstance(judged, Judged) and not judged.passed and isinstance(degraded, Notice):
        return "degraded", degraded.about, degraded.sentence
    if arrivals and not any(one.statements for one in arrivals):
        return "only refused", None, "Correct what the codes name (`mash quarantine list`) and send again."
    if isinstance(judged, Judged) and not judged.passed:
        return "speaks", None, "Ask what the system that sends it does about what is odd; nothing was refused for it."
    return "speaks", None, ""


def _to_correct(last: Delivered | None) -> str:
    if last is None or not last.refused:
        return ""
    withdrawn = "; until then nothing is withdrawn" if last.whole else ""
    rows = f"{last.refused:,} row{'s' if last.refused > 1 else ''}"
    return f"The last delivery was refused {rows}: correct them and send the file again{withdrawn}."


def _to_look_at(feed: Feed, codes: Mapping[str, int]) -> str:
    count = sum(codes.values())
    if not count:
        return ""
    messages = f"{count:,} messages" if count > 1 else "1 message"
    whose = feed.key if feed.source_system else feed.agency
    look = f"look at {'them' if count > 1 else 'it'} with `mash quarantine list --agency {feed.agency}`"
    return f"{messages} of {whose} {'are' if count > 1 else 'is'} in quarantine ({', '.join(sorted(codes))}): {look}."


def _to_start(behind: int | None) -> str:
    if not behind:
        return ""
    return (
        f"{behind:,} of the agency's {'wait' if behind > 1 else 'waits'} to be admitted: see whether the workers run with "
        "`mash workers status`, and start them with `mash workers up`."
    )


def _odd(judged: Judged) -> tuple[str, ...]:
    return tuple(level_in_words(level) for level in judged.levels if not level.met)


def _shown(delivery: Delivered | None) -> str:
    return UNSEEN.sub(" ", delivery.population) if delivery else ""


def _lag(behind: int | None) -> str:
    if behind is None:
        return "how much of the agency's is still to be admitted cannot be told"
    return f"{behind:,} of the agency's still to be admitted" if behind else "all of the agency's is admitted"


def _refusals(what: str, refusals: Mapping[str, int]) -> list[str]:
    counted = ", ".join(f"{UNSEEN.sub(' ', code)[:40]} {count:,}" for code, count in sorted(refusals.items()))
    return [f"  {what}: {counted}"] if counted else []


def _coverage(standing: Standing) -> list[str]:
    if not standing.covered:
        return ["  no delivery said which days it covers, so silence about a day means nothing"]
    periods = "; ".join(f"{first} to {last}" for first, last in standing.covered)
    due = f"; the next delivery is due by {standing.next_due}" if standing.next_due else ""
    lines = [f"  covers {periods} ({standing.population}){due}"]
    for (_, before), (after, _) in zip(standing.covered, standing.covered[1:], strict=False):
        lines.append(f"  not covered: {before + timedelta(days=1)} to {after - timedelta(days=1)}")
    return lines


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return str(value) if isinstance(value, UUID) else value
