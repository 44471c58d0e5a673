"""The rows that the records of hub.quarantine make: what was refused, who settled it, what came of it."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from projections.hub_messages import read_hub_message
from projections.rows import Rows
from schemas.catalogue import Catalogue
from schemas.moments import moment

CONTRACTS = ("Quarantined", "QuarantineSettled", "QuarantineClosed")
"""What hub.quarantine holds."""
QUARANTINED_COLUMNS = (
    "quarantine_id, topic, source_part, source_offset, received, code, sentence, event_id, waits_for, earlier, "
    "part, log_offset, record"
)
SETTLED_COLUMNS = "settled_id, quarantine_id, action, person, at, part, log_offset, record"
CLOSED_COLUMNS = "quarantine_id, settled_id, outcome, at, part, log_offset, record"
QUARANTINED = (
    f"insert into quarantined ({QUARANTINED_COLUMNS}) values ({', '.join(['%s'] * 13)}) on conflict do nothing"
)
SETTLED = f"insert into quarantine_settled ({SETTLED_COLUMNS}) values ({', '.join(['%s'] * 8)}) on conflict do nothing"
CLOSED = f"insert into quarantine_closed ({CLOSED_COLUMNS}) values ({', '.join(['%s'] * 7)}) on conflict do nothing"


def quarantined_row(value: dict[str, Any], part: int, offset: int, record: bytes) -> Rows:
    """Give the row of a Quarantined message, as its newest version means it."""
    source = value["topic"], value["partition"], value["offset"], moment(value["received"])
    related = (_id(value[name]) for name in ("event_id", "waits_for", "earlier"))
    return (_id(value["quarantine_id"]), *source, value["code"], value["sentence"], *related, part, offset, record)


def settled_row(value: dict[str, Any], part: int, offset: int, record: bytes) -> Rows:
    """Give the row of a QuarantineSettled message."""
    ids = _id(value["settled_id"]), _id(value["quarantine_id"])
    return (*ids, value["action"], value["person"], moment(value["at"]), part, offset, record)


def closed_row(value: dict[str, Any], part: int, offset: int, record: bytes) -> Rows:
    """Give the row of a QuarantineClosed message."""
    ids = _id(value["quarantine_id"]), _id(value["settled_id"])
    return (*ids, value["outcome"], moment(value["at"]), part, offset, record)


def quarantine_ids(catalogue: Catalogue, messages: Iterable[bytes]) -> Iterator[tuple[str, UUID]]:
    """Give the contract and the quarantine id of messages of hub.quarantine; ContractBroken for one that the hub never wrote."""
    for message in messages:
        name, value = read_hub_message(catalogue, CONTRACTS, message)
        yield name, UUID(bytes=value["quarantine_id"])


def _id(value: bytes | None) -> UUID | None:
    return None if value is None else UUID(bytes=value)
