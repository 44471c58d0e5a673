"""`python -m bench.chronologies`: what a long chronology costs, to read and to add to, as ratios within one run.

Reading is the whole door: decide, read, open every entry, compose, record the disclosure durably, give the bytes. The yardstick is the bare query for the
same sealed records. Adding is one event of a child that has so many already, folded by itself with all that is worked out from it, in one transaction.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from uuid import UUID

from access_policy.question import Person
from apps.connections import conninfo
from apps.doors import open_doors
from apps.settings import Settings
from apps.wiring import admit_stage, event_log, project_stages, start_producer, worker_store
from bench.history import AGENCIES, Shape, history
from bench.parts import private_parts, send
from bench.steps import runs
from projections.rows import open_store
from query.door import StaffMember
from query.open_record import OpenedRecord, open_record
from schemas.catalogue import load_catalogue
from schemas.topics import HUB_EVENTS, agency_topic, partitions_of
from streams.runs import Run

READER = StaffMember("bench-1", Person("childrens_social_care", "analyst"))
RECORDS = "select record from chronology_entry where child = %s"
LENGTHS = (500, 5_000)
FEW, MANY, ADDED = 10, 10_000, 30


def main() -> None:
    """Measure and print; a chronology that is not as long as was told ends with an AssertionError and no figure."""
    parser = argparse.ArgumentParser(
        description="Measure long chronologies.", epilog="Example: python -m bench.chronologies --rounds 100"
    )
    parser.add_argument("--rounds", type=int, default=100, help="how often each chronology is opened (default 100)")
    rounds = parser.parse_args().rounds
    with private_parts() as settings:
        for place, length in enumerate((*LENGTHS, FEW, MANY)):
            shape = Shape(length, 1, prefix=f"C{place}", first_child=1000 + place)
            send(settings, (one for one in history(load_catalogue(), shape)))
        asyncio.run(_fold(settings, lambda _: None))
        children = _children(settings)
        for length in LENGTHS:
            _read(settings, _nearest(children, length), rounds)
        _add(settings)


def _read(settings: Settings, child: tuple[UUID, int], rounds: int) -> None:
    name, length = child
    with closing(open_doors(settings)) as doors, open_store(conninfo(settings, "mash_reader")) as conn:

        def opened() -> None:
            found = open_record(doors.door, READER, name, "assessment")
            assert isinstance(found, OpenedRecord)
            assert len(found.view.timeline) == length, (len(found.view.timeline), length)

        bare = _timed(lambda: conn.execute(RECORDS, (name,), binary=True).fetchall(), rounds)
        whole = _timed(opened, rounds)
    print(
        f"a chronology of {length:,} entries: p50 {whole[0] * 1000:,.0f} ms = {whole[0] / bare[0]:,.0f} x the bare SQL, "
        f"p99 {whole[1] * 1000:,.0f} ms = {whole[1] / bare[1]:,.0f} x (bare p50 {bare[0] * 1000:.1f} ms)"
    )


def _add(settings: Settings) -> None:
    """Fold more events of the child with few entries and of the one with many, one at a time."""
    costs = []
    for place, length in ((len(LENGTHS), FEW), (len(LENGTHS) + 1, MANY)):
        shape = Shape(ADDED, 1, seed=place, prefix=f"A{place}", first_child=1000 + place)
        send(settings, (one for one in history(load_catalogue(), shape)))
        seconds: list[float] = []
        asyncio.run(_fold(settings, seconds.append, one_by_one=True))
        costs.append(statistics.median(seconds))
        print(
            f"folding one event of a child with about {length:,} entries: median {costs[-1] * 1000:.2f} ms of {len(seconds)}"
        )
    print(f"the {MANY:,}th event against the {FEW}th: {costs[1] / costs[0]:.1f} x")


async def _fold(settings: Settings, took: Callable[[float], object], *, one_by_one: bool = False) -> None:
    """Admit and fold what was sent and is not folded yet, in this process."""
    catalogue = load_catalogue()
    producer = await start_producer(settings)
    with worker_store(settings) as conn:
        admit = admit_stage(settings, catalogue, event_log(producer))
        async for run in runs(settings, [(agency_topic(agency), part) for agency in AGENCIES for part in range(2)]):
            await admit.fold(run)
        stage = project_stages(conn, catalogue)[HUB_EVENTS]
        folded = {
            (topic, part): following
            for topic, part, following in conn.execute(
                "select topic, part, next from log_position where stage = 'project'"
            )
        }
        async for run in runs(settings, [(HUB_EVENTS, part) for part in range(partitions_of(HUB_EVENTS))]):
            fresh = [one for one in run.records if one.offset >= folded.get((HUB_EVENTS, one.partition), 0)]
            for records in _cut(fresh, one_by_one=one_by_one):
                began = time.perf_counter()
                await stage.fold(Run(records))
                took(time.perf_counter() - began)
    await producer.stop()


def _cut(records: Sequence[object], *, one_by_one: bool) -> list[list[object]]:
    if not records:
        return []
    return [[one] for one in records] if one_by_one else [list(records)]


def _children(settings: Settings) -> dict[UUID, int]:
    with open_store(conninfo(settings, "mash_reader")) as conn:
        return dict(conn.execute("select child, count(*) from chronology_entry group by child").fetchall())


def _nearest(children: dict[UUID, int], length: int) -> tuple[UUID, int]:
    """Give the child whose chronology is nearest to this long: a broken message in ten thousand is not in it."""
    return min(children.items(), key=lambda one: abs(one[1] - length))


def _timed(call: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Give p50 and p99 of a call, in seconds."""
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds), statistics.quantiles(seconds, n=100)[98]


if __name__ == "__main__":
    main()
