import hashlib
import json
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from uuid import UUID

import pytest
from record_world import CHILD, CODEC, NOW, SECRET, TWIN, Told, World, at, staff

from access_policy.blind_index import NHS_NUMBER
from access_policy.decision import DecisionPoint
from access_policy.rules import load_rules
from projections.alerts import Alert
from query.alerts import see_alerts
from query.door import Refused, StaffMember
from query.find_child import Identifier, find_child
from query.open_record import open_record
from query.ports import DisclosureFailed
from query.replay_shown import reproduce
from query.unsealing import RecordBroken
from query.view import ShownEntry, WithheldEntry
from schemas.sealed import SealedEvent

SHIPPED = Path(__file__).parents[2] / "access_policy" / "rules"


def test_the_very_bytes_that_are_returned_are_the_ones_whose_digest_was_recorded(world: World) -> None:
    event = world.say(Told(fields={"summary": "came without a coat"}))
    opened = world.open()
    (disclosure,) = world.log.disclosures
    assert disclosure.digest == hashlib.sha256(opened.shown).digest()
    assert disclosure.disclosure_id == opened.disclosure_id
    assert (disclosure.child, disclosure.person, disclosure.purpose) == (CHILD, "health-17", "assessment")
    assert (disclosure.allowed, disclosure.shown, disclosure.withheld) == (True, (event,), ())
    assert disclosure.rules == (
        "analyst-opens-record",
        "analyst-reads-open-entries",
    )
    assert disclosure.asked_at == NOW
    assert "came without a coat" in opened.shown.decode()


def test_it_reads_then_opens_then_records_and_only_then_shows(world: World) -> None:
    world.say(Told())
    world.open()
    assert world.calls == ["read", "open", "record"]


def test_a_disclosure_that_is_not_durable_shows_nothing(world: World) -> None:
    world.say(Told())
    world.log.broken = True
    with pytest.raises(DisclosureFailed, match="nothing was shown"):
        world.open()


def test_a_refusal_that_is_not_durable_is_not_given_either(world: World) -> None:
    world.log.broken = True
    with pytest.raises(DisclosureFailed):
        world.refused(staff(), None)


def test_a_reader_without_a_purpose_is_refused_and_that_is_recorded_and_nothing_is_read(world: World) -> None:
    world.say(Told())
    refused = world.refused(staff(), None)
    (disclosure,) = world.log.disclosures
    assert refused.rules == disclosure.rules == ("purpose-is-stated",)
    assert "state one of the published purposes" in refused.sentences[0]
    assert (disclosure.allowed, disclosure.shown, disclosure.purpose) == (False, (), None)
    assert disclosure.digest == hashlib.sha256(b"").digest()
    assert world.calls == ["record"]


def test_a_purpose_of_ones_own_is_refused_and_its_words_are_not_kept(world: World) -> None:
    refused = world.refused(staff(), "curious about Zebedee Quill")
    assert "purpose-is-published" in refused.rules
    assert "Zebedee" not in repr(world.log.disclosures)
    assert world.log.disclosures[0].purpose is None


@pytest.mark.parametrize("role", ["auditor", "governance", "operator", "nobody we know"])
def test_whoever_is_no_analyst_or_practitioner_is_refused(world: World, role: str) -> None:
    world.say(Told())
    assert world.refused(staff("health", role), "assessment").rules
    assert world.calls == ["record"]


def test_rules_that_owe_more_than_the_door_does_are_a_refusal_even_if_the_decision_point_lets_them_pass(
    world: World, tmp_path: Path
) -> None:
    world.say(Told())
    for name in ("analyst-opens-record", "analyst-reads-open-entries"):
        folder = Path(copytree(SHIPPED, tmp_path / name))
        file = folder / f"{name}.cedar"
        file.write_text(file.read_text().replace('"record_disclosure"', '"record_disclosure tell_the_family"'))
        everything = frozenset({"record_disclosure", "name_whom_to_ask", "tell_the_family"})
        door = world.with_point(DecisionPoint(load_rules(folder), everything))
        refused = open_record(door, staff(), CHILD, "assessment")
        assert isinstance(refused, Refused)
        assert refused.rules == ("unknown-obligation",)
        assert not world.log.disclosures[-1].allowed


