"""Opening entries that may be read: from sealed bytes to the agency's own fields, in memory only."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from access_policy.keys import EntryKey
from access_policy.sealing import Opener, SealBroken
from projections.chronology.opened import Fields, Opened
from projections.headers import entry_of
from query.ports import Keys
from schemas.catalogue import Catalogue, Contract
from schemas.codec import ContractBroken, decode_newest
from schemas.moments import day
from schemas.sealed import SealedEvent


class RecordBroken(Exception):
    """An entry does not open as it was sealed, so nothing of the record is shown; the message names it by its event id and says what to do."""


@dataclass(frozen=True, slots=True)
class Unsealing:
    """What opens entries: keys, cipher, contracts."""

    keys: Keys
    opener: Opener
    catalogue: Catalogue

    def open_all(self, events: Sequence[SealedEvent]) -> tuple[Opened, ...]:
        """Open entries, in their order; RecordBroken when one was altered, since what is left would be taken for all there is."""
        key_ids = list(dict.fromkeys(UUID(bytes=event.header.key_id) for event in events))
        keys = self.keys.find(key_ids) if key_ids else {}
        days = self._days_of({event.header.contract_id for event in events})
        return tuple(self._open(event, keys.get(UUID(bytes=event.header.key_id)), days) for event in events)

    def _open(self, event: SealedEvent, key: EntryKey | None, days: Mapping[int, frozenset[str]]) -> Opened:
        entry = entry_of(event.header)
        if key is None:
            return Opened(entry, None)
        contract = self.catalogue.by_id(event.header.contract_id)
        if contract is None:
            raise _broken(
                entry.event_id, "its contract among the committed ones", "none; restore schemas/contracts, or"
            )
        try:
            payload = self.opener.open_sealed(key, event.header_bytes, event.sealed)
            # Whatever version it was written under, whoever reads it sees the newest.
            newest, fields = decode_newest(self.catalogue, contract, payload)
        except (SealBroken, ContractBroken) as error:
            raise _broken(entry.event_id, "an entry as it was sealed", f"{type(error).__name__};") from None
        return Opened(entry, with_days(fields, days[newest.id]))

    def _days_of(self, contract_ids: Iterable[int]) -> dict[int, frozenset[str]]:
        contracts = (self.catalogue.by_id(one) for one in contract_ids)
        newest = [self.catalogue.newest(one) for one in contracts if one is not None]
        return {contract.id: day_fields(contract) for contract in newest}


def day_fields(contract: Contract) -> frozenset[str]:
    """Name the fields that are days, wherever in the contract they stand."""
    return frozenset(_day_fields(json.loads(contract.schema)))


def _day_fields(record: Any) -> Iterable[str]:
    for one in record["fields"]:
        branches = one["type"] if isinstance(one["type"], list) else [one["type"]]
        for branch in branches:
            if isinstance(branch, dict) and branch.get("logicalType") == "date":
                yield one["name"]
            if isinstance(branch, dict) and branch["type"] == "record":
                yield from _day_fields(branch)


def with_days(fields: Fields, days: frozenset[str]) -> dict[str, Any]:
    """Write fields with their days, named in `days`, as texts such as 2020-02-29."""
    return {name: _readable(value, is_day=name in days, days=days) for name, value in fields.items()}


def _readable(value: Any, *, is_day: bool, days: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return with_days(value, days)
    if not is_day or value is None:
        return value
    try:
        return day(value).isoformat()
    except OverflowError:
        return f"{value} days from 1970-01-01, which no calendar holds"


def _broken(event_id: UUID, expected: str, found: str) -> RecordBroken:
    return RecordBroken(
        f"event {event_id}: expected {expected}, found {found} nothing of the record is shown: run `mash verify` to see what was altered"
    )
