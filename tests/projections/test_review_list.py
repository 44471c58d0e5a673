"""What the review of who is who is made of: one suite that memory and PostgreSQL both pass."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from uuid import UUID

import pytest

from projections.identity.exact import ReviewItem
from projections.identity.exact_sql import record_review
from projections.identity.messages import encode_said
from projections.identity.review_list import MemoryReviewList, ReviewList, SqlReviewList, WaitingStrand
from projections.identity.said import Said
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
)
WAITS = WaitingStrand(strand(5), (strand(1), strand(2)), "the NHS number is another's")


@pytest.fixture(params=["memory", pytest.param("sql", marks=pytest.mark.services)])
def review_list(request: pytest.FixtureRequest) -> Iterator[ReviewList]:
    if request.param == "memory":
        memory = MemoryReviewList(SAID)
        memory.wait(WAITS)
        yield memory
        return
    services: HubServices = request.getfixturevalue("fresh_databases")
    with (
        closing(open_store(services.conninfo("mash_worker"))) as worker,
        closing(open_store(services.conninfo("mash_reader"))) as reader,
    ):
        for offset, one in enumerate(SAID):
            row = UUID(int=offset), one.left, one.right, one.at, offset, encode_said(CATALOGUE, one)
            worker.execute(
                "insert into identity_said (id, left_strand, right_strand, at, part, log_offset, record) values (%s, %s, %s, %s, 0, %s, %s)",
                row,
            )
        record_review(worker, [ReviewItem(bytes(16), WAITS.strand, WAITS.candidates, WAITS.reason)])
        yield SqlReviewList(reader, CATALOGUE)


def test_strands_that_wait_are_listed_with_their_candidates_and_why(review_list: ReviewList) -> None:
    assert list(review_list.waiting()) == [WAITS]


def test_what_was_kept_apart_or_split_since_a_moment_is_listed_oldest_first(review_list: ReviewList) -> None:
    assert list(review_list.kept_apart_since(BEGINNING)) == [SAID[0], SAID[3], SAID[4]]
    assert list(review_list.kept_apart_since(BEGINNING + 2 * HOUR)) == [SAID[3], SAID[4]]
