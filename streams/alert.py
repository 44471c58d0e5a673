"""Alert: at each turn, note the duties that ran out and publish every alert that waits; an alert is itself an event, its id derived from what raised it."""

from collections.abc import Callable
from datetime import datetime

from projections.alert_outbox import AlertOutbox
from projections.alerts import Alert
from schemas.catalogue import Contract
from schemas.codec import encode
from schemas.moments import micros
from schemas.topics import HUB_ALERTS, partitions_of
from streams.event_log import EventLog, LogRecord, partition_of


class Alerting:
    """Publishes alerts; `now` gives the time (UTC)."""

    def __init__(self, outbox: AlertOutbox, log: EventLog, contract: Contract, now: Callable[[], datetime]) -> None:
        self._outbox = outbox
        self._log = log
        self._contract = contract
        self._now = now

    async def act(self) -> None:
        """Take one turn. No transaction is open while the broker is waited for: another stage of this worker may need the same rows."""
        now = self._now()
        self._outbox.find_overdue(now)
        alerts = self._outbox.waiting()
        if alerts:
            await self._log.write(HUB_ALERTS, [self._record(alert, now) for alert in alerts])
            # If we crash here they are published again under the same ids, which changes nothing.
            self._outbox.mark_raised(alerts, now)

    def _record(self, alert: Alert, now: datetime) -> LogRecord:
        value = {
            "alert_id": alert.alert_id.bytes,
            "child": alert.child.bytes,
            "rule": alert.rule,
            "edition": alert.edition,
            "kind": alert.kind,
            "evidence": [one.bytes for one in alert.evidence],
            "locked": alert.locked,
            "sentence": alert.sentence,
            "due": None if alert.due is None else micros(alert.due),
            "raised": micros(now),
        }
        key = alert.child.bytes
        return LogRecord(partition_of(key, partitions_of(HUB_ALERTS)), key, encode(self._contract, value))
