from dataclasses import replace
from datetime import timedelta

import pytest
from record_world import CATALOGUE, CHILD, NOW, SECRET, Told, World, at, staff

from access_policy.blind_index import local_scheme
from query.alerts import see_alerts
from query.disclosure import decode_disclosure, disclosure_contract, encode_disclosure
from query.find_child import Finding, Identifier, find_child
from query.replay_shown import NotReproducible, reproduce


def test_what_was_shown_is_made_again_from_the_disclosure_as_it_stands_in_the_log(world: World) -> None:
    first = world.say(Told(agency="health", fields={"summary": "then"}))
    world.say(Told(agency="police", seal="SEALED"))
    world.say(Told(agency="police", seal="LOCKED"))
    world.say(Told("ReferralReceived", "childrens_social_care"))
    shown = world.open().shown
    message = encode_disclosure(disclosure_contract(CATALOGUE), world.log.disclosures[0])
    world.say(Told(agency="health", corrects=first, learned=at("2025-03-09"), fields={"summary": "later"}))
    later = replace(world.door, clock=lambda: NOW + timedelta(days=400))
    assert reproduce(decode_disclosure(CATALOGUE, message), later) == shown


def test_it_is_made_again_without_the_clearances_of_then(world: World) -> None:
    world.say(Told(agency="police", seal="LOCKED", fields={"summary": "kept close"}))
    shown = world.open(staff("police", "analyst", "locked")).shown
    assert reproduce(world.log.disclosures[0], world.door) == shown


def test_what_was_known_at_a_moment_is_made_again(world: World) -> None:
    world.say(Told())
    shown = world.open_as_known_at(at("2025-03-04")).shown
    assert reproduce(world.log.disclosures[0], world.door) == shown


def test_what_was_shredded_when_it_was_shown_is_made_again(world: World) -> None:
    world.say(Told())
    world.keys.destroyed.add("education")
    shown = world.open().shown
    assert reproduce(world.log.disclosures[0], world.door) == shown


def test_what_was_shredded_since_is_not_made_again(world: World) -> None:
    world.say(Told())
    world.open()
    world.keys.destroyed.add("education")
    with pytest.raises(NotReproducible, match="keys destroyed since"):
        reproduce(world.log.disclosures[0], world.door)


def test_a_disclosure_that_was_altered_does_not_agree(world: World) -> None:
    world.say(Told())
    world.open()
    for changed in ({"purpose": "case_review"}, {"shown": ()}, {"digest": bytes(32)}, {"allowed": False}):
        with pytest.raises(NotReproducible):
            reproduce(replace(world.log.disclosures[0], **changed), world.door)


def test_an_entry_that_is_in_the_store_no_more_is_named_as_the_reason(world: World) -> None:
    world.say(Told())
    world.open()
    world.records.kept[CHILD].clear()
    with pytest.raises(NotReproducible, match="1 missing"):
        reproduce(world.log.disclosures[0], world.door)


def test_of_a_refusal_no_bytes_were_shown(world: World) -> None:
    world.refused(staff(), None)
    assert reproduce(world.log.disclosures[0], world.door) == b""


def test_a_search_is_made_again_without_its_identifier(world: World) -> None:
    world.say(Told(agency="health", child_said={"local_id": "h-1"}))
    found = find_child(world.door, staff(), Identifier(local_scheme("health"), "h-1"), "assessment", SECRET)
    assert isinstance(found, Finding)
    assert reproduce(world.log.disclosures[0], world.door) == found.shown


def test_a_list_of_alerts_is_not_made_again_and_that_is_said(world: World) -> None:
    see_alerts(world.door, staff(), "assessment")
    with pytest.raises(NotReproducible, match="cannot be made again"):
        reproduce(world.log.disclosures[0], world.door)
