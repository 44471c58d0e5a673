"""Invented feeds: statements and deliveries as an agency sends them, records as a broker hands them over, and a county's week of them."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from projections.feeds import Feed
from projections.feeds_memory import MemoryFeeds
from schemas.codec import encode
from schemas.moments import days, micros
from schemas.topics import HUB_FEEDS, agency_topic, deliveries_topic
from streams.event_log import MemoryEventLog
from streams.quality.marking import mark_of
from tests.schemas.contract_values import CATALOGUE, value_of

NHS_NUMBER, WRONG_NHS_NUMBER = "9990000018", "9990000017"
UPN, WRONG_UPN = "B801200005001", "A801200005001"
ED = Feed("health", "ED-PAS")
SCHOOLS = Feed("education", "schools")
MONDAY = date(2026, 3, 2)


class Sent(NamedTuple):
    """One record as aiokafka hands it over; `timestamp` is the broker's, in milliseconds."""

    topic: str
    partition: int
    offset: int
    value: bytes | None
    timestamp: int
    headers: tuple[tuple[str, bytes], ...] = ()
    timestamp_type: int = 1


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def statement(feed: Feed, when: datetime, reference: str = "r-1", **child: Any) -> dict[str, Any]:
    """Make a concern that this feed tells, happened and learned at `when`; `child` are the child's identifiers."""
    contract = CATALOGUE.own("ConcernRaised")
    value = value_of(contract, Random(1), lambda: "worry")
    moment = {"earliest": micros(when), "latest": micros(when), "wording": None}
    names = ("nhs_number", "upn", "family_name", "given_name", "date_of_birth", "sex", "address", "postcode")
    envelope = value["envelope"] | {
        "agency": feed.agency,
        "source_system": feed.source_system,
        "reference": reference,
        "child": {"local_id": "L-1", **dict.fromkeys(names), **child},
        "happened": moment,
        "learned": moment,
        **dict.fromkeys(("correlation", "cause", "corrects", "retracts")),
    }
    return value | {"envelope": envelope}


def message(value: dict[str, Any]) -> bytes:
    return encode(CATALOGUE.own("ConcernRaised"), value)


def sent(value: bytes | None, received: datetime, offset: int = 0, topic: str | None = None) -> Sent:
    return Sent(topic or agency_topic("health"), 0, offset, value, micros(received) // 1000)


def delivery(feed: Feed, ended: datetime, number: int = 1, /, **changes: Any) -> dict[str, Any]:
    """Say what a delivery covered: the week before it ended, unless `changes` say otherwise (days as dates)."""
    value = {
        "delivery_id": number.to_bytes(16),
        "agency": feed.agency,
        "source_system": feed.source_system,
        "format": "csv",
        "edition": None,
        "scope": "attendances",
        "population": "all children seen",
        "whole": False,
        "first_day": ended.date() - timedelta(days=7),
        "last_day": ended.date() - timedelta(days=1),
        "began": micros(ended),
        "ended": micros(ended),
        **dict.fromkeys(("rows", "told", "corrected", "retracted", "unchanged", "refused"), 0),
        "refusals": [],
        "next_due": None,
        **changes,
    }
    return {key: days(one) if isinstance(one, date) else one for key, one in value.items()}


def delivered(feed: Feed, ended: datetime, number: int = 1, /, **changes: Any) -> bytes:
    return encode(CATALOGUE.own("FeedDelivered"), delivery(feed, ended, number, **changes))


def handed_over(feed: Feed, ended: datetime, /, **changes: Any) -> Sent:
    return sent(delivered(feed, ended, **changes), ended, topic=deliveries_topic(feed.agency))


class County:
    """Feeds in memory: what is written to hub.feeds is folded when it is asked for, and the clock stands where it was put."""

    def __init__(self) -> None:
        self.records = MemoryFeeds(CATALOGUE)
        self.log = MemoryEventLog()
        self.now = noon(MONDAY)
        self._offset = 0
        self._folded = 0

    def clock(self) -> datetime:
        return self.now

    def says(self, feed: Feed, day: date, statements: int = 30, learned: date | None = None, **child: Any) -> None:
        """Let a feed tell so many statements at noon of a day, of what it learned that day or at noon of another."""
        child = {"nhs_number": NHS_NUMBER, "upn": UPN, **child}
        value = message(statement(feed, noon(learned or day), **child))
        topic = agency_topic(feed.agency)
        for _ in range(statements):
            self._offset += 1
            self.records.add([mark_of(CATALOGUE, sent(value, noon(day), self._offset, topic))])

    def delivers(self, feed: Feed, ended: datetime, number: int = 1, **changes: Any) -> None:
        self.tell(delivered(feed, ended, number, **changes))

    def tell(self, value: bytes) -> None:
        self._offset += 1
        self.records.fold(0, [(1_000_000 + self._offset, value)])

    def fold(self) -> list[bytes]:
        """Fold what was written to hub.feeds since the last time, and give it."""
        written = [one.value for one in self.log.topics.get(HUB_FEEDS, [])][self._folded :]
        for value in written:
            self.records.fold(0, [(self._folded, value)])
            self._folded += 1
        return written


def kinds(messages: list[bytes]) -> list[str]:
    return [_kind(one) for one in messages]


def _kind(value: bytes) -> str:
    contract = CATALOGUE.by_id(int.from_bytes(value[1:5]))
    assert contract is not None
    return contract.short_name
