"""The projections kept in memory, by their plainest meaning: the reference that every other store must agree with."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from projections.alerts import Alert, overdue_alerts, threshold_alert
from projections.chronology.amendments import first_received
from projections.chronology.entry import Entry
from projections.chronology.merge import Chronology, merge
from projections.clocks import Clock, clocks_in
from projections.digests import KnownChild, digest_of
from projections.identity.said import Said
from projections.identity.strands import NOBODY, Kin, moved, resolve
from projections.rejoined import alerts_of_joined, alerts_of_whole
from projections.rules.packs import RulePacks
from projections.store import Position
from projections.thresholds import Concern, concerns_in, crossings
from projections.working_days import WorkingDays

NO_LOCAL_ID = b""


@dataclass(frozen=True, slots=True)
class Kept:
    """One entry, and the blind index of the agency's own id that its statement carried."""

    entry: Entry
    local_id: bytes


class MemoryProjections:
    """Folds entries one at a time and answers as `projections.store.Projections` says; it keeps entries and what was said of who is who, and derives all else when asked."""

    def __init__(self, rules: RulePacks, calendar: WorkingDays) -> None:
        self._rules = rules
        self._calendar = calendar
        self._kept: dict[UUID, Kept] = {}
        self._said: dict[int, Said] = {}
        self._kin: Kin = NOBODY
        self._identifiers: dict[bytes, UUID] = {}
        self._alerts: dict[UUID, Alert] = {}
        self._positions: dict[tuple[str, int], int] = {}

    def fold(self, entry: Entry, position: Position, identifiers: Iterable[bytes] = ()) -> tuple[Alert, ...]:
        """Take in one entry, with the blind indexes that named its child, the agency's own id first, and give the threshold alerts that it raised; a repeat raises none.

        An identifier keeps the first child that it named: that two children share one is a matter for identity, which speaks in statements of its own.
        """
        indexes = tuple(identifiers)
        local_id = next(iter(indexes), NO_LOCAL_ID)
        child = self._kin.name(entry.child, local_id)
        before = self.concerns(child)
        known = self._kept.get(entry.event_id)
        self._kept[entry.event_id] = Kept(entry if known is None else first_received(known.entry, entry), local_id)
        for blind_index in indexes:
            self._identifiers.setdefault(blind_index, entry.child)
        self._move_to(position)
        found = crossings(before, self.concerns(child), self._rules)
        whole = self._kin.is_whole(child)
        return self._raise(threshold_alert(child, crossing, whole=whole) for crossing in found)

    def hear(self, said: Iterable[tuple[Position, Said]]) -> tuple[Alert, ...]:
        """Take in a run of what was said on hub.identity, and give the threshold alerts of children that are others by it."""
        for position, one in said:
            self._said[position.offset] = one
            self._move_to(position)
        before, self._kin = self._kin, resolve(self._said.items()).kin
        names = {self._kin.child_of(strand) for strand in moved(before, self._kin)}
        return self._raise([alert for child in sorted(names) for alert in self._alerts_anew(child)])

    def raise_overdue(self, now: datetime) -> tuple[Alert, ...]:
        """Give the alerts for duties that ran out by `now` and were not raised before."""
        clocks = [clock for child in self._children() for clock in self.clocks(child)]
        return self._raise(overdue_alerts(clocks, self._rules, now))

    def chronology(self, child: UUID) -> Chronology:
        """Give the child's merged chronology, empty for a child that nobody spoke of."""
        return merge(self._of(child, self._kin))

    def as_known_at(self, child: UUID, moment: datetime) -> Chronology:
        """Give the child's chronology as the hub knew it at that moment (UTC): of the strands that were the child's then."""
        return merge(entry for entry in self._of(child, self._kin_at(moment)) if entry.received <= moment)

    def clocks(self, child: UUID) -> frozenset[Clock]:
        """Give the child's clocks, run out or not."""
        return clocks_in(self.chronology(child), self._rules, self._calendar)

    def concerns(self, child: UUID) -> frozenset[Concern]:
        """Give the child's standing entries that any threshold counts."""
        return concerns_in(self.chronology(child), self._rules.counted())

    def alerts(self, child: UUID) -> frozenset[Alert]:
        """Give the alerts raised so far whose whole evidence is the child's, under the name that it has now."""
        name, ids = self.name_of(child), {entry.event_id for entry in self._of(child, self._kin)}
        return frozenset(replace(one, child=name) for one in self._alerts.values() if ids.issuperset(one.evidence))

    def every_alert(self) -> frozenset[Alert]:
        """Give the alerts raised about any child so far, under the name that the child had then."""
        return frozenset(self._alerts.values())

    def child_of(self, blind_index: bytes) -> UUID | None:
        """Find the child that an identifier (its blind index, 16 bytes) names, or None."""
        strand = self._identifiers.get(blind_index)
        return None if strand is None else self._kin.name(strand, blind_index)

    def name_of(self, child: UUID, as_known_at: datetime | None = None) -> UUID:
        """Give the name that a child, known by any of its strands, has now or had at a moment (UTC)."""
        return (self._kin if as_known_at is None else self._kin_at(as_known_at)).child_of(child)

    def positions(self) -> Mapping[tuple[str, int], int]:
        """Give the next offset to read, by topic and partition."""
        return dict(self._positions)

    def digest(self) -> bytes:
        """Give the SHA-256 (32 bytes) of everything that does not depend on the order of arrival, each child named by its smallest event id."""
        return digest_of((self._known(child) for child in self._children()), self._rules)

    def _children(self) -> list[UUID]:
        return sorted({self._kin.name(one.entry.child, one.local_id) for one in self._kept.values()})

    def _kin_at(self, moment: datetime) -> Kin:
        return resolve((offset, one) for offset, one in self._said.items() if one.at <= moment).kin

    def _of(self, child: UUID, kin: Kin) -> Iterator[Entry]:
        """Give a child's entries by who belongs together, in the order in which they came, under the name that it has by that."""
        name = kin.child_of(child)
        for one in self._kept.values():
            if kin.name(one.entry.child, one.local_id) == name:
                yield replace(one.entry, child=name)

    def _alerts_anew(self, child: UUID) -> list[Alert]:
        entries = tuple(self._of(child, self._kin))
        if self._kin.is_whole(child):
            return alerts_of_whole(child, entries, self._rules)
        return alerts_of_joined(child, entries, self._alerts.values(), self._rules)

    def _move_to(self, position: Position) -> None:
        where = position.topic, position.partition
        self._positions[where] = max(position.offset + 1, self._positions.get(where, 0))

    def _raise(self, alerts: Iterable[Alert]) -> tuple[Alert, ...]:
        fresh: dict[UUID, Alert] = {}
        for alert in alerts:
            if alert.alert_id not in self._alerts:
                fresh.setdefault(alert.alert_id, alert)
        self._alerts.update(fresh)
        return tuple(fresh.values())

    def _known(self, child: UUID) -> KnownChild:
        named_by = frozenset(index for index in self._identifiers if self.child_of(index) == child)
        first = min(entry.event_id for entry in self._of(child, self._kin))
        return KnownChild(first, self.chronology(child), self.clocks(child), self.concerns(child), named_by)
