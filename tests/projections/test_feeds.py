"""What is known of feeds: one suite that memory and PostgreSQL both pass."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import Connection
from psycopg.errors import InsufficientPrivilege

from projections.feed_messages import KINDS
from projections.feeds import Feed, FeedRecords, Judged, Notice, back_load_days, covered, covered_periods
from projections.feeds_memory import MemoryFeeds
from projections.feeds_sql import SqlFeeds
from projections.marks import Alike, Mark, SqlMarks
from projections.quarantine_list import SqlQuarantine
from projections.rows import Rows, open_store
from projections.sql_told import ToldFold
from schemas.codec import ContractBroken, encode
from schemas.moments import micros
from schemas.topics import agency_topic
from streams.quality.marking import mark_of
from streams.quality.notices import Notices, judgement
from streams.quality.rhythm import Expectation
from streams.quality.windows import Window
from tests.feed_world import ED, MONDAY, NHS_NUMBER, SCHOOLS, delivered, message, noon, sent, statement
from tests.hub_parts import HubServices
from tests.schemas.contract_values import CATALOGUE, value_of

DAY = timedelta(days=1)
NOTICES = Notices(CATALOGUE)


class Feeds(FeedRecords, Protocol):
    """Takes marks and messages in, and answers."""

    def add(self, marks: Sequence[Mark]) -> None: ...

    def fold(self, part: int, records: Sequence[tuple[int, bytes]]) -> object: ...

    def window(self, feed: Feed, first: date, last: date, back_loads: frozenset[date]) -> Sequence[Alike]: ...

    def forget_before(self, day: date) -> None: ...


class StoredFeeds(SqlFeeds):
    """Writes as the workers do, and reads as the door does."""

    def __init__(self, services: HubServices, opened: Callable[[Connection[Rows]], Connection[Rows]]) -> None:
        def connect(role: str) -> Connection[Rows]:
            return opened(open_store(services.conninfo(role)))

        super().__init__(connect("mash_reader"), CATALOGUE)
        self._marks = SqlMarks(connect("mash_quality"))
        self.add, self.window, self.forget_before = self._marks.add, self._marks.window, self._marks.forget_before
        self.fold = ToldFold(connect("mash_worker"), CATALOGUE, *KINDS).fold


@pytest.fixture(params=["memory", pytest.param("sql", marks=pytest.mark.services)])
def feeds(request: pytest.FixtureRequest) -> Iterator[Feeds]:
    if request.param == "memory":
        yield MemoryFeeds(CATALOGUE)
        return
    connections: list[Connection[Rows]] = []

    def opened(conn: Connection[Rows]) -> Connection[Rows]:
        connections.append(conn)
        return conn

    yield StoredFeeds(request.getfixturevalue("fresh_databases"), opened)
    for conn in connections:
        conn.close()


def mark(feed: Feed, day: date, offset: int, happened: date | None = None, **child: str | None) -> Mark:
    value = message(statement(feed, noon(happened or day), **child))
    return mark_of(CATALOGUE, sent(value, noon(day), offset, agency_topic(feed.agency)))


def judged(day: date) -> Judged:
    return judgement(Window(ED, day, day, (), (), 0), "1", ())


def test_a_day_is_told_silent_or_not_covered(feeds: Feeds) -> None:
    feeds.add([mark(ED, MONDAY, 1, happened=MONDAY - DAY)])
    feeds.fold(0, [(0, delivered(ED, noon(MONDAY)))])
    assert covered(feeds, ED, MONDAY - DAY) == "told"
    assert covered(feeds, ED, MONDAY - 2 * DAY) == "silent"
    assert covered(feeds, ED, MONDAY - 9 * DAY) == "not covered"
    assert covered(feeds, SCHOOLS, MONDAY - 2 * DAY) == "not covered"


def test_a_delivery_that_names_no_days_covers_none(feeds: Feeds) -> None:
    feeds.fold(0, [(0, delivered(ED, noon(MONDAY), 1, first_day=None, last_day=None))])
    assert covered(feeds, ED, MONDAY - DAY) == "not covered"


def test_a_later_whole_delivery_of_the_same_scope_replaces_the_days_of_the_earlier(feeds: Feeds) -> None:
    mistyped = {"whole": True, "first_day": MONDAY - 800 * DAY, "last_day": MONDAY - 500 * DAY}
    feeds.fold(0, [(0, delivered(ED, noon(MONDAY - DAY), 1, **mistyped))])
    feeds.fold(0, [(1, delivered(ED, noon(MONDAY - DAY), 2, scope="admissions"))])
    assert covered(feeds, ED, MONDAY - 600 * DAY) == "silent"
    feeds.fold(0, [(2, delivered(ED, noon(MONDAY), 3, whole=True))])
    assert covered(feeds, ED, MONDAY - 600 * DAY) == "not covered"
    assert covered(feeds, ED, MONDAY - 2 * DAY) == "silent"
    assert covered_periods(feeds.deliveries(ED)) == ((MONDAY - 8 * DAY, MONDAY - DAY),)


def test_deliveries_of_changes_add_up_but_never_past_the_day_of_their_delivery(feeds: Feeds) -> None:
    later = {"first_day": MONDAY, "last_day": MONDAY + 300 * DAY}
    feeds.fold(0, [(0, delivered(ED, noon(MONDAY), 1)), (1, delivered(ED, noon(MONDAY + DAY), 2, **later))])
    assert covered(feeds, ED, MONDAY - 2 * DAY) == "silent"
    assert covered(feeds, ED, MONDAY + DAY) == "silent"
    assert covered(feeds, ED, MONDAY + 2 * DAY) == "not covered"
    assert covered_periods(feeds.deliveries(ED)) == ((MONDAY - 7 * DAY, MONDAY + DAY),)


def test_a_delivery_of_days_to_come_covers_none(feeds: Feeds) -> None:
    feeds.fold(0, [(0, delivered(ED, noon(MONDAY), 1, first_day=MONDAY + DAY, last_day=MONDAY + 7 * DAY))])
    assert covered(feeds, ED, MONDAY + 2 * DAY) == "not covered"
    assert covered_periods(feeds.deliveries(ED)) == ()


def test_feeds_are_those_that_spoke_or_were_spoken_of(feeds: Feeds) -> None:
    feeds.add([mark(SCHOOLS, MONDAY, 1), mark(SCHOOLS, MONDAY, 2)])
    feeds.fold(0, [(0, delivered(ED, noon(MONDAY)))])
    assert list(feeds.feeds()) == [SCHOOLS, ED]


def test_a_delivery_that_was_written_twice_is_one(feeds: Feeds) -> None:
    first, later = delivered(ED, noon(MONDAY)), delivered(ED, noon(MONDAY + DAY), 2)
    feeds.fold(0, [(0, later), (1, first), (2, first)])
    assert [one.ended for one in feeds.deliveries(ED)] == [noon(MONDAY), noon(MONDAY + DAY)]


def test_two_agencies_deliveries_with_one_id_are_two(feeds: Feeds) -> None:
    feeds.fold(0, [(0, delivered(ED, noon(MONDAY), 7)), (1, delivered(SCHOOLS, noon(MONDAY), 7))])
    assert (len(feeds.deliveries(ED)), len(feeds.deliveries(SCHOOLS))) == (1, 1)


def test_the_newest_of_what_was_said_is_given(feeds: Feeds) -> None:
    missed = Expectation(noon(MONDAY), "rhythm")
    stopped = NOTICES.stopped(ED, noon(MONDAY - 9 * DAY), missed, noon(MONDAY)).value
    feeds.fold(0, [(0, stopped)])
    silence = feeds.newest(ED, "FeedStopped", "FeedResumed")
    assert isinstance(silence, Notice)
    assert (silence.kind, silence.about, silence.noticed) == ("FeedStopped", noon(MONDAY - 9 * DAY), noon(MONDAY))
    feeds.fold(0, [(1, NOTICES.resumed(silence, noon(MONDAY), noon(MONDAY + DAY)).value)])
    resumed = feeds.newest(ED, "FeedStopped", "FeedResumed")
    assert isinstance(resumed, Notice)
    assert resumed.kind == "FeedResumed"
    assert feeds.newest(SCHOOLS, "FeedStopped", "FeedResumed") is None
    assert list(feeds.notices(ED)) == [silence, resumed]
    assert list(feeds.notices(SCHOOLS)) == []


def test_windows_that_were_judged_are_remembered_by_their_day(feeds: Feeds) -> None:
    days = (MONDAY - 9 * DAY, MONDAY, MONDAY - DAY)
    feeds.fold(0, [(number, NOTICES.judged(judged(day), noon(MONDAY)).value) for number, day in enumerate(days)])
    assert feeds.judged_days(ED, MONDAY - 2 * DAY) == {MONDAY, MONDAY - DAY}
    assert feeds.newest(ED, "FeedJudged") == judged(MONDAY)


def test_what_arrived_is_counted_by_feed_and_day(feeds: Feeds) -> None:
    refused = mark_of(CATALOGUE, sent(message(statement(ED, noon(MONDAY), reference="")), noon(MONDAY), 4))
    feeds.add([mark(ED, MONDAY, 1), mark(SCHOOLS, MONDAY, 2)])
    feeds.add([mark(ED, MONDAY + DAY, 3), refused])
    found = [(one.day, one.statements, one.refused, one.last) for one in feeds.arrivals(ED, MONDAY)]
    assert found == [(MONDAY, 1, 1, noon(MONDAY)), (MONDAY + DAY, 1, 0, noon(MONDAY + DAY))]
    assert feeds.arrivals(ED, MONDAY + 2 * DAY) == []
    assert feeds.refusals(ED, MONDAY) == {"no-reference": 1}
    assert feeds.refusals(ED, MONDAY + DAY) == {}


def test_rows_that_are_alike_are_given_together(feeds: Feeds) -> None:
    feeds.add([mark(ED, MONDAY, number, nhs_number=NHS_NUMBER if number % 2 else None) for number in range(5)])
    feeds.add([mark(ED, MONDAY - DAY, 9), mark(SCHOOLS, MONDAY, 10)])
    found = feeds.window(ED, MONDAY, MONDAY, frozenset())
    assert sorted((one.oddities.nhs_number, one.refused, one.rows) for one in found) == [
        ("absent", False, 3),
        ("valid", False, 2),
    ]


def test_how_long_rows_took_is_not_said_of_a_back_load(feeds: Feeds) -> None:
    old = MONDAY - 700 * DAY
    feeds.add([mark(ED, MONDAY - DAY, 1, happened=old), mark(ED, MONDAY, 2, happened=old)])
    found = feeds.window(ED, MONDAY - DAY, MONDAY, frozenset({MONDAY - DAY}))
    assert {one.oddities.days_to_arrive for one in found} == {None, 700}
    assert feeds.first_day(ED) == MONDAY - DAY
    assert feeds.first_day(SCHOOLS) is None


def test_back_loads_are_a_feeds_first_day_and_the_first_whole_delivery_of_each_scope(feeds: Feeds) -> None:
    feeds.add([mark(ED, MONDAY, 1), mark(ED, MONDAY + DAY, 2)])
    feeds.fold(0, [(day, delivered(ED, noon(MONDAY + day * DAY), day, whole=day > 1)) for day in range(1, 5)])
    feeds.fold(0, [(9, delivered(ED, noon(MONDAY + 7 * DAY), 9, whole=True, scope="admissions"))])
    assert back_load_days(feeds, ED) == {MONDAY, MONDAY + 2 * DAY, MONDAY + 7 * DAY}
    assert back_load_days(feeds, SCHOOLS) == frozenset()


def test_marks_that_are_forgotten_are_judged_no_more(feeds: Feeds) -> None:
    feeds.add([mark(ED, MONDAY - DAY, 1), mark(ED, MONDAY, 2)])
    feeds.forget_before(MONDAY)
    assert sum(one.rows for one in feeds.window(ED, MONDAY - DAY, MONDAY, frozenset())) == 1


def test_a_message_that_the_hub_never_wrote_is_not_folded(feeds: Feeds) -> None:
    with pytest.raises(ContractBroken, match="run `mash verify`"):
        feeds.fold(0, [(0, message(statement(ED, noon(MONDAY))))])


@pytest.mark.services
def test_the_quality_worker_reads_no_childs_row_and_changes_no_word_of_the_hub(fresh_databases: HubServices) -> None:
    refused = (
        "select * from chronology_entry",
        "select * from identifier",
        "select * from admitted",
        "insert into feed_told default values",
        "delete from feed_told",
        "delete from feed_arrival",
        "update feed_mark set refused = null",
        "delete from log_position",
    )
    with open_store(fresh_databases.conninfo("mash_quality")) as conn:
        for statement_ in refused:
            with pytest.raises(InsufficientPrivilege):
                conn.execute(statement_)


@pytest.mark.services
def test_open_messages_in_quarantine_are_counted_by_the_feed_that_sent_them(fresh_databases: HubServices) -> None:
    def refused(number: int, **changes: object) -> bytes:
        value = value_of(CATALOGUE.own("Quarantined"), Random(number), lambda: "x")
        place = {"topic": agency_topic("health"), "partition": 0, "offset": number, "received": micros(noon(MONDAY))}
        return encode(CATALOGUE.own("Quarantined"), value | place | {"code": "reference-reused"} | changes)

    records = [refused(1), refused(2), refused(3, code="truncated"), refused(4, topic=agency_topic("police"))]
    with open_store(fresh_databases.conninfo("mash_worker")) as worker, worker.transaction():
        ToldFold(worker, CATALOGUE, "Quarantined").fold(0, list(enumerate(records)))
    with open_store(fresh_databases.conninfo("mash_quality")) as quality, quality.transaction():
        SqlMarks(quality).add([mark(ED, MONDAY, 1), mark(ED, MONDAY, 2)])
    with open_store(fresh_databases.conninfo("mash_reader")) as reader:
        found = SqlQuarantine(reader).open_by_feed("health")
    assert found == {ED: {"reference-reused": 2}, Feed("health", ""): {"truncated": 1}}


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)), max_size=8))
def test_covered_periods_are_the_days_that_any_delivery_of_changes_covers(spans: list[tuple[int, int]]) -> None:
    deliveries = [
        value for number, (start, length) in enumerate(spans) for value in [_covering(number, start, start + length)]
    ]
    memory = MemoryFeeds(CATALOGUE)
    memory.fold(0, list(enumerate(deliveries)))
    periods = covered_periods(memory.deliveries(ED))
    days = {first + DAY * one for first, last in periods for one in range((last - first).days + 1)}
    assert days == {MONDAY + DAY * one for start, length in spans for one in range(start, start + length + 1)}
    assert all(after[0] - before[1] > DAY for before, after in pairwise(periods))


def _covering(number: int, first: int, last: int) -> bytes:
    return delivered(ED, noon(MONDAY + 100 * DAY), number, first_day=MONDAY + DAY * first, last_day=MONDAY + DAY * last)
