"""What views lean on: fingerprints of households and disclosures, in memory and in PostgreSQL."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hub_records import CATALOGUE

from projections.disclosures import Disclosures, LoggedDisclosure, MemoryDisclosures, SqlDisclosures
from projections.household_tokens import (
    HouseholdToken,
    HouseholdTokens,
    MemoryHouseholdTokens,
    Page,
    SharedToken,
    household_tokens,
)
from projections.household_tokens_sql import SqlHouseholdTokens
from projections.rows import open_store
from projections.sql_told import ToldFold
from schemas.codec import encode
from schemas.moments import micros
from tests.hub_parts import HubServices
from tests.schemas.contract_values import value_of

ONE, OTHER = UUID(int=1), UUID(int=2)
STARTS = datetime(2025, 3, 3, tzinfo=UTC)
STORES = ["memory", pytest.param("sql", marks=pytest.mark.services)]


@pytest.fixture(params=STORES)
def tokens(request: pytest.FixtureRequest) -> Iterator[HouseholdTokens]:
    """Give a store of fingerprints, in PostgreSQL as the matching worker may use it, so that the grants are put to the test too."""
    if request.param == "memory":
        yield MemoryHouseholdTokens()
        return
    services: HubServices = request.getfixturevalue("fresh_databases")
    with open_store(services.conninfo("mash_matcher")) as conn:
        yield SqlHouseholdTokens(conn)


def token(text: bytes, strand: UUID, event: int) -> HouseholdToken:
    return HouseholdToken(text * 16, "address", strand, UUID(int=event), STARTS + timedelta(minutes=event))


def test_entries_that_share_a_token_are_found_and_of_the_asked_ones_the_smallest_stands_for_all(
    tokens: HouseholdTokens,
) -> None:
    tokens.add([token(b"a", ONE, 11), token(b"b", ONE, 12), token(b"a", OTHER, 21), token(b"c", OTHER, 22)])
    tokens.add([token(b"a", ONE, 13), token(b"a", ONE, 14)])
    found = tokens.shared([UUID(int=11), UUID(int=12), UUID(int=14)], [ONE, OTHER])
    assert found == {
        SharedToken("address", UUID(int=11), OTHER, UUID(int=21)),
        SharedToken("address", UUID(int=11), ONE, UUID(int=13)),
    }
    assert tokens.shared([UUID(int=11)], [OTHER]) == {SharedToken("address", UUID(int=11), OTHER, UUID(int=21))}


def test_the_entries_that_share_a_token_are_listed_once_each_by_pages_and_the_newest_first(
    tokens: HouseholdTokens,
) -> None:
    tokens.add([token(text, ONE, 11) for text in (b"a", b"b")])
    tokens.add([token(text, OTHER, event) for text in (b"a", b"b") for event in (21, 22, 23)])
    tokens.add([token(b"c", OTHER, 24)])
    newest = [UUID(int=event) for event in (23, 22, 21)]
    asked = [UUID(int=11)]
    assert tokens.newest(asked, Page(9)) == tuple(newest)
    assert [tokens.newest(asked, Page(2, skip)) for skip in (0, 2, 4)] == [tuple(newest[:2]), (newest[2],), ()]
    assert tokens.newest([], Page(9)) == ()


def test_a_token_that_is_told_again_changes_nothing_and_asking_for_none_finds_none(tokens: HouseholdTokens) -> None:
    for _ in range(2):
        tokens.add([token(b"a", ONE, 11), token(b"a", OTHER, 21)])
    assert len(tokens.shared([UUID(int=11)], [OTHER])) == 1
    assert tokens.shared([], [OTHER]) == tokens.shared([UUID(int=11)], []) == frozenset()
    tokens.add([])


class Told:
    """Puts disclosures where they are found again."""

    def __init__(self, store: Disclosures, services: HubServices | None) -> None:
        self.store = store
        self._services = services
        self._told = 0

    def tell(self, number: int, child: UUID | None, asked_at: datetime, action: str = "open_record") -> bytes:
        contract = CATALOGUE.own("Disclosure")
        said: dict[str, Any] = value_of(contract, Random(number), lambda: "text") | {
            "disclosure_id": UUID(int=number).bytes,
            "child": None if child is None else child.bytes,
            "asked_at": micros(asked_at),
            "as_known_at": None,
            "action": action,
        }
        message = encode(contract, said)
        if isinstance(self.store, MemoryDisclosures):
            self.store.add(LoggedDisclosure(UUID(int=number), child, asked_at, message, action))
        elif self._services is not None:
            with open_store(self._services.conninfo("mash_worker")) as worker:
                ToldFold(worker, CATALOGUE, "Disclosure").fold(0, [(self._told, message)])
        self._told += 1
        return message


@contextmanager
def disclosures(kind: str, request: pytest.FixtureRequest) -> Iterator[Told]:
    with ExitStack() as opened:
        if kind == "memory":
            yield Told(MemoryDisclosures(), None)
            return
        services: HubServices = request.getfixturevalue("fresh_databases")
        yield Told(SqlDisclosures(opened.enter_context(open_store(services.conninfo("mash_reader")))), services)


@pytest.mark.parametrize("kind", STORES)
def test_what_was_asked_about_a_child_before_a_moment_is_found_oldest_first_byte_for_byte(
    kind: str, request: pytest.FixtureRequest
) -> None:
    with disclosures(kind, request) as told:
        second = told.tell(2, ONE, STARTS + timedelta(hours=1))
        first = told.tell(3, OTHER, STARTS)
        told.tell(4, UUID(int=9), STARTS)
        nobody = told.tell(5, None, STARTS)
        told.tell(6, ONE, STARTS + timedelta(hours=2))
        until = STARTS + timedelta(hours=2)
        assert list(told.store.of_child([ONE, OTHER], until)) == [first, second]
        assert list(told.store.of_child([], until)) == []
        assert told.store.find(UUID(int=5)) == nobody
        assert told.store.find(UUID(int=99)) is None


@pytest.mark.parametrize("kind", STORES)
def test_what_was_asked_about_no_child_is_found_by_what_was_asked_for_and_when(
    kind: str, request: pytest.FixtureRequest
) -> None:
    with disclosures(kind, request) as told:
        told.tell(1, None, STARTS - timedelta(hours=1), "see_alerts")
        second = told.tell(2, None, STARTS + timedelta(hours=1), "see_alerts")
        first = told.tell(3, None, STARTS, "see_alerts")
        told.tell(4, None, STARTS, "see_identity")
        told.tell(5, ONE, STARTS, "see_alerts")
        until = STARTS + timedelta(hours=2)
        told.tell(6, None, until, "see_alerts")
        assert list(told.store.of_no_child("see_alerts", STARTS, until)) == [first, second]


def fields(**said: Any) -> dict[str, Any]:
    names = ("given_name", "family_name", "date_of_birth", "address", "postcode")
    child = {name: said.pop(name, None) for name in names}
    return {"envelope": {"agency": "housing", "child": child}, **said}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"address": "Flat 2, 14 Elm Road", "postcode": "NM1 2AB"}, {"address": "14/2 ELM RD NM12AB"}),
        ({"address": "The Old Mill", "postcode": "NM1 2AB"}, {"address": "the old mill, nm1 2ab"}),
        ({"address": "14 Elm Rd, Northmere"}, {"address": "14 Elm Road Northmere"}),
        ({"household_reference": "H-7 "}, {"household_reference": "H-7"}),
        (
            {"given_name": "Zoë", "family_name": "Quill", "date_of_birth": 16000},
            {"person_name": "QUILL, Zoe", "person_born_on": "2013-10-22"},
        ),
        ({"release_address": "14 Elm Road, NM1 2AB"}, {"address": "14 Elm Rd", "postcode": "NM1 2AB"}),
    ],
)
def test_two_ways_of_writing_one_household_have_a_text_in_common(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert household_tokens(fields(**one)) & household_tokens(fields(**other))


@pytest.mark.parametrize(
    "said",
    [
        {"postcode": "NM1 2AB"},
        {"address": "14 Elm"},
        {"person_name": "Zebedee Quill"},
        {"person_name": "Zebedee", "person_born_on": "2013-10-22"},
        {"household_reference": " "},
    ],
)
def test_what_many_share_leads_nowhere(said: dict[str, Any]) -> None:
    assert household_tokens(fields(**said)) == frozenset()


def test_another_flat_of_the_house_is_another_household() -> None:
    flats = [fields(address=f"Flat {number}, 14 Elm Road", postcode="NM1 2AB") for number in (2, 3)]
    assert not household_tokens(flats[0]) & household_tokens(flats[1])
