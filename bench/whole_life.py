"""The whole life of an event: from the agency's topic to a queryable sealed chronology, by the real workers as they run in production."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
from psycopg import Connection

from apps.connections import conninfo
from apps.services.daemons import recall
from apps.services.layout import Layout
from apps.settings import Settings
from apps.workers.control import down, status, up
from bench.history import Expected
from projections.rows import Rows, open_store

PATIENCE = 600
PROGRESS = """
select (select count(*) from admitted), (select count(*) from chronology_entry), (select count(*) from quarantined)
"""
READ = "select coalesce(sum(next), 0) from log_position where stage = %s and topic like %s"


@dataclass(frozen=True, slots=True)
class WholeLife:
    """What one run came to: messages a second, and for each process its resident memory in MB and its CPU time in microseconds a message."""

    events_per_second: float
    memory: dict[str, int]
    cpu: dict[str, float]


@contextmanager
def workers(settings: Settings) -> Iterator[dict[str, psutil.Process]]:
    """Run the supervised workers while the block lasts; gives the process of each."""
    up(settings.home, os.environ, lambda _: None)
    try:
        yield {one.role: psutil.Process(one.pid) for one in status(settings.home) if one.pid is not None}
    finally:
        down(settings.home, lambda _: None)


def run_hub(settings: Settings, sent: int, expected: Expected) -> WholeLife:
    """Let the workers take everything that was sent; AssertionError unless what came out is exactly what went in."""
    conn = open_store(conninfo(settings, "mash_auditor"))
    before = {name: _family_cpu(process) for name, process in _servers(settings).items()}
    with workers(settings) as running:
        marks: list[tuple[float, int]] = []
        deadline = time.perf_counter() + PATIENCE
        while not marks or marks[-1][1] < expected.admitted:
            (folded,) = conn.execute(READ, ("project", "hub.events")).fetchone() or (0,)
            marks.append((time.perf_counter(), int(folded)))
            assert time.perf_counter() < deadline, f"{folded} of {expected.admitted} folded after {PATIENCE} s"
            time.sleep(0.05)
        parts = {**running, **_servers(settings)}
        memory = {name: _family_memory(process) for name, process in parts.items()}
        cpu = {name: (_family_cpu(process) - before.get(name, 0.0)) / sent * 1e6 for name, process in parts.items()}
        _wait_for_quarantine(conn, expected)
    admitted, folded, refused = conn.execute(PROGRESS).fetchone() or (0, 0, 0)
    assert (admitted, folded, refused) == (expected.admitted, expected.admitted, expected.refused), (
        admitted,
        folded,
        refused,
        expected,
    )
    conn.close()
    return WholeLife(_rate(marks, sent), memory, cpu)


def _wait_for_quarantine(conn: Connection[Rows], expected: Expected) -> None:
    deadline = time.perf_counter() + 30
    while (conn.execute("select count(*) from quarantined").fetchone() or (0,))[
        0
    ] < expected.refused and time.perf_counter() < deadline:
        time.sleep(0.05)


def _rate(marks: list[tuple[float, int]], sent: int) -> float:
    """Give messages a second from the last moment at which nothing was folded to the last event, start-up left out."""
    began = max(at for at, folded in marks if folded == 0)
    return sent / (marks[-1][0] - began)


def _servers(settings: Settings) -> dict[str, psutil.Process]:
    layout = Layout(settings.home)
    found = {"kafka": recall(layout.run / "kafka.json"), "postgres": recall(layout.run / "postgres.json")}
    return {name: psutil.Process(daemon.pid) for name, daemon in found.items() if daemon is not None}


def _family_memory(process: psutil.Process) -> int:
    # PostgreSQL's processes share their buffers: what each has for itself is what counts.
    return sum(one.memory_full_info().uss for one in (process, *process.children(recursive=True))) >> 20


def _family_cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    own = times.user + times.system + times.children_user + times.children_system
    return float(own + sum(sum(one.cpu_times()[:2]) for one in process.children(recursive=True)))
