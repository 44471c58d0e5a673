"""Two sides beside each other: what the agencies told of who each child is, from the entries that somebody reads, field by field."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from access_policy.sealing import SealBroken
from projections.chronology.merge import merge
from projections.chronology.opened import Opened
from projections.headers import entry_of
from projections.identity.said import Decided
from query.compose import counts_of
from query.facts import KINDS, facts_of
from query.identity_view import Agreement, ComparedField, ShownDecision, SideView
from query.unsealing import RecordBroken, Unsealing
from query.view import Fact, FactKind
from schemas.sealed import SealedEvent

ADDRESS: FactKind = "address"
REFUGE = "RefugeStayStarted"
PROTECTED_SEALS = ("SEALED", "LOCKED")


@dataclass(frozen=True, slots=True)
class Side:
    """One side as one person may see it: the name and the strands by which they may know it, the entries read and opened, and those withheld, still sealed."""

    child: UUID
    strands: frozenset[UUID]
    opened: tuple[Opened, ...] = field(repr=False)
    withheld: tuple[SealedEvent, ...] = field(repr=False)

    @property
    def address_protected(self) -> bool:
        """Whether an entry that the person may know of says that the child came to a refuge: from then on no address is put beside another."""
        types = {one.entry.event_type for one in self.opened} | {one.header.event_type for one in self.withheld}
        return REFUGE in types

    def facts(self) -> tuple[Fact, ...]:
        """Give what was told of who the child is, by the entries that stand, without protected addresses."""
        read = {one.entry.event_id: one for one in self.opened}
        withheld = (entry_of(one.header) for one in self.withheld)
        chronology = merge([*(one.entry for one in self.opened), *withheld])
        standing = [read[line.entry.event_id] for line in chronology.timeline if line.entry.event_id in read]
        protected = {one.entry.event_id for one in standing if one.entry.seal in PROTECTED_SEALS}
        facts = (_without(one, protected) if one.kind == ADDRESS else one for one in facts_of(standing))
        return tuple(one for one in facts if one.told_by and not (one.kind == ADDRESS and self.address_protected))

    def hides_addresses(self) -> bool:
        """Whether an address was told here that is not put beside another."""
        sealed = (one for one in self.opened if one.entry.seal in PROTECTED_SEALS and one.fields is not None)
        return self.address_protected or any(
            one.fields and one.fields["envelope"]["child"]["address"] for one in sealed
        )


def side_view(side: Side) -> SideView:
    """Give what is said of a side as a whole."""
    withheld = counts_of(entry_of(one.header) for one in side.withheld)
    return SideView(side.child, tuple(sorted(side.strands)), len(side.opened), withheld)


def compared_fields(left: Side, right: Side) -> tuple[ComparedField, ...]:
    """Put every kind of particulars of two sides beside each other."""
    left_facts, right_facts = left.facts(), right.facts()
    hidden = left.hides_addresses() or right.hides_addresses()
    return tuple(_compared(kind, left_facts, right_facts, hidden=hidden and kind == ADDRESS) for kind in KINDS)


def decisions_shown(
    unsealing: Unsealing, decided: Iterable[Decided], read: Sequence[SealedEvent]
) -> tuple[ShownDecision, ...]:
    """Give decisions with those of their reasons that are sealed under the key of one of these entries: none for whoever does not read all there is on both sides, of which the words could tell."""
    keys = {one.header.key_id for one in read}
    return tuple(_shown(unsealing, one, keys) for one in decided)


def _shown(unsealing: Unsealing, one: Decided, keys: Collection[bytes]) -> ShownDecision:
    readable = one.key_id is not None and one.key_id.bytes in keys
    return ShownDecision(one.decision_id, one.action, one.person, one.at, _reason(unsealing, one) if readable else None)


def _reason(unsealing: Unsealing, one: Decided) -> str | None:
    key = None if one.key_id is None else unsealing.keys.find([one.key_id])[one.key_id]
    if key is None or one.reason is None:
        return None
    try:
        return unsealing.opener.open_sealed(key, one.decision_id.bytes, one.reason).decode()
    except (SealBroken, UnicodeDecodeError) as error:
        raise RecordBroken(
            f"decision {one.decision_id}: expected a reason as it was sealed, found {type(error).__name__}; nothing is shown: run `mash verify` to see what was altered"
        ) from None


def _compared(kind: FactKind, left: Sequence[Fact], right: Sequence[Fact], *, hidden: bool) -> ComparedField:
    if hidden:
        return ComparedField(kind, "not shown", (), ())
    ours, theirs = (tuple(one for one in facts if one.kind == kind) for facts in (left, right))
    return ComparedField(kind, _agreement(ours, theirs), ours, theirs)


def _agreement(left: Sequence[Fact], right: Sequence[Fact]) -> Agreement:
    if not left and not right:
        return "not told"
    if not left or not right:
        return "told of one side"
    ours, theirs = ({one.value.casefold() for one in facts} for facts in (left, right))
    return "differ" if ours.isdisjoint(theirs) else "agree"


def _without(fact: Fact, protected: Collection[UUID]) -> Fact:
    return replace(fact, told_by=tuple(one for one in fact.told_by if one.event_id not in protected))
