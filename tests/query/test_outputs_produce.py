import hashlib
from dataclasses import replace

import pytest
from record_world import CHILD, Told, World, at, staff
from rich_record import rich_world

from access_policy.vocabulary import EXPORT_RECORD
from query.door import Refused
from query.open_record import open_record
from query.outputs.document import FORMATS, Format, Output
from query.outputs.produce import Asked, Produced, made_again, produce_output
from query.ports import DisclosureFailed
from query.unsealing import RecordBroken

READER = staff("health", "analyst", "sensitive_health")


def given_out(world: World, output: Output, asked: Asked | None = None) -> Produced:
    made = produce_output(world.door, READER, asked or Asked(CHILD, "assessment"), output)
    assert isinstance(made, Produced)
    return made


@pytest.mark.parametrize("output_format", FORMATS)
def test_the_disclosure_holds_the_digest_of_the_very_bytes_that_are_given(output_format: Format) -> None:
    world = rich_world()
    made = given_out(world, Output(output_format))
    disclosure = world.log.disclosures[-1]
    assert disclosure.disclosure_id == made.disclosure_id
    assert disclosure.digest == hashlib.sha256(made.content).digest()
    assert (disclosure.action, disclosure.allowed, disclosure.child) == (EXPORT_RECORD, True, CHILD)
    assert len(disclosure.shown) > 10
    assert len(disclosure.withheld) == 2


def test_both_the_rule_on_opening_and_the_one_on_exporting_are_on_record() -> None:
    world = rich_world()
    given_out(world, Output("json"))
    assert "analyst-exports-record" in world.log.disclosures[-1].rules
    assert any("opens" in rule or "open" in rule for rule in world.log.disclosures[-1].rules)


@pytest.mark.parametrize("role", ["practitioner", "auditor", "governance", "feed_owner"])
def test_whoever_may_not_export_is_refused_and_that_is_recorded(world: World, role: str) -> None:
    world.say(Told(agency="health"))
    refused = produce_output(world.door, staff("health", role), Asked(CHILD, "assessment"), Output("word"))
    assert isinstance(refused, Refused)
    (disclosure,) = world.log.disclosures
    assert (disclosure.allowed, disclosure.action, disclosure.shown) == (False, EXPORT_RECORD, ())
    assert "read" not in world.calls


def test_without_a_purpose_nothing_is_given(world: World) -> None:
    refused = produce_output(world.door, READER, Asked(CHILD, None), Output("word"))
    assert isinstance(refused, Refused)


def test_nothing_is_given_that_is_not_surely_recorded(world: World) -> None:
    world.log.broken = True
    with pytest.raises(DisclosureFailed):
        given_out(world, Output("csv"))


def test_an_altered_entry_keeps_everything_back_and_that_is_recorded(world: World) -> None:
    world.say(Told(agency="health"))
    event = world.records.kept[CHILD][0]
    world.records.kept[CHILD] = [event._replace(sealed=event.sealed[:-1] + bytes([event.sealed[-1] ^ 1]))]
    with pytest.raises(RecordBroken):
        given_out(world, Output("csv"))
    assert not world.log.disclosures[-1].allowed


def test_a_file_name_and_a_repr_say_nothing_of_whom_it_is_about() -> None:
    made = given_out(rich_world(), Output("html"))
    assert made.file_name == f"chronology-{made.disclosure_id.hex[:8]}.html"
    assert "Zebedee" not in repr(made)
    assert CHILD.hex not in repr(Asked(CHILD, "assessment")).replace("-", "")


def test_it_is_as_known_at_the_moment_that_was_asked_for() -> None:
    world = rich_world()
    made = given_out(world, Output("csv"), Asked(CHILD, "assessment", at("2024-01-01")))
    told = made.content.decode()
    assert "on 1 January 2024, 00:00" in told
    assert "domestic abuse" not in told


def test_an_output_holds_nothing_that_the_opened_record_does_not_show() -> None:
    world = rich_world()
    reader = staff("housing")
    made = produce_output(world.door, reader, Asked(CHILD, "assessment"), Output("json"))
    assert isinstance(made, Produced)
    opened = open_record(world.door, reader, CHILD, "assessment")
    assert not isinstance(opened, Refused)
    one, other = world.log.disclosures
    assert (one.shown, one.withheld) == (other.shown, other.withheld)


@pytest.mark.parametrize("output", [Output("word", "REVIEW", anonymised=True), Output("svg"), Output("csv")])
def test_an_export_is_found_again_from_its_disclosure(world: World, output: Output) -> None:
    world.say(Told(agency="health", child_said={"given_name": "Zebedee"}, fields={"summary": "Zebedee was there"}))
    made = given_out(world, output)
    disclosure = world.log.disclosures[-1]
    opened = open_record(world.door, READER, CHILD, "assessment")
    assert not isinstance(opened, Refused)
    events = world.records.events(disclosure.shown)
    told = world.door.unsealing.open_all(events)
    assert made_again(disclosure, opened.view, told) == made.content
    assert made_again(replace(disclosure, digest=bytes(32)), opened.view, told) is None
