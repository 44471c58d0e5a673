"""Deliveries: what an agency says about each delivery of its feeds is examined, and written on to hub.feeds for ever."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from projections.feeds import Feed
from projections.marks import Mark, SqlMarks
from projections.positions import advance, fence
from projections.rows import Rows
from schemas.catalogue import Catalogue
from schemas.codec import ContractBroken, Decoded, decode, schema_id_of
from schemas.moments import EARLIEST, LATEST
from schemas.topics import HUB_FEEDS, agency_of
from streams.admission import MILLISECOND
from streams.event_log import EventLog, LogRecord
from streams.quality.marking import STAGE, place_of, plain_system, refused_mark
from streams.runs import Run

DAY = 86_400_000_000
LONGEST_WORDS = 300
WORDS = ("format", "edition", "scope", "population")


class Deliveries:
    """The deliveries stage: reads what agencies say about their deliveries."""

    def __init__(self, conn: Connection[Rows], catalogue: Catalogue, log: EventLog) -> None:
        self._conn = conn
        self._catalogue = catalogue
        self._log = log
        self._marks = SqlMarks(conn)

    async def fold(self, run: Run) -> None:
        """Write one run on. Its position becomes true last, after the broker has every delivery; one that was refused leaves a mark."""
        with self._conn.transaction():
            following = fence(self._conn, STAGE, run.topic, run.partition)
            fresh = [record for record in run.records if record.offset >= following]
            if not fresh:
                return
            told, refused = self._sort(fresh)
            # If we crash after this they are written again, byte for byte the same, and the fold drops the repeat by its id.
            await self._log.write(HUB_FEEDS, told)
            self._marks.add(refused)
            advance(self._conn, STAGE, run.topic, run.partition, fresh[-1].offset + 1)

    def _sort(self, records: Sequence[Any]) -> tuple[list[LogRecord], list[Mark]]:
        told, refused = [], []
        for record in records:
            try:
                feed, message = examine(self._catalogue, record)
            except ContractBroken as broken:
                refused.append(refused_mark(place_of(record), Feed(agency_of(record.topic), ""), broken.code))
            else:
                told.append(LogRecord(0, feed.key.encode(), message))
        return told, refused


def examine(catalogue: Catalogue, record: Any) -> tuple[Feed, bytes]:
    """Give the feed that a delivery is of, and its message in the classic wire format; ContractBroken for a message that may not be written on, and nothing else."""
    decoded = decode(catalogue, record.value or b"", schema_id_of(record.headers))
    _require_own(decoded, agency_of(record.topic))
    value = decoded.value
    _require_times(value, record.timestamp * MILLISECOND)
    if not plain_system(value["source_system"]):
        raise ContractBroken(
            "no-such-feed",
            "expected a source_system of 1 to 64 letters, digits, spaces and _.:/()-, found another; name the system plainly",
        )
    if any(len(value[name] or "") > LONGEST_WORDS for name in WORDS):
        raise ContractBroken(
            "too-many-words",
            f"expected at most {LONGEST_WORDS} characters in {', '.join(WORDS)}, found more; say it in fewer",
        )
    return Feed(value["agency"], value["source_system"]), decoded.message


def _require_own(decoded: Decoded, owner: str) -> None:
    if decoded.contract.name != "mash.feeds.FeedDelivered":
        raise ContractBroken(
            "not-a-delivery",
            f"expected mash.feeds.FeedDelivered on this topic, found {decoded.contract.name}; send statements to the topic of events",
        )
    if decoded.value["agency"] != owner:
        raise ContractBroken(
            "not-your-topic",
            f"expected the agency that owns the topic, {owner}, found another in the delivery; send under your own name",
        )


def _require_times(value: dict[str, Any], received: int) -> None:
    """Refuse times that no calendar holds, that run backwards, or that are later than the message itself by more than a day."""
    days = [value[name] * DAY for name in ("first_day", "last_day", "next_due") if value[name] is not None]
    if not all(EARLIEST <= one <= LATEST for one in (value["began"], value["ended"], *days)):
        raise ContractBroken(
            "no-such-time",
            "expected times and days between the years 1 and 9999, found one outside; send microseconds and days since 1970",
        )
    first, last = value["first_day"], value["last_day"]
    backwards = first is not None and last is not None and first > last
    if backwards or value["began"] > value["ended"] or value["ended"] > received + DAY:
        raise ContractBroken(
            "backwards",
            "expected first_day not after last_day, began not after ended, and ended not in the future, found another order; put them in order",
        )
