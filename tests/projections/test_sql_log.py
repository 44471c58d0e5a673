"""What keeps the projections true to the log: positions, fences, holes, and records that contradict each other."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from hub_records import CODEC, PROJECT, SqlHub, record_of, remembered
from projection_histories import CHILD, said

from apps.services.daemons import wait_until
from projections.chronology.entry import Entry
from projections.positions import LogHole, advance, fence, require_no_hole, stored_positions
from projections.rows import open_store
from projections.sql_fold import ProjectionBroken, SqlFold
from schemas.codec import ContractBroken
from schemas.topics import HUB_EVENTS
from streams.project import Project
from streams.runs import Run
from tests.hub_parts import HubServices

pytestmark = pytest.mark.services
STORY = [
    said(number, "NotBrought", f"2024-02-0{number}T09:00", agency)
    for number, agency in enumerate(("police", "health", "education"), 1)
]
WAITS_FOR_A_LOCK = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and pid = %s"


@dataclass(frozen=True, slots=True)
class Fetched:
    """One record as the broker hands it over."""

    topic: str
    partition: int
    offset: int
    value: bytes
    timestamp: int = 0
    timestamp_type: int = 1


def run_of(*entries: Entry, first: int = 0) -> Run:
    return Run([Fetched(HUB_EVENTS, 0, offset, record_of(entry)) for offset, entry in enumerate(entries, first)])


def project(hub: SqlHub) -> Project:
    return Project(PROJECT, hub.conn, hub.sql_fold())


def fold(hub: SqlHub, run: Run) -> None:
    asyncio.run(project(hub).fold(run))


@pytest.fixture
def zombie(fresh_databases: HubServices) -> Iterator[SqlHub]:
    """Give a second worker's connection: one that was thought dead."""
    with open_store(fresh_databases.conninfo("mash_worker")) as conn:
        yield SqlHub(conn)


def test_rows_and_position_are_written_together(hub: SqlHub) -> None:
    fold(hub, run_of(*STORY))
    assert hub.store().positions() == {(HUB_EVENTS, 0): 3}
    assert hub.store().digest() == remembered(STORY).digest()


def test_a_run_that_was_folded_is_dropped_and_the_new_end_of_it_is_taken(hub: SqlHub) -> None:
    fold(hub, run_of(*STORY[:2]))
    before = hub.everything()
    fold(hub, run_of(*STORY[:2]))
    assert hub.everything() == before
    fold(hub, run_of(*STORY))
    assert hub.store().positions() == {(HUB_EVENTS, 0): 3}
    assert hub.store().digest() == remembered(STORY).digest()


def test_an_event_that_stands_in_the_log_twice_is_one_entry(hub: SqlHub) -> None:
    fold(hub, run_of(*STORY, *STORY))
    fold(hub, run_of(STORY[1], first=6))
    assert len(hub.store().entries(CHILD)) == 3
    assert hub.store().positions() == {(HUB_EVENTS, 0): 7}


@pytest.mark.parametrize("cut", [0, 1], ids=["in another run", "in one run"])
def test_the_same_message_read_from_another_partition_of_its_topic_is_a_repeat(hub: SqlHub, cut: int) -> None:
    elsewhere = record_of(STORY[0], source_partition=1, source_offset=99, received=1)
    records = [(0, record_of(STORY[0])), (1, elsewhere)]
    sql_fold = hub.sql_fold()
    runs = [records] if cut else [records[:1], records[1:]]
    assert sum(sql_fold.fold(0, run) for run in runs) == 1
    assert [entry.received for entry in hub.store().entries(CHILD)] == [STORY[0].received]


@pytest.mark.parametrize(
    "changed",
    [replace(STORY[1], content_digest=b"c" * 32), replace(STORY[1], child=UUID(int=7))],
    ids=["another content", "another child"],
)
@pytest.mark.parametrize("together", [True, False], ids=["in one run", "in another run"])
def test_another_record_under_a_folded_id_stops_the_fold_and_changes_nothing(
    hub: SqlHub, changed: Entry, *, together: bool
) -> None:
    if not together:
        fold(hub, run_of(*STORY[:2]))
    before = hub.everything()
    with pytest.raises(ProjectionBroken, match=f"event {STORY[1].event_id} at 0/3: .*run `mash verify`"):
        fold(hub, run_of(*STORY, changed))
    assert hub.everything() == before


def test_a_record_that_is_no_hub_event_stops_the_fold_and_changes_nothing(hub: SqlHub) -> None:
    run = run_of(*STORY)
    run.records = [*run.records, Fetched(HUB_EVENTS, 0, 3, b"no hub event")]
    before = hub.everything()
    with pytest.raises(ContractBroken):
        fold(hub, run)
    assert hub.everything() == before


@pytest.mark.parametrize("offsets", [(1,), (0, 2), (0, 1, 3), (5, 6)])
def test_a_hole_in_the_log_stops_the_fold_wherever_it_is_and_changes_nothing(
    hub: SqlHub, offsets: tuple[int, ...]
) -> None:
    run = Run([Fetched(HUB_EVENTS, 0, offset, record_of(entry)) for offset, entry in zip(offsets, STORY, strict=False)])
    before = hub.everything()
    with pytest.raises(
        LogHole, match=r"project on hub.events/0: expected offset \d next, found \d; .* run `mash verify`"
    ):
        fold(hub, run)
    assert hub.everything() == before


def test_records_that_follow_without_a_gap_are_no_hole() -> None:
    require_no_hole("project", "hub.events/0", 3, 3)


def test_positions_are_kept_for_each_stage_topic_and_partition(hub: SqlHub) -> None:
    with hub.conn.transaction():
        for stage, part in (("project", 0), ("project", 1), ("ledger", 0)):
            assert fence(hub.conn, stage, HUB_EVENTS, part) == 0
        advance(hub.conn, "project", HUB_EVENTS, 1, 7)
    assert stored_positions(hub.conn, "project") == {(HUB_EVENTS, 0): 0, (HUB_EVENTS, 1): 7}
    assert stored_positions(hub.conn, "ledger") == {(HUB_EVENTS, 0): 0}
    assert stored_positions(hub.conn, "nobody") == {}


def test_a_worker_that_was_thought_dead_waits_and_then_finds_its_run_folded(hub: SqlHub, zombie: SqlHub) -> None:
    late = threading.Thread(target=fold, args=(zombie, run_of(*STORY)))
    pid = zombie.conn.info.backend_pid
    with hub.conn.transaction():
        following = fence(hub.conn, PROJECT, HUB_EVENTS, 0)
        late.start()
        assert wait_until(lambda: hub.conn.execute(WAITS_FOR_A_LOCK, (pid,)).fetchone() == (1,), 30)
        hub.sql_fold().fold(0, [(offset, record_of(entry)) for offset, entry in enumerate(STORY, following)])
        advance(hub.conn, PROJECT, HUB_EVENTS, 0, 3)
        before = hub.everything()
    late.join()
    assert hub.everything() == before


def test_what_a_worker_did_before_it_was_cut_off_is_not_there(hub: SqlHub, zombie: SqlHub) -> None:
    class CutOff:
        def fold(self, headers: object) -> None:
            raise ConnectionError

    before = hub.everything()
    broken = Project(PROJECT, zombie.conn, SqlFold(zombie.conn, CODEC, [zombie.duties(), CutOff()]))
    with pytest.raises(ConnectionError):
        asyncio.run(broken.fold(run_of(*STORY)))
    assert hub.everything() == before
    fold(hub, run_of(*STORY))
    assert hub.store().digest() == remembered(STORY).digest()
