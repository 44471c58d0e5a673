"""What the door leans on: the store of records, the keys, the log of disclosures."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from access_policy.keys import EntryKey
from projections.alerts import Alert
from projections.casework import Casework
from projections.chronology.coverage import Coverage
from projections.feeds import Feed
from projections.identity.said import Said
from projections.identity.strands import Kin
from query.disclosure import Disclosure
from schemas.sealed import SealedEvent


class DisclosureFailed(Exception):
    """A disclosure is not known to be durable, so nothing may be shown; the message says what was expected, found, and what to do."""


class DisclosureLog(Protocol):
    """Where disclosures go, for ever."""

    def record(self, disclosure: Disclosure) -> None:
        """Write one disclosure: it is durable when this returns, and DisclosureFailed is raised whenever that is not certain."""
        ...


class Records(Protocol):
    """What is stored about children, still sealed; `projections.sql_store.SqlProjections` is one."""

    def sealed_events(self, child: UUID, as_known_at: datetime | None = None) -> Sequence[SealedEvent]:
        """Give the hub events of all strands of a child, known by any of them, in no order; for a moment (UTC) what was received by then, of the strands that were the child's then."""
        ...

    def events(self, event_ids: Collection[UUID]) -> Sequence[SealedEvent]:
        """Give hub events by their ids, of whatever children, in no order; those that are not there are left out."""
        ...

    def admitted_under(self, strands: Collection[UUID]) -> Sequence[SealedEvent]:
        """Give the hub events that were admitted under these strands, in no order, whoever's they are now."""
        ...

    def kin(self, strands: Collection[UUID], as_known_at: datetime | None = None) -> Kin:
        """Give who belongs together with these strands, now or by what had been said at a moment (UTC)."""
        ...

    def name_of(self, child: UUID, as_known_at: datetime | None = None) -> UUID:
        """Give the name that a child, known by any of its strands, has now or had at a moment (UTC)."""
        ...

    def identity_said(self, strands: Collection[UUID] | None) -> Sequence[tuple[int, Said]]:
        """Give what was said about any of these strands, or about all there are, with its offset on hub.identity, oldest first."""
        ...

    def child_of(self, blind_index: bytes) -> UUID | None:
        """Find the child that an identifier (its blind index, 16 bytes) names, under the name that it has now, or None."""
        ...

    def casework(self, event_ids: Iterable[UUID], until: datetime | None) -> Sequence[Casework]:
        """Give what people said about any of these entries up to a moment (UTC, inclusive; None: so far), in the order in which it was said."""
        ...

    def coverage(self, told: Iterable[Feed], until: datetime) -> tuple[Coverage, ...]:
        """Say what the feeds that told of a child, and those expected to, covered, as far as had settled by a moment (UTC)."""
        ...

    def every_alert(self) -> frozenset[Alert]:
        """Give the alerts raised about any child so far, under the name that the child had then."""
        ...


class Keys(Protocol):
    """The half of a key store that opens; `access_policy.keys.KeyStore` has it."""

    def find(self, key_ids: Sequence[UUID]) -> Mapping[UUID, EntryKey | None]:
        """Find keys for opening; one that was destroyed is None."""
        ...
