"""Folding what the hub itself says, topic by topic: disclosures, quarantined messages, alerts that were raised. Run inside the caller's transaction."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from psycopg import Connection

from projections.rows import Rows
from schemas.catalogue import Catalogue
from schemas.codec import PREFIX, ContractBroken, decode_payload
from schemas.moments import moment

DISCLOSURE_COLUMNS = (
    "disclosure_id, child, person, agency, action, purpose, asked_at, allowed, part, log_offset, record"
)
QUARANTINED_COLUMNS = (
    "quarantine_id, topic, source_part, source_offset, received, code, sentence, part, log_offset, record"
)
ALERT_COLUMNS = "alert_id, child, rule, edition, kind, evidence, locked, sentence, due, raised"
DISCLOSED = f"insert into disclosure ({DISCLOSURE_COLUMNS}) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing"
QUARANTINED = f"insert into quarantined ({QUARANTINED_COLUMNS}) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing"
RAISED = f"""
insert into alert ({ALERT_COLUMNS}) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict (alert_id) do update set raised = excluded.raised where alert.raised is null
"""


class ToldFold:
    """Writes each record of one of the hub's own topics as one row; a record that was written twice is one row."""

    def __init__(self, conn: Connection[Rows], catalogue: Catalogue, contract: str) -> None:
        self._conn = conn
        self._catalogue = catalogue
        self._contract = contract

    def fold(self, part: int, records: Iterable[tuple[int, bytes]]) -> int:
        """Write (offset, message) pairs of one partition, oldest first; ContractBroken for a message that the hub never wrote: roll back and stop."""
        rows = [self.row(part, offset, message) for offset, message in records]
        self._conn.cursor().executemany(STATEMENTS[self._contract][0], rows)
        return len(rows)

    def row(self, part: int, offset: int, message: bytes) -> Rows:
        """Give the row that a message makes, in the order of its table's columns as named above; ContractBroken as in `fold`."""
        return STATEMENTS[self._contract][1](self._value(message), part, offset, message)

    def _value(self, message: bytes) -> dict[str, Any]:
        contract = self._catalogue.by_id(PREFIX.unpack_from(message)[1]) if len(message) >= PREFIX.size else None
        if contract is None or contract.short_name != self._contract:
            raise ContractBroken(
                "not-ours",
                f"expected a {self._contract}, found another message; only the hub may write to its topics: run `mash verify`",
            )
        return decode_payload(contract, message[PREFIX.size :])


def _disclosure_row(value: dict[str, Any], part: int, offset: int, record: bytes) -> Rows:
    who = value["person"], value["agency"], value["action"], value["purpose"]
    return (
        _id(value["disclosure_id"]),
        _id(value["child"]),
        *who,
        moment(value["asked_at"]),
        value["allowed"],
        part,
        offset,
        record,
    )


def _quarantined_row(value: dict[str, Any], part: int, offset: int, record: bytes) -> Rows:
    source = value["topic"], value["partition"], value["offset"], moment(value["received"])
    return (_id(value["quarantine_id"]), *source, value["code"], value["sentence"], part, offset, record)


def _alert_row(value: dict[str, Any], _part: int, _offset: int, _record: bytes) -> Rows:
    rule = value["rule"], value["edition"], value["kind"], [_id(one) for one in value["evidence"]]
    due = None if value["due"] is None else moment(value["due"])
    return (
        _id(value["alert_id"]),
        _id(value["child"]),
        *rule,
        value["locked"],
        value["sentence"],
        due,
        moment(value["raised"]),
    )


def _id(value: bytes | None) -> UUID | None:
    return None if value is None else UUID(bytes=value)


STATEMENTS = {
    "Disclosure": (DISCLOSED, _disclosure_row),
    "Quarantined": (QUARANTINED, _quarantined_row),
    "AlertRaised": (RAISED, _alert_row),
}
