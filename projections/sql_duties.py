"""Clocks, concerns and the alerts they raise, kept in PostgreSQL by the pure rules of `clocks.py` and `thresholds.py`, under the name that each child has now.

A child none of whose entries is corrected or withdrawn takes a short way: a new concern is looked at beside those of the weeks around it. A child with
amendments is worked out anew from all entries, event by event in the order of the log, so that the same log always raises the same alerts. A child whose strands
were linked, unlinked or split is worked out anew from all entries of all its strands.

Who folds events keeps who belongs together as it is until the transaction's end, and has the children of several strands among them to itself: their strands' events lie
in several partitions, and two workers of one role may share those (`projections/identity/sql_strands.py`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from psycopg import Connection

from projections.alerts import Alert, threshold_alert
from projections.chronology.entry import Entry
from projections.chronology.merge import merge
from projections.clocks import Clock, clocks_in, clocks_of
from projections.headers import amends, entry_of
from projections.identity.sql_strands import keep_kin, stored_kin, take_children
from projections.identity.strands import Kin
from projections.rejoined import alerts_of_joined, alerts_of_whole
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
IN_ORDER = ENTRIES + " order by part, log_offset"
TOLD = """
select alert_id, child, rule, edition, kind, evidence, locked, sentence, due from alert where kind = 'threshold' and evidence[1] = any(%b)
"""
LINKED = "select strand from strand union select strand from split_part union select new_strand from split_part"
AT_ONCE = 500
"""How many children are worked out anew at once where there are many."""
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
    """Keeps the tables concern, clock and alert true to the entries; used inside the fold's transaction, after its entries are written.

    With `put_off` children of several strands are left for `settle`: in a rebuild they come back partition by partition, and are told of once they are whole.
    """

    def __init__(self, conn: Connection[Rows], codec: SealedCodec, duties: Duties, *, put_off: bool = False) -> None:
        self._conn = conn
        self._codec = codec
        self._duties = duties
        self._put_off = put_off

    def fold(self, headers: Sequence[Header]) -> None:
        """Take in new headers, in the order of the log."""
        counted, clocked = self._duties.counted, self._duties.clocked
        keep_kin(self._conn)
        kin = stored_kin(self._conn, {UUID(bytes=child) for child in {header.child for header in headers}})
        if kin.company:
            take_children(self._conn, kin.members)
        named = [(one, _name(one, kin)) for one in headers]
        if self._put_off:
            named = [(one, name) for one, name in named if kin.is_whole(name)]
        amended = self._amended({name for _, name in named}, kin)
        plain = [_entry(*one) for one in named if one[0].event_type in counted and one[1] not in amended]
        alerts = self._fold_concerns(plain, kin)
        alerts += self._fold_amended([_entry(*one) for one in named if one[1] in amended], kin)
        self._wind_clocks({name for one, name in named if one.event_type in clocked or amends(one)}, amended, kin)
        self.raise_alerts(alerts)

    def derive_anew(self, gone: Collection[UUID], names: Collection[UUID], kin: Kin) -> None:
        """Work out everything of these children from all of their entries; what is kept under the names `gone` goes, but for alerts, which are never taken back."""
        ids = Ids(child.bytes for child in {*gone, *names})
        self._conn.execute("delete from concern where child = any(%b)", (ids,))
        self._conn.execute("delete from clock where child = any(%b)", (ids,))
        stored = self._stored(names, kin, IN_ORDER)
        chronologies = {child: merge(entries) for child, entries in stored.items()}
        concerns = {child: concerns_in(one, self._duties.counted) for child, one in chronologies.items()}
        rows = (_row(child, one) for child, of_child in concerns.items() for one in of_child)
        copy_rows(self._conn, "concern", CONCERN_COLUMNS, rows)
        clocks = (
            one for each in chronologies.values() for one in clocks_in(each, self._duties.rules, self._duties.calendar)
        )
        copy_rows(self._conn, "clock", CLOCK_COLUMNS, map(_clock_row, clocks))
        self.raise_alerts(self._alerts_anew(stored, kin))

    def settle(self) -> None:
        """Work out the children that were put off, now that all of their entries are there."""
        strands = sorted(strand for (strand,) in self._conn.execute(LINKED, binary=True))
        for first in range(0, len(strands), AT_ONCE):
            some = strands[first : first + AT_ONCE]
            kin = stored_kin(self._conn, some)
            self.derive_anew((), {kin.child_of(strand) for strand in some}, kin)

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

    def _fold_concerns(self, entries: Sequence[Entry], kin: Kin) -> list[Alert]:
        """Take the short way: each new concern beside those near it."""
        known = self._near(entries)
        alerts, rows = [], []
        for entry in entries:
            new, before = concern_of(entry), known[entry.child]
            after = before | {new}
            alerts += self._crossed(entry.child, before, after, kin)
            known[entry.child] = after
            rows.append(_row(entry.child, new))
        copy_rows(self._conn, "concern", CONCERN_COLUMNS, rows)
        return alerts

    def _crossed(self, child: UUID, before: Collection[Concern], after: Collection[Concern], kin: Kin) -> list[Alert]:
        found = crossings(before, after, self._duties.rules)
        return [threshold_alert(child, one, whole=kin.is_whole(child)) for one in found]

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

    def _amended(self, names: Collection[UUID], kin: Kin) -> set[UUID]:
        """Give those of these children some of whose entries are corrected or withdrawn."""
        sources = {name: kin.sources_of(name) for name in names}
        ids = Ids({source.bytes for of_child in sources.values() for source in of_child})
        found = {strand for (strand,) in self._conn.execute(AMENDED, (ids,), binary=True)}
        return {name for name, of_child in sources.items() if not found.isdisjoint(of_child)} if found else set()

    def _fold_amended(self, entries: Sequence[Entry], kin: Kin) -> list[Alert]:
        """Take the long way: each child's concerns before and after each new entry, from all that it has."""
        fresh = _by_child(entries)
        stored = self._stored(fresh, kin)
        alerts = []
        for child, new in fresh.items():
            ids = {entry.event_id for entry in new}
            standing = [entry for entry in stored[child] if entry.event_id not in ids]
            before = concerns_in(merge(standing), self._duties.counted)
            for entry in new:
                standing.append(entry)
                after = concerns_in(merge(standing), self._duties.counted)
                alerts += self._crossed(child, before, after, kin)
                before = after
            self._conn.execute("delete from concern where child = %s", (child,))
            copy_rows(self._conn, "concern", CONCERN_COLUMNS, (_row(child, one) for one in before))
        return alerts

    def _wind_clocks(self, clocked: Collection[UUID], amended: Collection[UUID], kin: Kin) -> None:
        """Work the clocks of these children out anew: from the entries that clocks look at, or from all where some are amended."""
        children = {*clocked, *amended}
        if not children:
            return
        plain = [child for child in children if child not in amended]
        stored = self._stored(plain, kin, ENTRIES_OF_TYPES, list(self._duties.clocked)) | self._stored(amended, kin)
        clocks = [
            clock for child in children for clock in clocks_of(stored[child], self._duties.rules, self._duties.calendar)
        ]
        self._conn.execute("delete from clock where child = any(%b)", (Ids(child.bytes for child in children),))
        copy_rows(self._conn, "clock", CLOCK_COLUMNS, (_clock_row(clock) for clock in clocks))

    def _alerts_anew(self, stored: Mapping[UUID, Sequence[Entry]], kin: Kin) -> list[Alert]:
        """Give the alerts of children that are worked out anew, some of them raised before under the same ids."""
        rules = self._duties.rules
        whole = {child for child in stored if kin.is_whole(child)}
        ids = Ids(entry.event_id.bytes for child, entries in stored.items() if child not in whole for entry in entries)
        told = [alert_of(row) for row in self._conn.execute(TOLD, (ids,), binary=True)] if ids else []
        alerts = []
        for child, entries in stored.items():
            joined = child not in whole
            alerts += (
                alerts_of_joined(child, entries, told, rules) if joined else alerts_of_whole(child, entries, rules)
            )
        return alerts

    def _stored(
        self, children: Collection[UUID], kin: Kin, query: str = ENTRIES, *more: object
    ) -> dict[UUID, list[Entry]]:
        """Read these children's entries from all of their strands; `more` are the query's parameters beside the strands' ids."""
        found: dict[UUID, list[Entry]] = {child: [] for child in children}
        ids = Ids({source.bytes for child in children for source in kin.sources_of(child)})
        for (record,) in self._conn.execute(query, (ids, *more), binary=True) if ids else ():
            header = self._codec.read(record).header
            name = _name(header, kin)
            if name in found:
                found[name].append(_entry(header, name))
        return found


def alert_of(row: Rows) -> Alert:
    """Give a row of the table alert (its columns in the alert's order) as an alert."""
    alert_id, child, rule, edition, kind, evidence, locked, sentence, due = row
    return Alert(alert_id, child, rule, edition, kind, tuple(evidence), locked, sentence, due)


def _name(header: Header, kin: Kin) -> UUID:
    return kin.name(UUID(bytes=header.child), header.identified_by.local_id)


def _entry(header: Header, name: UUID) -> Entry:
    entry = entry_of(header)
    return entry if entry.child == name else replace(entry, child=name)


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
