"""The quarantine through the door: list what was refused, open one message, hand messages back or discard them.

As everywhere: decide; read; open in memory; record; and only then show, or settle. In these disclosures `shown` names the message that was opened by its
quarantine id, and `withheld` those that were settled unseen.

| if we crash | true |
|---|---|
| before the disclosure is durable | nothing left the door and nothing was settled |
| after it, before the settlings are | the record says more than was done, never less; settle again |
| while they are written | some are settled; settling again does nothing to those |
"""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from access_policy.keys import EntryKey, random_id
from access_policy.question import Decision, Quarantine
from access_policy.sealing import SealBroken, Sealer
from access_policy.vocabulary import DISCARD_QUARANTINED, LIST_QUARANTINE, REDRIVE_QUARANTINED, SHOW_QUARANTINED
from projections.hub_messages import read_hub_message
from projections.quarantine_list import Choice, QuarantinedMessage, State
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
from query.readable_times import with_times
from query.settlement_log import Settlement, SettlementLog
from query.unsealing import RecordBroken
from query.view import AskedBy, asked_by, canonical_bytes
from schemas.codec import ContractBroken, decode

ACTIONS = {REDRIVE_QUARANTINED: "REDRIVE", DISCARD_QUARANTINED: "DISCARD"}
"""What may be done with a message, in the rules' words and in the contract's."""
HEAD_BYTES = 64
LONGEST_REASON = 500


class NotInQuarantine(Exception):
    """There is no such message in quarantine, or nothing to settle about it; the message says which and what to do."""


class QuarantineStore(Protocol):
    """What is in quarantine, still sealed; `projections.quarantine_list.SqlQuarantine` is one."""

    def messages(self, choice: Choice) -> Sequence[QuarantinedMessage]:
        """List messages by when they came."""
        ...

    def named(self, quarantine_ids: Sequence[UUID]) -> Mapping[UUID, QuarantinedMessage]:
        """Give those of these messages that there are."""
        ...

    def records(self, quarantine_ids: Sequence[UUID]) -> Mapping[UUID, bytes]:
        """Give the records of these messages as hub.quarantine has them."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """The door, and beside it what is in quarantine, where settlings go, and what seals their reasons."""

    door: Door
    quarantine: QuarantineStore
    settlements: SettlementLog
    sealer: Sealer = field(repr=False)


@dataclass(frozen=True, slots=True)
class QuarantineView:
    """What a list shows: who asked, and the messages without their content."""

    asked: AskedBy
    messages: tuple[QuarantinedMessage, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of what was refused: the very bytes whose digest the disclosure holds, and the same as values."""

    disclosure_id: UUID
    shown: bytes = field(repr=False)
    view: QuarantineView = field(repr=False)


@dataclass(frozen=True, slots=True)
class MessageView:
    """One refused message, opened: its contract and fields where it can be read, else its first bytes in hex; its size; all None once its key was destroyed."""

    asked: AskedBy
    message: QuarantinedMessage
    contract: str | None
    fields: Mapping[str, Any] | None = field(repr=False)
    size: int | None
    head: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenedMessage:
    """One refused message as one person is shown it: the very bytes whose digest the disclosure holds, and the same as values."""

    disclosure_id: UUID
    shown: bytes = field(repr=False)
    view: MessageView = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settled:
    """What was settled: the disclosure that says so, and the messages, in the order in which they came."""

    disclosure_id: UUID
    messages: tuple[UUID, ...]


def list_quarantine(desk: Desk, staff: StaffMember, purpose: str | None, choice: Choice) -> Listed | Refused:
    """List what was refused of those of the chosen agencies whose list this person may see; refused when there is none of them. DisclosureFailed as ever."""
    door, attempt = desk.door, begin(desk.door, staff, purpose, Wanted(LIST_QUARANTINE))
    decisions = {agency: decide(door, attempt, Quarantine(agency)) for agency in choice.agencies}
    allowed = tuple(agency for agency, decision in decisions.items() if decision.allowed)
    if not allowed:
        return refuse(door, attempt, next(iter(decisions.values())))
    view = QuarantineView(
        asked_by(attempt), tuple(desk.quarantine.messages(Choice(allowed, choice.state, choice.code)))
    )
    shown = canonical_bytes({"asked": view.asked, "messages": [_as_typed(one) for one in view.messages]})
    record(door, attempt, Showing(shown, _rules(decisions[agency] for agency in allowed)))
    return Listed(attempt.disclosure_id, shown, view)


