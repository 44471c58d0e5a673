"""PostgreSQL answers as the memory store does, whatever history it is told and however the log is cut into runs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from hub_records import SqlHub, children_of, identifiers_of, remembered
from hypothesis import given, settings
from hypothesis import strategies as st
from projection_histories import FIRST, entry_from, said

from projections.chronology.entry import Entry, Span
from projections.memory import MemoryProjections
from projections.rows import open_store
from projections.store import Projections
from schemas.moments import EARLIEST, LATEST, moment
from tests.hub_parts import HubServices

pytestmark = pytest.mark.services
CHILDREN = [UUID(int=0xC0FFEE), UUID(int=0xBEE), UUID(int=0xFADE)]
CUTS = st.lists(st.integers(0, 40), max_size=6)
EXAMPLES = settings(deadline=None, max_examples=120)


@st.composite
def odd_logs(draw: st.DrawFn) -> list[Entry]:
    """One partition's log about three children, amendments at random, some of them of another child's statements."""
    choices = draw(st.lists(st.tuples(st.binary(min_size=12, max_size=12), st.sampled_from(CHILDREN)), max_size=16))
    return [
        replace(entry_from(number, len(choices), one), child=child) for number, (one, child) in enumerate(choices, 1)
    ]


def busy_log(seed: int, length: int) -> list[Entry]:
    """One partition's log in which agencies say much of one child within weeks, so that thresholds are met, undone and met again."""
    random = Random(seed)
    choices = [random.randbytes(12) for _ in range(length)]
    children = random.choices(CHILDREN, weights=(6, 1, 1), k=length)
    entries = [entry_from(number, length, one) for number, one in enumerate(choices, 1)]
    return [replace(entry, child=child) for entry, child in zip(entries, children, strict=True)]


def logs() -> st.SearchStrategy[list[Entry]]:
    """Logs of both kinds."""
    return odd_logs() | st.builds(busy_log, st.integers(0, 2**32), st.integers(8, 30))


def answers(store: Projections, children: set[UUID]) -> list[object]:
    """Ask everything that a store is asked but alerts and positions, which are matters of arrival."""
    moments = [FIRST + timedelta(days=days) for days in (0, 30, 60)]
    return [
        (
            store.chronology(child),
            store.clocks(child),
            store.concerns(child),
            [store.as_known_at(child, one) for one in moments],
        )
        for child in sorted(children)
    ]


def agree(store: Projections, memory: MemoryProjections, told: list[Entry]) -> None:
    children = children_of(told) | set(CHILDREN)
    assert answers(store, children) == answers(memory, children)
    for child in children:
        assert store.alerts(child) == memory.alerts(child)
    assert store.every_alert() == memory.every_alert()
    for entry in told:
        assert [store.child_of(one) for one in identifiers_of(entry)] == [entry.child]
    assert store.digest() == memory.digest()


def test_postgresql_and_memory_answer_alike_on_any_history_cut_into_any_runs(hub: SqlHub) -> None:
    @EXAMPLES
    @given(logs(), CUTS)
    def hold(told: list[Entry], cuts: list[int]) -> None:
        with hub.undone():
            agree(hub.told(told, cuts), remembered(told), told)

    hold()


def test_postgresql_and_memory_raise_the_same_alerts_where_thresholds_are_met_undone_and_met_again(hub: SqlHub) -> None:
    met = 0
    for seed in range(60):
        told = busy_log(seed, 12 + seed % 20)
        with hub.undone():
            agree(hub.told(told, Random(seed).choices(range(40), k=seed % 5)), remembered(told), told)
            met += any(hub.store().alerts(child) for child in CHILDREN)
    assert met > 10  # else agreeing about alerts would say nothing; the seeds are fixed, so this is the same each time


