"""Folding what the hub itself says, topic by topic: disclosures, quarantined messages, alerts that were raised. Run inside the caller's transaction."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from psycopg import Connection

from projections.casework_messages import casework_statements
from projections.feed_messages import feed_statements
from projections.hub_messages import read_hub_message
from projections.quarantine_rows import CLOSED, QUARANTINED, SETTLED, closed_row, quarantined_row, settled_row
from projections.rows import Rows
from schemas.catalogue import Catalogue
from schemas.moments import moment

DISCLOSURE_COLUMNS = (
    "disclosure_id, child, person, agency, action, purpose, asked_at, allowed, part, log_offset, record"
)
ALERT_COLUMNS = "alert_id, child, rule, edition, kind, evidence, locked, sentence, due, raised"
DISCLOSED = f"insert into disclosure ({DISCLOSURE_COLUMNS}) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing"
RAISED = f"""
insert into alert ({ALERT_COLUMNS}) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict (alert_id) do update set raised = excluded.raised where alert.raised is null
"""


class ToldFold:
    """Writes each record of one of the hub's own topics, whose contracts are named, as one row; a record that was written twice is one row."""

    def __init__(self, conn: Connection[Rows], catalogue: Catalogue, *contracts: str) -> None:
        self._conn = conn
        self._catalogue = catalogue
        self._contracts = contracts

    def fold(self, part: int, records: Iterable[tuple[int, bytes]]) -> int:
        """Write (offset, message) pairs of one partition, oldest first; ContractBroken for a message that the hub never wrote: roll back and stop."""
        rows: dict[str, list[Rows]] = defaultdict(list)
        for offset, message in records:
            name, row = self.made(part, offset, message)
            rows[name].append(row)
        for name, of_contract in rows.items():
            self._conn.cursor().executemany(STATEMENTS[name][0], of_contract)
        return sum(map(len, rows.values()))

    def made(self, part: int, offset: int, message: bytes) -> tuple[str, Rows]:
        """Give a message's contract by short name, and the row that it makes, in the order of the columns that its statement names; ContractBroken as in `fold`."""
        name, value = read_hub_message(self._catalogue, self._contracts, message)
        return name, STATEMENTS[name][1](value, part, offset, message)


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
    "Quarantined": (QUARANTINED, quarantined_row),
    "QuarantineSettled": (SETTLED, settled_row),
    "QuarantineClosed": (CLOSED, closed_row),
    "AlertRaised": (RAISED, _alert_row),
    **feed_statements(),
    **casework_statements(),
}
