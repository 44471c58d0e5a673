"""What a message of hub.feeds says: read once here, for the rows that it makes and for those who read them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid5

from projections.feeds import Delivered, Feed, Judged, Kind, Level, Notice
from projections.feeds import Told as Said
from projections.hub_messages import read_hub_message
from projections.rows import Rows
from schemas.catalogue import Catalogue
from schemas.moments import day, moment

NAMESPACE = UUID("6d617368-6665-5564-9a53-6d6173686875")
"""The name space of ids of what the hub says about feeds (RFC 9562, version 5); never changed, since ids in the log were derived in it."""
MICROSECONDS_OF_A_DAY = 86_400_000_000
KINDS: tuple[Kind, ...] = ("FeedDelivered", "FeedStopped", "FeedResumed", "FeedJudged", "FeedDegraded")
TOLD_COLUMNS = "told_id, kind, agency, source_system, at, part, log_offset, record"
TOLD = f"insert into feed_told ({TOLD_COLUMNS}) values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing"


def notice_id(*parts: str) -> bytes:
    """Derive the 16 bytes of a notice's id from what it is about: the same again is the same notice."""
    return uuid5(NAMESPACE, "|".join(parts)).bytes


def told_row(kind: Kind) -> Callable[[dict[str, Any], int, int, bytes], Rows]:
    """Give what makes a row of feed_told of a value of this kind, its partition, offset and message, in the order of TOLD_COLUMNS."""

    def row(value: dict[str, Any], part: int, offset: int, record: bytes) -> Rows:
        told_id = _delivery_id(value) if kind == "FeedDelivered" else value["notice_id"]
        names = kind, value["agency"], value["source_system"]
        return (UUID(bytes=told_id), *names, _at(kind, value), part, offset, record)

    return row


def feed_statements() -> dict[str, tuple[str, Callable[[dict[str, Any], int, int, bytes], Rows]]]:
    """Give, for each contract of hub.feeds, the statement that writes its row and what makes the row."""
    return {kind: (TOLD, told_row(kind)) for kind in KINDS}


def read_told(catalogue: Catalogue, message: bytes) -> Said:
    """Read what a message of hub.feeds says; ContractBroken for one that the hub never wrote."""
    name, value = read_hub_message(catalogue, KINDS, message)
    kind = cast("Kind", name)
    feed = Feed(value["agency"], value["source_system"])
    if kind == "FeedDelivered":
        return _delivered(feed, value)
    if kind == "FeedJudged":
        return _judged(feed, value)
    about = moment(value["day"] * MICROSECONDS_OF_A_DAY if kind == "FeedDegraded" else value["last_seen"])
    return Notice(value["notice_id"], kind, feed, moment(value["noticed"]), about, value["sentence"])


def _delivery_id(value: dict[str, Any]) -> bytes:
    # Within the agency: another one's delivery may claim the same random id.
    return notice_id("delivered", value["agency"], value["delivery_id"].hex())


def _at(kind: Kind, value: dict[str, Any]) -> datetime:
    """Say when it belongs: a delivery to its end, a judgement to its window's day, a notice to when it was noticed."""
    if kind == "FeedJudged":
        return moment(value["day"] * MICROSECONDS_OF_A_DAY)
    return moment(value["ended" if kind == "FeedDelivered" else "noticed"])


def _delivered(feed: Feed, value: dict[str, Any]) -> Delivered:
    first, last, due = (
        None if value[name] is None else day(value[name]) for name in ("first_day", "last_day", "next_due")
    )
    return Delivered(
        feed,
        value["format"],
        value["edition"],
        value["scope"],
        value["population"],
        value["whole"],
        first,
        last,
        moment(value["ended"]),
        value["told"] + value["corrected"] + value["retracted"],
        value["refused"],
        tuple((one["code"], one["rows"]) for one in value["refusals"]),
        due,
    )


def _judged(feed: Feed, value: dict[str, Any]) -> Judged:
    levels = tuple(
        Level(one["expectation"], one["unit"], one["least"], one["most"], one["found"], one["met"])
        for one in value["levels"]
    )
    window = day(value["first_day"]), day(value["day"])
    return Judged(value["notice_id"], feed, *window, value["edition"], value["rows"], value["passed"], levels)
