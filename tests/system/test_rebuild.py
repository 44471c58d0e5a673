"""Everything in the main database comes from the log, and comes again from it."""

import pytest

from apps.rebuild import KEPT, RebuildRefused, rebuild
from apps.verification import verify
from projections.rows import Rows
from schemas.topics import LEDGERED
from tests.system.running import Account, Hub, nothing_is_doubled, publish
from tests.system.statements import Told, broken, conflicting

pytestmark = pytest.mark.services

TABLES = (
    "admitted",
    "alert",
    "amendment",
    "casework",
    "chronology_entry",
    "clock",
    "concern",
    "disclosure",
    "feed_arrival",
    "feed_happened",
    "feed_mark",
    "feed_told",
    "held",
    "identifier",
    "identity_said",
    "ledger_tile",
    "placed_by_link",
    "quarantine_closed",
    "quarantine_settled",
    "quarantined",
    "review_item",
    "split_part",
    "strand",
    "strand_pair",
)
MATCHED = frozenset(
    {"block", "compared_edition", "comparison", "household_token", "sketch", "sketch_due", "sketch_told"}
)
"""Tables that a rebuild leaves empty: the matching worker fills them when it starts, since it alone opens bodies."""
COLUMNS = {
    # When a checkpoint was made is the worker's clock the first time, and the broker's stamp after a rebuild.
    "checkpoint": "select topic, part, size, note from checkpoint",
    # A partition without records may have a position, 0, which says as much as none.
    "log_position": "select stage, topic, part, next from log_position where next > 0",
}


def everything(hub: Hub) -> dict[str, set[Rows]]:
    """Give every row of every table, by table; lists become tuples so that rows can be in a set."""
    queries = {table: f"select * from {table}" for table in TABLES} | COLUMNS
    named = {name for (name,) in hub.rows("select tablename from pg_tables where schemaname = 'public'")}
    assert named == {*queries, *KEPT, *MATCHED}
    return {
        table: {tuple(tuple(cell) if isinstance(cell, list) else cell for cell in row) for row in hub.rows(query)}
        for table, query in queries.items()
    }


def every_tree_is_signed(hub: Hub) -> bool:
    """Whether every tree has a checkpoint of all its leaves."""
    ends = {place: end for place, end in hub.ends().items() if place[0] in LEDGERED and end > 0}
    signed = {
        (topic, part): size
        for topic, part, size in hub.rows("select topic, part, max(size) from checkpoint group by 1, 2")
    }
    return signed == ends


def test_a_rebuild_from_the_log_gives_every_row_again_and_the_hub_goes_on_from_there(
    undisturbed: Account, hub: Hub, told: list[Told]
) -> None:
    publish(hub.services, [*told, *broken()])
    workers = hub.start("admit", "project")
    hub.settle()
    publish(hub.services, [conflicting(3, 6)])
    hub.until(lambda: hub.settled() and every_tree_is_signed(hub), "a checkpoint of every tree")
    with pytest.raises(RebuildRefused):
        rebuild(hub.services.settings, lambda *_: None)
    hub.stop(*workers)
    before = everything(hub)
    assert len(before["review_item"]) == 1
    rebuild(hub.services.settings, lambda *_: None)
    again = everything(hub)
    assert {table for table in before if before[table] != again[table]} == set()
    assert verify(hub.services.settings, lambda *_: None).findings == ()
    hub.start("admit", "project")
    publish(hub.services, [*told[:100], conflicting(6, 9)])
    hub.until(lambda: len(hub.rows("select 1 from review_item")) == 2, "the new statement on the review list")
    hub.settle()
    assert nothing_is_doubled(hub, len(told) + 2) == 0
    assert hub.account().alerted >= undisturbed.alerted
