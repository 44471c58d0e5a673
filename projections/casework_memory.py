"""What people said about records, kept in memory by its plainest meaning: what PostgreSQL must agree with."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from projections.casework import Casework, ContradictionNotice, unresolved
from projections.casework_messages import read_casework
from schemas.catalogue import Catalogue


class MemoryCasework:
    """Takes in messages of hub.casework, and answers as `projections.casework.CaseworkStore` says."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._said: dict[UUID, Casework] = {}

    def fold(self, _part: int, records: Iterable[tuple[int, bytes]]) -> None:
        """Take in (offset, message) pairs, oldest first; what was said twice counts once, where it was said first."""
        for _, message in records:
            self.add(read_casework(self._catalogue, message))

    def add(self, one: Casework) -> None:
        """Keep what was said."""
        self._said.setdefault(one.said.said_id, one)

    def casework(self, event_ids: Iterable[UUID], until: datetime | None) -> Sequence[Casework]:
        """Give what was said about any of these entries up to a moment (UTC, inclusive; None: so far), in the order in which it was said."""
        wanted = frozenset(event_ids)
        about = [one for one in self._said.values() if not wanted.isdisjoint(one.entries)]
        return [one for one in about if until is None or one.said.at <= until]

    def open_notices(self, agency: str) -> Sequence[ContradictionNotice]:
        """Give the notices told to an agency of contradictions that nobody resolved since, in the order in which they were said."""
        return [one for one in unresolved(self._said.values()) if agency in one.agencies]
