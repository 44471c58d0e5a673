"""The demo on real parts with real workers: its counts add up whatever happens to the workers meanwhile."""

import os
import signal
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from apps import workers
from apps.demo.county import story_named
from apps.demo.county_files import MAIN, CountyFile
from apps.demo.first_look import first_look
from apps.demo.run import Outcome, Show, run_demo
from apps.demo.sign_in import let_people_sign_in
from apps.demo.story_identity import WRONG_MERGE
from apps.demo.wrong_merge import wrong_merge
from apps.desk import open_case_desks
from apps.doors import open_doors
from apps.failures import DISK_FULL
from apps.people import load_people
from apps.rebuild import OWNER, RebuildRefused, rebuild
from apps.services.daemons import wait_until
from apps.worker import share_the_hub
from apps.workers.layout import ROLES, WorkersLayout
from projections.sharing import BeingRebuilt, take_tables
from query.household import OpenedHousehold, open_household
from tests.hub_parts import HubServices

pytestmark = pytest.mark.services

TODAY = date(2026, 11, 20)
CHILDREN = 40
PATIENCE = 90
FULL_DISK = """
create function disk_full() returns trigger language plpgsql as
$$ begin raise exception 'could not extend file' using errcode = '53100'; end $$;
create trigger disk_full before insert on chronology_entry for each statement execute function disk_full()
"""
SHARED = "select count(*) from pg_locks where locktype = 'advisory' and mode = 'ShareLock' and granted"


def quiet(_: str) -> None:
    """Say nothing."""


def unseen(_: CountyFile, _rows: int) -> None:
    """Show nothing."""


@pytest.fixture
def hub(fresh_hub: HubServices) -> Iterator[HubServices]:
    """Give an empty hub whose workers run."""
    home = fresh_hub.settings.home
    for left in (home / "demo" / "plan.json", home / "people.json"):
        left.unlink(missing_ok=True)
    try:
        workers.up(home, fresh_hub.environ, quiet)
        yield fresh_hub
    finally:
        workers.down(home, quiet)


def tell(hub: HubServices, show: Show | None = None) -> Outcome:
    return run_demo(hub.settings, TODAY, CHILDREN, show or Show(quiet, unseen))


def pids(hub: HubServices) -> list[int]:
    return [one.pid for one in workers.status(hub.settings.home) if one.pid is not None]


def log_of(hub: HubServices, role: str) -> str:
    return WorkersLayout(hub.settings.home).worker_log(role).read_text()


def test_counts_add_up_and_a_second_run_changes_nothing(hub: HubServices) -> None:
    first = tell(hub)
    expected = first.county.expected
    assert (first.told, first.admitted, first.quarantined) == (expected.told, expected.told, 0)
    assert first.held.entries == expected.told
    assert first.held.questions == expected.review
    second = tell(hub)
    assert (second.admitted, second.known_before, second.quarantined) == (0, expected.told, 0)
    assert (second.held, second.plan) == (first.held, first.plan)


def test_workers_killed_on_the_way_are_started_again_and_lose_and_double_nothing(hub: HubServices) -> None:
    undisturbed: list[int] = []

    def kill_in_the_middle(file: CountyFile, rows: int) -> None:
        if file.wave == MAIN and rows >= 100 and not undisturbed:
            undisturbed.extend(pids(hub))
            for pid in undisturbed:
                os.kill(pid, signal.SIGKILL)

    outcome = tell(hub, Show(quiet, kill_in_the_middle))
    assert len(undisturbed) == len(ROLES)
    assert not set(undisturbed) & set(pids(hub))
    assert outcome.admitted == outcome.held.entries == outcome.county.expected.told
    assert all(one.restarts for one in workers.status(hub.settings.home))


