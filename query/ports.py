"""What the door leans on: the store of records, the keys, the log of disclosures."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from access_policy.keys import EntryKey
from projections.alerts import Alert
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

    def sealed_events(self, child: UUID) -> Sequence[SealedEvent]:
        """Give a child's hub events, in no order; none for a child that nobody spoke of."""
        ...

    def child_of(self, blind_index: bytes) -> UUID | None:
        """Find the child that an identifier (its blind index, 16 bytes) names, or None."""
        ...

    def every_alert(self) -> frozenset[Alert]:
        """Give the alerts raised about any child so far."""
        ...


class Keys(Protocol):
    """The half of a key store that opens; `access_policy.keys.KeyStore` has it."""

    def find(self, key_ids: Sequence[UUID]) -> Mapping[UUID, EntryKey | None]:
        """Find keys for opening; one that was destroyed is None."""
        ...