def show_quarantined(
    desk: Desk, staff: StaffMember, quarantine_id: UUID, purpose: str | None
) -> OpenedMessage | Refused:
    """Open one refused message; NotInQuarantine for an id that no message has, RecordBroken for one that was altered: both are recorded first."""
    door, attempt = desk.door, begin(desk.door, staff, purpose, Wanted(SHOW_QUARANTINED))
    found = desk.quarantine.named([quarantine_id])
    decision = _decide(door, attempt, found.values())
    if not decision.allowed:
        return refuse(door, attempt, decision)
    _require_all(door, attempt, decision, [quarantine_id], found)
    with breakage_recorded(door, attempt):
        view = _opened(desk, attempt, found[quarantine_id])
    shown = canonical_bytes({**_by_name(view), "message": _as_typed(view.message)})
    record(door, attempt, Showing(shown, decision.rules, (quarantine_id,)))
    # Crash from here on: the disclosure says more than was seen, never less.
    return OpenedMessage(attempt.disclosure_id, shown, view)


def settle_quarantined(
    desk: Desk, staff: StaffMember, wanted: Sequence[UUID], purpose: str | None, settling: "Reasoned"
) -> Settled | Refused:
    """Hand messages back or discard them, all or none; NotInQuarantine where one is not there or not open any more, which is recorded too.

    SettlingFailed: the attempt is recorded and it is not certain what was settled.
    """
    door, attempt = desk.door, begin(desk.door, staff, purpose, Wanted(settling.action))
    found = desk.quarantine.named(wanted)
    decision = _decide(door, attempt, found.values())
    if not decision.allowed:
        return refuse(door, attempt, decision)
    _require_all(door, attempt, decision, wanted, found)
    _require_open(door, attempt, decision, found.values())
    settlements = _settlements(desk, attempt, [found[one] for one in wanted], settling)
    told = canonical_bytes({"asked": asked_by(attempt), "settled": list(wanted)})
    record(door, attempt, Showing(told, decision.rules, (), tuple(wanted)))
    # Crash from here until the settlings are durable: the disclosure says more than was done, never less.
    desk.settlements.settle(settlements)
    return Settled(attempt.disclosure_id, tuple(wanted))


@dataclass(frozen=True, slots=True)
class Reasoned:
    """What to do with messages, in the rules' words, and why, in a person's: 1 to 500 characters, kept sealed. ValueError for another action or reason."""

    action: str
    reason: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what nobody could review later."""
        if self.action not in ACTIONS or not 0 < len(self.reason.strip()) <= LONGEST_REASON:
            raise ValueError(
                f"expected {' or '.join(ACTIONS)} and a reason of 1 to {LONGEST_REASON} characters, found another action, no reason or a longer one; "
                "say in a sentence why"
            )


def _decide(door: Door, attempt: Attempt, messages: Any) -> Decision:
    """Ask the rules for each agency whose messages these are; for none, for the person's own: what is not there is refused as what is."""
    agencies = sorted({one.agency for one in messages} or {attempt.staff.person.agency})
    decisions = [decide(door, attempt, Quarantine(agency)) for agency in agencies]
    refusals = [decision for decision in decisions if not decision.allowed]
    if refusals:
        return refusals[0]
    first = decisions[0]
    return Decision(allowed=True, rules=_rules(decisions), sentences=first.sentences, obligations=first.obligations)


def _require_all(
    door: Door, attempt: Attempt, decision: Decision, wanted: Sequence[UUID], found: Mapping[UUID, QuarantinedMessage]
) -> None:
    missing = [one for one in wanted if one not in found]
    if missing or not wanted:
        record(door, attempt, Showing(b"", decision.rules))
        what = f"{missing[0]}, which no message has" if missing else "none"
        raise NotInQuarantine(
            f"Expected the id of a message in quarantine, found {what}; `mash quarantine list` shows them."
        )


