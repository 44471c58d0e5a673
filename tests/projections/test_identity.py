import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from uuid import UUID, uuid4

import pytest
from claims_made import claim, index, numbered, tellings
from hypothesis import given, settings
from hypothesis import strategies as st
from identity_said import Log, decided, logs
from psycopg import Connection

from projections.identity.exact import Claim, Identity, MemoryIdentity, Placement, review_index, taught_by
from projections.identity.exact_sql import SqlIdentity
from projections.identity.messages import encode_said
from projections.identity.said import Said
from projections.identity.sql_fold import IdentityFold
from projections.identity.strands import Kin
from projections.identity.strands import resolve as kin_of_said
from projections.rows import Rows, open_store
from schemas.catalogue import load_catalogue
from tests.hub_parts import HubServices

CATALOGUE = load_catalogue()
FIRST, SECOND, THIRD = (UUID(int=number) for number in (1, 2, 3))


class Links:
    """Who belongs together by people's decisions, as it changes."""

    def __init__(self) -> None:
        self.said: list[Said] = []

    def say(self, *said: Said) -> None:
        self.said += said

    def kin(self) -> Kin:
        return kin_of_said(enumerate(self.said)).kin


def memory(links: Links | None = None) -> MemoryIdentity:
    return MemoryIdentity(numbered(), (links or Links()).kin)


def test_a_statement_none_of_whose_identifiers_is_known_makes_a_new_child() -> None:
    assert memory().place([claim(1, "A"), claim(2, "B", "N")]) == [
        Placement(FIRST, "exact"),
        Placement(SECOND, "exact"),
    ]


def test_a_statement_all_of_whose_known_identifiers_name_one_child_belongs_to_it_and_teaches_the_others() -> None:
    identity = memory()
    placed = identity.place([claim(1, "A", "N"), claim(2, "B", "N", "U"), claim(3, "C", upn="U"), claim(4, "C")])
    assert {placement.child for placement in placed} == {FIRST}
    assert not identity.waiting


def test_a_statement_that_is_placed_again_after_a_crash_is_placed_the_same() -> None:
    identity = memory()
    claims = [claim(1, "A"), claim(2, "B", "N"), claim(3, "A", "N"), claim(4, "A", "M"), claim(5, "B", "X")]
    assert identity.place(claims) == identity.place(claims)
    assert len(identity.waiting) == 2


def test_identifiers_of_two_children_are_never_merged_and_the_statement_waits_under_a_record_of_its_own() -> None:
    identity = memory()
    *_, waiting = identity.place([claim(1, "A"), claim(2, "B", "N"), claim(3, "A", "N")])
    assert waiting == Placement(THIRD, "review")
    (item,) = identity.waiting.values()
    assert (item.child, item.candidates, item.reason) == (
        THIRD,
        (FIRST, SECOND),
        "its identifiers point to more than one child",
    )
    assert identity.place([claim(4, "A"), claim(5, "B")]) == [Placement(FIRST, "exact"), Placement(SECOND, "exact")]


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (claim(2, "A", "M"), "its child already has another nhs number"),
        (claim(2, "A", upn="V"), "its child already has another upn"),
        (claim(2, "A", "N", "V"), "its child already has another upn"),
    ],
)
def test_a_second_nhs_number_or_upn_of_a_child_is_a_question_for_a_person(other: Claim, reason: str) -> None:
    identity = memory()
    assert identity.place([claim(1, "A", "N", "U"), other])[1] == Placement(SECOND, "review")
    assert [item.reason for item in identity.waiting.values()] == [reason]


def test_a_child_may_have_several_local_ids() -> None:
    assert {one.child for one in memory().place([claim(1, "A", "N"), claim(2, "B", "N"), claim(3, "C", "N")])} == {
        FIRST
    }


def test_the_same_conflict_again_waits_under_the_same_record_and_another_conflict_under_its_own() -> None:
    identity = memory()
    identity.place([claim(1, "A"), claim(2, "B", "N")])
    first, again, other = identity.place([claim(3, "A", "N"), claim(4, "A", "N"), claim(5, "A", "N", "U")])
    assert first == again
    assert other.child not in {FIRST, SECOND, first.child}
    assert len(identity.waiting) == 3


def test_a_statement_that_waits_teaches_nothing_but_where_it_waits() -> None:
    identity = memory()
    identity.place([claim(1, "A"), claim(2, "B", "N"), claim(3, "A", "N", "U")])
    assert identity.place([claim(4, "C", upn="U")])[0].child not in {FIRST, SECOND, THIRD}


