"""What of a child's entries one person may see: each is read, withheld or not there at all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from access_policy.question import Decision, EntryClass
from access_policy.visibility import Outcome, Visibility, classify
from query.door import DISCHARGED, OWES_TOO_MUCH, Attempt, Door
from schemas.sealed import Header, SealedEvent


@dataclass(frozen=True, slots=True)
class Sight:
    """Entries that are read, entries that are withheld, and the ids of the rules that said so; of the others nothing is in here."""

    read: tuple[SealedEvent, ...]
    withheld: tuple[SealedEvent, ...]
    rules: tuple[str, ...]

    @property
    def known(self) -> tuple[SealedEvent, ...]:
        """All entries that the person may know of."""
        return self.read + self.withheld


def see(door: Door, attempt: Attempt, events: Iterable[SealedEvent]) -> Sight | Decision:
    """Sort entries by what the rules say of their class, each once; a refusal where the rules could not be applied to all of them."""
    distinct = _each_once(events)
    classes = classify(
        door.point, attempt.staff.person, attempt.purpose, (class_of(event.header) for event in distinct)
    )
    refusal = _refusal(classes.values())
    if refusal is not None:
        return refusal
    outcomes = [(classes[class_of(event.header)].outcome, event) for event in distinct]
    known = [one for one in classes.values() if one.outcome is not Outcome.INVISIBLE]
    return Sight(
        tuple(event for outcome, event in outcomes if outcome is Outcome.READ),
        tuple(event for outcome, event in outcomes if outcome is Outcome.WITHHELD),
        tuple(sorted({rule for one in known for rule in one.rules})),
    )


def class_of(header: Header) -> EntryClass:
    """Give what the rules see of an entry."""
    return EntryClass(header.agency, header.event_type, header.sensitivity, header.seal, header.assertion)


def ids_of(events: Iterable[SealedEvent]) -> tuple[UUID, ...]:
    """Give the events' ids, sorted."""
    return tuple(sorted(UUID(bytes=event.header.event_id) for event in events))


def _each_once(events: Iterable[SealedEvent]) -> Sequence[SealedEvent]:
    # A repeat is dropped as the folds drop it: the one received first counts.
    latest_first = sorted(events, key=lambda event: (event.header.received, event.header_bytes), reverse=True)
    return list({event.header.event_id: event for event in latest_first}.values())


def _refusal(classes: Iterable[Visibility]) -> Decision | None:
    for one in classes:
        if one.failed:
            return Decision(allowed=False, rules=one.rules, sentences=one.sentences, obligations=())
        if not set(one.obligations) <= DISCHARGED:
            return OWES_TOO_MUCH
    return None