def _require_open(door: Door, attempt: Attempt, decision: Decision, messages: Any) -> None:
    settled = [one for one in messages if one.state is not State.OPEN]
    if settled:
        record(door, attempt, Showing(b"", decision.rules, (), tuple(one.quarantine_id for one in settled)))
        later = f" It is in quarantine again as {settled[0].later}." if settled[0].later else ""
        raise NotInQuarantine(
            f"Expected a message that is open, found that {settled[0].quarantine_id} is settled already "
            f"({settled[0].state.replace('_', ' ').lower()}); nothing was done.{later}"
        )


def _opened(desk: Desk, attempt: Attempt, message: QuarantinedMessage) -> MessageView:
    value = _value(desk, message.quarantine_id)
    key_id = UUID(bytes=value["key_id"])
    key = desk.door.unsealing.keys.find([key_id])[key_id]
    if key is None:
        return MessageView(asked_by(attempt), message, None, None, None, None)
    content = _content(desk, key, value)
    catalogue = desk.door.unsealing.catalogue
    try:
        decoded = decode(catalogue, content, value["schema_id"])
    except ContractBroken:
        return MessageView(asked_by(attempt), message, None, None, len(content), content[:HEAD_BYTES].hex())
    fields = with_times(decoded.value, json.loads(decoded.contract.schema))
    return MessageView(asked_by(attempt), message, decoded.contract.short_name, fields, len(content), None)


def _content(desk: Desk, key: EntryKey, value: Mapping[str, Any]) -> bytes:
    bound = f"{value['topic']}/{value['partition']}/{value['offset']}".encode()
    try:
        return desk.door.unsealing.opener.open_sealed(key, bound, value["sealed"])
    except SealBroken:
        raise RecordBroken(
            f"quarantine {UUID(bytes=value['quarantine_id'])}: expected a message as it was sealed, found another; nothing of it is shown: run `mash verify`"
        ) from None


def _value(desk: Desk, quarantine_id: UUID) -> dict[str, Any]:
    message = desk.quarantine.records([quarantine_id])[quarantine_id]
    return read_hub_message(desk.door.unsealing.catalogue, ("Quarantined",), message)[1]


def _settlements(
    desk: Desk, attempt: Attempt, messages: Sequence[QuarantinedMessage], settling: Reasoned
) -> list[Settlement]:
    door, in_order = desk.door, sorted(messages, key=lambda one: (one.received, one.topic, one.partition, one.offset))
    records = desk.quarantine.records([one.quarantine_id for one in in_order])
    catalogue = door.unsealing.catalogue
    values = {one: read_hub_message(catalogue, ("Quarantined",), message)[1] for one, message in records.items()}
    key_ids = {one: UUID(bytes=value["key_id"]) for one, value in values.items()}
    keys = door.unsealing.keys.find(list(dict.fromkeys(key_ids.values())))
    return [
        _settlement(desk, attempt, one.quarantine_id, keys[key_ids[one.quarantine_id]], settling) for one in in_order
    ]


def _settlement(
    desk: Desk, attempt: Attempt, quarantine_id: UUID, key: EntryKey | None, settling: Reasoned
) -> Settlement:
    settled_id = random_id(desk.door.randomness)
    who = attempt.staff.staff_id, attempt.disclosure_id, attempt.asked_at
    told = settled_id, quarantine_id, ACTIONS[settling.action], *who
    if key is None:
        return Settlement(*told)
    bound = settled_id.bytes + quarantine_id.bytes
    return Settlement(*told, key.key_id, desk.sealer.seal(key, settled_id.bytes, bound, settling.reason.encode()))


def _as_typed(message: QuarantinedMessage) -> dict[str, Any]:
    """Give a message by its fields, its ids as they are listed and typed: with hyphens."""

    def typed(value: Any) -> Any:
        if isinstance(value, tuple):
            return [typed(one) for one in value]
        return str(value) if isinstance(value, UUID) else value

    return {name: typed(value) for name, value in _by_name(message).items()}


def _by_name(shown: Any) -> dict[str, Any]:
    return {one.name: getattr(shown, one.name) for one in dataclasses.fields(shown)}


def _rules(decisions: Any) -> tuple[str, ...]:
    return tuple(sorted({rule for decision in decisions for rule in decision.rules}))
