"""What agencies' corrections and retractions leave standing: a pure function of the set of one child's statements.

- A statement that arrives again changes nothing; where repeats differ in their header, the one received first counts.
- A correction replaces what it corrects, and chains are followed. Where two statements correct the same one, the later stands: the one that its agency
  learned later, then the one received later.
- A retraction withdraws exactly the statement that it names. A withdrawn correction no longer replaces anything, so what it corrected stands again; a
  correction of a withdrawn statement stands in its own right. A retraction that is itself withdrawn or corrected has no effect.
- A retraction is never a line of a chronology. A statement that both corrects and retracts is taken as a retraction.
- Only the agency that made a statement can amend it. What names another agency's statement, one that is not here (yet), or itself round a circle, has no
  effect on it and is told as an oddity; if it is a correction it stands as a statement of its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from projections.chronology.entry import Entry

OddityKind = Literal[
    "another agency's statement",
    "unknown statement",
    "circle of amendments",
    "corrects and retracts at once",
    "learned before it happened",
    "received before it was learned",
]


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something about one statement that does not fit; `target` is the statement that it tried to amend, if it is about that."""

    kind: OddityKind
    event_id: UUID
    target: UUID | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What stands: `versions` gives the replaced versions of each standing statement, `withdrawn_by` the retractions of each withdrawn one."""

    known: Mapping[UUID, Entry]
    versions: Mapping[UUID, frozenset[UUID]]
    withdrawn_by: Mapping[UUID, frozenset[UUID]]
    oddities: tuple[Oddity, ...]


def version_order(entry: Entry) -> tuple[datetime, datetime, UUID]:
    """Order versions of one matter: the later is the one that its agency learned later, then the one received later."""
    return entry.learned.latest, entry.received, entry.event_id


def one_of_each(entries: Iterable[Entry]) -> dict[UUID, Entry]:
    """Drop repeats by event id, keeping the one received first; the result does not depend on the order of `entries`."""
    known: dict[UUID, Entry] = {}
    for entry in entries:
        other = known.setdefault(entry.event_id, entry)
        if other is not entry:
            known[entry.event_id] = first_received(other, entry)
    return known


def first_received(one: Entry, other: Entry) -> Entry:
    """Of two copies of one statement give the one received first; any other difference is settled by their text, so that order cannot matter."""
    if one == other:
        return one
    return min(one, other, key=lambda entry: (entry.received, entry.content_digest, repr(_every_field(entry))))


def settle(entries: Iterable[Entry]) -> Settled:
    """Say which of one child's statements stand, which are replaced or withdrawn, and which amendments do not fit."""
    known = one_of_each(entries)
    targets, oddities = _targets(known)
    inward_first, circular = _from_the_outside_in(known, targets) if targets else (list(known), [])
    for one in circular:
        oddities.append(Oddity("circle of amendments", one, targets.pop(one)))
    oddities.extend(_odd_times(known.values()))
    told = tuple(sorted(oddities, key=lambda odd: (odd.event_id, odd.kind)))
    if (
        not targets
    ):  # nothing amends anything, as with most children: each statement stands, and the work below would only say so
        return Settled(known, {one: frozenset() for one in known if not known[one].is_retraction}, {}, told)
    versions, withdrawn_by = _versions(known, targets, [*inward_first, *circular])
    return Settled(known, versions, withdrawn_by, told)


def _versions(
    known: Mapping[UUID, Entry], targets: Mapping[UUID, UUID], order: Sequence[UUID]
) -> tuple[dict[UUID, frozenset[UUID]], dict[UUID, frozenset[UUID]]]:
    """Give the replaced versions of each standing statement, and the retractions of each withdrawn one."""
    newest, withdrawn_by = _newest(known, targets, order)
    versions = {
        newest[first]: frozenset(one for one in members if one != newest[first] and not withdrawn_by.get(one))
        for first, members in _matters(known, targets, order).items()
        if first in newest and not known[newest[first]].is_retraction
    }
    return versions, {one: frozenset(by) for one, by in withdrawn_by.items() if by}


def _every_field(entry: Entry) -> tuple[object, ...]:
    return tuple(getattr(entry, name) for name in Entry.__slots__)


def _targets(known: Mapping[UUID, Entry]) -> tuple[dict[UUID, UUID], list[Oddity]]:
    """For each amendment that may have an effect, what it amends; and an oddity for each that may not."""
    targets: dict[UUID, UUID] = {}
    oddities: list[Oddity] = []
    for one, entry in known.items():
        target = entry.retracts or entry.corrects
        if target is None:
            continue
        if entry.retracts and entry.corrects:
            oddities.append(Oddity("corrects and retracts at once", one, target))
        if target not in known:
            oddities.append(Oddity("unknown statement", one, target))
        elif known[target].agency != entry.agency:
            oddities.append(Oddity("another agency's statement", one, target))
        else:
            targets[one] = target
    return targets, oddities


def _from_the_outside_in(known: Mapping[UUID, Entry], targets: Mapping[UUID, UUID]) -> tuple[list[UUID], list[UUID]]:
    """Order statements so that whatever amends one comes before it; those on a circle cannot be ordered and come apart."""
    waiting = dict.fromkeys(known, 0)
    for target in targets.values():
        waiting[target] += 1
    order = [one for one, amendments in waiting.items() if amendments == 0]
    for one in order:  # grows while it is read: each statement is added once all that amend it are in
        if one not in targets:
            continue
        waiting[targets[one]] -= 1
        if waiting[targets[one]] == 0:
            order.append(targets[one])
    return order, [one for one, amendments in waiting.items() if amendments > 0]


def _newest(
    known: Mapping[UUID, Entry], targets: Mapping[UUID, UUID], order: Iterable[UUID]
) -> tuple[dict[UUID, UUID], dict[UUID, set[UUID]]]:
    """For each statement the newest version of it that is not withdrawn (absent if there is none), and who withdrew what."""
    newest: dict[UUID, UUID] = {}
    withdrawn_by: dict[UUID, set[UUID]] = defaultdict(set)
    corrected_by: dict[UUID, list[UUID]] = defaultdict(list)
    for one in order:
        if corrected_by[one]:
            newest[one] = max(corrected_by[one], key=lambda version: version_order(known[version]))
        elif not withdrawn_by[one]:
            newest[one] = one
        if one not in targets or one not in newest:
            continue
        if not known[one].is_retraction:
            corrected_by[targets[one]].append(newest[one])
        elif newest[one] == one:
            withdrawn_by[targets[one]].add(one)
    return newest, withdrawn_by


def _matters(
    known: Mapping[UUID, Entry], targets: Mapping[UUID, UUID], order: Sequence[UUID]
) -> dict[UUID, list[UUID]]:
    """Gather each matter: a first statement and, however long the chains, all corrections of it."""
    first_of: dict[UUID, UUID] = {}
    matters: dict[UUID, list[UUID]] = defaultdict(list)
    for one in reversed(order):
        corrects = one in targets and not known[one].is_retraction
        first_of[one] = first_of[targets[one]] if corrects else one
        matters[first_of[one]].append(one)
    return matters


def _odd_times(entries: Iterable[Entry]) -> Iterable[Oddity]:
    for entry in entries:
        if entry.learned.latest < entry.happened.earliest:
            yield Oddity("learned before it happened", entry.event_id, None)
        if entry.received < entry.learned.earliest:
            yield Oddity("received before it was learned", entry.event_id, None)