def test_a_header_teaches_all_its_identifiers_or_the_record_under_which_it_waits() -> None:
    one = claim(1, "A", "N")
    assert taught_by(one, Placement(FIRST, "exact")) == {
        index("local A"): ("local", FIRST),
        index("nhs N"): ("nhs_number", FIRST),
    }
    assert taught_by(one, Placement(FIRST, "review")) == {review_index(one): ("review", FIRST)}


TWO = (claim(1, "A", "N"), claim(2, "B", "M"))
BOTH = claim(3, "A", "M")


def test_a_statement_whose_identifiers_point_to_strands_of_one_child_is_placed_in_the_smallest_and_teaches_nothing() -> (
    None
):
    links = Links()
    identity = memory(links)
    identity.place(TWO)
    links.say(decided("LINK", 1, 2))
    more = Claim(BOTH.event_id, BOTH.local_id, BOTH.nhs_number, index("upn U"))
    assert identity.place([more]) == [Placement(FIRST, "linked")]
    assert not identity.waiting
    assert taught_by(more, Placement(FIRST, "linked")) == {}
    assert identity.place([claim(4, "C", upn="U")]) == [Placement(THIRD, "exact")]


def test_an_nhs_number_that_no_strand_of_the_child_has_is_a_question_where_one_of_them_has_another() -> None:
    links = Links()
    identity = memory(links)
    identity.place([claim(1, "A"), claim(2, "B", "M")])
    links.say(decided("LINK", 1, 2))
    assert identity.place([claim(3, "A", "X")]) == [Placement(THIRD, "review")]
    assert [item.reason for item in identity.waiting.values()] == ["its child already has another nhs number"]


def test_a_statement_that_is_read_again_is_placed_the_same_whatever_was_linked_and_unlinked_meanwhile() -> None:
    links = Links()
    identity = memory(links)
    identity.place(TWO)
    asked = identity.place([BOTH])
    links.say(decided("LINK", 1, 2, number=1))
    linked = identity.place([claim(4, "A", "M")])
    assert (asked[0].rule, linked[0].rule) == ("review", "linked")
    assert identity.place([BOTH]) == asked
    links.say(decided("KEEP_APART", 1, 2, number=2))
    assert identity.place([claim(4, "A", "M")]) == linked
    assert identity.place([claim(5, "A", "M")])[0].rule == "review"


def test_a_statement_of_a_part_that_was_split_off_is_judged_where_the_part_went() -> None:
    links = Links()
    identity = memory(links)
    identity.place([claim(1, "A", "N"), claim(2, "B", "N"), claim(3, "C", "M")])
    links.say(decided("SPLIT", 1, 7, index("local B")), decided("LINK", 7, 2))
    assert identity.place([claim(4, "B", "M")])[0].rule == "linked"
    assert identity.place([claim(5, "A", "M")])[0].rule == "review"


def test_nothing_of_an_identifier_is_shown() -> None:
    shown = repr(claim(1, "Quillfeather", "9990000018", "Quillfeather"))
    assert "Quillfeather" not in shown
    assert "9990000018" not in shown


@given(tellings())
def test_how_statements_are_cut_into_runs_makes_no_difference(runs: list[list[Claim]]) -> None:
    whole, cut = memory(), memory()
    assert whole.place([one for run in runs for one in run]) == [placed for run in runs for placed in cut.place(run)]
    assert whole.waiting == cut.waiting


@given(tellings())
def test_no_child_ever_has_two_nhs_numbers_or_two_upns(runs: list[list[Claim]]) -> None:
    identity = memory()
    placed = [pair for run in runs for pair in zip(run, identity.place(run), strict=True)]
    for field in ("nhs_number", "upn"):
        said = {(at.child, getattr(one, field)) for one, at in placed if at.rule == "exact" and getattr(one, field)}
        assert len({child for child, _ in said}) == len({number for _, number in said}) == len(said)


@pytest.fixture
def connect(fresh_databases: HubServices) -> Iterator[Callable[[], Connection[Rows]]]:
    """Connect to the main database as a worker, as often as asked."""
    with ExitStack() as connections:
        yield lambda: connections.enter_context(open_store(fresh_databases.conninfo("mash_worker")))


