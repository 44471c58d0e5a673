"""Two workers fold at once: what one does not see yet of a child, nobody derives without it."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from hub_records import CATALOGUE, SqlHub, lived, record_of
from identity_histories import STRANDS, decision
from projection_histories import said

from projections.identity.messages import encode_said
from projections.identity.sql_fold import IdentityFold
from projections.rows import open_store
from tests.hub_parts import HubServices

pytestmark = pytest.mark.services
LEFT, RIGHT = STRANDS[:2]
FIRST = said(1, "ReferralReceived", "2024-02-01T09:00", "childrens_social_care", child=LEFT)
THEN = said(2, "PoliceIncidentRecorded", "2024-02-02T09:00", "police", child=LEFT)
DECIDED = said(3, "ReferralDecided", "2024-02-02T12:00", "childrens_social_care", child=RIGHT)
LINK = decision(1, "LINK", LEFT, RIGHT)
WAITING = "select count(*) from pg_locks where locktype = 'advisory' and not granted"


def events(hub: SqlHub, part: int, *entries: object) -> None:
    hub.sql_fold().fold(part, [(entry.event_id.int, record_of(entry)) for entry in entries])


def link(hub: SqlHub) -> None:
    IdentityFold(hub.conn, CATALOGUE, hub.duties()).fold(0, [(0, encode_said(CATALOGUE, LINK))])


@contextmanager
def second(services: HubServices) -> Iterator[SqlHub]:
    with open_store(services.conninfo("mash_worker")) as conn:
        yield SqlHub(conn)


def folded_at_once(
    services: HubServices, hub: SqlHub, one: Callable[[SqlHub], None], other: Callable[[SqlHub], None]
) -> None:
    """Let one fold, and the other begin before the first is committed; the other has to wait."""

    def folds() -> None:
        with second(services) as beside, beside.conn.transaction():
            other(beside)

    with ThreadPoolExecutor(1) as pool, psycopg.connect(services.server_conninfo(), autocommit=True) as server:
        with hub.conn.transaction():
            one(hub)
            later: Future[None] = pool.submit(folds)
            while not server.execute(WAITING).fetchone()[0]:
                assert not later.done(), "expected the second to wait for the first"
        later.result(60)


def require_as_in_memory(hub: SqlHub) -> None:
    store, memory = hub.store(), lived([FIRST, THEN, DECIDED, LINK])
    assert store.clocks(RIGHT) == memory.clocks(RIGHT)
    assert store.concerns(RIGHT) == memory.concerns(RIGHT)
    assert store.chronology(RIGHT) == memory.chronology(RIGHT)


def test_a_link_waits_for_events_that_are_being_folded(hub: SqlHub, fresh_databases: HubServices) -> None:
    with hub.conn.transaction():
        events(hub, 1, DECIDED)
    folded_at_once(fresh_databases, hub, lambda one: events(one, 0, FIRST, THEN), link)
    require_as_in_memory(hub)


def test_events_wait_for_a_link_that_is_being_folded(hub: SqlHub, fresh_databases: HubServices) -> None:
    with hub.conn.transaction():
        events(hub, 1, DECIDED)
    folded_at_once(fresh_databases, hub, link, lambda one: events(one, 0, FIRST, THEN))
    require_as_in_memory(hub)


def test_two_strands_of_one_child_are_folded_one_after_the_other(hub: SqlHub, fresh_databases: HubServices) -> None:
    with hub.conn.transaction():
        link(hub)
    folded_at_once(fresh_databases, hub, lambda one: events(one, 0, FIRST, THEN), lambda one: events(one, 1, DECIDED))
    require_as_in_memory(hub)
