"""The quarantine through the door: nothing is shown or settled that is not decided and on record first."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from record_world import CATALOGUE, NOW, Told, World, _value, staff

from access_policy.keys import KeyScope
from access_policy.sealing import Opener
from access_policy.vocabulary import DISCARD_QUARANTINED, REDRIVE_QUARANTINED
from projections.quarantine_list import Choice, QuarantinedMessage, State
from query.door import Refused
from query.ports import DisclosureFailed
from query.quarantine import (
    Desk,
    Listed,
    NotInQuarantine,
    OpenedMessage,
    Reasoned,
    Settled,
    list_quarantine,
    settle_quarantined,
    show_quarantined,
)
from query.quarantine_text import message_lines, opened_lines
from query.readable_times import with_times
from query.settlement_log import MemorySettlementLog
from query.unsealing import RecordBroken
from schemas.codec import encode
from schemas.moments import day, micros, moment

OWNER = staff("police", "feed_owner", "quarantine")
QUALITY = "data_quality"
TOPIC = "agency.police.events"
ONE, TWO, ELSEWHERE, NOBODYS = (UUID(int=number) for number in (1, 2, 3, 9))
DISCARD, REDRIVE = Reasoned(DISCARD_QUARANTINED, "It was sent twice."), Reasoned(REDRIVE_QUARANTINED, "It is good now.")
GOOD = encode(CATALOGUE.own("ConcernRaised"), _value(Told(agency="police", fields={"summary": "a \x1b[2J quarrel"}), 1))


class MemoryQuarantine:
    """What is in quarantine, in memory."""

    def __init__(self) -> None:
        self.all: dict[UUID, QuarantinedMessage] = {}
        self.sealed: dict[UUID, bytes] = {}

    def messages(self, choice: Choice) -> Sequence[QuarantinedMessage]:
        found = [one for one in self.all.values() if one.agency in choice.agencies]
        return [one for one in found if choice.state in (None, one.state) and choice.code in (None, one.code)]

    def named(self, quarantine_ids: Sequence[UUID]) -> Mapping[UUID, QuarantinedMessage]:
        return {one: self.all[one] for one in quarantine_ids if one in self.all}

    def records(self, quarantine_ids: Sequence[UUID]) -> Mapping[UUID, bytes]:
        return {one: self.sealed[one] for one in quarantine_ids}


class Room:
    """A desk in memory, with a door whose every step is seen."""

    def __init__(self) -> None:
        self.world, self.quarantine, self.settlements = World(), MemoryQuarantine(), MemorySettlementLog()
        self.desk = Desk(self.world.door, self.quarantine, self.settlements, self.world.sealer)
        self.refuse(ONE, GOOD)
        self.refuse(TWO, b"no Avro at all")
        self.refuse(ELSEWHERE, GOOD, "agency.health.events")

    def refuse(self, quarantine_id: UUID, content: bytes, topic: str = TOPIC) -> None:
        offset = quarantine_id.int
        message = QuarantinedMessage(quarantine_id, topic, 0, offset, NOW, "backwards", "expected; found", State.OPEN)
        scope = KeyScope(UUID(int=0), message.agency, "QUARANTINE", 1)
        key = self.world.keys.ensure([scope])[scope]
        sealed = self.world.sealer.seal(key, quarantine_id.bytes, f"{topic}/0/{offset}".encode(), content)
        value: dict[str, Any] = {
            "quarantine_id": quarantine_id.bytes,
            "topic": topic,
            "partition": 0,
            "offset": offset,
            "received": micros(NOW),
            "code": message.code,
            "sentence": message.sentence,
            "key_id": key.key_id.bytes,
            "sealed": sealed,
            **dict.fromkeys(("schema_id", "event_id", "waits_for", "earlier")),
        }
        self.quarantine.all[quarantine_id] = message
        self.quarantine.sealed[quarantine_id] = encode(CATALOGUE.own("Quarantined"), value)

    def show(self, quarantine_id: UUID = ONE) -> OpenedMessage:
        opened = show_quarantined(self.desk, OWNER, quarantine_id, QUALITY)
        assert isinstance(opened, OpenedMessage)
        return opened

    def disclosed(self) -> list[tuple[str, bool]]:
        return [(one.action, one.allowed) for one in self.world.log.disclosures]


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_list_holds_the_agencies_that_the_person_may_see_and_of_the_others_nothing(room: Room) -> None:
    listed = list_quarantine(room.desk, OWNER, QUALITY, Choice(("health", "police"), State.OPEN))
    assert isinstance(listed, Listed)
    assert [one.quarantine_id for one in listed.view.messages] == [ONE, TWO]
    assert b"health" not in listed.shown
    assert room.world.calls == ["record"]


def test_an_operator_lists_every_agency_and_opens_nothing(room: Room) -> None:
    operator = staff("police", "operator")
    listed = list_quarantine(room.desk, operator, QUALITY, Choice(("health", "police")))
    assert isinstance(listed, Listed)
    assert len(listed.view.messages) == 3
    assert isinstance(show_quarantined(room.desk, operator, ONE, QUALITY), Refused)
    assert "open" not in room.world.calls


def test_a_message_is_opened_in_memory_recorded_and_only_then_shown(room: Room) -> None:
    opened = room.show()
    assert room.world.calls == ["open", "record"]
    (disclosure,) = room.world.log.disclosures
    assert (disclosure.shown, disclosure.child, disclosure.purpose) == ((ONE,), None, QUALITY)
    assert opened.view.fields is not None
    assert opened.view.fields["envelope"]["reference"] == "ref-1"


def test_days_and_moments_are_shown_as_people_read_them(room: Room) -> None:
    fields = room.show().view.fields
    assert fields is not None
    envelope = fields["envelope"]
    given = _value(Told(agency="police"), 1)["envelope"]
    for name in ("happened", "learned"):
        assert envelope[name]["earliest"] == moment(given[name]["earliest"]).isoformat()
    born = given["child"]["date_of_birth"]
    assert envelope["child"]["date_of_birth"] == (None if born is None else day(born).isoformat())


@pytest.mark.parametrize(
    ("logical", "value", "said"),
    [
        ("date", 18_321, "2020-02-29"),
        ("date", 2**31 - 1, "2147483647 days from 1970-01-01, which no calendar holds"),
        ("timestamp-micros", 2, "1970-01-01T00:00:00.000002+00:00"),
        ("timestamp-micros", 2**63 - 1, "9223372036854775807 microseconds from 1970-01-01, which no calendar holds"),
    ],
)
def test_a_time_is_read_wherever_it_stands_also_one_that_no_calendar_holds(logical: str, value: int, said: str) -> None:
    time = {"type": "long", "logicalType": logical}
    inner = {"type": "record", "name": "Inner", "fields": [{"name": "at", "type": ["null", time]}]}
    outer = [{"name": "first", "type": inner}, {"name": "rest", "type": {"type": "array", "items": "Inner"}}]
    found = with_times({"first": {"at": None}, "rest": [{"at": value}]}, {"fields": outer})
    assert found == {"first": {"at": None}, "rest": [{"at": said}]}


def test_ids_are_typed_as_they_are_listed(room: Room) -> None:
    room.quarantine.all[ONE] = replace(room.quarantine.all[ONE], ahead=(TWO,))
    listed = list_quarantine(room.desk, OWNER, QUALITY, Choice(("police",)))
    assert isinstance(listed, Listed)
    (one, _) = json.loads(listed.shown)["messages"]
    assert (one["quarantine_id"], one["ahead"], one["later"]) == (str(ONE), [str(TWO)], None)
    assert json.loads(room.show().shown)["message"]["quarantine_id"] == str(ONE)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("reference-reused", "as a correction with a reference of its own"),
        ("unknown-contract", "once the contract is there, redrive it"),
        ("backwards", "redriving gives the same refusal"),
    ],
)
def test_what_to_do_next_fits_the_code(room: Room, code: str, said: str) -> None:
    opened = room.show().view
    assert said in list(opened_lines(replace(opened, message=replace(opened.message, code=code))))[-1]


def test_what_an_agency_wrote_moves_no_cursor(room: Room) -> None:
    text = "\n".join(opened_lines(room.show().view))
    assert "quarrel" in text
    assert "\x1b" not in text


def test_bytes_that_no_contract_reads_are_shown_by_size_and_beginning(room: Room) -> None:
    view = room.show(TWO).view
    assert (view.fields, view.size, view.head) == (None, 14, b"no Avro at all".hex())
    assert any("no contract reads" in line for line in opened_lines(view))


def test_a_message_whose_key_was_destroyed_says_so(room: Room) -> None:
    room.world.keys.destroyed.add("police")
    view = room.show().view
    assert (view.fields, view.size, view.head) == (None, None, None)
    assert any("key was destroyed" in line for line in opened_lines(view))


def test_an_altered_message_is_not_shown_and_the_attempt_is_on_record_as_refused(room: Room) -> None:
    room.quarantine.sealed[ONE] = room.quarantine.sealed[ELSEWHERE]
    room.quarantine.sealed[ONE] = room.quarantine.sealed[ONE].replace(b"agency.health", b"agency.police")
    with pytest.raises(RecordBroken, match="run `mash verify`"):
        room.show()
    assert room.disclosed() == [("show_quarantined", False)]


def test_where_the_record_is_not_durable_nothing_is_shown_and_nothing_settled(room: Room) -> None:
    room.world.log.broken = True
    with pytest.raises(DisclosureFailed):
        room.show()
    with pytest.raises(DisclosureFailed):
        settle_quarantined(room.desk, OWNER, [ONE], QUALITY, DISCARD)
    assert room.settlements.settlements == []


@pytest.mark.parametrize(
    ("who", "purpose"),
    [
        (staff("police", "feed_owner"), QUALITY),
        (staff("health", "feed_owner", "quarantine"), QUALITY),
        (staff("police", "analyst", "quarantine"), QUALITY),
        (staff("police", "operator", "quarantine"), QUALITY),
        (OWNER, None),
        (OWNER, "audit"),
    ],
)
def test_who_may_not_settle_is_refused_and_that_is_recorded(room: Room, who: Any, purpose: str | None) -> None:
    assert isinstance(settle_quarantined(room.desk, who, [ONE], purpose, REDRIVE), Refused)
    assert room.disclosed() == [("redrive_quarantined", False)]
    assert room.settlements.settlements == []


def test_messages_of_two_agencies_are_settled_only_by_who_may_settle_both(room: Room) -> None:
    assert isinstance(settle_quarantined(room.desk, OWNER, [ONE, ELSEWHERE], QUALITY, DISCARD), Refused)
    both = staff("childrens_social_care", "governance", "quarantine")
    assert isinstance(settle_quarantined(room.desk, both, [ONE, ELSEWHERE], QUALITY, DISCARD), Settled)
    assert len(room.settlements.settlements) == 2


def test_a_settling_says_who_under_which_disclosure_and_seals_why(room: Room) -> None:
    settled = settle_quarantined(room.desk, OWNER, [ONE], QUALITY, DISCARD)
    assert isinstance(settled, Settled)
    (one,) = room.settlements.settlements
    assert (one.quarantine_id, one.action, one.person, one.disclosure_id, one.at) == (
        ONE,
        "DISCARD",
        OWNER.staff_id,
        settled.disclosure_id,
        NOW,
    )
    assert one.key_id is not None
    assert one.reason is not None
    assert DISCARD.reason.encode() not in one.reason
    key = room.world.keys.find([one.key_id])[one.key_id]
    assert key is not None
    assert Opener().open_sealed(key, one.settled_id.bytes + ONE.bytes, one.reason) == DISCARD.reason.encode()
    assert DISCARD.reason not in repr(one) + repr(DISCARD)


@pytest.mark.parametrize("state", [state for state in State if state is not State.OPEN])
def test_what_is_settled_already_is_left_alone_and_the_attempt_is_on_record(room: Room, state: State) -> None:
    room.quarantine.all[ONE] = replace(room.quarantine.all[ONE], state=state)
    with pytest.raises(NotInQuarantine, match="settled already"):
        settle_quarantined(room.desk, OWNER, [ONE, TWO], QUALITY, REDRIVE)
    assert room.settlements.settlements == []
    assert room.disclosed() == [("redrive_quarantined", True)]


def test_an_id_that_no_message_has_is_answered_with_what_to_do_and_recorded(room: Room) -> None:
    with pytest.raises(NotInQuarantine, match="`mash quarantine list` shows them"):
        show_quarantined(room.desk, OWNER, NOBODYS, QUALITY)
    with pytest.raises(NotInQuarantine):
        settle_quarantined(room.desk, OWNER, [ONE, NOBODYS], QUALITY, REDRIVE)
    assert isinstance(show_quarantined(room.desk, staff(), NOBODYS, QUALITY), Refused)
    assert len(room.world.log.disclosures) == 3
    assert room.settlements.settlements == []


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_a_settling_has_a_reason(reason: str) -> None:
    with pytest.raises(ValueError, match="1 to 500 characters"):
        Reasoned(DISCARD_QUARANTINED, reason)


def test_every_state_says_what_to_do_next_and_what_waits(room: Room) -> None:
    opened = room.show().view
    for state in State:
        message = replace(room.quarantine.all[ONE], state=state, earlier=TWO, later=NOBODYS, behind=(ELSEWHERE,))
        assert next(line for line in opened_lines(replace(opened, message=message)) if line.startswith("Next: "))
        assert sum("waits behind it" in line for line in message_lines(message)) == 1
    waiting = replace(room.quarantine.all[ONE], ahead=(TWO,))
    assert any("taken up by itself" in line for line in opened_lines(replace(opened, message=waiting)))
