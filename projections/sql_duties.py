"""Clocks, concerns and the alerts they raise, kept in PostgreSQL by the pure rules of `clocks.py` and `thresholds.py`.

A child none of whose entries is corrected or withdrawn takes a short way: a new concern is looked at beside those of the weeks around it. A child with
amendments is worked out anew from all entries, event by event in the order of the log, so that the same log always raises the same alerts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from psycopg import Connection

from projections.alerts import Alert, threshold_alert
from projections.chronology.entry import Entry
from projections.chronology.merge import merge
from projections.clocks import Clock, clocks_of
from projections.headers import amends, entry_of
from projections.rows import Ids, Rows, copy_rows
from projections.rules.packs import RulePacks
from projections.thresholds import Concern, concern_of, concerns_in, crossings
from projections.working_days import WorkingDays, local_day
from schemas.sealed import Header, SealedCodec

CONCERN_COLUMNS = [
    ("child", "uuid"),
    ("happened_on", "date"),
    ("event_id", "uuid"),
    ("agency", "text"),
    ("event_type", "text"),
    ("locked", "bool"),
]
CLOCK_COLUMNS = [
    ("child", "uuid"),
    ("rule", "text"),
    ("started_by", "uuid"),
    ("edition", "text"),
    ("due", "timestamptz"),
    ("satisfied_by", "uuid"),
    ("satisfied_at", "timestamptz"),
    ("locked", "bool"),
]
AMENDED = "select distinct child from amendment where child = any(%b)"
NEAR = """
select c.child, c.happened_on, c.agency, c.event_id, c.event_type, c.locked
from unnest(%b, %s::date[], %s::date[]) as asked (child, first, last)
join concern c on c.child = asked.child and c.happened_on between asked.first and asked.last
"""
ENTRIES = "select record from chronology_entry where child = any(%b)"
ENTRIES_OF_TYPES = ENTRIES + " and event_type = any(%s)"
RAISE = """
insert into alert (alert_id, child, rule, edition, kind, evidence, locked, sentence, due)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing
"""


@dataclass(frozen=True, slots=True)
class Duties:
    """The rules in force: packs, the calendar of working days, and which event types each kind of rule looks at."""

    rules: RulePacks
    calendar: WorkingDays
    counted: frozenset[str]
    clocked: frozenset[str]
    reach: timedelta

    @classmethod
    def of(cls, rules: RulePacks, calendar: WorkingDays) -> "Duties":
        """Work out from the packs which event types matter, and how far apart two concerns can make a difference to each other."""
        clocked = frozenset(
            kind for pack in rules for rule in pack.clocks for kind in rule.starts_on | rule.satisfied_by
        )
        windows = [rule.window_days for pack in rules for rule in pack.thresholds]
        return cls(rules, calendar, rules.counted(), clocked, timedelta(days=2 * max(windows, default=0)))


class DutyFold:
    """Keeps the tables concern, clock and alert true to the entries; used inside the fold's transaction, after its entries are written."""

    def __init__(self, conn: Connection[Rows], codec: SealedCodec, duties: Duties) -> None:
        self._conn = conn
        self._codec = codec
        self._duties = duties

    def fold(self, headers: Sequence[Header]) -> None:
        """Take in new headers, in the order of the log."""
        counted, clocked = self._duties.counted, self._duties.clocked
        touched = Ids({header.child for header in headers})
        amended = {child.bytes for (child,) in self._conn.execute(AMENDED, (touched,), binary=True)}
        plain = [entry_of(one) for one in headers if one.event_type in counted and one.child not in amended]
        alerts = self._fold_concerns(plain)
        alerts += self._fold_amended([entry_of(one) for one in headers if one.child in amended])
        moved = {one.child for one in headers if one.event_type in clocked or amends(one)} | amended
        self._wind_clocks({UUID(bytes=child) for child in moved}, {UUID(bytes=child) for child in amended})
        self.raise_alerts(alerts)

    def raise_alerts(self, alerts: Iterable[Alert]) -> None:
        """Write alerts, each once by its id; they are published later by whoever sees them unraised."""
        rows = [
            (
                one.alert_id,
                one.child,
                one.rule,
                one.edition,
                one.kind,
                list(one.evidence),
                one.locked,
                one.sentence,
                one.due,
            )
            for one in alerts
        ]
        if rows:
            self._conn.cursor().executemany(RAISE, rows)

    def _fold_concerns(self, entries: Sequence[Entry]) -> list[Alert]:
        """Take the short way: each new concern beside those near it."""
        known = self._near(entries)
        alerts, rows = [], []
        for entry in entries:
            new, before = concern_of(entry), known[entry.child]
            after = before | {new}
            alerts += [threshold_alert(entry.child, one) for one in crossings(before, after, self._duties.rules)]
            known[entry.child] = after
            rows.append(_row(entry.child, new))
        copy_rows(self._conn, "concern", CONCERN_COLUMNS, rows)
        return alerts

    def _near(self, entries: Sequence[Entry]) -> dict[UUID, set[Concern]]:
        """Give, for each child, the stored concerns that can make a difference to its new ones."""
        days: dict[UUID, list[date]] = defaultdict(list)
        for entry in entries:
            days[entry.child].append(local_day(entry.happened.earliest))
        known: dict[UUID, set[Concern]] = {child: set() for child in days}
        first = [_shifted(min(of_child), -self._duties.reach) for of_child in days.values()]
        last = [_shifted(max(of_child), self._duties.reach) for of_child in days.values()]
        for child, *concern in self._conn.execute(NEAR, (Ids(child.bytes for child in days), first, last), binary=True):
            known[child].add(Concern(*concern))
        return known

    def _fold_amended(self, entries: Sequence[Entry]) -> list[Alert]:
        """Take the long way: each child's concerns before and after each new entry, from all that it has."""
        fresh = _by_child(entries)
        stored = self._stored(list(fresh), types=None)
        alerts = []
        for child, new in fresh.items():
            ids = {entry.event_id for entry in new}
            standing = [entry for entry in stored[child] if entry.event_id not in ids]
            before = concerns_in(merge(standing), self._duties.counted)
            for entry in new:
                standing.append(entry)
                after = concerns_in(merge(standing), self._duties.counted)
                alerts += [threshold_alert(child, one) for one in crossings(before, after, self._duties.rules)]
                before = after
            self._conn.execute("delete from concern where child = %s", (child,))
            copy_rows(self._conn, "concern", CONCERN_COLUMNS, (_row(child, one) for one in before))
        return alerts

    def _wind_clocks(self, children: Collection[UUID], amended: Collection[UUID]) -> None:
        """Work the clocks of these children out anew: from the entries that clocks look at, or from all where some are amended."""
        if not children:
            return
        plain = [child for child in children if child not in amended]
        stored = self._stored(plain, types=list(self._duties.clocked)) | self._stored(list(amended), types=None)
        clocks = [
            clock for child in children for clock in clocks_of(stored[child], self._duties.rules, self._duties.calendar)
        ]
        self._conn.execute("delete from clock where child = any(%b)", (Ids(child.bytes for child in children),))
        copy_rows(self._conn, "clock", CLOCK_COLUMNS, (_clock_row(clock) for clock in clocks))

    def _stored(self, children: Sequence[UUID], types: Sequence[str] | None) -> dict[UUID, list[Entry]]:
        """Read these children's entries, all of them or those of some event types."""
        found: dict[UUID, list[Entry]] = {child: [] for child in children}
        ids = Ids(child.bytes for child in children)
        query, asked = (ENTRIES, (ids,)) if types is None else (ENTRIES_OF_TYPES, (ids, types))
        for (record,) in self._conn.execute(query, asked, binary=True) if children else ():
            entry = entry_of(self._codec.read(record).header)
            found[entry.child].append(entry)
        return found


def alert_of(row: Rows) -> Alert:
    """Give a row of the table alert (its columns in the alert's order) as an alert."""
    alert_id, child, rule, edition, kind, evidence, locked, sentence, due = row
    return Alert(alert_id, child, rule, edition, kind, tuple(evidence), locked, sentence, due)


def _by_child(entries: Iterable[Entry]) -> dict[UUID, list[Entry]]:
    children: dict[UUID, list[Entry]] = defaultdict(list)
    for entry in entries:
        children[entry.child].append(entry)
    return children


def _shifted(day: date, by: timedelta) -> date:
    try:
        return day + by
    except OverflowError:
        return date.min if by < timedelta() else date.max


def _row(child: UUID, concern: Concern) -> Rows:
    return (child, concern.day, concern.event_id, concern.agency, concern.event_type, concern.locked)


def _clock_row(clock: Clock) -> Rows:
    satisfied = clock.satisfied_by, clock.satisfied_at
    return (clock.child, clock.rule, clock.started_by, clock.edition, clock.due, *satisfied, clock.locked)
