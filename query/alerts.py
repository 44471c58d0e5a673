"""The alerts that the hub raised, as far as one person may know of what they rest on."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from access_policy.question import Decision, Hub
from access_policy.vocabulary import SEE_ALERTS
from projections.alerts import Alert
from query.door import Door, Refused, Showing, StaffMember, Wanted, begin, breakage_recorded, decide, record, refuse
from query.naming import name_in, shown_name
from query.seeing import see
from query.view import AlertsView, RaisedAlert, asked_by, canonical_bytes
from schemas.sealed import SealedEvent


@dataclass(frozen=True, slots=True)
class AlertList:
    """The alerts that one person is shown: the very bytes whose digest the disclosure holds, and the same as values."""

    disclosure_id: UUID
    shown: bytes = field(repr=False)
    view: AlertsView = field(repr=False)


def see_alerts(door: Door, staff: StaffMember, purpose: str | None) -> AlertList | Refused:
    """List the raised alerts whose every entry behind them the person may know of and is one child's; the others are neither shown nor counted.

    An alert whose entries belong to several children was raised while they were taken for one: it stays in the log and is shown no more.
    The list holds what was raised: a duty that only a locked entry met was never raised, so it is missing here, while the opened record of someone who
    may not know of that entry shows it as overdue.
    """
    attempt = begin(door, staff, purpose, Wanted(SEE_ALERTS))
    decision = decide(door, attempt, Hub())
    if not decision.allowed:
        return refuse(door, attempt, decision)
    raised = door.records.every_alert()
    with breakage_recorded(door, attempt):
        sight = see(door, attempt, _behind(door, raised))
    if isinstance(sight, Decision):
        return refuse(door, attempt, sight)
    alerts = _of_one_child(door, raised, sight.known)
    view = AlertsView(asked_by(attempt), tuple(_shown(alert) for alert in sorted(alerts, key=_order)))
    shown = canonical_bytes(view)
    # Crash until the record is written: nothing has left the door. After it: it says more than was seen, never less.
    record(door, attempt, Showing(shown, tuple(sorted({*decision.rules, *sight.rules}))))
    return AlertList(attempt.disclosure_id, shown, view)


def _behind(door: Door, raised: Iterable[Alert]) -> Sequence[SealedEvent]:
    return door.records.events({event_id for alert in raised for event_id in alert.evidence})


def _of_one_child(door: Door, raised: Iterable[Alert], known: Sequence[SealedEvent]) -> list[Alert]:
    """Give the alerts all of whose entries are known and are one child's, under the name that the person is shown it."""
    kin = door.records.kin({UUID(bytes=event.header.child) for event in known})
    child_of = {UUID(bytes=event.header.event_id): name_in(event, kin) for event in known}
    of_child: dict[UUID, list[SealedEvent]] = defaultdict(list)
    for event in known:
        of_child[name_in(event, kin)].append(event)
    shown = {child: shown_name(child, events, kin) for child, events in of_child.items()}
    alerts = []
    for alert in raised:
        children = {child_of.get(event_id) for event_id in alert.evidence}
        child = children.pop() if len(children) == 1 else None
        alerts += [] if child is None else [replace(alert, child=shown[child])]
    return alerts


def _order(alert: Alert) -> tuple[object, ...]:
    return alert.child, alert.kind, alert.rule, alert.alert_id


def _shown(alert: Alert) -> RaisedAlert:
    return RaisedAlert(
        alert.alert_id, alert.child, alert.rule, alert.edition, alert.kind, alert.sentence, alert.evidence, alert.due
    )
