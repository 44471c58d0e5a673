import hashlib
import json
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_world import CHILD, MONDAY, POINT, TWIN, Told, at, staff
from view_world import ViewWorld

from access_policy.question import EntryClass
from access_policy.visibility import Outcome, classify
from access_policy.vocabulary import CLEARANCES, SEALS, SENSITIVITIES
from projections.household_words import Kind
from query.door import Refused, StaffMember
from query.household import OpenedHousehold, open_household
from query.other_children import MOST
from query.ports import DisclosureFailed
from query.unsealing import RecordBroken

HOME = {"address": "14 Elm Road, Northmere", "postcode": "NM1 2AB"}
ELSEWHERE = {"address": "3 Birch Way, Northmere", "postcode": "NM9 9ZZ"}
COUSIN = UUID("33333333-3333-4333-8333-333333333333")


@pytest.fixture
def world() -> ViewWorld:
    return ViewWorld()


def opened(world: ViewWorld, who: StaffMember | None = None, child: UUID = CHILD, **asked: object) -> OpenedHousehold:
    found = open_household(world.desk, who or staff(), child, "safeguarding_enquiry", **asked)  # type: ignore[arg-type]
    assert isinstance(found, OpenedHousehold)
    return found


def test_the_very_bytes_are_recorded_before_they_are_shown(world: ViewWorld) -> None:
    event = world.household("mother's boyfriend", "Rufus Invented", lives_there=True)
    world.calls.clear()
    found = opened(world)
    (disclosure,) = world.log.disclosures
    assert world.calls[0] == "read"
    assert world.calls.index("open") < world.calls.index("record") == len(world.calls) - 1
    assert disclosure.digest == hashlib.sha256(found.shown).digest()
    assert (disclosure.action, disclosure.shown, disclosure.child) == ("open_household", (event,), CHILD)
    assert [one.kind for one in found.view.members] == [Kind.PARTNER_OF_PARENT]
    assert "Rufus Invented" in json.loads(found.shown)["genogram"][0]["names"]


def test_without_a_purpose_it_is_refused_and_that_is_recorded_and_nothing_is_read(world: ViewWorld) -> None:
    world.household("mother")
    world.calls.clear()
    refused = open_household(world.desk, staff(), CHILD, None)
    assert isinstance(refused, Refused)
    assert world.calls == ["record"]
    assert not world.log.disclosures[0].allowed


def test_a_disclosure_that_is_not_durable_shows_nothing(world: ViewWorld) -> None:
    world.household("mother")
    world.log.broken = True
    with pytest.raises(DisclosureFailed):
        opened(world)


def test_an_altered_entry_shows_nothing_and_is_recorded_as_refused(world: ViewWorld) -> None:
    world.household("mother")
    (event,) = world.records.kept[CHILD]
    world.records.kept[CHILD] = [event._replace(sealed=event.sealed[:-1] + bytes([event.sealed[-1] ^ 1]))]
    with pytest.raises(RecordBroken):
        opened(world)
    assert not world.log.disclosures[0].allowed


@pytest.mark.parametrize("kind", ["address", "household", "person", "release address"])
def test_a_child_of_the_same_household_is_shown_with_why_and_when_and_nothing_of_its_record(
    world: ViewWorld, kind: str
) -> None:
    if kind == "address":
        world.say(Told(agency="housing", child_said=HOME))
        world.say(Told(agency="police", child=TWIN, child_said={**HOME, "address": "14, ELM RD"}))
    elif kind == "household":
        world.household("mother", household_reference="H-7", agency="housing")
        world.household("aunt", household_reference="H-7", agency="housing", child=TWIN)
    elif kind == "person":
        world.household("sibling", "Zebedee Quill", person_born_on=16000)
        said = {"given_name": "Zebedee", "family_name": "Quill", "date_of_birth": at("2013-10-22").date()}
        world.say(Told(child=TWIN, child_said=said, fields={"summary": "kept to itself"}))
    else:
        release = {"release_on": None, "release_address": "14 Elm Road NM1 2AB", "child_there": None, "summary": None}
        world.say(Told("ReleaseAddressNotified", "prisons", fields=release))
        world.say(Told(child=TWIN, child_said=HOME))
    found = opened(world)
    (other,) = found.view.others
    assert other.child == TWIN
    (why,) = other.because
    assert why.kind == kind.rsplit(maxsplit=1)[-1]
    assert why.there.learned.earliest == MONDAY
    assert "kept to itself" not in found.shown.decode()


