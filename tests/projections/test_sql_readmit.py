"""What the admit stage remembers can be lost: the log alone gives it back."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random
from uuid import UUID

import pytest
from claims_made import claim, numbered, tellings
from hub_records import ADMIT, CODEC, SqlHub, record_of
from hypothesis import given, settings
from projection_histories import at, said

from projections.admissions import SqlAdmissions
from projections.identity.exact import Claim, Placement
from projections.identity.exact_sql import SqlIdentity
from projections.identity.said import Decided
from projections.sql_fold import SqlFold
from projections.sql_readmit import ReadmitFold
from schemas.sealed import Identification
from schemas.topics import HUB_EVENTS, agency_topic, partitions_of
from streams.event_log import partition_of

pytestmark = pytest.mark.services
TOPIC = agency_topic("police")


@dataclass(frozen=True, slots=True)
class Remembered:
    """Everything that the admit stage keeps: identifiers, what was admitted, positions, and (event, child, candidates, reason) on the review list."""

    identifiers: set[tuple[bytes, str, UUID]]
    admitted: set[tuple[UUID, bytes]]
    positions: set[tuple[str, int, int]]
    review: dict[UUID, tuple[UUID, set[UUID], str]]


def remembered(hub: SqlHub) -> Remembered:
    ask = hub.conn.execute
    review = ask("select event_id, child, candidates, reason from review_item")
    return Remembered(
        set(ask("select blind_index, scheme, child from identifier")),
        set(ask("select event_id, content_digest from admitted")),
        set(ask("select topic, part, next from log_position where stage = %s", (ADMIT,))),
        {event: (child, set(candidates), reason) for event, child, candidates, reason in review},
    )


def admitted(hub: SqlHub, runs: Iterable[list[Claim]], new_child: Callable[[], UUID]) -> list[tuple[int, bytes]]:
    """Admit runs of claims as the admit stage does, from two partitions by turns; gives (partition, record) of the log."""
    identity, admissions = SqlIdentity(hub.conn, new_child), SqlAdmissions(hub.conn, ADMIT)
    log: list[tuple[int, bytes]] = []
    for number, run in enumerate(one for one in runs if one):
        with admissions.reading(TOPIC, number % 2) as following:
            placed = zip(run, identity.place(run), strict=True)
            log += [logged(one, at, number % 2, following + place) for place, (one, at) in enumerate(placed)]
            admissions.remember((one.event_id, digest_of(one)) for one in run)
            admissions.move_to(TOPIC, number % 2, following + len(run))
    return log


def digest_of(one: Claim) -> bytes:
    return one.event_id * 2


def logged(one: Claim, at: Placement, part: int, offset: int) -> tuple[int, bytes]:
    entry = said(int.from_bytes(one.event_id), "ChildSeen", "2024-02-01T09:00", "police", child=at.child)
    record = record_of(
        entry,
        identified_by=Identification(at.rule, one.local_id, one.nhs_number, one.upn),
        content_digest=digest_of(one),
        source_partition=part,
        source_offset=offset,
    )
    return partition_of(at.child.bytes, partitions_of(HUB_EVENTS)), record


def rebuilt(hub: SqlHub, log: Iterable[tuple[int, bytes]]) -> Remembered:
    """Fold the log partition by partition, as a rebuild does."""
    readmit = ReadmitFold(hub.conn, ADMIT)
    fold = SqlFold(hub.conn, CODEC, [readmit])
    for part in range(partitions_of(HUB_EVENTS)):
        fold.fold(part, list(enumerate(record for where, record in log if where == part)))
    readmit.finish()
    return remembered(hub)


def scattered() -> Callable[[], UUID]:
    """Give known pseudonyms that spread over the partitions of the log."""
    number = numbered()
    return lambda: UUID(bytes=hashlib.sha256(number().bytes).digest()[:16])


def test_a_rebuild_remembers_what_admission_remembered(hub: SqlHub) -> None:
    @settings(deadline=None, max_examples=80)
    @given(tellings())
    def hold(runs: list[list[Claim]]) -> None:
        rebuilds_the_same(hub, runs)

    hold()


def test_a_rebuild_remembers_who_waits_for_a_person(hub: SqlHub) -> None:
    waiting = sum(rebuilds_the_same(hub, random_runs(Random(seed))) for seed in range(30))
    assert waiting > 30  # else the review list would not have been put to the test; the seeds are fixed


def random_runs(random: Random) -> list[list[Claim]]:
    """Give four runs of five claims over few identifiers, so that many contradict each other."""
    words = ("ABCDE", (None, "N", "M", "O"), (None, None, "U", "V"))
    return [[claim(5 * run + place + 1, *map(random.choice, words)) for place in range(5)] for run in range(4)]


def rebuilds_the_same(hub: SqlHub, runs: list[list[Claim]]) -> int:
    """Admit, rebuild and compare; gives how many statements wait."""
    with hub.undone():
        log = admitted(hub, runs, scattered())
        first = remembered(hub)
    with hub.undone():
        again = rebuilt(hub, log)
    assert (again.identifiers, again.admitted, again.positions) == (
        first.identifiers,
        first.admitted,
        first.positions,
    )
    assert {event: row[0] for event, row in again.review.items()} == {
        event: row[0] for event, row in first.review.items()
    }
    # Candidates are asked for anew: identifiers that became known after the statement came point to children as well.
    assert all(first.review[event][1] <= row[1] for event, row in again.review.items())
    return len(first.review)


def test_a_rebuild_gives_the_reason_for_waiting_in_the_same_words(hub: SqlHub) -> None:
    runs = [[claim(1, "A", "N"), claim(2, "B", upn="U")], [claim(3, "A", "M"), claim(4, "A", upn="U")]]
    with hub.undone():
        log = admitted(hub, runs, scattered())
        first = remembered(hub)
    with hub.undone():
        assert rebuilt(hub, log) == first
    assert len(first.review) == 2


def test_what_was_placed_by_a_link_is_placed_the_same_after_a_rebuild_and_teaches_nothing(hub: SqlHub) -> None:
    one, other, both = claim(1, "A", "N"), claim(2, "B", "M"), claim(3, "A", "M")
    new_child = scattered()
    with hub.undone():
        log = admitted(hub, [[one, other]], new_child)
        left, right = (UUID(bytes=CODEC.read(record).header.child) for _, record in log)
        hub.lived([Decided(UUID(int=1), "LINK", left, right, (), "t.reviewer", UUID(int=9), at("2024-02-01T09:00"))])
        log += admitted(hub, [[both]], new_child)
        first = remembered(hub)
    with hub.undone():
        assert rebuilt(hub, log) == first
        assert SqlIdentity(hub.conn, new_child).place([both]) == [Placement(min(left, right), "linked")]


def test_what_was_refused_counts_as_read_and_a_position_never_goes_back(hub: SqlHub) -> None:
    with hub.undone():
        readmit = ReadmitFold(hub.conn, ADMIT)
        readmit.read_to([(TOPIC, 0, 4), (TOPIC, 0, 9), (TOPIC, 1, 0)])
        readmit.read_to([(TOPIC, 0, 3)])
        assert remembered(hub).positions == {(TOPIC, 0, 10), (TOPIC, 1, 1)}
        readmit.read_to([])


def test_an_identifier_that_a_rebuild_learned_finds_its_child_for_the_next_statement(hub: SqlHub) -> None:
    with hub.undone():
        log = admitted(hub, [[claim(1, "A", "N")]], scattered())
    with hub.undone():
        rebuilt(hub, log)
        (placed,) = SqlIdentity(hub.conn, scattered()).place([claim(2, "B", "N")])
        assert placed.child.bytes == CODEC.read(log[0][1]).header.child