def test_a_full_disk_in_front_of_postgresql_is_said_in_one_sentence_and_nothing_is_lost(hub: HubServices) -> None:
    said_before = log_of(hub, "project").count(DISK_FULL)
    with psycopg.connect(hub.conninfo(OWNER), autocommit=True) as owner, ThreadPoolExecutor(1) as pool:
        owner.execute(FULL_DISK)
        telling = pool.submit(tell, hub)
        try:
            assert wait_until(lambda: log_of(hub, "project").count(DISK_FULL) > said_before, PATIENCE)
        finally:
            owner.execute("drop function disk_full() cascade")
        outcome = telling.result()
    assert outcome.held.entries == outcome.county.expected.told
    assert "Traceback" not in log_of(hub, "project")


def test_a_rebuild_is_refused_while_a_worker_lives_and_a_worker_while_a_rebuild_does(hub: HubServices) -> None:
    with psycopg.connect(hub.conninfo(OWNER), autocommit=True) as owner:
        assert wait_until(lambda: (owner.execute(SHARED).fetchone() or (0,))[0] == len(ROLES), PATIENCE)
    with pytest.raises(RebuildRefused, match="found a worker"):
        rebuild(hub.settings, lambda *_: None)
    workers.down(hub.settings.home, quiet)
    with psycopg.connect(hub.conninfo(OWNER)) as owner:
        assert take_tables(owner)
        with pytest.raises(BeingRebuilt, match="is being rebuilt; try again when"):
            share_the_hub(hub.settings)


def test_each_person_of_the_demo_signs_in_by_a_token_that_only_its_owner_reads(hub: HubServices) -> None:
    assert let_people_sign_in(hub.settings)
    assert not let_people_sign_in(hub.settings)
    people = load_people(hub.settings.home)
    folder: Path = hub.settings.secrets / "people"
    for staff_id, member in people.by_staff_id.items():
        token = folder / staff_id
        assert people.bearing(token.read_text()) == member
        assert stat.S_IMODE(token.stat().st_mode) == 0o600
        assert token.read_text() not in (hub.settings.home / "people.json").read_text()


def test_two_cousins_are_taken_for_one_and_kept_apart_and_both_who_saw_it_are_named_once(hub: HubServices) -> None:
    let_people_sign_in(hub.settings)
    story = story_named(tell(hub).county, WRONG_MERGE)
    made = wrong_merge(hub.settings, story, quiet)
    assert made.people == ("demo-analyst", "demo-health")
    assert wrong_merge(hub.settings, story, quiet) == made
    with psycopg.connect(hub.conninfo(OWNER)) as owner:
        pair = sorted((made.left, made.right))
        said = owner.execute("select count(*) from identity_said where left_strand = %s and right_strand = %s", pair)
        assert said.fetchone() == (2,)


def test_the_first_look_shows_what_three_agencies_told_of_a_child_whom_no_identifier_joins(hub: HubServices) -> None:
    let_people_sign_in(hub.settings)
    outcome = tell(hub)
    look = first_look(hub.settings, outcome.county.stories[0].children[0].nhs_number)
    shown = "\n".join(look.lines)
    assert "Three agencies with a concern within 28 days" in shown
    assert all(f", {agency} (told as fact)" in shown for agency in ("police", "health", "education"))
    assert "how an injury came about (open)" in shown
    assert "told as “about the 22nd”" in shown
    assert others_of(hub, look.child) == {
        "the same address",
        "the same household, by the agency's own reference",
        "the same person, by name and date of birth",
    }


def others_of(hub: HubServices, child: UUID) -> set[str]:
    """Say why the two other children of the first child's household are shown to the analyst."""
    analyst = load_people(hub.settings.home).named("demo-analyst")
    with closing(open_doors(hub.settings)) as doors, open_case_desks(hub.settings, doors) as desks:
        found = open_household(desks.views, analyst, child, "safeguarding_enquiry")
        assert isinstance(found, OpenedHousehold)
        assert len(found.view.others) == 2
        return {why.sentence.partition(", told by")[0] for one in found.view.others for why in one.because}
