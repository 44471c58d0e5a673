"""What the review of who is who is made of: one suite that memory and PostgreSQL both pass."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from uuid import UUID

import pytest

from projections.identity.exact import ReviewItem
from projections.identity.exact_sql import record_review
from projections.identity.messages import encode_said
from projections.identity.review_list import MemoryReviewList, ReviewList, SqlReviewList, WaitingStrand
from projections.identity.said import Said
from projections.identity.sql_fold import IdentityFold
from projections.identity.strands import Kin
from projections.rows import open_store
from schemas.catalogue import load_catalogue
from tests.hub_parts import HubServices
from tests.projections.identity_said import BEGINNING, compared, decided, strand

CATALOGUE = load_catalogue()
HOUR = timedelta(hours=1)
SAID: Sequence[Said] = (
    decided("KEEP_APART", 1, 2, at=BEGINNING),
    compared("ASK", 1, 3, at=BEGINNING + HOUR),
    decided("LINK", 1, 3, at=BEGINNING + HOUR),
    decided("SPLIT", 1, 4, b"p" * 16, at=BEGINNING + 2 * HOUR),
    decided("KEEP_APART", 1, 3, at=BEGINNING + 3 * HOUR),
    compared("LINK", 6, 7, at=BEGINNING + 4 * HOUR),
    compared("ASK", 6, 7, at=BEGINNING + 5 * HOUR),
    compared("LINK", 8, 9, at=BEGINNING + 4 * HOUR),
    compared("NO", 8, 9, at=BEGINNING + 5 * HOUR),
    decided("DEFER", 8, 10, at=BEGINNING + 5 * HOUR),
    compared("LINK", 2, 11, at=BEGINNING + 6 * HOUR),
    compared("LINK", 1, 11, 0.99, at=BEGINNING + 6 * HOUR),
)
WAITS = WaitingStrand(strand(5), (strand(1), strand(2)), "the NHS number is another's")
DEFERRED = WaitingStrand(strand(8), (strand(10),), "the NHS number is another's")
ANSWERED = (
    WaitingStrand(strand(2), (strand(1),), "the local id is another's"),
    WaitingStrand(strand(11), (strand(1),), "the local id is another's"),
)
"""Kept apart by a person, and linked by a rule."""


class NobodyHasDuties:
    """What follows for children of whom nothing is told."""

    def derive_anew(self, gone: Collection[UUID], names: Collection[UUID], kin: Kin) -> None:
        """Nothing follows."""


@pytest.fixture(params=["memory", pytest.param("sql", marks=pytest.mark.services)])
def review_list(request: pytest.FixtureRequest) -> Iterator[ReviewList]:
    if request.param == "memory":
        memory = MemoryReviewList(SAID)
        for one in (WAITS, DEFERRED, *ANSWERED):
            memory.wait(one)
        yield memory
        return
    services: HubServices = request.getfixturevalue("fresh_databases")
    with (
        closing(open_store(services.conninfo("mash_worker"))) as worker,
        closing(open_store(services.conninfo("mash_reader"))) as reader,
    ):
        with worker.transaction():
            records = [(offset, encode_said(CATALOGUE, one)) for offset, one in enumerate(SAID)]
            IdentityFold(worker, CATALOGUE, NobodyHasDuties()).fold(0, records)
        for number, one in enumerate((WAITS, DEFERRED, *ANSWERED)):
            record_review(worker, [ReviewItem(bytes([number]) * 16, one.strand, one.candidates, one.reason)])
        yield SqlReviewList(reader, CATALOGUE)


def test_strands_that_wait_are_listed_with_their_candidates_and_why_until_they_are_answered(
    review_list: ReviewList,
) -> None:
    assert list(review_list.waiting()) == [WAITS, DEFERRED]


def test_the_pairs_that_wait_for_a_person_are_those_asked_deferred_or_passed_over(review_list: ReviewList) -> None:
    assert list(review_list.asked()) == [(strand(2), strand(11)), (strand(6), strand(7)), (strand(8), strand(10))]


def test_what_a_link_once_joined_and_is_two_children_now_is_found_while_something_was_said_lately(
    review_list: ReviewList,
) -> None:
    parted = [(strand(1), strand(3)), (strand(2), strand(11)), (strand(6), strand(7)), (strand(8), strand(9))]
    assert list(review_list.parted_since(BEGINNING)) == parted
    assert list(review_list.parted_since(BEGINNING + 6 * HOUR)) == parted[:2]
    assert list(review_list.parted_since(BEGINNING + 7 * HOUR)) == []


def test_what_was_kept_apart_or_split_since_a_moment_is_listed_oldest_first(review_list: ReviewList) -> None:
    assert list(review_list.kept_apart_since(BEGINNING)) == [SAID[0], SAID[3], SAID[4]]
    assert list(review_list.kept_apart_since(BEGINNING + 2 * HOUR)) == [SAID[3], SAID[4]]
