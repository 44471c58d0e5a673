"""Alerts on their way out: found by a fold or by a clock that ran out, published once by their ids."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from psycopg import Connection

from projections.alerts import Alert, overdue_alerts
from projections.clocks import Clock
from projections.rows import Rows
from projections.rules.packs import RulePacks
from projections.sql_duties import DutyFold, alert_of

OVERDUE = """
select c.child, c.rule, c.edition, c.started_by, c.due, c.satisfied_by, c.satisfied_at, c.locked from clock c
where c.satisfied_by is null and c.due < %(now)s and c.due >= %(since)s
  and not exists (select 1 from alert a where a.evidence[1] = c.started_by and a.rule = c.rule and a.kind = 'overdue')
limit 1000
"""
WAITING = """
select alert_id, child, rule, edition, kind, evidence, locked, sentence, due from alert
where raised is null order by alert_id limit 1000
"""
RAISED = "update alert set raised = %s where alert_id = any(%s) and raised is null"

LOOK_BACK = timedelta(days=90)
"""A duty that ran out longer ago than this is shown as overdue but raises no alert: a first delivery of years of history must not drown the day's own."""


class AlertOutbox(Protocol):
    """Where alerts wait to be published."""

    def find_overdue(self, now: datetime) -> None:
        """Note an alert for every duty that ran out by `now` (UTC) and has none yet."""
        ...

    def waiting(self) -> Sequence[Alert]:
        """Give alerts that wait to be published."""
        ...

    def mark_raised(self, alerts: Sequence[Alert], now: datetime) -> None:
        """Remember that these alerts were published."""
        ...


class MemoryAlertOutbox:
    """What it means, kept in memory; `clocks` gives every clock there is."""

    def __init__(self, clocks: Callable[[], Iterable[Clock]], rules: RulePacks) -> None:
        self._clocks = clocks
        self._rules = rules
        self._found: dict[UUID, Alert] = {}
        self.raised: dict[UUID, datetime] = {}

    def add(self, alerts: Iterable[Alert]) -> None:
        """Take in alerts that a fold found, each once by its id."""
        for alert in alerts:
            self._found.setdefault(alert.alert_id, alert)

    def find_overdue(self, now: datetime) -> None:
        """Note an alert for every duty that ran out within the last three months and has none yet."""
        self.add(overdue_alerts((clock for clock in self._clocks() if clock.due >= now - LOOK_BACK), self._rules, now))

    def waiting(self) -> Sequence[Alert]:
        """Give the alerts that wait, by id."""
        return [self._found[one] for one in sorted(self._found.keys() - self.raised.keys())]

    def mark_raised(self, alerts: Sequence[Alert], now: datetime) -> None:
        """Remember when these alerts were raised; what was raised before keeps its moment."""
        for alert in alerts:
            self.raised.setdefault(alert.alert_id, now)


class SqlAlertOutbox:
    """Kept in PostgreSQL, on a connection of its own."""

    def __init__(self, conn: Connection[Rows], duties: DutyFold, rules: RulePacks) -> None:
        self._conn = conn
        self._duties = duties
        self._rules = rules

    def find_overdue(self, now: datetime) -> None:
        """Note an alert for every duty that ran out within the last three months and has none yet."""
        with self._conn.transaction():
            rows = self._conn.execute(OVERDUE, {"now": now, "since": now - LOOK_BACK}, binary=True).fetchall()
            self._duties.raise_alerts(overdue_alerts((Clock(*row) for row in rows), self._rules, now))

    def waiting(self) -> Sequence[Alert]:
        """Give up to a thousand alerts that wait. No lock is held: two workers may publish one alert twice, under one id, which changes nothing."""
        return [alert_of(row) for row in self._conn.execute(WAITING, binary=True)]

    def mark_raised(self, alerts: Sequence[Alert], now: datetime) -> None:
        """Set when these alerts were raised."""
        self._conn.execute(RAISED, (now, [alert.alert_id for alert in alerts]))
