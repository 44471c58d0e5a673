"""What is kept of what strands told of who their child is: which statement told which sketch, the sketches sealed, and who has to be compared anew.

Kept for each statement: who amends whom, so that what a corrected or withdrawn statement told stops counting. Kept once for all statements that tell the
same under the same entry key: the sketch, sealed under that key. A child here is the pseudonym under which statements were admitted; its parts are
the agencies' own ids of the child, along which a person may split it into strands.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from projections.chronology.amendments import settle
from projections.chronology.entry import Entry, Span


@dataclass(frozen=True, slots=True)
class ToldStatement:
    """One statement as far as it matters here; `sketch_id` (16 bytes) is None for one that tells nothing: a retraction, or one whose key was destroyed."""

    event_id: UUID
    child: UUID = field(repr=False)
    sketch_id: bytes | None
    agency: str
    learned: datetime
    received: datetime
    corrects: UUID | None
    retracts: UUID | None

    @property
    def amends(self) -> bool:
        """Whether it corrects or withdraws another."""
        return self.corrects is not None or self.retracts is not None


@dataclass(frozen=True, slots=True)
class SealedSketch:
    """What one or more statements told, sealed under their entry key; `stands` while one of them stands."""

    sketch_id: bytes
    child: UUID = field(repr=False)
    part: bytes = field(repr=False)
    key_id: UUID
    sealed: bytes = field(repr=False)
    stands: bool


class Sketches(Protocol):
    """Where sketches are kept."""

    def reading(self, topic: str, part: int) -> AbstractContextManager[int]:
        """Hold one partition, and everything that is kept here, and give the next offset to read; what is kept inside becomes true together, at the end, or not at all."""
        ...

    def move_to(self, topic: str, part: int, following: int) -> None:
        """Remember the next offset to read, inside a reading."""
        ...

    def changing(self) -> AbstractContextManager[None]:
        """Hold everything that is kept here, as `reading` does, without a partition."""
        ...

    def known_statements(self, event_ids: Iterable[UUID]) -> frozenset[UUID]:
        """Give those of these statements that are kept already."""
        ...

    def known_sketches(self, sketch_ids: Iterable[bytes]) -> frozenset[bytes]:
        """Give those of these sketches that are kept already."""
        ...

    def keep(self, statements: Sequence[ToldStatement], sketches: Sequence[SealedSketch]) -> None:
        """Keep statements and sketches that were not kept before."""
        ...

    def amended(self, children: Iterable[UUID]) -> frozenset[UUID]:
        """Give those of these children of whom any statement amends another."""
        ...

    def statements(self, child: UUID) -> Sequence[ToldStatement]:
        """Give a child's statements, in no order."""
        ...

    def sketches(self, children: Iterable[UUID]) -> Sequence[SealedSketch]:
        """Give the sketches of these children, standing or not, in no order."""
        ...

    def let_stand(self, stands: Mapping[bytes, bool]) -> None:
        """Say of sketches whether they stand."""
        ...

    def make_due(self, children: Iterable[UUID]) -> None:
        """Note children whose strands have to be compared anew."""
        ...

    def make_all_due(self) -> None:
        """Note every child of whom a sketch is kept as one whose strands have to be compared anew."""
        ...

    def due(self, most: int) -> Sequence[UUID]:
        """Give at most so many of the children that are due, in one order."""
        ...

    def done(self, children: Iterable[UUID]) -> None:
        """Note that these children's strands were compared."""
        ...


def standing(statements: Iterable[ToldStatement]) -> frozenset[bytes]:
    """Give the sketches that a child's standing statements tell, by the rules of `projections/chronology/amendments.py`."""
    told = {one.event_id: one.sketch_id for one in statements}
    stand = settle(_entry(one) for one in statements).versions
    return frozenset(found for found in (told[event_id] for event_id in stand) if found is not None)


def _entry(one: ToldStatement) -> Entry:
    """Give a statement as the rules of amendments take it; they look at nothing of an entry but who amends whom, by which agency and when."""
    when = Span(one.learned, one.learned)
    said = (one.event_id, one.child, one.agency, "", when, when, one.received)
    return Entry(*said, "FACT", "ROUTINE", "OPEN", None, one.corrects, one.retracts, b"")


class MemorySketches:
    """What keeping sketches means, in memory."""

    def __init__(self) -> None:
        self._statements: dict[UUID, dict[UUID, ToldStatement]] = defaultdict(dict)
        self._sketches: dict[bytes, SealedSketch] = {}
        self._due: set[UUID] = set()
        self.positions: dict[tuple[str, int], int] = {}

    @contextmanager
    def reading(self, topic: str, part: int) -> Iterator[int]:
        """Give the next offset to read; one that dies inside keeps nothing."""
        with self.changing():
            yield self.positions.get((topic, part), 0)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Put everything back as it was when what is done inside fails."""
        before = {child: dict(told) for child, told in self._statements.items()}
        kept = dict(self._sketches), set(self._due), dict(self.positions)
        try:
            yield
        except BaseException:
            self._statements = defaultdict(dict, before)
            self._sketches, self._due, self.positions = kept
            raise

    def move_to(self, topic: str, part: int, following: int) -> None:
        """Remember the next offset to read."""
        self.positions[(topic, part)] = following

    def known_statements(self, event_ids: Iterable[UUID]) -> frozenset[UUID]:
        """Give those that are kept."""
        kept = {event_id for told in self._statements.values() for event_id in told}
        return frozenset(event_ids) & kept

    def known_sketches(self, sketch_ids: Iterable[bytes]) -> frozenset[bytes]:
        """Give those that are kept."""
        return frozenset(sketch_ids) & self._sketches.keys()

    def keep(self, statements: Sequence[ToldStatement], sketches: Sequence[SealedSketch]) -> None:
        """Keep them."""
        for one in statements:
            self._statements[one.child][one.event_id] = one
        self._sketches |= {one.sketch_id: one for one in sketches}

    def amended(self, children: Iterable[UUID]) -> frozenset[UUID]:
        """Give those with an amendment."""
        return frozenset(child for child in children if any(one.amends for one in self.statements(child)))

    def statements(self, child: UUID) -> Sequence[ToldStatement]:
        """Give a child's statements."""
        return tuple(self._statements[child].values()) if child in self._statements else ()

    def sketches(self, children: Iterable[UUID]) -> Sequence[SealedSketch]:
        """Give these children's sketches."""
        wanted = frozenset(children)
        return [one for one in self._sketches.values() if one.child in wanted]

    def let_stand(self, stands: Mapping[bytes, bool]) -> None:
        """Change what stands."""
        for sketch_id, does in stands.items():
            self._sketches[sketch_id] = replace(self._sketches[sketch_id], stands=does)

    def make_due(self, children: Iterable[UUID]) -> None:
        """Note them."""
        self._due |= set(children)

    def make_all_due(self) -> None:
        """Note every child with a sketch."""
        self._due |= {one.child for one in self._sketches.values()}

    def due(self, most: int) -> Sequence[UUID]:
        """Give the first of them."""
        return sorted(self._due)[:most]

    def done(self, children: Iterable[UUID]) -> None:
        """Forget them."""
        self._due -= set(children)