@pytest.mark.services
def test_postgresql_and_memory_place_every_statement_alike(connect: Callable[[], Connection[Rows]]) -> None:
    conn = connect()

    @settings(deadline=None, max_examples=80)
    @given(tellings(), st.sampled_from([0, 3, 500_000]))
    def agree(runs: list[list[Claim]], remembered: int) -> None:
        with conn.transaction(force_rollback=True):
            plain, kept = memory(), SqlIdentity(conn, numbered(), remembered)
            for run in runs:
                assert kept.place(run) == plain.place(run)
            assert stored_identifiers(conn) == {(one, scheme, child) for one, scheme, child in plain.known.new}
            assert review_list(conn) == {
                (one.event_id, one.child, one.candidates, one.reason) for one in plain.waiting.values()
            }

    agree()


@pytest.mark.services
def test_postgresql_and_memory_place_alike_while_strands_are_linked_and_unlinked(
    connect: Callable[[], Connection[Rows]],
) -> None:
    conn = connect()

    @settings(deadline=None, max_examples=60)
    @given(tellings(), st.lists(logs(most=5), max_size=5))
    def agree(runs: list[list[Claim]], said: list[Log]) -> None:
        with conn.transaction(force_rollback=True):
            links = Links()
            plain, kept = memory(links), SqlIdentity(conn, numbered())
            fold = IdentityFold(conn, CATALOGUE, NoDuties())
            for number, run in enumerate([*runs, *runs]):
                assert kept.place(run) == plain.place(run)
                for _, one in said[number] if number < len(said) else ():
                    fold.fold(0, [(len(links.said), encode_said(CATALOGUE, one))])
                    links.say(one)
            assert stored_identifiers(conn) == {(one, scheme, child) for one, scheme, child in plain.known.new}

    agree()


class NoDuties:
    """Nothing follows."""

    def derive_anew(self, gone: Collection[UUID], names: Collection[UUID], kin: Kin) -> None:
        """Do nothing."""


@pytest.mark.services
def test_a_worker_that_begins_anew_finds_the_children_that_another_made(
    connect: Callable[[], Connection[Rows]],
) -> None:
    claims = [claim(1, "A"), claim(2, "B", "N"), claim(3, "A", "N"), claim(4, "A", "M")]
    first = SqlIdentity(connect(), uuid4).place(claims)
    assert SqlIdentity(connect(), uuid4).place(claims) == first
    assert [placement.rule for placement in first] == ["exact", "exact", "review", "exact"]


@pytest.mark.services
def test_two_workers_at_once_never_make_one_child_twice(connect: Callable[[], Connection[Rows]]) -> None:
    claims = [claim(number, f"{number % 60}", f"{number % 60}") for number in range(240)]
    placed = race([SqlIdentity(connect(), uuid4) for _ in range(2)], claims)
    children: dict[bytes, set[UUID]] = {}
    for one, placement in placed:
        children.setdefault(one.local_id, set()).add(placement.child)
    assert len(children) == 60
    assert {len(found) for found in children.values()} == {1}
    assert len(stored_identifiers(connect())) == 120
    assert {placement.rule for _, placement in placed} == {"exact"}


def race(workers: Sequence[Identity], claims: Sequence[Claim]) -> list[tuple[Claim, Placement]]:
    """Let every worker place all claims in small runs, each in an order of its own, all at once."""
    placed: list[tuple[Claim, Placement]] = []
    gate = threading.Barrier(len(workers))

    def work(worker: Identity, mine: Sequence[Claim]) -> None:
        gate.wait()
        for start in range(0, len(mine), 7):
            run = mine[start : start + 7]
            placed.extend(zip(run, worker.place(run), strict=True))

    orders = [list(claims), list(reversed(claims))]
    threads = [threading.Thread(target=work, args=pair) for pair in zip(workers, orders, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(placed) == len(workers) * len(claims)
    return placed


def stored_identifiers(conn: Connection[Rows]) -> set[tuple[bytes, str, UUID]]:
    return {
        (one, scheme, child) for one, scheme, child in conn.execute("select blind_index, scheme, child from identifier")
    }


def review_list(conn: Connection[Rows]) -> set[tuple[bytes, UUID, tuple[UUID, ...], str]]:
    rows = conn.execute("select event_id, child, candidates, reason from review_item")
    return {(event_id.bytes, child, tuple(candidates), reason) for event_id, child, candidates, reason in rows}
