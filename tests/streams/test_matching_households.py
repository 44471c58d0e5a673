"""The matching worker keeps by what other children of a household are found; who may be shown them is decided at the door."""

from uuid import UUID

import pytest
from admit_world import SECRETS
from matching_world import ZED, Told, World, strand

from access_policy.blind_index import event_id
from projections.household_tokens import Page, SharedToken

SISTER = ZED | {"given_name": "Yolanda"}


def id_of(agency: str, reference: str) -> UUID:
    return UUID(bytes=event_id(SECRETS.event_id, agency, reference))


@pytest.mark.parametrize("seal", ["OPEN", "SEALED", "LOCKED"])
def test_two_children_of_one_address_are_found_by_each_others_entries_whatever_seals_them(seal: str) -> None:
    world = World().read(
        Told("R-1", strand(1), "health", ZED, local_id="H-1"),
        Told("R-2", strand(2), "police", SISTER, local_id="N-2", envelope={"seal": seal}),
    )
    found = world.households.shared([id_of("health", "R-1")], [strand(2)])
    assert found == {SharedToken("address", id_of("health", "R-1"), strand(2), id_of("police", "R-2"))}


def test_read_in_other_runs_or_again_the_same_is_kept_and_a_retraction_tells_nothing() -> None:
    told = (
        Told("R-1", strand(1), "health", ZED, local_id="H-1"),
        Told("R-2", strand(2), "police", SISTER, local_id="N-2"),
        Told(
            "R-3", strand(3), "police", ZED, "StatementRetracted", "N-3", 0, {"retracts": "R-2"}, {"reason": "a slip"}
        ),
    )
    once, again = World().read(*told), World().read(*told, at_once=1).read(*told)
    asked = [id_of("health", "R-1")]
    strands = [strand(number) for number in range(1, 4)]
    assert once.households.shared(asked, strands) == again.households.shared(asked, strands)
    assert (
        once.households.newest(asked, Page(9)) == again.households.newest(asked, Page(9)) == (id_of("police", "R-2"),)
    )
