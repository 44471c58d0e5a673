"""Admit: read agency topics, find each statement's child, seal it, write it to hub.events; what may not enter goes to quarantine, sealed as well."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from access_policy.keys import EntryKey, KeyScope, KeyStore
from access_policy.sealing import Sealer
from projections.admissions import Admissions
from projections.held import held_message
from projections.identity.exact import Identity, Placement
from schemas.catalogue import Catalogue
from schemas.sealed import SealedCodec
from schemas.topics import HUB_EVENTS, HUB_QUARANTINE, partitions_of
from streams.admission import MILLISECOND, Examiner, Refused, Statement
from streams.event_log import EventLog, LogRecord, partition_of
from streams.quarantining import Quarantining
from streams.runs import Run
from streams.sorting import Discarded, Sorting

STAGE = "admit"


@dataclass(frozen=True, slots=True)
class Sealing:
    """What seals: the keys, the cipher, the contracts, and the epoch of keys in use."""

    keys: KeyStore
    sealer: Sealer
    catalogue: Catalogue
    codec: SealedCodec
    epoch: int

    @property
    def quarantining(self) -> Quarantining:
        """What writes to hub.quarantine, with the same keys."""
        return Quarantining(self.keys, self.sealer, self.catalogue, self.epoch)


@dataclass(frozen=True, slots=True)
class Admit:
    """The admit stage: one run of records of one agency topic at a time."""

    examiner: Examiner
    admissions: Admissions
    identity: Identity
    sealing: Sealing
    log: EventLog

    async def fold(self, run: Run) -> None:
        """Admit one run. Positions and what was admitted become true last, together, after the broker has every event."""
        with self.admissions.reading(run.topic, run.partition) as following:
            # An agency's topic is kept for a month: records that expired unread leave a hole, which quality reports and nobody can fill.
            records = [record for record in run.records if record.offset >= following]
            if not records:
                return
            await self.take_in([self.examiner.examine(record) for record in records], records[-1].timestamp)
            self.admissions.move_to(run.topic, run.partition, records[-1].offset + 1)

    async def take_in(
        self, messages: Sequence[Statement | Refused | Discarded], stamp: int, touched: Iterable[bytes] = ()
    ) -> None:
        """Admit, refuse or close messages in their order, inside a reading; `stamp` is the run's, in milliseconds.

        `touched` are further events of which others may have stopped to be blocked: whoever waits for one that blocks nobody any more is taken up again.
        """
        named = list(dict.fromkeys([*touched, *_event_ids(messages)]))
        sorting = self._sorted(messages, named)
        # Children and keys are durable once these return; if we crash before the events are written, reading again finds the same ones.
        placements = self.identity.place([statement.claim for statement in sorting.fresh])
        events = self._sealed(sorting.fresh, placements)
        # Noted before they are written, committed after: who reads the same reference from another partition meanwhile waits, and then has a repeat.
        self.admissions.remember((statement.event_id, statement.digest) for statement in sorting.fresh)
        told = [*self._refused(sorting), *self._taken_up(sorting, named, stamp * MILLISECOND)]
        await self.log.write(HUB_QUARANTINE, told)
        # If we crash here, who is taken up may still find its way blocked, and then waits again under a new id.
        await self.log.write(HUB_EVENTS, events)
        # What came of a settling is said when all that came of it is durable: a rebuild does what is not said to be done again.
        await self.log.write(HUB_QUARANTINE, map(self.sealing.quarantining.closed, sorting.closings))

    def _sorted(self, messages: Sequence[Statement | Refused | Discarded], named: Sequence[bytes]) -> Sorting:
        # First who is open, under a lock, and then who is admitted: whoever admits an event that blocks others does it before or after this, not meanwhile.
        open_messages = self.admissions.held.open_under(named)
        sorting = Sorting(self.admissions.known(named), open_messages)
        for one in messages:
            sorting.take(one)
        return sorting

    def _refused(self, sorting: Sorting) -> list[LogRecord]:
        made = [self.sealing.quarantining.refused(one) for one in sorting.refused]
        held = self.admissions.held
        held.hold(held_message(value, record.value) for value, record in made)
        held.close([closing.settling.quarantine_id for closing in sorting.closings])
        return [record for _, record in made]

    def _taken_up(self, sorting: Sorting, named: Sequence[bytes], at: int) -> list[LogRecord]:
        released = self.admissions.held.awaiting([one for one in named if not sorting.blocked(one)])
        return [self.sealing.quarantining.taken_up(one, at) for one in released]

    def _sealed(self, statements: Sequence[Statement], placements: Sequence[Placement]) -> list[LogRecord]:
        epoch, partitions = self.sealing.epoch, partitions_of(HUB_EVENTS)
        scopes = [
            KeyScope(placement.child, statement.agency, statement.sensitivity, epoch)
            for statement, placement in zip(statements, placements, strict=True)
        ]
        keys = self.sealing.keys.ensure(scopes)
        return [
            self._event(statement, placement, keys[scope], partitions)
            for statement, placement, scope in zip(statements, placements, scopes, strict=True)
        ]

    def _event(self, statement: Statement, placement: Placement, key: EntryKey, partitions: int) -> LogRecord:
        child, codec = placement.child.bytes, self.sealing.codec
        header = codec.header_bytes(self.examiner.header(statement, child, placement.rule, key.key_id.bytes))
        sealed = self.sealing.sealer.seal(key, statement.event_id, header, statement.decoded.payload)
        return LogRecord(partition_of(child, partitions), child, codec.write(header, sealed))


def _event_ids(messages: Iterable[Statement | Refused | Discarded]) -> Iterable[bytes]:
    """Name the events that messages are, and those that they follow from."""
    for one in messages:
        if one.event_id is not None:
            yield one.event_id
        if isinstance(one, Statement):
            yield from one.follows