def test_that_another_child_was_shown_is_recorded_under_that_child_too(world: ViewWorld) -> None:
    here = world.say(Told(child_said=HOME))
    there = world.say(Told(child=TWIN, child_said=HOME))
    world.say(Told(child=TWIN))
    found = opened(world)
    of_twin, of_child = world.log.disclosures
    assert (of_twin.child, of_twin.shown, of_twin.allowed) == (TWIN, (there,), True)
    assert (of_child.child, of_child.shown, of_child.disclosure_id) == (CHILD, (here,), found.disclosure_id)
    assert of_twin.disclosure_id != of_child.disclosure_id


def test_another_record_of_one_name_and_birthday_is_no_household(world: ViewWorld) -> None:
    said = {"given_name": "Zebedee", "family_name": "Quill", "date_of_birth": at("2013-10-22").date()}
    world.say(Told(child_said=said))
    world.say(Told(agency="police", child=TWIN, child_said=said))
    assert opened(world).view.others == ()


def test_of_a_long_record_the_newest_entry_of_each_agency_says_why(world: ViewWorld) -> None:
    for day in range(3):
        world.say(Told(child_said=HOME))
        there = [
            world.say(Told(agency=agency, child=TWIN, child_said=HOME, learned=MONDAY + timedelta(days=day)))
            for agency in ("health", "police")
        ]
    (other,) = opened(world).view.others
    assert {one.there.event_id for one in other.because} == set(there)
    assert world.log.disclosures[0].shown == tuple(sorted(there))


def test_a_name_alone_a_postcode_alone_and_another_agencys_reference_lead_nowhere(world: ViewWorld) -> None:
    world.household(
        "father", "Rufus Invented", household_reference="H-7", agency="housing", child_said={"postcode": "NM1 2AB"}
    )
    world.household(
        "uncle",
        "Rufus Invented",
        household_reference="H-7",
        agency="police",
        child=TWIN,
        child_said={"postcode": "NM1 2AB"},
    )
    assert opened(world).view.others == ()


def test_a_telling_that_was_withdrawn_or_corrected_leads_nowhere_on_either_side(world: ViewWorld) -> None:
    world.say(Told(child_said=HOME))
    there = world.say(Told(child=TWIN, child_said=HOME))
    assert len(opened(world).view.others) == 1
    world.say(Told("StatementRetracted", child=TWIN, retracts=there))
    assert opened(world).view.others == ()
    here = world.say(Told(agency="housing", child_said=ELSEWHERE))
    world.say(Told(agency="police", child=COUSIN, child_said=ELSEWHERE))
    assert len(opened(world).view.others) == 1
    world.say(Told(agency="housing", corrects=here, learned=at("2025-03-05"), child_said=HOME))
    assert [one.child for one in opened(world).view.others] == []


def lodgers(world: ViewWorld, many: int, **said: object) -> list[UUID]:
    """Tell of many other children at the address, each a minute after the one before."""
    children = [UUID(int=1000 + number) for number in range(many)]
    for number, child in enumerate(children):
        world.say(Told(child=child, child_said=HOME, received=MONDAY + timedelta(minutes=number), **said))  # type: ignore[arg-type]
    return children


def test_an_address_of_many_opens_the_children_of_whom_the_newest_was_told_says_that_there_are_more_and_whom_to_ask(
    world: ViewWorld,
) -> None:
    world.say(Told(agency="housing", child_said=HOME))
    children = lodgers(world, MOST + 5)
    view = opened(world).view
    assert [one.child for one in view.others] == children[: -MOST - 1 : -1]
    assert view.more_others
    assert "There are more other children" in view.others_sentence
    assert "ask housing" in view.others_sentence
    assert all("an address of many" in why.sentence for one in view.others for why in one.because)
    assert [one.child for one in world.log.disclosures] == [*children[: -MOST - 1 : -1], CHILD]


def test_as_many_as_can_be_shown_are_shown_without_more_being_said(world: ViewWorld) -> None:
    world.say(Told(child_said=HOME))
    lodgers(world, MOST)
    found = opened(world)
    assert (len(found.view.others), found.view.more_others) == (MOST, False)
    assert "of many" not in found.shown.decode()


def test_children_of_whom_only_locked_entries_tell_take_no_place_and_are_not_counted() -> None:
    shown = []
    for with_locked in (True, False):
        world = ViewWorld()
        world.say(Told(child_said=HOME))
        world.say(Told(child=TWIN, child_said=HOME, received=MONDAY))
        if with_locked:
            lodgers(world, MOST + 5, agency="police", seal="LOCKED")
        world.random.seed(5)
        shown.append((opened(world).shown, world.log.disclosures))
    assert shown[0] == shown[1]


def test_it_can_be_asked_as_the_hub_knew_it(world: ViewWorld) -> None:
    world.household("mother", child_said=HOME)
    world.say(Told(child=TWIN, child_said=HOME, received=at("2025-03-07")))
    then = opened(world, as_known_at=at("2025-03-05")).view
    assert (len(then.members), then.others) == (1, ())
    assert opened(world).view.others != ()


