"""The projections kept in memory, by their plainest meaning: the reference that every other store must agree with."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from projections.alerts import Alert, overdue_alerts, threshold_alert
from projections.amendments import first_received
from projections.chronology import Chronology, as_known_at, digest, merge
from projections.clocks import Clock, clocks_in
from projections.entry import Entry
from projections.rules.packs import RulePacks
from projections.store import Position
from projections.thresholds import Concern, concerns_in, crossings, met_windows
from projections.working_days import WorkingDays


class MemoryProjections:
    """Folds entries one at a time and answers as `projections.store.Projections` says; it keeps entries and derives all else when asked."""

    def __init__(self, rules: RulePacks, calendar: WorkingDays) -> None:
        self._rules = rules
        self._calendar = calendar
        self._entries: dict[UUID, dict[UUID, Entry]] = defaultdict(dict)
        self._identifiers: dict[bytes, UUID] = {}
        self._alerts: dict[UUID, Alert] = {}
        self._positions: dict[tuple[str, int], int] = {}

    def fold(self, entry: Entry, position: Position, identifiers: Iterable[bytes] = ()) -> tuple[Alert, ...]:
        """Take in one entry, with the blind indexes that named its child, and give the threshold alerts that it raised; a repeat raises none.

        An identifier keeps the first child that it named: that two children share one is a matter for identity, which speaks in statements of its own.
        """
        before = self.concerns(entry.child)
        kept = self._entries[entry.child]
        kept[entry.event_id] = first_received(kept.get(entry.event_id, entry), entry)
        for blind_index in identifiers:
            self._identifiers.setdefault(blind_index, entry.child)
        where = position.topic, position.partition
        self._positions[where] = max(position.offset, self._positions.get(where, position.offset))
        found = crossings(before, self.concerns(entry.child), self._rules)
        return self._raise(threshold_alert(entry.child, crossing) for crossing in found)

    def raise_overdue(self, now: datetime) -> tuple[Alert, ...]:
        """Give the alerts for duties that ran out by `now` and were not raised before."""
        clocks = [clock for child in self._children() for clock in self.clocks(child)]
        return self._raise(overdue_alerts(clocks, self._rules, now))

    def chronology(self, child: UUID) -> Chronology:
        """Give the child's merged chronology, empty for a child that nobody spoke of."""
        return merge(self._of(child))

    def as_known_at(self, child: UUID, moment: datetime) -> Chronology:
        """Give the child's chronology as the hub knew it at that moment (UTC)."""
        return as_known_at(self._of(child), moment)

    def clocks(self, child: UUID) -> frozenset[Clock]:
        """Give the child's clocks, run out or not."""
        return clocks_in(self.chronology(child), self._rules, self._calendar)

    def concerns(self, child: UUID) -> frozenset[Concern]:
        """Give the child's standing entries that any threshold counts."""
        return concerns_in(self.chronology(child), self._rules.counted())

    def alerts(self, child: UUID) -> frozenset[Alert]:
        """Give the alerts raised about the child so far."""
        return frozenset(alert for alert in self._alerts.values() if alert.child == child)

    def child_of(self, blind_index: bytes) -> UUID | None:
        """Find the child that an identifier (its blind index, 16 bytes) names, or None."""
        return self._identifiers.get(blind_index)

    def positions(self) -> Mapping[tuple[str, int], int]:
        """Give the highest offset folded, by topic and partition."""
        return dict(self._positions)

    def digest(self) -> bytes:
        """Give the SHA-256 (32 bytes) of everything that does not depend on the order of arrival, each child named by its smallest event id.

        Alerts and positions are left out: which concern completed a window, and where in the log it lay, are matters of arrival.
        """
        children = sorted((min(self._entries[child]), child) for child in self._children())
        form = [[name.hex, *self._form(child)] for name, child in children]
        return hashlib.sha256(json.dumps(form, separators=(",", ":")).encode()).digest()

    def _children(self) -> list[UUID]:
        return [child for child, entries in self._entries.items() if entries]

    def _of(self, child: UUID) -> tuple[Entry, ...]:
        return tuple(self._entries.get(child, {}).values())

    def _raise(self, alerts: Iterable[Alert]) -> tuple[Alert, ...]:
        fresh = {alert.alert_id: alert for alert in alerts if alert.alert_id not in self._alerts}
        self._alerts.update(fresh)
        return tuple(fresh.values())

    def _form(self, child: UUID) -> list[object]:
        chronology = self.chronology(child)
        clocks = clocks_in(chronology, self._rules, self._calendar)
        concerns = concerns_in(chronology, self._rules.counted())
        named_by = sorted(index.hex() for index, named in self._identifiers.items() if named == child)
        return [digest(chronology).hex(), clock_forms(clocks), window_forms(concerns, self._rules), named_by]


def clock_forms(clocks: Iterable[Clock]) -> list[list[str]]:
    """Give clocks in a canonical form for digests, without the child's pseudonym."""
    return sorted(
        [
            one.rule,
            one.edition,
            one.started_by.hex,
            one.due.isoformat(),
            str(one.satisfied_by),
            str(one.satisfied_at),
            str(one.locked),
        ]
        for one in clocks
    )


def window_forms(concerns: Iterable[Concern], rules: RulePacks) -> list[list[str]]:
    """Give the windows that are met, each under the edition that applied on its last day, in a canonical form for digests."""
    every = tuple(concerns)
    return sorted(
        [rule.id, pack.edition, str(met.locked), *(one.hex for one in met.evidence)]
        for pack in rules
        for rule in pack.thresholds
        for met in met_windows(every, rule)
        if pack.applied_on(met.end)
    )
