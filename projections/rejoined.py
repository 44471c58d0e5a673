"""Which thresholds a child's entries crossed, worked out anew: for children whose strands were linked, unlinked or split.

A child that is one whole strand is told of as if it had always been alone: entry by entry in the order of the log, which gives the very alerts that it had, or
would have had. Any other child, whose entries have no common order, is taken in the order in which the hub received them; of that only what no alert within
reach has told of yet, since what adds to a known pattern raises nothing more.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from projections.alerts import Alert, threshold_alert
from projections.chronology.entry import Entry
from projections.chronology.merge import merge
from projections.rules.packs import RulePacks
from projections.thresholds import Concern, Crossing, concern_of, concerns_in, crossings


def alerts_of_whole(child: UUID, entries: Sequence[Entry], rules: RulePacks) -> list[Alert]:
    """Give every threshold alert of a child that is one whole strand, whose entries are given in the order in which they were folded."""
    return [threshold_alert(child, crossing) for crossing in _crossings(entries, rules)]


def alerts_of_joined(child: UUID, entries: Iterable[Entry], told: Iterable[Alert], rules: RulePacks) -> list[Alert]:
    """Give the threshold alerts of a child that is not just one whole strand, in whatever order its entries are given, of which `told` does not speak yet."""
    arrived = sorted(entries, key=lambda entry: (entry.received, entry.event_id))
    days = {entry.event_id: concern_of(entry).day for entry in arrived}
    spoken = [alert for alert in told if alert.kind == "threshold" and days.keys() >= set(alert.evidence)]
    found = _crossings(arrived, rules)
    new = [one for one in found if not any(_tells_of(alert, one, days) for alert in spoken)]
    return [threshold_alert(child, one, whole=False) for one in new]


def _crossings(entries: Sequence[Entry], rules: RulePacks) -> Iterator[Crossing]:
    """Give what each entry crossed when it came."""
    counted = rules.counted()
    mattering = _mattering(entries, counted)
    amended = any(_amends(entry) for entry in mattering)
    before: frozenset[Concern] = frozenset()
    for place, entry in enumerate(mattering, 1):
        after = concerns_in(merge(mattering[:place]), counted) if amended else before | {concern_of(entry)}
        yield from crossings(before, after, rules)
        before = after


def _mattering(entries: Sequence[Entry], counted: Collection[str]) -> list[Entry]:
    """Leave out what changes no concern: neither counted, nor an amendment, nor amended."""
    named = {target for entry in entries for target in (entry.corrects, entry.retracts)}
    return [entry for entry in entries if entry.event_type in counted or _amends(entry) or entry.event_id in named]


def _amends(entry: Entry) -> bool:
    return entry.corrects is not None or entry.retracts is not None


def _tells_of(alert: Alert, crossing: Crossing, days: Mapping[UUID, date]) -> bool:
    """Whether an alert speaks of a window within reach of what a concern completed; a locked alert tells those of nothing who may not know of it."""
    if alert.rule != crossing.rule.id or (alert.locked and not crossing.met.locked):
        return False
    reach = crossing.rule.window_days
    return any(abs((days[one] - crossing.completed_by.day).days) <= reach for one in alert.evidence)
