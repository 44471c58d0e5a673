"""Settle: read hub.quarantine, and do what was said about a refused message: examine it anew as it came, or let it be.

A redriven message keeps its bytes, its place in the agency's topic and the time at which it came; it is opened in memory and never written anywhere unsealed.

| if we crash | true |
|---|---|
| before anything is written | the settling is read again |
| after new refusals and events are written | it is read again and gives the same bytes under the same ids, which every fold drops as repeats |
| after it is said what came of it | as above; a rebuild then finds every event of it in the log |
| after the commit | the message is closed, and the settling is older than the position |
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from access_policy.keys import EntryKey
from access_policy.sealing import Opener, SealBroken
from projections.held import held_message
from projections.hub_messages import read_hub_message
from projections.positions import require_no_hole
from projections.quarantine_rows import CONTRACTS
from schemas.codec import SCHEMA_ID_HEADER
from streams.admission import MILLISECOND, Refused, Settling, Statement
from streams.admit import STAGE, Admit
from streams.runs import Run
from streams.sorting import Discarded

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class OpenedAgain:
    """A message as the agency's topic gave it: what the examiner takes for one of the broker's records (`timestamp` in milliseconds)."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    value: bytes = field(repr=False)
    headers: tuple[tuple[str, bytes], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settle:
    """The half of the admit stage that reads hub.quarantine; it admits through the other half."""

    admit: Admit
    opener: Opener

    async def fold(self, run: Run) -> None:
        """Take in one run: remember what was refused, and act on the first settling of each message that is open. ContractBroken, LogHole: stop."""
        admissions, place = self.admit.admissions, f"{run.topic}/{run.partition}"
        with admissions.reading(run.topic, run.partition) as following:
            records = [record for record in run.records if record.offset >= following]
            if not records:
                return
            for due, record in enumerate(records, following):
                require_no_hole(STAGE, place, due, record.offset)
            told = [(record, *self._read(record.value or b"")) for record in records]
            refused = [held_message(value, record.value) for record, name, value in told if name == "Quarantined"]
            # This stage remembered them when it refused them, unless that run was cut off after it was written.
            admissions.held.hold(refused)
            settlings = [
                (_settling(record, value), value) for record, name, value in told if name == "QuarantineSettled"
            ]
            messages, touched = self._messages(settlings)
            waited_for = (one.waits_for for one in refused if one.waits_for is not None)
            await self.admit.take_in(messages, records[-1].timestamp, [*touched, *waited_for])
            admissions.move_to(run.topic, run.partition, records[-1].offset + 1)

    def _messages(
        self, settlings: Iterable[tuple[Settling, Values]]
    ) -> tuple[list[Statement | Refused | Discarded], list[bytes]]:
        """Give what settled messages are now, in the order in which they were settled, and the event ids that they had."""
        first = {settling.quarantine_id: (settling, value["action"]) for settling, value in reversed(list(settlings))}
        found = self.admit.admissions.held.find(list(first))
        refused = {one: self._read(record)[1] for one, record in found.items()}
        keys = self._keys(refused.values())
        chosen = sorted((first[one] for one in refused), key=lambda each: each[0].offset)
        messages = [self._message(refused[one.quarantine_id], one, action, keys) for one, action in chosen]
        return messages, [value["event_id"] for value in refused.values() if value["event_id"] is not None]

    def _message(
        self, refused: Values, settling: Settling, action: str, keys: Mapping[UUID, EntryKey | None]
    ) -> Statement | Refused | Discarded:
        if action == "DISCARD":
            return Discarded(settling, refused["event_id"])
        place = refused["topic"], refused["partition"], refused["offset"]
        key = keys[UUID(bytes=refused["key_id"])]
        try:
            message = None if key is None else self._open(key, refused)
        except SealBroken:
            message = None
        if message is None:
            return self._shut(refused, settling)
        headers = () if refused["schema_id"] is None else ((SCHEMA_ID_HEADER, refused["schema_id"]),)
        record = OpenedAgain(*place, refused["received"] // MILLISECOND, message, headers)
        return self.admit.examiner.examine(record, settling)

    def _open(self, key: EntryKey, refused: Values) -> bytes:
        bound = f"{refused['topic']}/{refused['partition']}/{refused['offset']}"
        return self.opener.open_sealed(key, bound.encode(), refused["sealed"])

    @staticmethod
    def _shut(refused: Values, settling: Settling) -> Refused:
        """Refuse a message that does not open: there is nothing left of it to examine."""
        place = refused["topic"], refused["partition"], refused["offset"], refused["received"]
        sentence = "expected a message as it was sealed, with its key, found that it does not open; send it again, and ask the operator to run `mash verify`"
        return Refused(*place, b"", "cannot-be-opened", sentence, settling=settling)

    def _keys(self, refused: Iterable[Values]) -> Mapping[UUID, EntryKey | None]:
        key_ids = list(dict.fromkeys(UUID(bytes=value["key_id"]) for value in refused))
        return self.admit.sealing.keys.find(key_ids) if key_ids else {}

    def _read(self, message: bytes) -> tuple[str, Values]:
        return read_hub_message(self.admit.sealing.catalogue, CONTRACTS, message)


def _settling(record: Any, value: Values) -> Settling:
    return Settling(value["quarantine_id"], value["settled_id"], record.offset, value["at"])
