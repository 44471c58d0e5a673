"""The alerts that the hub raised, as far as one person may know of what they rest on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from access_policy.question import Decision, Hub
from access_policy.vocabulary import SEE_ALERTS
from projections.alerts import Alert
from projections.identity.strands import Kin
from query.door import (
    Attempt,
    Door,
    Refused,
    Showing,
    StaffMember,
    Wanted,
    begin,
    breakage_recorded,
    decide,
    record,
    refuse,
)
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
    The disclosure names the entries that the listed alerts rest on, so that whoever saw an alert that a wrong link made is found (`query/wrong_views.py`).
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
        alerts = [] if isinstance(sight, Decision) else _of_one_child(door, attempt, raised, sight.known)
    if isinstance(sight, Decision):
        return refuse(door, attempt, sight)
    view = AlertsView(asked_by(attempt), tuple(_shown(alert) for alert in sorted(alerts, key=_order)))
    shown = canonical_bytes(view)
    # Crash until the record is written: nothing has left the door. After it: it says more than was seen, never less.
    behind = tuple(sorted({event_id for alert in alerts for event_id in alert.evidence}))
    record(door, attempt, Showing(shown, tuple(sorted({*decision.rules, *sight.rules})), behind))
    return AlertList(attempt.disclosure_id, shown, view)


def _behind(door: Door, raised: Iterable[Alert]) -> Sequence[SealedEvent]:
    return door.records.events({event_id for alert in raised for event_id in alert.evidence})


def _of_one_child(door: Door, attempt: Attempt, raised: Iterable[Alert], known: Sequence[SealedEvent]) -> list[Alert]:
    """Give the alerts all of whose entries are known and are one child's, under the name that the person is shown it."""
    kin = door.records.kin({UUID(bytes=event.header.child) for event in known})
    child_of = {UUID(bytes=event.header.event_id): name_in(event, kin) for event in known}
    shown = {child: _shown_name(door, attempt, child, kin) for child in set(child_of.values())}
    alerts = []
    for alert in raised:
        children = {child_of.get(event_id) for event_id in alert.evidence}
        child = children.pop() if len(children) == 1 else None
        name = None if child is None else shown[child]
        alerts += [] if name is None else [replace(alert, child=name)]
    return alerts


def _shown_name(door: Door, attempt: Attempt, child: UUID, kin: Kin) -> UUID | None:
    """Name a child as the person is shown it; None where the rules cannot be applied to all of its entries, so that its alerts are not shown."""
    if kin.strands_of(child) == {child}:
        return child
    sight = see(door, attempt, door.records.sealed_events(child))
    return None if isinstance(sight, Decision) else shown_name(child, sight.known, kin)


def _order(alert: Alert) -> tuple[object, ...]:
    return alert.child, alert.kind, alert.rule, alert.alert_id


def _shown(alert: Alert) -> RaisedAlert:
    return RaisedAlert(
        alert.alert_id, alert.child, alert.rule, alert.edition, alert.kind, alert.sentence, alert.evidence, alert.due
    )
