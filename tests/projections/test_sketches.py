"""Sketches and comparisons: what the memory store means, PostgreSQL does."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from identity_said import compared, decided, strand

from projections.identity.comparisons import Comparisons, MemoryComparisons, Noted
from projections.identity.comparisons_sql import COMPARING, SqlComparisons
from projections.identity.messages import encode_said
from projections.identity.particulars import Outcome
from projections.identity.said import Said
from projections.identity.sketches import MemorySketches, SealedSketch, Sketches, ToldStatement, standing
from projections.identity.sketches_sql import SqlSketches
from projections.identity.sql_strands import SAID_COLUMNS, said_row
from projections.rows import open_store
from schemas.catalogue import load_catalogue
from schemas.topics import HUB_IDENTITY
from tests.hub_parts import HubServices

CATALOGUE = load_catalogue()
NOON = datetime(2024, 2, 6, 12, tzinfo=UTC)
SAY = f"insert into identity_said ({SAID_COLUMNS}) values (%s, %s, %s, %s, %s, %s, %s)"
FOLDED = """
insert into log_position (stage, topic, part, next) values ('project', %s, 0, %s)
on conflict (stage, topic, part) do update set next = excluded.next
"""
PARTS = "insert into split_part (strand, local_id, new_strand) values (%s, %s, %s)"
TOKENS = [bytes([number]) * 16 for number in range(5)]


class Kept:
    """Both stores, and a way to say something on hub.identity as if it were folded."""

    def __init__(self, sketches: Sketches, comparisons: Comparisons) -> None:
        self.sketches = sketches
        self.comparisons = comparisons
        self.spoken = 0

    def hear(self, *said: Said) -> None:
        for one in said:
            self.heard(self.spoken, one)
            self.spoken += 1

    def heard(self, offset: int, said: Said) -> None:
        """Let one be folded."""
        assert isinstance(self.comparisons, MemoryComparisons)
        self.comparisons.heard.append((offset, said))


class SqlKept(Kept):
    """In PostgreSQL, as the matching worker; what is folded is written as the tables' owner."""

    def __init__(self, hub: HubServices) -> None:
        self.conn, self.owner = (open_store(hub.conninfo(role)) for role in ("mash_matcher", "mash_owner"))
        super().__init__(SqlSketches(self.conn, "match"), SqlComparisons(self.conn, CATALOGUE, "project"))

    def heard(self, offset: int, said: Said) -> None:
        """Write it as the projecting worker does."""
        self.owner.execute(SAY, said_row(said, 0, offset, encode_said(CATALOGUE, said)))
        self.owner.execute(FOLDED, (HUB_IDENTITY, offset + 1))
        if getattr(said, "action", None) == "SPLIT":
            for part in said.parts:  # type: ignore[union-attr]
                self.owner.execute(PARTS, (said.left, part, said.right))

    def close(self) -> None:
        self.conn.close()
        self.owner.close()


@pytest.fixture(params=["memory", pytest.param("sql", marks=pytest.mark.services)])
def kept(request: pytest.FixtureRequest) -> Iterator[Kept]:
    if request.param == "memory":
        yield Kept(MemorySketches(), MemoryComparisons())
        return
    stores = SqlKept(request.getfixturevalue("fresh_databases"))
    try:
        yield stores
    finally:
        stores.close()


def told(number: int, child: int = 1, sketch: bytes | None = TOKENS[0], **amends: Any) -> ToldStatement:
    """Make one statement, learned so many hours after noon."""
    when = NOON + timedelta(hours=number)
    named = {"corrects": None, "retracts": None} | {name: UUID(int=other) for name, other in amends.items()}
    return ToldStatement(UUID(int=number), strand(child), sketch, "health", when, when, **named)


def sketch(number: int, child: int = 1, *, stands: bool = True) -> SealedSketch:
    return SealedSketch(TOKENS[number], strand(child), b"p" * 16, UUID(int=77), b"sealed", stands)


def noted(left: int, right: int, outcome: Outcome = "LINK", record: bytes = b"record") -> Noted:
    return Noted((strand(left), strand(right)), UUID(bytes=(record * 16)[:16]), outcome, record)


def test_what_is_kept_inside_a_reading_is_there_after_it_with_the_position(kept: Kept) -> None:
    statements, sketches = [told(1), told(2, child=2, sketch=None)], [sketch(0)]
    with kept.sketches.reading("hub.events", 3) as following:
        assert following == 0
        kept.sketches.keep(statements, sketches)
        kept.sketches.make_due([strand(2), strand(1), strand(1)])
        kept.sketches.move_to("hub.events", 3, 9)
    with kept.sketches.reading("hub.events", 3) as following:
        assert following == 9
    assert list(kept.sketches.statements(strand(1))) == statements[:1]
    assert list(kept.sketches.statements(strand(2))) == statements[1:]
    assert list(kept.sketches.sketches([strand(1), strand(2)])) == sketches
    assert kept.sketches.known_statements([UUID(int=1), UUID(int=5)]) == {UUID(int=1)}
    assert kept.sketches.known_sketches(TOKENS) == {TOKENS[0]}
    assert list(kept.sketches.due(5)) == [strand(1), strand(2)]
    assert list(kept.sketches.due(1)) == [strand(1)]


def test_what_fails_inside_a_reading_leaves_nothing(kept: Kept) -> None:
    def read_and_fail() -> None:
        with kept.sketches.reading("hub.events", 3):
            kept.sketches.keep([told(1)], [sketch(0)])
            kept.sketches.make_due([strand(1)])
            kept.sketches.move_to("hub.events", 3, 9)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        read_and_fail()
    assert not kept.sketches.statements(strand(1))
    assert not kept.sketches.sketches([strand(1)])
    assert not kept.sketches.due(5)
    with kept.sketches.reading("hub.events", 3) as following:
        assert following == 0