def test_rules_that_cannot_be_applied_to_one_entry_refuse_the_whole_record(world: World) -> None:
    world.say(Told())
    world.say(Told(sensitivity="SENSITIVE"))
    events = world.records.kept[CHILD]
    events[1] = events[1]._replace(header=events[1].header._replace(seal="UNHEARD_OF"))
    refused = world.refused(staff(), "assessment")
    assert refused.rules == ("engine-error",)
    assert world.log.disclosures[0].shown == ()


def test_a_withheld_entry_is_counted_by_agency_with_whom_to_ask_and_is_not_opened(world: World) -> None:
    world.say(Told(agency="education"))
    hidden = [world.say(Told(agency="police", sensitivity="RESTRICTED")) for _ in range(2)]
    view = world.open().view
    assert view.completeness == "partly withheld"
    assert [(one.agency, one.count) for one in view.withheld] == [("police", 2)]
    assert (
        view.withheld[0].sentence
        == "2 police entries you may not see; ask the police public protection unit, or the MASH police representative."
    )
    assert world.log.disclosures[0].withheld == tuple(sorted(hidden))
    police_keys = {UUID(bytes=one.header.key_id) for one in world.records.kept[CHILD][1:]}
    assert not world.keys.asked_for & police_keys


def test_a_record_of_which_all_is_withheld_is_not_taken_for_an_empty_one(world: World) -> None:
    assert world.open().view.completeness == "empty"
    world.say(Told(agency="police", seal="SEALED"))
    view = world.open().view
    assert view.completeness == "fully withheld"
    assert "not empty" in view.sentence
    assert (view.timeline, len(view.withheld)) == ((), 1)
    world.say(Told())
    assert world.open().view.completeness == "partly withheld"


def test_a_record_of_which_all_is_shown_says_so(world: World) -> None:
    world.say(Told())
    assert world.open().view.completeness == "whole"


def test_a_locked_entry_is_read_by_its_own_team_and_is_not_there_for_anybody_else(world: World) -> None:
    world.say(Told(agency="police", seal="LOCKED", fields={"summary": "kept close"}))
    assert world.open(staff("police", "analyst")).view.completeness == "empty"
    assert "kept close" in world.open(staff("police", "analyst", "locked")).shown.decode()


def test_what_stands_is_shown_with_what_it_replaced(world: World) -> None:
    first = world.say(Told(fields={"kind": "bruise on the left"}))
    second = world.say(Told(corrects=first, learned=at("2025-03-05"), fields={"kind": "bruise on the right"}))
    (line,) = world.open().view.timeline
    assert isinstance(line.standing, ShownEntry)
    assert line.standing.event_id == second
    assert line.standing.body is not None
    assert line.standing.body.fields["kind"] == "bruise on the right"
    assert [one.event_id for one in line.superseded if isinstance(one, ShownEntry)] == [first]


def test_a_shown_entry_that_a_withheld_one_corrects_is_not_shown_as_standing(world: World) -> None:
    first = world.say(Told(agency="police"))
    world.say(Told(agency="police", corrects=first, seal="SEALED", learned=at("2025-03-05")))
    view = world.open().view
    (line,) = view.timeline
    assert line.standing == WithheldEntry("police")
    assert isinstance(line.superseded[0], ShownEntry)
    assert view.facts == ()


def test_what_was_withdrawn_is_shown_apart_with_the_reason(world: World) -> None:
    first = world.say(Told())
    by = world.say(Told("StatementRetracted", retracts=first, fields={"reason": "told of the wrong twin"}))
    opened = world.open()
    (gone,) = opened.view.withdrawn
    assert isinstance(gone.withdrawn, ShownEntry)
    assert isinstance(gone.by[0], ShownEntry)
    assert (gone.withdrawn.event_id, gone.by[0].event_id) == (first, by)
    assert opened.view.timeline == ()
    assert "told of the wrong twin" in opened.shown.decode()


