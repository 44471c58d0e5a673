"""Whatever version of its contract an entry was written under, whoever opens the record sees the newest."""

from typing import Any

import pytest
from record_world import Told, World, staff

OPENER = staff("education")


def fields_shown(world: World) -> list[dict[str, Any]]:
    view = world.open(OPENER).view
    return [dict(part.standing.body.fields) for part in view.timeline]


@pytest.mark.parametrize("version", [1, 2])
def test_who_referred_is_shown_with_its_code_whichever_version_told_it(world: World, version: int) -> None:
    told = {"source": "2A", "primary_need": "N1", "summary": None} | ({"source_code": "2A"} if version == 2 else {})
    world.say(Told("ReferralReceived", "education", fields=told, version=version))
    assert fields_shown(world) == [{"source": "2A", "source_code": "2A", "primary_need": "N1", "summary": None}]


def test_one_kind_of_exclusion_is_shown_under_one_name(world: World) -> None:
    for number, (version, kind) in enumerate([(1, "FIXD"), (1, "Fixed-period exclusion"), (2, "suspension")]):
        world.say(
            Told("ExclusionRecorded", "education", fields={"kind": kind, "summary": str(number)}, version=version)
        )
    assert {one["kind"] for one in fields_shown(world)} == {"suspension"}