def test_children_with_an_amendment_are_known_and_what_stands_can_be_changed(kept: Kept) -> None:
    statements = [told(1), told(2, sketch=TOKENS[1], corrects=1), told(3, child=2)]
    with kept.sketches.changing():
        kept.sketches.keep(statements, [sketch(0), sketch(1), sketch(2, child=2)])
        kept.sketches.let_stand({TOKENS[0]: False, TOKENS[1]: True})
        kept.sketches.make_due([strand(1), strand(2)])
        kept.sketches.done([strand(1)])
    assert kept.sketches.amended([strand(1), strand(2)]) == {strand(1)}
    stands = {one.sketch_id: one.stands for one in kept.sketches.sketches([strand(1), strand(2)])}
    assert stands == {TOKENS[0]: False, TOKENS[1]: True, TOKENS[2]: True}
    assert list(kept.sketches.due(5)) == [strand(2)]
    assert standing(kept.sketches.statements(strand(1))) == {TOKENS[1]}


def test_a_strand_is_found_by_the_tokens_it_was_given_last_and_at_most_so_many_of_each(kept: Kept) -> None:
    of = {strand(number): frozenset(TOKENS[:2]) for number in (1, 2, 3)}
    with kept.sketches.changing():
        kept.comparisons.block(of)
        kept.comparisons.block({strand(1): frozenset(TOKENS[1:3]), strand(2): frozenset()})
    everyone = kept.comparisons.sharing(TOKENS, 9)
    assert everyone == {TOKENS[0]: {strand(3)}, TOKENS[1]: {strand(1), strand(3)}, TOKENS[2]: {strand(1)}}
    assert len(kept.comparisons.sharing(TOKENS, 1)[TOKENS[1]]) == 1


def test_what_is_noted_is_to_be_said_until_it_is_and_again_when_something_newer_is_noted(kept: Kept) -> None:
    first, other = noted(1, 2), noted(1, 3, "ASK", b"other")
    newer = noted(1, 2, "NO", b"newer")
    with kept.sketches.changing():
        kept.comparisons.note([first, other])
    assert list(kept.comparisons.unsaid()) == [first, other]
    with kept.sketches.changing():
        kept.comparisons.note([newer])
        kept.comparisons.said([first, other])
    assert list(kept.comparisons.unsaid()) == [newer]
    known = kept.comparisons.pairs_of([strand(3), strand(2)])
    assert known.last == {one.pair: one.comparison_id for one in (newer, other)}
    assert known.decided == frozenset()


def test_what_was_heard_counts_where_nothing_is_noted_and_decisions_but_deferrals_settle_a_pair(kept: Kept) -> None:
    kept.hear(compared("LINK", 1, 2), compared("ASK", 1, 2), compared("LINK", 1, 3))
    kept.hear(decided("DEFER", 1, 3), decided("LINK", 1, 4), decided("KEEP_APART", 5, 6))
    with kept.sketches.changing():
        kept.comparisons.note([newer := noted(1, 3, "NO")])
    known = kept.comparisons.pairs_of([strand(1)])
    heard = compared("ASK", 1, 2, because="twins or siblings")
    assert known.last == {(strand(1), strand(2)): heard.comparison_id, newer.pair: newer.comparison_id}
    assert known.decided == {(strand(1), strand(4))}


def test_everybody_is_due_where_the_weights_are_of_another_edition_and_nobody_where_they_are_not(kept: Kept) -> None:
    with kept.sketches.changing():
        kept.sketches.keep([told(1), told(2, child=2)], [sketch(0), sketch(1), sketch(2, child=2)])
        kept.sketches.make_due([strand(1)])
        kept.sketches.make_all_due()
    assert list(kept.sketches.due(5)) == [strand(1), strand(2)]
    assert [kept.comparisons.compares_with(edition) for edition in ("1", "1", "2", "2", "1")] == [True, False] * 2 + [
        True
    ]


def test_the_turn_is_one_workers_until_it_is_given_back(kept: Kept) -> None:
    with kept.comparisons.turn() as mine:
        assert mine
    with kept.comparisons.turn() as again:
        assert again


@pytest.mark.services
def test_of_two_workers_the_other_passes_its_turn_until_the_first_is_done_or_gone(fresh_databases: HubServices) -> None:
    first, other = SqlKept(fresh_databases), SqlKept(fresh_databases)
    try:
        with first.comparisons.turn() as mine, other.comparisons.turn() as theirs:
            assert (mine, theirs) == (True, False)
        with other.comparisons.turn() as theirs, first.comparisons.turn() as mine:
            assert (mine, theirs) == (False, True)
        with pytest.raises(ZeroDivisionError):
            fail_in_turn(first)
        with other.comparisons.turn() as theirs:
            assert not theirs
        first.close()
        # The server sees in its own time that a connection has ended: this waits until it does.
        other.conn.execute("select pg_advisory_lock(%s)", (COMPARING,))
    finally:
        other.close()


def fail_in_turn(kept: Kept) -> None:
    with kept.comparisons.turn():
        raise ZeroDivisionError


def test_splits_are_heard_once_with_where_each_part_went(kept: Kept) -> None:
    part = b"p" * 16
    kept.hear(compared("LINK", 1, 2), decided("SPLIT", 1, 3, part), compared("NO", 1, 2))
    assert kept.comparisons.split_since(0) == ({strand(1), strand(3)}, 3)
    assert kept.comparisons.split_since(3) == (frozenset(), 3)
    assert kept.comparisons.parts() == {(strand(1), part): strand(3)}