def test_a_retraction_of_something_unknown_is_shown_and_marked_as_odd_without_the_id_it_names(world: World) -> None:
    by = world.say(Told("StatementRetracted", retracts=UUID(int=99)))
    view = world.open().view
    assert [one.event_id for one in view.without_effect] == [by]
    assert [(odd.kind, odd.target) for odd in view.oddities] == [("unknown statement", None)]


def test_an_entry_whose_key_was_destroyed_is_shown_as_shredded(world: World) -> None:
    event = world.say(Told(fields={"summary": "gone for good"}))
    world.keys.destroyed.add("education")
    opened = world.open()
    (line,) = opened.view.timeline
    assert isinstance(line.standing, ShownEntry)
    assert line.standing.shredded
    assert opened.view.shredded == 1
    assert "gone for good" not in opened.shown.decode()
    assert world.log.disclosures[0].shown == (event,)


def altered(event: SealedEvent) -> list[SealedEvent]:
    other = event.header._replace(content_digest=bytes(32))
    return [
        event._replace(sealed=event.sealed[:-1] + bytes([event.sealed[-1] ^ 1])),
        event._replace(sealed=b""),
        SealedEvent(other, CODEC.header_bytes(other), event.sealed),
        event._replace(header=event.header._replace(contract_id=2)),
        event._replace(header=event.header._replace(contract_id=99)),
    ]


def test_an_altered_entry_fails_the_whole_opening_and_is_named(world: World) -> None:
    world.say(Told())
    event_id = world.say(Told(fields={"summary": "about Zebedee"}))
    events = world.records.kept[CHILD]
    for broken in altered(events[1]):
        world.records.kept[CHILD] = [events[0], broken]
        with pytest.raises(RecordBroken, match=rf"event {event_id}: .*run `mash verify`") as found:
            world.open()
        assert "Zebedee" not in str(found.value)


def test_an_attempt_that_failed_on_an_altered_entry_is_recorded_as_one_that_showed_nothing(world: World) -> None:
    world.say(Told())
    (event,) = world.records.kept[CHILD]
    for broken in altered(event):
        world.records.kept[CHILD] = [broken]
        with pytest.raises(RecordBroken):
            world.open()
        one = world.log.disclosures.pop()
        assert (one.allowed, one.rules, one.shown, one.withheld) == (False, ("record-broken",), (), ())
        assert reproduce(one, world.door) == b""
    assert world.log.disclosures == []


def test_an_entry_that_cannot_even_be_read_is_as_an_altered_one_whatever_was_asked_for(world: World) -> None:
    event_id = world.say(Told(child_said={"nhs_number": "9990000018"}))
    world.records.raised.add(Alert(UUID(int=1), CHILD, "r", "e", "threshold", (event_id,), False, "Look.", None))
    world.records.unreadable = True
    for ask in (
        world.open,
        lambda: find_child(world.door, staff(), Identifier(NHS_NUMBER, "9990000018"), "assessment", SECRET),
        lambda: see_alerts(world.door, staff(), "assessment"),
    ):
        with pytest.raises(RecordBroken, match=r"cannot be read .* run `mash verify`"):
            ask()
        assert world.log.disclosures.pop().rules == ("record-broken",)


def test_a_failure_that_could_not_be_recorded_is_that_it_could_not(world: World) -> None:
    world.say(Told())
    world.records.kept[CHILD] = altered(world.records.kept[CHILD][0])[:1]
    world.log.broken = True
    with pytest.raises(DisclosureFailed):
        world.open()


