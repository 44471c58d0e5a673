"""However the same statements arrive, the hub comes to know the same."""

import pytest

from tests.system.running import Account, Hub, nothing_is_doubled, publish
from tests.system.statements import OVERDUE_CHILDREN, Told, broken, shuffled

pytestmark = pytest.mark.services


def test_shuffled_and_repeated_delivery_in_two_files_comes_to_the_same(
    undisturbed: Account, hub: Hub, told: list[Told]
) -> None:
    again = shuffled(told, 17)
    assert len(again) > len(told)
    publish(hub.services, again[: len(again) // 2])
    hub.start("admit", "project")
    publish(hub.services, [*again[len(again) // 2 :], *broken()])
    hub.settle()
    assert hub.account() == undisturbed
    assert nothing_is_doubled(hub, len(told)) == 0
