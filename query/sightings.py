"""When the child was last seen, last seen alone, and last heard: pure folds over the entries that stand and may be read (WT13: the child is seen, alone where that is right, and listened to).

Only what a contract says in so many words counts: that a practitioner saw the child, or that a field of the entry says so. A conference, a referral or a call about the child is no
sighting, and neither is an ambulance at the child's home. An entry whose key was destroyed counts where its kind alone says that the child was seen.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from projections.chronology.amendments import version_order
from projections.chronology.entry import Span
from projections.chronology.opened import Fields, Opened
from projections.chronology.uncertain import in_words
from projections.working_days import local_day
from query.agencies import agency_in_words
from query.view import Sighting, Sightings

HEARD_AT_REVIEW = frozenset({"PN1", "PN2", "PN3", "PN5", "PN6"})
"""SSDA903 review codes by which the child's views reached the review."""
SEEN_AT_REVIEW = frozenset({"PN1", "PN2", "PN3", "PN4"})
"""SSDA903 review codes by which the child was at the review."""
LEFT_UNSEEN = "left before being seen"


@dataclass(frozen=True, slots=True)
class Seeing:
    """What one entry says of seeing the child: whether it was seen, whether alone (None: not told), whether it was heard, and what it said or showed."""

    seen: bool = False
    alone: bool | None = None
    heard: bool = False
    words: str | None = None


def sightings_of(standing: Iterable[Opened], now: datetime) -> Sightings:
    """Give the last times that the child was seen, seen alone, and heard, as at a moment; what is said to happen later than that does not count yet."""
    found = [(_sighting(one, seeing, now), seeing) for one, seeing in _newest_first(standing, now)]
    seen = next((one for one, seeing in found if seeing.seen), None)
    alone = next((one for one, seeing in found if seeing.seen and seeing.alone), None)
    heard = next((one for one, seeing in found if seeing.heard), None)
    return Sightings(
        seen=seen,
        alone=alone,
        heard=heard,
        seen_sentence=_sentence("Last seen", seen),
        alone_sentence=_sentence("Last seen alone", alone),
        heard_sentence=_sentence("Wishes and feelings last recorded", heard),
    )


def _newest_first(standing: Iterable[Opened], now: datetime) -> Sequence[tuple[Opened, Seeing]]:
    sightings = [(one, _seeing(one)) for one in standing if one.entry.happened.earliest <= now]
    telling = [(one, seeing) for one, seeing in sightings if seeing.seen or seeing.heard]
    return sorted(telling, key=_time_order, reverse=True)


def _time_order(told: tuple[Opened, Seeing]) -> tuple[object, ...]:
    entry = told[0].entry
    return entry.happened.latest, entry.happened.earliest, version_order(entry)


def _seeing(one: Opened) -> Seeing:
    read = READINGS.get(one.entry.event_type)
    if read is None:
        return Seeing()
    if one.fields is None:
        return Seeing(seen=one.entry.event_type in SEEN_BY_KIND)
    return read(one.fields)


def _words(fields: Fields, name: str) -> str | None:
    return (fields[name] or "").strip() or None


def _child_seen(fields: Fields) -> Seeing:
    words = _words(fields, "wishes_and_feelings")
    return Seeing(seen=True, alone=fields["alone"], heard=words is not None, words=words)


def _attendance(fields: Fields) -> Seeing:
    return Seeing(seen=(fields["outcome"] or "").strip().casefold() != LEFT_UNSEEN)


def _health_visit(fields: Fields) -> Seeing:
    return Seeing(seen=fields["seen"])


def _notification(fields: Fields) -> Seeing:
    words = _words(fields, "child_said")
    return Seeing(seen=bool(fields["child_spoken_to"]), heard=words is not None, words=words)


def _return_interview(fields: Fields) -> Seeing:
    words = _words(fields, "child_said")
    return Seeing(seen=fields["accepted"], heard=words is not None, words=words)


def _looked_after_review(fields: Fields) -> Seeing:
    code = fields["participation"].strip().upper()
    return Seeing(seen=code in SEEN_AT_REVIEW, heard=code in HEARD_AT_REVIEW)


def _views(fields: Fields) -> Seeing:
    words = _words(fields, "views")
    return Seeing(heard=words is not None, words=words)


SEEN_BY_KIND = frozenset({"ChildSeen"})
"""Kinds of entries that say by themselves, whatever is in them, that a practitioner saw the child."""
READINGS: Mapping[str, Callable[[Mapping[str, Any]], Seeing]] = {
    "AttendanceRecorded": _attendance,
    "ChildSeen": _child_seen,
    "HealthVisitMade": _health_visit,
    "LookedAfterReviewHeld": _looked_after_review,
    "ProtectionNotificationSent": _notification,
    "ReturnInterviewHeld": _return_interview,
    "WishesAndFeelingsRecorded": _views,
}


def _sighting(one: Opened, seeing: Seeing, now: datetime) -> Sighting:
    entry = one.entry
    least, most = days_between(entry.happened, now)
    wording = None if one.fields is None else one.fields["envelope"]["happened"]["wording"]
    return Sighting(
        event_id=entry.event_id,
        agency=entry.agency,
        event_type=entry.event_type,
        happened=entry.happened,
        happened_in_words=in_words(entry.happened, wording),
        days_ago=least,
        ago_in_words=ago_in_words(least, most),
        alone=seeing.alone,
        wishes_and_feelings=seeing.words,
    )


def days_between(span: Span, now: datetime) -> tuple[int, int]:
    """Count the days (Europe/London) from a time to a moment, at the least and at the most; never less than none."""
    today = local_day(now)
    least, most = ((today - local_day(one)).days for one in (span.latest, span.earliest))
    return max(least, 0), max(most, 0)


def ago_in_words(least: int, most: int) -> str:
    """Say how long ago: today, 1 day ago, between 20 and 51 days ago."""
    if least != most:
        return f"between {least} and {most} days ago"
    return "today" if least == 0 else f"{least} {'day' if least == 1 else 'days'} ago"


def _sentence(title: str, one: Sighting | None) -> str:
    if one is None:
        return f"{title}: not recorded by anyone in what is shown here"
    return f"{title}: {one.happened_in_words}, {one.ago_in_words}, told by {agency_in_words(one.agency)}"
