"""Match: read hub.events, open each body in memory, and keep what it tells of who its child is; whoever's sketch changed is due to be compared.

| if we crash | true |
|---|---|
| before the commit | nothing of the run is kept; it is read again |
| after it | the run is older than the position; whoever is due is compared by the turn (`streams/matching/comparing.py`) |

What is kept is a function of the set of statements read: the order and the runs in which they came make no difference.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from access_policy.keys import EntryKey
from access_policy.sealing import Opener
from projections.household_tokens import HouseholdTokens, tokens_of
from projections.identity.sketches import SealedSketch, Sketches, ToldStatement, standing
from projections.positions import require_no_hole
from schemas.catalogue import Catalogue
from schemas.codec import ContractBroken, decode_newest
from schemas.moments import moment
from schemas.sealed import SealedCodec, SealedEvent
from streams.matching.sealing import SketchSeal, content_of
from streams.matching.sketching import Fields, told_of
from streams.runs import Run

STAGE = "match"


class Keys(Protocol):
    """What finds entry keys."""

    def find(self, key_ids: Sequence[UUID]) -> Mapping[UUID, EntryKey | None]:
        """Find keys for opening; None for one that was destroyed."""
        ...


OpenedStatement = tuple[SealedEvent, EntryKey, Fields]


@dataclass(frozen=True, slots=True)
class Reading:
    """What opens statements and reads them: keys, cipher, contracts, and the secret of identifiers' blind indexes."""

    keys: Keys
    opener: Opener
    catalogue: Catalogue
    codec: SealedCodec
    blind_secret: bytes = field(repr=False)

    def fields(self, event: SealedEvent, key: EntryKey) -> Fields:
        """Open one statement; SealBroken, ContractBroken: the log was altered, stop."""
        contract = self.catalogue.by_id(event.header.contract_id)
        if contract is None:
            raise ContractBroken(
                "unknown-contract",
                f"event {UUID(bytes=event.header.event_id)}: expected its contract among the committed ones, found none; restore schemas/contracts",
            )
        payload = self.opener.open_sealed(key, event.header_bytes, event.sealed)
        _, fields = decode_newest(self.catalogue, contract, payload)
        return fields


@dataclass(frozen=True, slots=True)
class Match:
    """The match stage: one run of records of one partition of hub.events at a time; it also keeps by what other children of a household are found."""

    sketches: Sketches
    reading: Reading
    seal: SketchSeal
    households: HouseholdTokens

    async def fold(self, run: Run) -> None:
        """Take in one run; its position becomes true together with what is kept of it. LogHole, SealBroken, ContractBroken: stop."""
        place = f"{run.topic}/{run.partition}"
        with self.sketches.reading(run.topic, run.partition) as following:
            records = [record for record in run.records if record.offset >= following]
            if not records:
                return
            for due, record in enumerate(records, following):
                require_no_hole(STAGE, place, due, record.offset)
            self._take_in([self.reading.codec.read(record.value) for record in records])
            self.sketches.move_to(run.topic, run.partition, records[-1].offset + 1)

    def _take_in(self, events: Iterable[SealedEvent]) -> None:
        told = {one.header.event_id: one for one in reversed(list(events))}
        fresh = self._fresh([one for one in told.values() if one.header.seal != "LOCKED"])
        # A locked statement makes no sketch, since a question that rests on it would show that it exists; of its household it is found by whoever may read it.
        opened = self._opened([*fresh, *(one for one in told.values() if one.header.seal == "LOCKED")])
        self.households.add(
            token for one, _, fields in opened.values() for token in tokens_of(one.header, fields, self.seal.household)
        )
        if not fresh:
            return
        made: dict[bytes, SealedSketch] = {}
        statements = [self._statement(one, opened.get(one.header.event_id), made) for one in fresh]
        known = self.sketches.known_sketches(made)
        new = [sketch for sketch_id, sketch in made.items() if sketch_id not in known]
        self.sketches.keep(statements, new)
        amended = self.sketches.amended({one.child for one in statements})
        self.sketches.make_due({one.child for one in new if one.child not in amended})
        for child in amended:
            self._settle(child, new)

    def _opened(self, events: Iterable[SealedEvent]) -> dict[bytes, OpenedStatement]:
        """Open statements, by event id: not those that withdraw another, nor those whose key was destroyed."""
        telling = [one for one in events if one.header.retracts is None]
        keys = self.reading.keys.find(list({UUID(bytes=one.header.key_id) for one in telling})) if telling else {}
        found = ((one, keys.get(UUID(bytes=one.header.key_id))) for one in telling)
        return {one.header.event_id: (one, key, self.reading.fields(one, key)) for one, key in found if key is not None}

    def _fresh(self, events: Sequence[SealedEvent]) -> list[SealedEvent]:
        """Drop those that are kept already."""
        seen = {UUID(bytes=one.header.event_id): one for one in events}
        known = self.sketches.known_statements(seen)
        return [one for event_id, one in seen.items() if event_id not in known]

    def _statement(
        self, event: SealedEvent, opened: OpenedStatement | None, made: dict[bytes, SealedSketch]
    ) -> ToldStatement:
        """Read one statement, adding its sketch to those made; one that is not opened tells nothing."""
        head, sketch_id = event.header, None
        if opened is not None:
            _, key, fields = opened
            told = told_of(head, fields, self.reading.blind_secret)
            content = content_of(told.sketch)
            sketch_id = self.seal.sketch_id(told, key.key_id, content)
            if sketch_id not in made:
                made[sketch_id] = self.seal.seal(told, key, sketch_id, content)
        when = moment(head.learned_latest), moment(head.received)
        amends = (None if one is None else UUID(bytes=one) for one in (head.corrects, head.retracts))
        return ToldStatement(UUID(bytes=head.event_id), UUID(bytes=head.child), sketch_id, head.agency, *when, *amends)

    def _settle(self, child: UUID, new: Iterable[SealedSketch]) -> None:
        """Work out anew what stands of a child with amendments; it is due where that changed."""
        stand, fresh = standing(self.sketches.statements(child)), {one.sketch_id for one in new}
        kept = {one.sketch_id: one.stands for one in self.sketches.sketches([child])}
        now = {sketch_id: sketch_id in stand for sketch_id in kept}
        self.sketches.let_stand({one: does for one, does in now.items() if does != kept[one]})
        if any(now[one] != (kept[one] and one not in fresh) for one in now):
            self.sketches.make_due([child])
