from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from record_world import Told, World, at

from query.view import Fact
from schemas.topics import AGENCIES


def facts(world: World, kind: str) -> list[Fact]:
    return [fact for fact in world.open().view.facts if fact.kind == kind]


def test_the_latest_name_comes_first_and_an_agency_that_tells_otherwise_stays_in_sight(world: World) -> None:
    old = world.say(Told(learned=at("2025-01-01"), child_said={"given_name": "Zebedee", "family_name": "Quill"}))
    new = world.say(Told(agency="health", learned=at("2025-02-01"), child_said={"given_name": "Zeb "}))
    first, second = facts(world, "name")
    assert (first.value, first.latest, first.told_by[0].event_id) == ("Zeb", True, new)
    assert (second.value, second.latest, second.told_by[0].event_id) == ("Zebedee Quill", False, old)
    assert second.told_by[0].learned.earliest == at("2025-01-01")


def test_a_value_is_given_once_with_everyone_who_told_it_and_when_they_last_did(world: World) -> None:
    said = {"nhs_number": "9990000018"}
    world.say(Told(learned=at("2025-01-01"), child_said=said))
    last = world.say(Told(learned=at("2025-01-03"), child_said=said))
    world.say(Told(agency="health", learned=at("2025-01-02"), child_said={"nhs_number": "999 000 0018"}))
    (fact,) = facts(world, "NHS number")
    assert [(one.agency, one.event_id == last) for one in fact.told_by] == [("education", True), ("health", False)]


def test_a_fact_that_was_corrected_or_withdrawn_is_not_told_any_more(world: World) -> None:
    wrong = world.say(Told(child_said={"date_of_birth": date(2016, 2, 29)}))
    world.say(Told(corrects=wrong, learned=at("2025-03-05"), child_said={"date_of_birth": date(2015, 2, 28)}))
    gone = world.say(Told(agency="health", child_said={"date_of_birth": date(2001, 1, 1)}))
    world.say(Told("StatementRetracted", "health", retracts=gone))
    assert [fact.value for fact in facts(world, "date of birth")] == ["2015-02-28"]


def test_the_newest_local_id_of_each_agency_is_its_latest_whatever_other_agencies_call_the_child(world: World) -> None:
    world.say(Told(learned=at("2025-01-01"), child_said={"local_id": "S-1"}))
    world.say(Told(learned=at("2025-02-01"), child_said={"local_id": "S-2"}))
    world.say(Told(agency="health", learned=at("2024-01-01"), child_said={"local_id": "H-1"}))
    assert [(fact.value, fact.latest) for fact in facts(world, "local id")] == [
        ("education S-2", True),
        ("education S-1", False),
        ("health H-1", True),
    ]


def test_addresses_are_kept_with_their_postcode(world: World) -> None:
    world.say(Told(child_said={"address": "1 Nowhere Lane", "postcode": "ZZ99 3VZ"}))
    assert [fact.value for fact in facts(world, "address")] == ["1 Nowhere Lane, ZZ99 3VZ"]


def test_last_seen_last_seen_alone_and_last_heard_are_three_questions(world: World) -> None:
    heard = world.say(Told("ChildSeen", happened=at("2025-01-01"), fields={"wishes_and_feelings": "wants to stay"}))
    alone = world.say(Told("ChildSeen", happened=at("2025-01-02"), fields={"alone": True}))
    seen = world.say(Told("ChildSeen", happened=at("2025-01-03"), fields={"wishes_and_feelings": "  "}))
    found = world.open().view.sightings
    assert [one.event_id for one in (found.seen, found.alone, found.heard) if one] == [seen, alone, heard]
    assert found.heard is not None
    assert found.heard.wishes_and_feelings == "wants to stay"


def test_a_child_whom_nobody_is_shown_to_have_seen_was_not_seen(world: World) -> None:
    world.say(Told("ChildSeen", "police", seal="SEALED"))
    found = world.open().view.sightings
    assert (found.seen, found.alone, found.heard) == (None, None, None)


def test_that_a_child_was_seen_survives_the_shredding_of_what_was_said(world: World) -> None:
    seen = world.say(Told("ChildSeen", fields={"alone": True}))
    world.keys.destroyed.add("education")
    found = world.open().view.sightings
    assert found.seen is not None
    assert (found.seen.event_id, found.seen.alone, found.alone) == (seen, None, None)


@given(names=st.lists(st.tuples(st.sampled_from(AGENCIES), st.integers(1, 5), st.sampled_from("abc")), max_size=8))
def test_one_value_of_each_kind_is_the_latest_and_one_local_id_of_each_agency(
    names: list[tuple[str, int, str]],
) -> None:
    world = World()
    for agency, day, name in names:
        world.say(Told(agency=agency, learned=at(f"2025-01-0{day}"), child_said={"given_name": name}))
    latest = [fact for fact in world.open().view.facts if fact.latest]
    whose = [fact.told_by[0].agency if fact.kind == "local id" else fact.kind for fact in latest]
    told = {agency for agency, _, _ in names}
    assert len(whose) == len(set(whose)) == (1 + len(told) if names else 0)
