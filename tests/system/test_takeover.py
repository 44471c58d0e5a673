"""A second worker joins and is killed, and a worker freezes and comes back: nothing is lost, nothing is doubled."""

import signal
import time
from collections.abc import Mapping

import psutil
import psycopg
import pytest

from apps.failures import GONE, STOOD_STILL
from apps.wiring import PROJECT
from projections.positions import stored_positions
from streams import admit
from tests.system.running import Account, Hub, Place, Say, Worker, nothing_is_doubled, publish
from tests.system.statements import Told, broken
from tests.system.test_kill import slices

pytestmark = pytest.mark.services

STAGE_OF = {"admit": admit.STAGE, "project": PROJECT}
HELD = "select count(*) from pg_stat_activity where client_port = any(%s) and state = 'idle in transaction'"


def joined(hub: Hub, role: str, count: int) -> Mapping[str, frozenset[Place]]:
    """Wait until so many workers of a role share its partitions, and say who has which."""
    hub.until(
        lambda: len(found := hub.members(role)) == count and all(found.values()), f"{count} {role} workers at work"
    )
    return hub.members(role)


def newcomers(before: Mapping[str, frozenset[Place]], after: Mapping[str, frozenset[Place]]) -> frozenset[Place]:
    """Give the partitions of the one member that was not there before."""
    (joined_now,) = after.keys() - before.keys()
    return after[joined_now]


def still_to_move(hub: Hub, role: str, places: frozenset[Place]) -> int:
    """Say how many of these partitions have something that is not read yet."""
    ends = hub.ends()
    with hub.store() as conn:
        stored = stored_positions(conn, STAGE_OF[role])
    return sum(stored.get(place, 0) < ends[place] for place in places)


def test_a_second_worker_of_each_role_joins_and_is_killed(
    undisturbed: Account, hub: Hub, told: list[Told], say: Say
) -> None:
    parts = slices([*told, *broken()], 3)
    hub.start("admit", "project")
    publish(hub.services, parts[0])
    hub.settle()  # from here on the broker has forgotten the workers of earlier tests
    first = {role: joined(hub, role, 1) for role in STAGE_OF}
    second = hub.start("admit", "project")
    lost = {role: newcomers(first[role], joined(hub, role, 2)) for role in STAGE_OF}
    goal = hub.read_so_far(PROJECT) + 100
    publish(hub.services, parts[1])
    hub.until(lambda: hub.read_so_far(PROJECT) >= goal, "both roles to be at work")
    for worker in second:
        hub.kill(worker)
    killed = time.monotonic()
    publish(hub.services, parts[2])
    for role, places in lost.items():
        hub.until(lambda r=role, p=places: not still_to_move(hub, r, p), f"the {role} partitions to move again")
        say(
            f"{role}: {len(places)} partitions of a killed worker were read to their ends {time.monotonic() - killed:.1f} s after"
        )
    hub.settle()
    assert hub.account() == undisturbed
    repeats = nothing_is_doubled(hub, len(told))
    say(f"{repeats} hub events written again, byte for byte the same")


def freeze_in_a_transaction(hub: Hub, worker: Worker) -> bool:
    """Stop a worker where it stands; whether it stands inside a transaction, its partition's position held. If not it goes on."""
    ports = [one.laddr.port for one in psutil.Process(worker.process.pid).net_connections()]
    with psycopg.connect(hub.services.server_conninfo(), autocommit=True) as server:
        if server.execute(HELD, (ports,)).fetchone() == (0,):
            return False
        worker.process.send_signal(signal.SIGSTOP)
        if server.execute(HELD, (ports,)).fetchone() != (0,):
            return True
    worker.process.send_signal(signal.SIGCONT)
    return False


def test_a_worker_that_freezes_inside_a_transaction_and_comes_back_when_another_has_its_partitions(
    undisturbed: Account, hub: Hub, told: list[Told], say: Say
) -> None:
    with psycopg.connect(hub.services.server_conninfo(), autocommit=True) as server:
        # The server gives up on such a transaction after a minute; a test need not wait so long.
        server.execute("alter database mash set idle_in_transaction_session_timeout = '12s'")
    (frozen, _) = hub.start("admit", "project")
    hub.given_up.append(frozen)
    parts = slices([*told, *broken()], 40)
    publish(hub.services, parts[0])
    hub.settle()
    hub.start("admit")
    joined(hub, "admit", 2)
    told_so_far = 1
    while not freeze_in_a_transaction(hub, frozen):
        assert told_so_far < len(parts), "the worker was never inside a transaction"
        if hub.read_so_far(admit.STAGE) >= sum(map(len, parts[:told_so_far])):
            publish(hub.services, parts[told_so_far])
            told_so_far += 1
    froze = time.monotonic()
    for part in parts[told_so_far:]:
        publish(hub.services, part)
    hub.settle()
    say(f"everything was read {time.monotonic() - froze:.1f} s after a worker froze inside a transaction")
    frozen.process.send_signal(signal.SIGCONT)
    hub.until(lambda: frozen.process.poll() is not None, "the worker that froze to end")
    # It is told why its transaction was ended, unless its own next words find the connection closed before that is read.
    assert STOOD_STILL in frozen.why() or GONE["PostgreSQL"] in frozen.why()
    hub.settle()
    assert hub.account() == undisturbed
    repeats = nothing_is_doubled(hub, len(told))
    say(f"{repeats} hub events written again, byte for byte the same")
