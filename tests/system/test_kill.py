"""`kill -9` at ten random moments of a run, across both roles: nothing is lost, nothing is doubled."""

import random
import time
from collections.abc import Sequence

import psycopg
import pytest

from apps.wiring import PROJECT
from schemas.topics import HUB_EVENTS
from streams import admit
from tests.system.running import Account, Hub, Say, Worker, nothing_is_doubled, publish
from tests.system.statements import Told, broken

pytestmark = pytest.mark.services

ROUNDS = 5
STOP_AT_COMMIT = """
create function stop_at_commit() returns trigger language plpgsql as 'begin perform pg_advisory_xact_lock_shared(1); return null; end';
create constraint trigger stop_at_commit after insert on admitted deferrable initially deferred
for each row execute function stop_at_commit()
"""
"""Whoever admits something waits at the very end of its transaction: everything is in the log, and nothing of it is marked as read."""
STAGE_OF = {"admit": admit.STAGE, "project": PROJECT}


def slices(told: Sequence[Told], count: int) -> list[Sequence[Told]]:
    return [told[len(told) * number // count : len(told) * (number + 1) // count] for number in range(count)]


def kill_in_the_midst(hub: Hub, worker: Worker, told: Sequence[Told], chance: random.Random) -> Worker:
    """Tell the hub something more, kill the worker when it has read some of that, and start another in its place."""
    stage = STAGE_OF[worker.role]
    goal = hub.read_so_far(stage) + chance.randrange(1, len(told) // 2)
    publish(hub.services, told)
    hub.until(lambda: hub.read_so_far(stage) >= goal, f"the {worker.role} worker to read up to {goal} records")
    time.sleep(chance.random() * 0.03)  # where in its work it dies is for chance to say; nothing waits for this
    hub.kill(worker)
    (again,) = hub.start(worker.role)
    return again


def test_kill_nine_at_ten_random_moments_loses_nothing_and_doubles_nothing(
    undisturbed: Account, hub: Hub, told: list[Told], say: Say
) -> None:
    chance = random.Random(2024)
    parts = slices([*told, *broken()], 2 * ROUNDS)
    admitting, projecting = hub.start("admit", "project")
    for number in range(ROUNDS):
        projecting = kill_in_the_midst(hub, projecting, parts[2 * number], chance)
        admitting = kill_in_the_midst(hub, admitting, parts[2 * number + 1], chance)
    hub.settle()
    assert hub.account() == undisturbed
    repeats = nothing_is_doubled(hub, len(told))
    say(f"{2 * ROUNDS} workers killed; {repeats} hub events written again, byte for byte the same")


def test_killed_between_the_log_and_its_position_it_writes_every_event_again_byte_for_byte(
    hub: Hub, told: list[Told], say: Say
) -> None:
    few = told[:400]
    with psycopg.connect(hub.services.conninfo("mash_owner"), autocommit=True) as owner:
        owner.execute(STOP_AT_COMMIT)
        owner.execute("select pg_advisory_lock(1)")
        (admitting,) = hub.start("admit")
        publish(hub.services, few)
        hub.until(lambda: hub.written(HUB_EVENTS) > 0, "some events in the log")
        hub.kill(admitting)
        # The server does not see at once that its client is gone, and would commit for it: the machine that dies takes both.
        with psycopg.connect(hub.services.server_conninfo(), autocommit=True) as server:
            server.execute(
                "select pg_terminate_backend(pid, 10000) from pg_stat_activity where usename = 'mash_worker'"
            )
        owner.execute("drop trigger stop_at_commit on admitted")
    assert hub.read_so_far(admit.STAGE) == 0
    hub.start("admit", "project")
    hub.settle()
    repeats = nothing_is_doubled(hub, len(few))
    assert repeats > 0
    say(f"{repeats} of {len(few)} events written again, byte for byte the same")