def test_shuffled_and_repeated_delivery_gives_the_same_digest(hub: SqlHub) -> None:
    @EXAMPLES
    @given(logs(), st.randoms(use_true_random=False), CUTS)
    def hold(told: list[Entry], random: object, cuts: list[int]) -> None:
        arrived = [*told, *random.choices(told, k=len(told) // 2)] if told else []  # type: ignore[attr-defined]
        random.shuffle(arrived)  # type: ignore[attr-defined]
        with hub.undone():
            expected = hub.told(told).digest()
        with hub.undone():
            store = hub.told(arrived, cuts)
            assert store.digest() == expected == remembered(told).digest()
            assert answers(store, set(CHILDREN)) == answers(remembered(told), set(CHILDREN))

    hold()


def test_folding_the_same_log_twice_changes_no_row_of_any_table(hub: SqlHub) -> None:
    @settings(deadline=None, max_examples=50)
    @given(logs(), CUTS)
    def hold(told: list[Entry], cuts: list[int]) -> None:
        with hub.undone():
            hub.told(told)
            before = hub.everything()
            hub.told(told, cuts)
            assert hub.everything() == before

    hold()


def test_however_the_log_is_cut_the_rows_are_the_same(hub: SqlHub) -> None:
    @settings(deadline=None, max_examples=50)
    @given(logs(), CUTS)
    def hold(told: list[Entry], cuts: list[int]) -> None:
        with hub.undone():
            hub.told(told)
            expected = hub.everything()
        with hub.undone():
            hub.told(told, cuts)
            assert hub.everything() == expected

    hold()


def test_a_statement_at_either_end_of_the_calendar_is_folded_and_read_back(hub: SqlHub) -> None:
    ends = _at_the_ends()
    with hub.undone():
        agree(hub.told(ends), remembered(ends), ends)


def _at_the_ends() -> list[Entry]:
    kinds = [(kind, moment(value)) for kind in ("ReferralReceived", "NotBrought") for value in (EARLIEST, LATEST)]
    plain = [said(number, kind, FIRST) for number, (kind, _) in enumerate(kinds, 1)]
    return [
        replace(entry, happened=Span(when, when), learned=Span(when, when))
        for entry, (_, when) in zip(plain, kinds, strict=True)
    ]


@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Kiritimati", "America/Los_Angeles"])
def test_the_digest_does_not_depend_on_the_time_zone_of_server_or_machine(
    hub: SqlHub, fresh_databases: HubServices, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    told = [
        said(1, "ReferralReceived", "2024-07-01T12:00"),
        said(2, "ReferralDecided", "2024-07-02T12:00"),
        *_at_the_ends()[2:],
    ]
    told = [replace(entry, event_id=UUID(int=number)) for number, entry in enumerate(told, 1)]
    monkeypatch.setenv("PGTZ", zone)
    with open_store(fresh_databases.conninfo("mash_worker")) as conn:
        there = SqlHub(conn)
        with there.undone():
            assert there.told(told).digest() == remembered(told).digest()


def test_an_answer_is_in_utc(hub: SqlHub) -> None:
    with hub.undone():
        store = hub.told([said(1, "ReferralReceived", "2024-07-01T12:00")])
        assert {clock.due.utcoffset() for clock in store.clocks(CHILDREN[0])} == {timedelta(0)}


def test_a_child_that_nobody_spoke_of_has_an_empty_record(hub: SqlHub) -> None:
    store = hub.store()
    assert store.chronology(CHILDREN[0]).timeline == ()
    assert store.alerts(CHILDREN[0]) == store.clocks(CHILDREN[0]) == store.concerns(CHILDREN[0]) == frozenset()
    assert store.child_of(b"i" * 16) is None
    assert store.positions() == {}
    assert store.children() == []


def test_the_moment_of_receipt_counts_as_known(hub: SqlHub) -> None:
    entry = said(1, "ChildSeen", datetime(2024, 7, 1, 12, tzinfo=UTC))
    with hub.undone():
        store = hub.told([entry])
        assert store.as_known_at(entry.child, entry.received).timeline
        assert not store.as_known_at(entry.child, entry.received - timedelta(microseconds=1)).timeline
