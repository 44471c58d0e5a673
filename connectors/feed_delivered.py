"""What a delivery covered and what became of its rows, as the sender says it to the hub when it is done."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta, tzinfo

from connectors.envelope import local_day
from connectors.feed_memory import Begun
from connectors.statement import Coverage, Delivery
from schemas.catalogue import Catalogue
from schemas.codec import encode
from schemas.moments import days, moment

CONTRACT = "FeedDelivered"


def with_days(coverage: Coverage, span: tuple[int, int] | None, zone: tzinfo) -> Coverage:
    """Fill in the days that a file covers from what happened in it (microseconds) where nobody said them; local days of `zone`."""
    if span is None:
        return coverage
    first, last = (_day(at, zone) for at in span)
    return replace(coverage, first=coverage.first or first, last=coverage.last or last)


def end_of_day(at: int, zone: tzinfo) -> int:
    """Give the last moment (microseconds) of the local day in which another lies."""
    return int(local_day(_day(at, zone), zone)["latest"])


def _day(at: int, zone: tzinfo) -> date:
    try:
        return moment(at).astimezone(zone).date()
    except OverflowError:
        return moment(at).date()


def delivered_message(
    catalogue: Catalogue, named: tuple[str, str, str], begun: Begun, ended: int, receipt: Delivery
) -> bytes:
    """Write the message; `named` is agency, source system and format, `ended` in microseconds. The receipt must say what was covered."""
    contract, coverage = catalogue.by_name(CONTRACT), receipt.coverage
    if contract is None or coverage is None:
        raise ValueError(f"expected the contract {CONTRACT} and a receipt with its coverage, found one missing")
    agency, source_system, name = named
    due = coverage.next_due_days
    value = {
        "delivery_id": begun.delivery_id,
        "agency": agency,
        "source_system": source_system,
        "format": name,
        "edition": coverage.edition,
        "scope": coverage.scope,
        "population": coverage.population,
        "whole": coverage.whole,
        "first_day": None if coverage.first is None else days(coverage.first),
        "last_day": None if coverage.last is None else days(coverage.last),
        "began": begun.moment,
        "ended": ended,
        "rows": receipt.rows_in - receipt.rows_left_out,
        "told": receipt.rows_told,
        "corrected": receipt.rows_corrected,
        "retracted": receipt.retracted,
        "unchanged": receipt.rows_unchanged,
        "refused": receipt.rows_refused,
        "refusals": _by_code(receipt),
        "next_due": None if due is None else days(moment(ended).date() + timedelta(days=due)),
    }
    return encode(contract, value)


def _by_code(receipt: Delivery) -> list[dict[str, object]]:
    found = Counter(refusal.code for refusal in receipt.refusals) + Counter(receipt.unlisted)
    return [{"code": code, "rows": rows} for code, rows in sorted(found.items())]
