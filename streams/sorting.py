"""Telling apart, in the order in which they came: what is admitted, what is a repeat, what is refused, and what waits behind a refused statement. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from streams.admission import Examiner, Refused, Settling, Statement

REUSED = (
    "expected a reference of its own for a new statement, found one used before with other content; "
    "send it again with a new reference, saying in `corrects` which one it replaces"
)
WAITS = (
    "expected the statement that this one corrects, retracts or follows from to be in, found it in quarantine; "
    "nothing to send: it is taken up by itself once that one is settled or sent again"
)


@dataclass(frozen=True, slots=True)
class Discarded:
    """A quarantined message that a person discarded, with the event id (16 bytes) that it would have had."""

    settling: Settling
    event_id: bytes | None


@dataclass(frozen=True, slots=True)
class Closing:
    """What came of a settled message, in the words of the contract QuarantineClosed."""

    settling: Settling
    outcome: str


class Sorting:
    """Takes one message after the other.

    `admitted` maps event ids to content digests and learns the new ones; `open_messages` are (event id, quarantine id) of the messages open in quarantine.
    """

    def __init__(self, admitted: dict[bytes, bytes], open_messages: Iterable[tuple[bytes, bytes]]) -> None:
        self.fresh: list[Statement] = []
        self.refused: list[Refused] = []
        self.closings: list[Closing] = []
        self._admitted = admitted
        self._open: dict[bytes, set[bytes]] = defaultdict(set)
        self._events: dict[bytes, bytes] = {}
        for event_id, quarantine_id in open_messages:
            self._note_open(event_id, quarantine_id)

    def take(self, one: Statement | Refused | Discarded) -> None:
        """Take in the next message."""
        if one.settling is not None:
            quarantine_id = one.settling.quarantine_id
            self._open[self._events.get(quarantine_id, b"")].discard(quarantine_id)
        if isinstance(one, Discarded):
            self._close(one.settling, "DISCARDED")
        elif isinstance(one, Refused):
            self._refuse(one)
        else:
            self._judge(one)

    def blocked(self, event_id: bytes) -> bool:
        """Whether who follows from this event has to wait: it is open in quarantine, and no other message brought it in."""
        return event_id not in self._admitted and bool(self._open.get(event_id))

    def _judge(self, statement: Statement) -> None:
        digest = self._admitted.get(statement.event_id)
        if digest is None:
            waits_for = next(filter(self.blocked, statement.follows), None)
            if waits_for is not None:
                self._refuse(Examiner.refuse(statement, "waits-behind", WAITS, waits_for))
                return
            self._admitted[statement.event_id] = statement.digest
            self.fresh.append(statement)
            self._close(statement.settling, "ADMITTED")
        elif digest == statement.digest:
            self._close(statement.settling, "ADMITTED_BEFORE")
        else:
            self._refuse(Examiner.refuse(statement, "reference-reused", REUSED))

    def _refuse(self, refused: Refused) -> None:
        self.refused.append(refused)
        if refused.event_id is not None:
            self._note_open(refused.event_id, refused.quarantine_id)
        self._close(refused.settling, "REFUSED_AGAIN")

    def _note_open(self, event_id: bytes, quarantine_id: bytes) -> None:
        self._open[event_id].add(quarantine_id)
        self._events[quarantine_id] = event_id

    def _close(self, settling: Settling | None, outcome: str) -> None:
        if settling is not None:
            self.closings.append(Closing(settling, outcome))
