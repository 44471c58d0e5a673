"""What follows from who is who, whatever order the hub learns it in: in memory, and PostgreSQL held to the same answers."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import combinations
from random import Random

import pytest
from hub_records import RULES, SqlHub, identifiers_of, lived
from hypothesis import given, settings
from hypothesis import strategies as st
from identity_histories import (
    NEW,
    STRANDS,
    Happening,
    decision,
    entries_of,
    interleaved,
    late_and_again,
    plain_entries_of,
    randoms,
    said_of,
)
from projection_histories import FIRST, said

from projections.chronology.entry import Entry
from projections.store import Projections
from projections.thresholds import met_windows

EVERYBODY = (*STRANDS, *NEW)
MOMENTS = [FIRST + timedelta(days=days) for days in (0, 20, 40, 60, 100)]


def known(store: Projections) -> list[object]:
    """Ask everything that is known of every child now, but alerts and positions, which are matters of arrival."""
    return [(store.name_of(one), store.chronology(one), store.clocks(one), store.concerns(one)) for one in EVERYBODY]


def known_then(store: Projections) -> list[object]:
    """Ask what was known of every child at some moments."""
    return [(store.name_of(one, then), store.as_known_at(one, then)) for one in EVERYBODY for then in MOMENTS]


def everything(store: Projections, entries: Iterable[Entry]) -> list[object]:
    """Ask everything there is to ask."""
    named = [store.child_of(index) for entry in entries for index in identifiers_of(entry)]
    return [
        known(store),
        known_then(store),
        [store.alerts(one) for one in EVERYBODY],
        store.every_alert(),
        named,
        store.digest(),
    ]


@given(randoms(), st.integers(0, 12), st.integers(0, 8))
def test_any_order_repetition_and_lateness_gives_the_same_children(random: Random, entries: int, sayings: int) -> None:
    told, decided = entries_of(random, entries), said_of(random, sayings)
    first = lived([*told, *decided])
    again = lived(late_and_again(random, told, decided))
    assert known(again) == known(first)
    assert known_then(again) == known_then(first)
    assert again.digest() == first.digest()


@given(randoms(), st.integers(0, 12), st.integers(0, 8), st.sampled_from(MOMENTS))
def test_what_was_known_at_a_moment_is_what_a_run_that_stopped_then_shows(
    random: Random, entries: int, sayings: int, moment: datetime
) -> None:
    told, decided = entries_of(random, entries), said_of(random, sayings)
    whole = lived(late_and_again(random, told, decided))
    stopped = lived([one for one in told if one.received <= moment] + [one for one in decided if one.at <= moment])
    for one in EVERYBODY:
        assert whole.as_known_at(one, moment) == stopped.chronology(one)
        assert whole.name_of(one, moment) == stopped.name_of(one)


@given(randoms(), st.integers(0, 14), st.integers(1, 8))
def test_links_that_end_undone_leave_nothing_behind_but_alerts_that_were_raised(
    random: Random, entries: int, links: int
) -> None:
    told = plain_entries_of(random, entries) if random.random() < 0.5 else entries_of(random, entries)
    undone = links_undone(random, links)
    never, linked = lived(told), lived(interleaved(random, told, undone))
    assert known(linked) == known(never)
    assert linked.digest() == never.digest()
    for one in STRANDS:
        assert linked.alerts(one) >= never.alerts(one)


def links_undone(random: Random, links: int) -> list[Happening]:
    """Link and unlink at random, and in the end keep every pair apart."""
    pairs = [random.sample(STRANDS, 2) for _ in range(links)]
    sequence = [(random.choice(("LINK", "LINK", "KEEP_APART")), *pair) for pair in pairs]
    sequence += [("KEEP_APART", *pair) for pair in combinations(STRANDS, 2)]
    return [decision(number, *one) for number, one in enumerate(sequence)]  # type: ignore[arg-type]


@given(randoms(), st.integers(0, 14), st.integers(0, 6))
def test_while_a_window_is_met_some_alert_tells_of_it(random: Random, entries: int, sayings: int) -> None:
    store = lived(interleaved(random, plain_entries_of(random, entries), said_of(random, sayings)))
    rule = RULES.packs[1].thresholds[0]
    for one in EVERYBODY:
        if met_windows(store.concerns(one), rule):
            assert [alert for alert in store.alerts(one) if alert.kind == "threshold"]


PATTERN = (
    said(1, "PoliceIncidentRecorded", "2024-02-01T09:00", "police", child=STRANDS[0]),
    said(2, "NotBrought", "2024-02-08T09:00", "health", child=STRANDS[1]),
    said(3, "AbsenceRecorded", "2024-02-15T09:00", "education", child=STRANDS[1]),
)
LINK, UNLINK = decision(1, "LINK", *STRANDS[:2]), decision(2, "KEEP_APART", *STRANDS[:2])


def test_a_threshold_that_only_a_link_completes_is_raised_when_they_are_linked() -> None:
    store = lived([*PATTERN, LINK])
    (alert,) = store.alerts(STRANDS[1])
    assert (alert.child, alert.evidence) == (STRANDS[0], tuple(one.event_id for one in PATTERN))


def test_an_alert_whose_evidence_is_no_more_one_childs_is_nobodys() -> None:
    store = lived([*PATTERN, LINK, UNLINK])
    assert store.alerts(STRANDS[0]) == store.alerts(STRANDS[1]) == frozenset()
    assert len(store.every_alert()) == 1


def test_a_pattern_that_one_strand_had_alone_is_not_told_of_again_when_it_is_linked() -> None:
    alone = [
        said(one.event_id.int, one.event_type, one.happened.earliest, one.agency, child=STRANDS[1]) for one in PATTERN
    ]
    other = said(4, "NotBrought", "2024-02-10T09:00", "health", child=STRANDS[0])
    before, after = lived([*alone, other]), lived([*alone, other, LINK])
    assert [one.alert_id for one in after.every_alert()] == [one.alert_id for one in before.every_alert()]
    assert len(after.alerts(STRANDS[0])) == 1


def test_an_identifier_names_the_child_that_its_strand_is_part_of_now() -> None:
    (index,) = identifiers_of(PATTERN[1])
    assert lived([*PATTERN, LINK]).child_of(index) == STRANDS[0]
    assert lived([*PATTERN, LINK, UNLINK]).child_of(index) == STRANDS[1]


def test_what_is_split_off_is_a_child_of_its_own_and_its_local_id_names_it() -> None:
    (index,) = identifiers_of(PATTERN[1])
    store = lived([*PATTERN, decision(1, "SPLIT", STRANDS[1], NEW[1], index)])
    assert [line.entry.event_id for line in store.chronology(NEW[1]).timeline] == [PATTERN[1].event_id]
    assert [line.entry.event_id for line in store.chronology(STRANDS[1]).timeline] == [PATTERN[2].event_id]
    assert store.child_of(index) == NEW[1]


@pytest.mark.services
def test_postgresql_and_memory_answer_alike_whatever_is_said_of_who_is_who(hub: SqlHub) -> None:
    @settings(deadline=None, max_examples=60)
    @given(randoms(), st.integers(0, 12), st.integers(0, 8))
    def hold(random: Random, entries: int, sayings: int) -> None:
        told, decided = entries_of(random, entries), said_of(random, sayings)
        happened = late_and_again(random, told, decided)
        with hub.undone():
            assert everything(hub.lived(happened), told) == everything(lived(happened), told)

    hold()


@pytest.mark.services
def test_postgresql_and_memory_raise_the_same_alerts_where_strands_are_linked_and_unlinked(hub: SqlHub) -> None:
    raised = 0
    for seed in range(40):
        random = Random(seed)
        told, decided = plain_entries_of(random, 14), said_of(random, 6)
        happened = interleaved(random, told, decided)
        with hub.undone():
            memory = lived(happened)
            assert everything(hub.lived(happened), told) == everything(memory, told)
            raised += len(memory.every_alert())
    assert raised > 20  # else agreeing about alerts would say nothing; the seeds are fixed


@pytest.mark.services
def test_links_that_end_undone_leave_no_row_but_what_was_said_and_raised(hub: SqlHub) -> None:
    for seed in range(20):
        random = Random(seed)
        told = entries_of(random, 12)
        happened = interleaved(random, told, links_undone(random, 6))
        with hub.undone():
            hub.lived(told)
            never = hub.everything()
        with hub.undone():
            hub.lived(happened)
            linked = hub.everything()
        for table in never.keys() - {"alert", "identity_said", "strand_pair"}:
            assert linked[table] == never[table], table


@pytest.mark.services
def test_however_hub_identity_is_cut_into_runs_who_belongs_together_is_the_same(hub: SqlHub) -> None:
    for seed in range(20):
        decided = said_of(Random(seed), 9)
        with hub.undone():
            hub.lived(decided)
            one_by_one = hub.everything()
        with hub.undone():
            hub.said_at_once(decided[:4])
            hub.said_at_once(decided, first=4)
            assert hub.everything() == one_by_one


@pytest.mark.services
def test_a_rebuild_makes_the_same_rows_as_the_hub_at_work(hub: SqlHub) -> None:
    for seed in range(20):
        random = Random(seed)
        told, decided = entries_of(random, 12), said_of(random, 6)
        with hub.undone():
            hub.lived(interleaved(random, told, decided))
            lived_rows = hub.everything()
        with hub.undone():
            hub.rebuilt(told, decided)
            rebuilt_rows = hub.everything()
        for table in lived_rows.keys() - {"alert"}:
            assert rebuilt_rows[table] == lived_rows[table], table
