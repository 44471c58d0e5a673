"""Marks: what quality keeps of each statement an agency makes. States and days; no child, no event id, and no value that the agency sent."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from psycopg import Connection

from projections.feeds import Feed
from projections.rows import Rows, copy_rows

State = Literal["absent", "valid", "invalid"]

COLUMNS = (
    ("topic", "text"),
    ("part", "int2"),
    ("log_offset", "int8"),
    ("agency", "text"),
    ("source_system", "text"),
    ("received", "timestamptz"),
    ("day", "date"),
    ("event_type", "text"),
    ("happened", "date"),
    ("nhs_number", "text"),
    ("upn", "text"),
    ("in_order", "bool"),
    ("weekend", "bool"),
    ("codes_known", "bool"),
    ("days_to_arrive", "int4"),
    ("refused", "text"),
)
ARRIVED = """
insert into feed_arrival as a (agency, source_system, day, statements, refused, last)
select agency, source_system, day, statements, refused, last from unnest(%s::text[], %s::text[], %s::date[], %s::bigint[], %s::bigint[], %s::timestamptz[])
  as n (agency, source_system, day, statements, refused, last) order by agency, source_system, day
on conflict (agency, source_system, day) do update
  set statements = a.statements + excluded.statements, refused = a.refused + excluded.refused, last = greatest(a.last, excluded.last)
"""
HAPPENED = """
insert into feed_happened as h (agency, source_system, day, statements)
select agency, source_system, day, statements from unnest(%s::text[], %s::text[], %s::date[], %s::bigint[])
  as n (agency, source_system, day, statements) order by agency, source_system, day
on conflict (agency, source_system, day) do update set statements = h.statements + excluded.statements
"""
FORGET = "delete from feed_mark where day < %s"
JUDGED_COLUMNS = "nhs_number, upn, in_order, weekend, codes_known"
WINDOW = f"""
select {JUDGED_COLUMNS}, case when day = any(%s) then null else days_to_arrive end, refused is not null, count(*) from feed_mark
where agency = %s and source_system = %s and day between %s and %s group by 1, 2, 3, 4, 5, 6, 7
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a statement was read, and when the broker stamped it (UTC)."""

    topic: str
    part: int
    offset: int
    received: datetime
    day: date
    """The day in Europe/London on which it was received."""


@dataclass(frozen=True, slots=True)
class Oddities:
    """How sound a statement is; None where there is nothing to judge.

    `in_order`: happened, learned and received follow each other; `weekend`: it happened on a Saturday or Sunday, where its day is exact; `codes_known`: its
    coded fields hold known codes; `days_to_arrive`: from when the agency learned it to when the hub received it.
    """

    nhs_number: State
    upn: State
    in_order: bool | None
    weekend: bool | None
    codes_known: bool | None
    days_to_arrive: int | None


@dataclass(frozen=True, slots=True)
class Mark:
    """One statement as quality sees it; `refused` is the code with which a message was refused, and then nothing else is known of it."""

    place: Place
    feed: Feed
    event_type: str
    happened: date | None
    oddities: Oddities
    refused: str | None


@dataclass(frozen=True, slots=True)
class Alike:
    """So many rows of a window that quality sees alike."""

    oddities: Oddities
    refused: bool
    rows: int


NOTHING_KNOWN = Oddities("absent", "absent", None, None, None, None)


class SqlMarks:
    """Keeps marks in PostgreSQL, inside the caller's transaction."""

    def __init__(self, conn: Connection[Rows]) -> None:
        self._conn = conn

    def add(self, marks: Sequence[Mark]) -> None:
        """Keep marks that were not kept before: the caller's position makes sure of that."""
        copy_rows(self._conn, "feed_mark", COLUMNS, map(_row, marks))
        arrived = _arrivals(marks)
        if arrived:
            self._conn.execute(ARRIVED, [list(column) for column in zip(*arrived, strict=True)])
        told = Counter((*mark.feed, mark.happened) for mark in marks if mark.happened is not None)
        if told:
            columns = zip(*((*key, count) for key, count in told.items()), strict=True)
            self._conn.execute(HAPPENED, [list(column) for column in columns])

    def window(self, feed: Feed, first: date, last: date, back_loads: frozenset[date]) -> list[Alike]:
        """Give the rows that were received of a feed from one day to another, those that are alike together; how long they took is not said of back-loads."""
        rows = self._conn.execute(WINDOW, (list(back_loads), *feed, first, last), binary=True)
        return [Alike(Oddities(*row[:6]), row[6], row[7]) for row in rows]

    def forget_before(self, day: date) -> None:
        """Remove the marks of what was received before that day; tallies stay."""
        self._conn.execute(FORGET, (day,))


def _row(mark: Mark) -> Rows:
    place, odd = mark.place, mark.oddities
    where = place.topic, place.part, place.offset, *mark.feed, place.received, place.day
    states = odd.nhs_number, odd.upn, odd.in_order, odd.weekend, odd.codes_known, odd.days_to_arrive
    return (*where, mark.event_type, mark.happened, *states, mark.refused)


def _arrivals(marks: Iterable[Mark]) -> list[Rows]:
    """Add up what arrived of each feed on each day: (agency, system, day, statements, refused, last)."""
    found: dict[tuple[str, str, date], tuple[int, int, datetime]] = {}
    for mark in marks:
        key = (*mark.feed, mark.place.day)
        statements, refused, last = found.get(key, (0, 0, mark.place.received))
        is_refused = mark.refused is not None
        found[key] = (statements + (not is_refused), refused + is_refused, max(last, mark.place.received))
    return [(*key, *sums) for key, sums in found.items()]