def test_a_strand_that_is_linked_to_this_child_is_no_other_child_and_one_that_is_separated_again_is(
    world: ViewWorld,
) -> None:
    world.say(Told(child_said=HOME))
    world.say(Told(child=TWIN, child_said=HOME))
    world.decide("LINK", CHILD, TWIN, at("2025-03-04"))
    assert opened(world).view.others == ()
    world.decide("KEEP_APART", CHILD, TWIN, at("2025-03-06"))
    assert [one.child for one in opened(world).view.others] == [TWIN]
    assert opened(world, as_known_at=at("2025-03-05")).view.others == ()


def test_another_child_of_two_strands_is_one_child_and_is_named_by_what_the_reader_may_know_of(
    world: ViewWorld,
) -> None:
    world.say(Told(child=COUSIN, child_said=HOME))
    world.say(Told(agency="police", seal="LOCKED", child=CHILD))
    world.say(Told(child=TWIN, child_said=HOME))
    world.decide("LINK", CHILD, TWIN, at("2025-03-04"))
    (other,) = opened(world, child=COUSIN).view.others
    assert other.child == TWIN
    (named,) = opened(world, staff("police", "analyst", "locked"), COUSIN).view.others
    assert named.child == CHILD


@pytest.mark.parametrize("hidden", [{"seal": "LOCKED"}, {"seal": "SEALED"}])
@pytest.mark.parametrize("side", ["here", "there"])
def test_another_child_is_not_shown_by_an_entry_that_the_reader_may_not_read_on_either_side(
    world: ViewWorld, hidden: dict[str, str], side: str
) -> None:
    one, other = (hidden, {}) if side == "here" else ({}, hidden)
    world.say(Told(agency="police", child_said=HOME, **one))  # type: ignore[arg-type]
    world.say(Told(agency="police", child=TWIN, child_said=HOME, **other))  # type: ignore[arg-type]
    assert opened(world).view.others == ()
    owner = staff("police", "analyst", "locked", "sealed")
    assert [child.child for child in opened(world, owner).view.others] == [TWIN]


def test_a_token_that_an_entry_does_not_bear_out_shows_nobody(world: ViewWorld) -> None:
    mine = world.say(Told(child_said=HOME))
    world.say(Told(child=TWIN, child_said=ELSEWHERE))
    (carried,) = [one for carriers in world.tokens._by_token.values() for one in carriers if one.event_id == mine][:1]
    other = UUID(bytes=world.records.kept[TWIN][0].header.event_id)
    world.tokens.add([type(carried)(carried.token, carried.kind, TWIN, other, MONDAY)])
    assert opened(world).view.others == ()


def test_what_is_withheld_is_counted_with_whom_to_ask_and_the_view_says_to_ask_for_other_children(
    world: ViewWorld,
) -> None:
    world.household("mother", agency="police", seal="SEALED")
    view = opened(world).view
    assert (view.completeness, view.members) == ("fully withheld", ())
    assert "ask the police" in view.withheld[0].sentence
    assert "other children" in view.others_sentence


@st.composite
def tellings(draw: st.DrawFn) -> list[Told]:
    made = st.builds(
        lambda child, agency, seal, sensitivity, home, hours: Told(
            agency=agency,
            child=child,
            seal=seal,
            sensitivity=sensitivity,
            happened=MONDAY + timedelta(hours=hours),
            child_said=home,
            fields={"summary": f"<marked {seal} {sensitivity} {agency}>"},
        ),
        st.sampled_from([CHILD, TWIN]),
        st.sampled_from(["health", "police"]),
        st.sampled_from(SEALS),
        st.sampled_from(SENSITIVITIES),
        st.sampled_from([HOME, ELSEWHERE]),
        st.integers(0, 9),
    )
    return draw(st.lists(made, min_size=1, max_size=8))


@settings(max_examples=50, deadline=None)
@given(
    told=tellings(), clearances=st.frozensets(st.sampled_from(CLEARANCES)), agency=st.sampled_from(["health", "police"])
)
def test_what_may_not_be_known_of_leaves_no_trace_in_a_household(
    told: list[Told], clearances: frozenset[str], agency: str
) -> None:
    who = staff(agency, "analyst", *clearances)
    world, without = ViewWorld(), ViewWorld()
    for number, one in enumerate(told, 1):
        world.say(one)
        seen = EntryClass(one.agency, one.event_type, one.sensitivity, one.seal, one.assertion)
        if classify(POINT, who.person, "safeguarding_enquiry", [seen])[seen].outcome is not Outcome.INVISIBLE:
            without.told = number - 1
            without.say(one)
    world.random.seed(3)
    without.random.seed(3)
    assert opened(world, who) == opened(without, who)
    assert world.log.disclosures == without.log.disclosures
