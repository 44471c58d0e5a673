"""Duties and thresholds as one person may know of them: worked out anew from the entries that they may know of.

The stored clocks and alerts rest on all entries. A duty that only a locked entry met would be missing among the overdue ones, and so tell of it.
"""

from collections.abc import Iterator
from datetime import datetime

from projections.alerts import Alert, overdue_alerts, threshold_alert
from projections.chronology.merge import Chronology
from projections.clocks import Clock, clocks_in, state
from projections.thresholds import Crossing, Met, concerns_in, met_windows
from query.door import DutyRules
from query.view import ShownAlert, ShownClock


def clocks_shown(chronology: Chronology, duties: DutyRules, now: datetime) -> tuple[ShownClock, ...]:
    """Give every duty of a chronology and how it stands at `now`, by when it is due."""
    clocks = clocks_in(chronology, duties.packs, duties.calendar)
    return tuple(_shown(clock, duties, now) for clock in sorted(clocks, key=_due_order))


def alerts_shown(chronology: Chronology, duties: DutyRules, now: datetime) -> tuple[ShownAlert, ...]:
    """Give the thresholds that a chronology meets and the duties that are overdue at `now`."""
    clocks = clocks_in(chronology, duties.packs, duties.calendar)
    alerts = [*_thresholds(chronology, duties), *overdue_alerts(clocks, duties.packs, now)]
    return tuple(ShownAlert(one.rule, one.edition, one.kind, one.sentence, one.evidence, one.due) for one in alerts)


def _thresholds(chronology: Chronology, duties: DutyRules) -> Iterator[Alert]:
    concerns = {one.event_id: one for one in concerns_in(chronology, duties.packs.counted())}
    for pack in duties.packs:
        for rule in pack.thresholds:
            met = [one for one in met_windows(concerns.values(), rule) if pack.applied_on(one.end)]
            for window in sorted(met, key=_window_order):
                last = concerns[window.evidence[-1]]
                child = chronology.timeline[0].entry.child
                yield threshold_alert(child, Crossing(pack.edition, rule, last, window))


def _window_order(met: Met) -> tuple[object, ...]:
    return met.start, met.end, met.evidence


def _due_order(clock: Clock) -> tuple[object, ...]:
    return clock.due, clock.rule, clock.started_by


def _shown(clock: Clock, duties: DutyRules, now: datetime) -> ShownClock:
    return ShownClock(
        rule=clock.rule,
        edition=clock.edition,
        title=duties.packs.clock_rule(clock.edition, clock.rule).title,
        state=state(clock, now),
        started_by=clock.started_by,
        due=clock.due,
        satisfied_by=clock.satisfied_by,
        satisfied_at=clock.satisfied_at,
    )
