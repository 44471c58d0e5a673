"""Which statements have been admitted, and how far each agency topic has been read: what makes reading again harmless."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from psycopg import Connection

from projections.held import Held, MemoryHeld, SqlHeld
from projections.positions import advance, fence
from projections.rows import Ids, Rows, copy_rows

KNOWN = "select event_id, content_digest from admitted where event_id = any(%b)"
COLUMNS = [("event_id", "uuid"), ("content_digest", "bytea")]


class Admissions(Protocol):
    """What the admit stage remembers."""

    @property
    def held(self) -> Held:
        """What it remembers of the quarantine, in the same readings."""
        ...

    def reading(self, topic: str, part: int) -> AbstractContextManager[int]:
        """Hold one partition of a topic and give the next offset to read; all that is remembered inside becomes true together, at the end, or not at all."""
        ...

    def known(self, event_ids: Sequence[bytes]) -> dict[bytes, bytes]:
        """Give the content digests (32 bytes) of those of these statements (ids of 16 bytes) that have been admitted."""
        ...

    def remember(self, admitted: Iterable[tuple[bytes, bytes]]) -> None:
        """Remember statements as admitted: (event id, content digest)."""
        ...

    def move_to(self, topic: str, part: int, following: int) -> None:
        """Remember the next offset to read."""
        ...


class SqlAdmissions:
    """Kept in PostgreSQL, on a connection of its own."""

    def __init__(self, conn: Connection[Rows], stage: str) -> None:
        self._conn = conn
        self._stage = stage
        self._held = SqlHeld(conn)

    @property
    def held(self) -> SqlHeld:
        """Give the open quarantine, on the same connection."""
        return self._held

    @contextmanager
    def reading(self, topic: str, part: int) -> Iterator[int]:
        """Hold the partition's position until the transaction ends; a worker that was thought dead waits here."""
        with self._conn.transaction():
            yield fence(self._conn, self._stage, topic, part)

    def known(self, event_ids: Sequence[bytes]) -> dict[bytes, bytes]:
        """Look the statements up."""
        return {
            event_id.bytes: digest for event_id, digest in self._conn.execute(KNOWN, (Ids(event_ids),), binary=True)
        }

    def remember(self, admitted: Iterable[tuple[bytes, bytes]]) -> None:
        """Add the statements to those admitted."""
        copy_rows(self._conn, "admitted", COLUMNS, admitted)

    def move_to(self, topic: str, part: int, following: int) -> None:
        """Set the partition's position."""
        advance(self._conn, self._stage, topic, part, following)


class MemoryAdmissions:
    """What it means, kept in memory; what raised an error inside `reading` is forgotten as a whole."""

    def __init__(self) -> None:
        self.admitted: dict[bytes, bytes] = {}
        self.positions: dict[tuple[str, int], int] = {}
        self.held = MemoryHeld()

    @contextmanager
    def reading(self, topic: str, part: int) -> Iterator[int]:
        """Give the position; on an error put everything back."""
        before: Mapping[bytes, bytes] = dict(self.admitted)
        positions, held = dict(self.positions), self.held.copy()
        try:
            yield self.positions.get((topic, part), 0)
        except BaseException:
            self.admitted, self.positions, self.held = dict(before), positions, held
            raise

    def known(self, event_ids: Sequence[bytes]) -> dict[bytes, bytes]:
        """Look the statements up."""
        return {event_id: self.admitted[event_id] for event_id in event_ids if event_id in self.admitted}

    def remember(self, admitted: Iterable[tuple[bytes, bytes]]) -> None:
        """Add the statements to those admitted."""
        self.admitted.update(admitted)

    def move_to(self, topic: str, part: int, following: int) -> None:
        """Set the partition's position."""
        self.positions[(topic, part)] = following
