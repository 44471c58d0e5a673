import hashlib

import pytest
from record_world import CHILD, SECRET, TWIN, Told, World, staff

from access_policy.blind_index import NHS_NUMBER, UPN, local_scheme
from query.door import Refused, StaffMember
from query.find_child import Finding, Identifier, find_child
from query.ports import DisclosureFailed

NUMBER = "9990000018"
KNOWN = {"nhs_number": NUMBER, "upn": "A123456789012", "local_id": "h-1"}


def find(world: World, scheme: str, value: str, who: StaffMember | None = None) -> Finding:
    found = find_child(world.door, who or staff(), Identifier(scheme, value), "assessment", SECRET)
    assert isinstance(found, Finding)
    return found


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        (NHS_NUMBER, NUMBER),
        (NHS_NUMBER, " 999 000 0018"),
        (UPN, "a123456789012"),
        (local_scheme("health"), "h-1"),
    ],
)
def test_a_child_is_found_by_any_identifier_that_an_agency_gave(world: World, scheme: str, value: str) -> None:
    world.say(Told(child=TWIN))
    world.say(Told(agency="health", child_said=KNOWN))
    assert find(world, scheme, value).child == CHILD


def test_an_identifier_of_one_agency_is_not_that_of_another(world: World) -> None:
    world.say(Told(agency="health", child_said=KNOWN))
    assert find(world, local_scheme("police"), "h-1").child is None


def test_finding_is_recorded_and_the_identifier_is_nowhere_in_what_is_kept_or_shown(world: World) -> None:
    world.say(Told(agency="health", child_said=KNOWN))
    found = find(world, NHS_NUMBER, NUMBER)
    (disclosure,) = world.log.disclosures
    assert (disclosure.action, disclosure.child, disclosure.allowed) == ("find_child", CHILD, True)
    assert disclosure.digest == hashlib.sha256(found.shown).digest()
    assert NUMBER not in repr((disclosure, found, Identifier(NHS_NUMBER, NUMBER))) + found.shown.decode()
    assert world.calls == ["look up", "read", "record"]


def test_finding_nobody_is_recorded_too(world: World) -> None:
    assert find(world, NHS_NUMBER, NUMBER).child is None
    assert world.log.disclosures[0].child is None


def test_whom_only_a_locked_entry_names_is_found_by_its_own_team_alone(world: World) -> None:
    world.say(Told(agency="health"))
    world.say(Told(agency="police", seal="LOCKED", child_said=KNOWN))
    nobody = find(world, NHS_NUMBER, "9990000026")
    hidden = find(world, NHS_NUMBER, NUMBER)
    assert (hidden.child, hidden.shown) == (None, nobody.shown)
    assert find(world, NHS_NUMBER, NUMBER, staff("police", "analyst", "locked")).child == CHILD
    first, second, _ = world.log.disclosures
    assert (first.rules, first.digest) == (second.rules, second.digest)


def test_a_withheld_entry_may_still_name_its_child(world: World) -> None:
    world.say(Told(agency="police", seal="SEALED", child_said=KNOWN))
    assert find(world, NHS_NUMBER, NUMBER).child == CHILD


def test_without_a_purpose_nobody_is_looked_up(world: World) -> None:
    refused = find_child(world.door, staff(), Identifier(NHS_NUMBER, NUMBER), None, SECRET)
    assert isinstance(refused, Refused)
    assert world.calls == ["record"]
    assert not world.log.disclosures[0].allowed


def test_a_search_that_is_not_recorded_finds_nothing(world: World) -> None:
    world.say(Told(agency="health", child_said=KNOWN))
    world.log.broken = True
    with pytest.raises(DisclosureFailed):
        find(world, NHS_NUMBER, NUMBER)


def test_rules_that_cannot_be_applied_to_an_entry_refuse_the_search(world: World) -> None:
    world.say(Told(agency="health", child_said=KNOWN))
    (event,) = world.records.kept[CHILD]
    world.records.kept[CHILD] = [event._replace(header=event.header._replace(seal="UNHEARD_OF"))]
    refused = find_child(world.door, staff(), Identifier(NHS_NUMBER, NUMBER), "assessment", SECRET)
    assert isinstance(refused, Refused)
    assert refused.rules == ("engine-error",)
