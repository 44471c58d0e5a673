"""The projections kept in memory, by their plainest meaning: the reference that every other store must agree with."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from projections.alerts import Alert, overdue_alerts, threshold_alert
from projections.chronology.amendments import first_received
from projections.chronology.entry import Entry
from projections.chronology.merge import Chronology, as_known_at, merge
from projections.clocks import Clock, clocks_in
from projections.digests import KnownChild, digest_of
from projections.rules.packs import RulePacks
from projections.store import Position
from projections.thresholds import Concern, concerns_in, crossings
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
        self._positions[where] = max(position.offset + 1, self._positions.get(where, 0))
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

    def every_alert(self) -> frozenset[Alert]:
        """Give the alerts raised about any child so far."""
        return frozenset(self._alerts.values())

    def child_of(self, blind_index: bytes) -> UUID | None:
        """Find the child that an identifier (its blind index, 16 bytes) names, or None."""
        return self._identifiers.get(blind_index)

    def positions(self) -> Mapping[tuple[str, int], int]:
        """Give the next offset to read, by topic and partition."""
        return dict(self._positions)

    def digest(self) -> bytes:
        """Give the SHA-256 (32 bytes) of everything that does not depend on the order of arrival, each child named by its smallest event id."""
        return digest_of((self._known(child) for child in self._children()), self._rules)

    def _children(self) -> list[UUID]:
        return [child for child, entries in self._entries.items() if entries]

    def _of(self, child: UUID) -> tuple[Entry, ...]:
        return tuple(self._entries.get(child, {}).values())

    def _raise(self, alerts: Iterable[Alert]) -> tuple[Alert, ...]:
        fresh = {alert.alert_id: alert for alert in alerts if alert.alert_id not in self._alerts}
        self._alerts.update(fresh)
        return tuple(fresh.values())

    def _known(self, child: UUID) -> KnownChild:
        named_by = frozenset(index for index, named in self._identifiers.items() if named == child)
        return KnownChild(
            min(self._entries[child]), self.chronology(child), self.clocks(child), self.concerns(child), named_by
        )
