"""What the hub tells people of its own accord: a threshold was met, or a duty ran out of time.

An alert names the rule, the agencies and the events behind it, and nothing of their content. Its id is derived from the rule and what completed it,
so raising it again, after a crash or on another machine, is the same alert. Where a child is not just one whole strand the rest of the evidence is part of the id:
what completed a pattern with another child's entries may complete one without them once the link is undone, and that is another alert.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid5

from projections.clocks import Clock, state
from projections.rules.packs import RulePacks
from projections.thresholds import Crossing

NAMESPACE = UUID("3f0c0a52-7d1b-5c7e-9a53-6d6173686875")
"""The name space of alert ids (RFC 9562, version 5); never changed, since ids in the log were derived in it."""

AlertKind = Literal["threshold", "overdue"]


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to look at: `evidence` lists event ids in the order in which they happened, `due` (UTC) is set for an overdue duty.

    `locked` is true when it rests on a locked entry: then only those who may know of that entry may know of the alert.
    """

    alert_id: UUID
    child: UUID = field(repr=False)
    rule: str
    edition: str
    kind: AlertKind
    evidence: tuple[UUID, ...]
    locked: bool
    sentence: str
    due: datetime | None


def alert_id(rule: str, completed_by: UUID, *, locked: bool, beside: tuple[UUID, ...] = ()) -> UUID:
    """Derive an alert's id from its rule and what completed it: a concern's event id, or the event id that started the clock; `beside` is evidence that tells it apart."""
    words = [rule, str(completed_by), "locked" if locked else "open", *(one.hex for one in beside)]
    return uuid5(NAMESPACE, "|".join(words))


def threshold_alert(child: UUID, crossing: Crossing, *, whole: bool = True) -> Alert:
    """Tell of a threshold that one concern completed; `whole` says that the child is one whole strand, linked with none and never split."""
    rule, met = crossing.rule, crossing.met
    beside = () if whole else met.evidence
    return Alert(
        alert_id=alert_id(rule.id, crossing.completed_by.event_id, locked=met.locked, beside=beside),
        child=child,
        rule=rule.id,
        edition=crossing.edition,
        kind="threshold",
        evidence=met.evidence,
        locked=met.locked,
        sentence=(
            f"{rule.title}. Expected: {rule.sentence}. Found: {len(met.agencies)} agencies ({', '.join(met.agencies)}) within "
            f"{rule.window_days} days. Look at their entries together and record what you decide. Source: {rule.source}."
        ),
        due=None,
    )


def overdue_alerts(clocks: Iterable[Clock], rules: RulePacks, now: datetime) -> tuple[Alert, ...]:
    """Tell of each duty that is overdue at `now`, the longest overdue first; RulePacksError if a clock's rule is gone."""
    late = sorted(
        (one for one in clocks if state(one, now) == "overdue"), key=lambda one: (one.due, one.rule, one.started_by)
    )
    return tuple(_overdue(clock, rules) for clock in late)


def _overdue(clock: Clock, rules: RulePacks) -> Alert:
    rule = rules.clock_rule(clock.edition, clock.rule)
    return Alert(
        alert_id=alert_id(rule.id, clock.started_by, locked=clock.locked),
        child=clock.child,
        rule=rule.id,
        edition=clock.edition,
        kind="overdue",
        evidence=(clock.started_by,),
        locked=clock.locked,
        sentence=(
            f"{rule.title}: overdue. Expected: {rule.sentence}. Found: no {' or '.join(sorted(rule.satisfied_by))} by the limit. "
            f"Ask {rule.owed_by} to act, or to tell the hub of what was done. Source: {rule.source}."
        ),
        due=clock.due,
    )