def test_as_known_at_a_moment_is_without_what_was_received_later(world: World) -> None:
    first = world.say(Told(happened=at("2025-02-01"), received=at("2025-02-02")))
    world.say(Told(happened=at("2025-01-01"), received=at("2025-02-03")))
    view = world.open_as_known_at(at("2025-02-02")).view
    assert [line.standing.event_id for line in view.timeline if isinstance(line.standing, ShownEntry)] == [first]
    assert world.log.disclosures[0].as_known_at == at("2025-02-02")
    assert world.log.disclosures[0].shown == (first,)


def test_a_moment_without_a_zone_is_not_guessed_at(world: World) -> None:
    with pytest.raises(ValueError, match="time zone"):
        world.open_as_known_at(at("2025-02-02").replace(tzinfo=None))


def test_a_duty_is_shown_as_it_stood_at_the_moment_asked_for(world: World) -> None:
    world.say(Told("ReferralReceived", "childrens_social_care", happened=at("2025-03-03T10:00")))
    states = {clock.rule: clock.state for clock in world.open().view.clocks}
    assert states == {"referral-decision": "overdue", "assessment": "running"}
    before = {clock.rule: clock.state for clock in world.open_as_known_at(at("2025-03-04")).view.clocks}
    assert before["referral-decision"] == "running"
    assert [alert.rule for alert in world.open().view.alerts] == ["referral-decision"]
    assert world.open_as_known_at(at("2025-03-04")).view.alerts == ()


def test_a_moment_to_come_makes_nothing_overdue(world: World) -> None:
    world.say(Told("ReferralReceived", "childrens_social_care", happened=at("2025-03-10T10:00")))
    assert {one.state for one in world.open_as_known_at(at("2026-01-01")).view.clocks} == {"running"}


def test_a_threshold_alert_is_shown_only_to_those_who_may_know_of_all_behind_it(world: World) -> None:
    for agency in ("education", "health"):
        world.say(Told(agency=agency))
    world.say(Told(agency="police", sensitivity="SENSITIVE"))
    assert [alert.kind for alert in world.open().view.alerts] == ["threshold"]
    assert world.open(staff("education", "practitioner")).view.alerts == ()


def test_the_record_of_one_child_shows_nothing_of_its_twin(world: World) -> None:
    world.say(Told(fields={"summary": "about this one"}))
    world.say(Told(child=TWIN, fields={"summary": "about the other one"}))
    shown = world.open().shown.decode()
    assert "about this one" in shown
    assert "about the other one" not in shown
    assert TWIN.hex not in shown


def test_an_entry_that_came_twice_is_shown_once(world: World) -> None:
    world.say(Told())
    world.records.kept[CHILD] *= 2
    assert len(world.open().view.timeline) == 1
    assert len(world.log.disclosures[0].shown) == 1


def test_the_bytes_are_canonical_json_and_do_not_depend_on_the_order_of_the_store(world: World) -> None:
    for agency in ("education", "health", "police"):
        world.say(Told(agency=agency, child_said={"given_name": f"Zebedee {agency}"}))
    once = world.open().shown
    world.records.kept[CHILD].reverse()
    assert world.open().shown == once
    assert once == json.dumps(json.loads(once), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def test_days_are_written_as_days(world: World) -> None:
    world.say(Told("Section47EnquiryStarted", fields={"conference_target": 20_000}))
    world.say(Told("Section47EnquiryStarted", fields={"conference_target": 2**31 - 1}))
    shown = world.open().shown.decode()
    assert '"conference_target":"2024-10-04"' in shown
    assert "which no calendar holds" in shown


def test_nobody_can_ask_without_a_staff_id() -> None:
    with pytest.raises(ValueError, match="expected a staff id"):
        replace(staff(), staff_id=" ")


def test_neither_a_result_nor_a_disclosure_tells_of_a_child_in_its_repr(world: World) -> None:
    world.say(Told(fields={"summary": "Zebedee"}, child_said={"family_name": "Quill"}))
    opened = world.open()
    for text in (
        repr(opened),
        repr(opened.view),
        repr(world.log.disclosures[0]),
        repr(StaffMember("s", staff().person)),
    ):
        assert not any(word in text for word in ("Zebedee", "Quill", str(CHILD), "health-17"))
