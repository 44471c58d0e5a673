"""Whoever shows or checks anything relies on whole tables: nobody does while everything is rebuilt, and no rebuild begins before they are gone."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from apps.api.wiring import open_desk
from apps.cli import main
from apps.doors import open_doors
from apps.people import write_people
from apps.rebuild import OWNER, RebuildRefused, rebuild
from apps.verification import verify
from apps.worker import share_the_hub
from projections.rows import Rows, open_store
from projections.sharing import BeingRebuilt, begin_rebuild, finish_rebuild, take_tables
from tests.hub_parts import HubServices

pytestmark = pytest.mark.services
PERSON = {"staff_id": "a-17", "name": "Ana", "agency": "health", "role": "analyst", "clearances": []}


def quiet(*_: object) -> None:
    """Show nothing."""


@pytest.fixture
def owner(fresh_databases: HubServices) -> Iterator["psycopg.Connection[Rows]"]:
    with open_store(fresh_databases.conninfo(OWNER)) as conn:
        yield conn


def everyone(hub: HubServices) -> list[Callable[[], object]]:
    """Give each that relies on whole tables, as something to call: a door, a desk of the API, a worker, a verification."""
    return [
        lambda: open_doors(hub.settings),
        lambda: open_desk(hub.settings).__enter__(),
        lambda: share_the_hub(hub.settings),
        lambda: verify(hub.settings, quiet),
    ]


def test_while_everything_is_rebuilt_nobody_opens_a_door_works_or_verifies(
    fresh_databases: HubServices, owner: Any
) -> None:
    assert take_tables(owner)
    for opens in everyone(fresh_databases):
        with pytest.raises(BeingRebuilt, match="everything is being rebuilt; try again when `mash rebuild` is done"):
            opens()


def test_after_a_rebuild_that_died_nobody_does_until_one_is_finished(fresh_databases: HubServices, owner: Any) -> None:
    begin_rebuild(owner)
    for opens in everyone(fresh_databases):
        with pytest.raises(BeingRebuilt, match="did not finish; run `mash rebuild` again"):
            opens()
    assert take_tables(owner)
    finish_rebuild(owner)
    owner.execute("select pg_advisory_unlock_all()")
    open_doors(fresh_databases.settings).close()


def test_no_rebuild_begins_while_a_door_is_open_and_one_does_when_it_is_closed(fresh_hub: HubServices) -> None:
    one, other = open_doors(fresh_hub.settings), open_doors(fresh_hub.settings)
    for door in (one, other):
        with pytest.raises(RebuildRefused, match=r"stop the workers .* and `mash api`"):
            rebuild(fresh_hub.settings, quiet)
        door.close()
    rebuild(fresh_hub.settings, quiet)
    rebuild(fresh_hub.settings, quiet)
    open_doors(fresh_hub.settings).close()


def test_a_command_says_in_one_sentence_that_everything_is_being_rebuilt(
    fresh_databases: HubServices, owner: Any
) -> None:
    write_people(fresh_databases.settings.home / "people.json", [PERSON])
    assert take_tables(owner)
    asked = CliRunner().invoke(main, ["alerts", "--as", "a-17", "--purpose", "assessment"], env=fresh_databases.environ)
    assert asked.exit_code == 1
    assert asked.output.startswith(
        "Error: Expected tables that hold the whole log, found that everything is being rebuilt"
    )
