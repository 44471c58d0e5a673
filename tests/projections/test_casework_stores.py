"""What was said about records: one suite that memory and PostgreSQL both pass, and what stands of it."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Protocol
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.errors import InsufficientPrivilege

from projections.casework import (
    PROFILES,
    SIGNIFICANCES,
    Casework,
    CaseworkStore,
    ContradictionNotice,
    ContradictionResolution,
    EntryJudgement,
    Review,
    Said,
    SealedWords,
    about_only,
    standing,
)
from projections.casework_memory import MemoryCasework
from projections.casework_messages import CONTRACTS, read_casework, write_casework
from projections.casework_sql import SqlCasework
from projections.row_evidence import RowEvidence
from projections.rows import open_store
from projections.sql_told import ToldFold
from schemas.catalogue import load_catalogue
from schemas.codec import ContractBroken, encode
from schemas.topics import HUB_CASEWORK
from tests.hub_parts import HubServices
from tests.schemas.contract_values import value_of

CATALOGUE = load_catalogue()
NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
CHILD, ONE, TWO, THREE = (UUID(int=number) for number in (9, 1, 2, 3))
DISPUTE, OTHER = UUID(int=50), UUID(int=51)
WORDS = SealedWords(UUID(int=77), b"sealed words of nobody at all")


def said(number: int, at: datetime | None = None) -> Said:
    return Said(UUID(int=100 + number), CHILD, "staff-7", UUID(int=200 + number), at or NOON + timedelta(hours=number))


def notice(number: int, *agencies: str, dispute: UUID = DISPUTE) -> ContradictionNotice:
    return ContradictionNotice(said(number), dispute, "when", (ONE, TWO), agencies or ("health", "police"))


def resolution(number: int, dispute: UUID = DISPUTE) -> ContradictionResolution:
    return ContradictionResolution(said(number), dispute, "when", (ONE, TWO), WORDS)


def judgement(number: int, event_id: UUID = ONE, *, included: bool = True) -> EntryJudgement:
    return EntryJudgement(said(number), event_id, "REVIEW", included, "CRITICAL", WORDS)


def review(number: int, *entries: UUID) -> Review:
    return Review(said(number), "REVIEW", entries or (ONE, THREE), None)


class Store(CaseworkStore, Protocol):
    """Takes messages of hub.casework in, and answers."""

    def fold(self, part: int, records: Iterable[tuple[int, bytes]]) -> object: ...


class Stored(SqlCasework):
    """Writes as the worker does, and reads as the door does."""

    def __init__(self, services: HubServices) -> None:
        self.reader = open_store(services.conninfo("mash_reader"))
        self.worker = open_store(services.conninfo("mash_worker"))
        super().__init__(self.reader, CATALOGUE)
        self.fold = ToldFold(self.worker, CATALOGUE, *CONTRACTS).fold


@pytest.fixture(params=["memory", pytest.param("sql", marks=pytest.mark.services)])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryCasework(CATALOGUE)
        return
    stored = Stored(request.getfixturevalue("fresh_databases"))
    with closing(stored.reader), closing(stored.worker):
        yield stored


def tell(store: Store, *casework: Casework) -> None:
    store.fold(0, [(one.said.said_id.int - 100, write_casework(CATALOGUE, one)) for one in casework])


ALL: Sequence[Casework] = (
    notice(1),
    judgement(2, TWO),
    resolution(3),
    review(4),
    judgement(5, THREE),
    notice(6, dispute=OTHER),
)


def test_what_was_said_about_any_of_these_entries_is_given_in_the_order_in_which_it_was_said(store: Store) -> None:
    tell(store, *ALL)
    assert list(store.casework([TWO], None)) == [notice(1), judgement(2, TWO), resolution(3), notice(6, dispute=OTHER)]
    assert list(store.casework([THREE], None)) == [review(4), judgement(5, THREE)]
    assert list(store.casework([ONE, TWO, THREE], None)) == list(ALL)
    assert list(store.casework([UUID(int=8)], None)) == list(store.casework([], None)) == []


def test_as_known_then_nothing_said_later_is_there(store: Store) -> None:
    tell(store, *ALL)
    assert list(store.casework([ONE], NOON + timedelta(hours=3))) == [notice(1), resolution(3)]


def test_what_was_written_twice_was_said_once(store: Store) -> None:
    tell(store, judgement(1))
    tell(store, judgement(1))
    assert list(store.casework([ONE], None)) == [judgement(1)]


def test_an_agency_has_the_notices_of_contradictions_that_nobody_resolved_since(store: Store) -> None:
    tell(store, notice(1), notice(2, "health", dispute=OTHER), resolution(3), notice(4, "education", "health"))
    assert list(store.open_notices("health")) == [notice(2, "health", dispute=OTHER), notice(4, "education", "health")]
    assert list(store.open_notices("education")) == [notice(4, "education", "health")]
    assert list(store.open_notices("police")) == []


def test_a_message_that_the_hub_never_wrote_stops_the_fold(store: Store) -> None:
    with pytest.raises(ContractBroken, match="run `mash verify`"):
        store.fold(0, [(0, b"hello there")])


@pytest.mark.services
def test_nothing_that_was_said_is_changed_or_removed_and_the_reader_adds_nothing(fresh_databases: HubServices) -> None:
    stored = Stored(fresh_databases)
    with closing(stored.reader), closing(stored.worker):
        for statement in ("update casework set kind = ''", "delete from casework"):
            with pytest.raises(InsufficientPrivilege):
                stored.worker.execute(statement)
        with pytest.raises(InsufficientPrivilege):
            stored.reader.execute("insert into casework (said_id) values (null)")


@pytest.mark.services
def test_verification_makes_the_same_rows_of_the_log_as_are_stored(fresh_databases: HubServices) -> None:
    stored = Stored(fresh_databases)
    with closing(stored.reader), closing(stored.worker):
        records = [(offset, write_casework(CATALOGUE, one)) for offset, one in enumerate(ALL)]
        stored.fold(0, records)
        evidence = RowEvidence(stored.worker, CATALOGUE, HUB_CASEWORK)
        assert list(evidence.stored(0, 0, 9)) == evidence.logged(0, records)


@pytest.mark.parametrize("one", ALL)
def test_what_is_said_reads_back_as_it_was_written(one: Casework) -> None:
    assert read_casework(CATALOGUE, write_casework(CATALOGUE, one)) == one


@pytest.mark.parametrize("name", CONTRACTS)
@given(seed=st.integers(0, 2**32))
def test_every_message_of_a_contract_reads_back_as_it_was_written(name: str, seed: int) -> None:
    contract = CATALOGUE.own(name)
    value = value_of(contract, Random(seed), lambda: "words") | {"at": 1_720_000_000_000_000}
    words = {"finding", "analysis", "note"} & value.keys()
    if words and (value["key_id"] is None or value[next(iter(words))] is None):
        value |= {"key_id": None, next(iter(words)): None}
    message = encode(contract, value)
    assert write_casework(CATALOGUE, read_casework(CATALOGUE, message)) == message


def test_the_words_of_the_contracts_are_the_words_of_the_code() -> None:
    fields = {one["name"]: one["type"] for one in CATALOGUE.own("EntryJudged").fast["fields"]}
    assert tuple(fields["profile"]["symbols"]) == PROFILES
    assert tuple(fields["significance"]["symbols"]) == SIGNIFICANCES


def test_of_a_judged_entry_the_newest_judgement_counts_and_the_others_are_its_history() -> None:
    stands = standing([judgement(1), judgement(2, TWO), judgement(3, included=False)])
    assert stands.judged("REVIEW", ONE) == judgement(3, included=False)
    assert stands.judgements[("REVIEW", ONE)] == (judgement(1), judgement(3, included=False))
    assert stands.judged("CONFERENCE", ONE) is None
    assert stands.curated("REVIEW") == (TWO,)


def test_a_contradiction_is_open_until_it_is_resolved_and_keeps_its_history() -> None:
    assert standing([notice(1)]).resolved(DISPUTE) is None
    stands = standing([notice(1), resolution(2), notice(3), resolution(4)])
    assert stands.resolved(DISPUTE) == resolution(4)
    assert stands.notices[DISPUTE] == (notice(1), notice(3))


def test_what_is_about_an_entry_that_is_not_read_is_left_out_whole() -> None:
    assert about_only([notice(1), judgement(2), review(3)], frozenset({ONE, TWO})) == (notice(1), judgement(2))


def test_nothing_that_is_said_shows_a_person_a_child_or_words_in_its_repr() -> None:
    shown = "".join(repr(one) for one in ALL)
    assert "staff-7" not in shown
    assert str(CHILD) not in shown
    assert "sealed words" not in shown
