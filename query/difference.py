"""What changed in a child's record between two moments of the hub's knowledge: two openings, each on record as any other, and what differs between them.

Two disclosures are written, one for each moment, since two states of the record are seen; each can be checked and made again as any opened record can. The difference
is a pure function of the two views, so it shows nothing that they do not.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from projections.chronology.uncertain import happened_order
from query.door import Door, Refused, StaffMember
from query.open_record import OpenedRecord, open_record
from query.view import AskedBy, Part, RecordView, ShownEntry, canonical_bytes

ChangeKind = Literal["added", "corrected", "withdrawn", "stands again", "came with a link", "went with a separation"]


@dataclass(frozen=True, slots=True)
class Moments:
    """Two aware moments, the earlier first."""

    earlier: datetime
    later: datetime

    def __post_init__(self) -> None:
        """Refuse moments without a zone or the wrong way round."""
        if self.earlier.tzinfo is None or self.later.tzinfo is None:
            raise ValueError("expected two moments with a time zone, found one without; attach UTC")
        if self.earlier >= self.later:
            raise ValueError("expected the earlier moment first, found the later or the same; turn them round")


@dataclass(frozen=True, slots=True)
class Change:
    """One entry that changed: what became of it, the entry with its times, and what it replaced or what withdrew it, as far as that is shown."""

    kind: ChangeKind
    entry: ShownEntry = field(repr=False)
    by: tuple[Part, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class WithheldChange:
    """How many entries of an agency that may not be seen there were at the two moments."""

    agency: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """The difference between two moments for one reader; what came with a link or went with a separation is among the changes."""

    child: UUID = field(repr=False)
    asked: AskedBy
    moments: Moments
    disclosures: tuple[UUID, UUID]
    changes: tuple[Change, ...]
    withheld: tuple[WithheldChange, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class OpenedDifference:
    """What one person is shown of a difference; the two records' own bytes are those whose digests the two disclosures hold."""

    shown: bytes = field(repr=False)
    view: DifferenceView = field(repr=False)
    earlier: bytes = field(repr=False)
    later: bytes = field(repr=False)


def open_difference(
    door: Door, staff: StaffMember, child: UUID, purpose: str | None, moments: Moments
) -> OpenedDifference | Refused:
    """Open a child's record as the hub knew it at two moments, and say what was added, corrected, withdrawn, linked and separated between them.

    RecordBroken, DisclosureFailed: as at `query.open_record`; nothing is shown then.
    """
    earlier = open_record(door, staff, child, purpose, moments.earlier)
    if isinstance(earlier, Refused):
        return earlier
    later = open_record(door, staff, child, purpose, moments.later)
    if isinstance(later, Refused):
        return later
    # Crash between the two: the first is on record as shown and was not.
    view = _view(earlier, later, moments)
    return OpenedDifference(canonical_bytes(view), view, earlier.shown, later.shown)


def changes_between(earlier: RecordView, later: RecordView) -> tuple[Change, ...]:
    """Compare two views of one child for one reader, the earlier first; changes stand in the order in which their entries happened."""
    before, after = _places(earlier), _places(later)
    new = [_new(place, earlier.asked.as_known_at) for event_id, place in after.items() if event_id not in before]
    gone = [
        Change("went with a separation", place.entry, ()) for event_id, place in before.items() if event_id not in after
    ]
    both = [
        change
        for event_id, place in after.items()
        if event_id in before and (change := _became(before[event_id], place)) is not None
    ]
    # A correction of what stood before is told with what it replaces, and not again as something new.
    told = {part.event_id for change in both for part in change.by if isinstance(part, ShownEntry)}
    added = [change for one in new for change in one if not (change.kind == "added" and change.entry.event_id in told)]
    return tuple(sorted([*added, *gone, *both], key=_order))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a shown entry is in a view: it stands, was replaced by another, was withdrawn by others, or is only there to withdraw."""

    entry: ShownEntry
    state: Literal["stands", "replaced", "withdrawn", "withdraws"]
    by: tuple[Part, ...]


def _places(view: RecordView) -> Mapping[UUID, _Place]:
    return {place.entry.event_id: place for place in _every_place(view)}


def _every_place(view: RecordView) -> Iterator[_Place]:
    for gone in view.withdrawn:
        yield from (_Place(one, "withdraws", ()) for one in _entries(gone.by))
        yield from (_Place(one, "withdrawn", gone.by) for one in _entries([gone.withdrawn]))
    for line in view.timeline:
        yield from (_Place(one, "replaced", (line.standing,)) for one in _entries(line.superseded))
        yield from (_Place(one, "stands", ()) for one in _entries([line.standing]))
    yield from (_Place(one, "withdraws", ()) for one in view.without_effect)


def _entries(parts: Iterable[Part]) -> Iterable[ShownEntry]:
    return (one for one in parts if isinstance(one, ShownEntry))


def _new(place: _Place, since: datetime | None) -> tuple[Change, ...]:
    """Say how an entry came into view: the hub had it before and it came with a link, or it was received meanwhile; and whether it was withdrawn since."""
    if since is not None and place.entry.received <= since:
        return (Change("came with a link", place.entry, ()),)
    if place.state == "withdraws":
        return ()  # it is told with what it withdraws
    added = Change("added", place.entry, ())
    return (added, Change("withdrawn", place.entry, place.by)) if place.state == "withdrawn" else (added,)


def _became(before: _Place, after: _Place) -> Change | None:
    if after.state == "withdrawn" and before.state != "withdrawn":
        return Change("withdrawn", after.entry, after.by)
    if after.state == "replaced" and (before.state != "replaced" or before.by != after.by):
        return Change("corrected", after.entry, after.by)
    if after.state == "stands" and before.state != "stands":
        return Change("stands again", after.entry, ())
    return None


def _view(earlier: OpenedRecord, later: OpenedRecord, moments: Moments) -> DifferenceView:
    changes = changes_between(earlier.view, later.view)
    withheld = _withheld(earlier.view, later.view)
    return DifferenceView(
        child=later.view.child,
        asked=later.view.asked,
        moments=moments,
        disclosures=(earlier.disclosure_id, later.disclosure_id),
        changes=changes,
        withheld=withheld,
        sentence=_sentence(changes, withheld),
    )


def _withheld(earlier: RecordView, later: RecordView) -> tuple[WithheldChange, ...]:
    before = {one.agency: one.count for one in earlier.withheld}
    after = {one.agency: one.count for one in later.withheld}
    return tuple(
        WithheldChange(agency, before.get(agency, 0), after.get(agency, 0))
        for agency in sorted(before.keys() | after.keys())
        if before.get(agency, 0) != after.get(agency, 0)
    )


def _sentence(changes: tuple[Change, ...], withheld: tuple[WithheldChange, ...]) -> str:
    said = "Nothing that you may see changed." if not changes else f"{len(changes)} changes that you may see."
    return said if not withheld else f"{said} Entries that you may not see changed in number; ask their agencies."


def _order(change: Change) -> tuple[object, ...]:
    return *happened_order(change.entry), change.kind
