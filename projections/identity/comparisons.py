"""What the matching worker has to remember of pairs of strands: by what each strand is found, what was found out last of each pair and with which weights, what people decided, and whose turn it is."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from projections.identity.particulars import Outcome
from projections.identity.said import Compared, Decided, Said
from projections.identity.strands import Pair, Part, pair_of, resolve

Heard = tuple[int, Said]
"""A place on hub.identity and what stands there."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What was found out last of a pair, and the message that says so on hub.identity."""

    pair: Pair = field(repr=False)
    comparison_id: UUID
    outcome: Outcome
    record: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class KnownPairs:
    """The id of what was found out last of each pair that was ever spoken of, and the pairs that a person linked, split or keeps apart, whatever is compared."""

    last: Mapping[Pair, UUID] = field(repr=False)
    decided: frozenset[Pair] = field(repr=False)


class Comparisons(Protocol):
    """Where blocks and comparisons are kept, inside the transactions of `projections.identity.sketches.Sketches`."""

    def turn(self) -> AbstractContextManager[bool]:
        """Hold the turn to compare and to say, across transactions; False while another worker holds it."""
        ...

    def compares_with(self, edition: str) -> bool:
        """Note with which edition of the weights strands are compared from now on; False where it was so already."""
        ...

    def block(self, tokens: Mapping[UUID, frozenset[bytes]]) -> None:
        """Keep these tokens (16 bytes each) of each strand, and no others of it."""
        ...

    def sharing(self, tokens: Iterable[bytes], most: int) -> Mapping[bytes, frozenset[UUID]]:
        """Give the strands that have each of these tokens, at most `most` of each."""
        ...

    def pairs_of(self, strands: Iterable[UUID]) -> KnownPairs:
        """Give what is known of each pair with one of these strands in it, noted here or heard on hub.identity."""
        ...

    def parts(self) -> Mapping[Part, UUID]:
        """Give the strand where each part that was split off ended."""
        ...

    def split_since(self, following: int) -> tuple[frozenset[UUID], int]:
        """Give the strands that were split, and those made of them, from this offset of hub.identity on, as far as it is folded; and the next offset."""
        ...

    def note(self, made: Sequence[Noted]) -> None:
        """Note what was found out, to be said; what was noted of the same pairs before is forgotten."""
        ...

    def unsaid(self) -> Sequence[Noted]:
        """Give what was noted and not said yet, by pair."""
        ...

    def said(self, made: Iterable[Noted]) -> None:
        """Note that these were said; a newer one of the same pair is still to be said."""
        ...


class MemoryComparisons:
    """What remembering pairs means, in memory; `heard` is what stands on hub.identity."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self._edition = ""
        self._taken = False
        self._tokens: dict[UUID, frozenset[bytes]] = {}
        self._noted: dict[Pair, Noted] = {}
        self._unsaid: set[Pair] = set()

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Take it, unless it is taken."""
        free, self._taken = not self._taken, True
        try:
            yield free
        finally:
            self._taken = not free

    def compares_with(self, edition: str) -> bool:
        """Note it."""
        before, self._edition = self._edition, edition
        return before != edition

    def block(self, tokens: Mapping[UUID, frozenset[bytes]]) -> None:
        """Keep them."""
        self._tokens |= tokens

    def sharing(self, tokens: Iterable[bytes], most: int) -> Mapping[bytes, frozenset[UUID]]:
        """Look at every strand."""
        found: dict[bytes, list[UUID]] = defaultdict(list)
        wanted = frozenset(tokens)
        for strand in sorted(self._tokens):
            for token in self._tokens[strand] & wanted:
                found[token].append(strand)
        return {token: frozenset(strands[:most]) for token, strands in found.items()}

    def pairs_of(self, strands: Iterable[UUID]) -> KnownPairs:
        """Look at everything that was noted and heard."""
        wanted = frozenset(strands)
        heard = [(offset, one) for offset, one in self.heard if not wanted.isdisjoint((one.left, one.right))]
        noted = {pair: one.comparison_id for pair, one in self._noted.items() if not wanted.isdisjoint(pair)}
        return known_pairs(heard, noted)

    def parts(self) -> Mapping[Part, UUID]:
        """Resolve what was heard."""
        return resolve(self.heard).kin.parts

    def split_since(self, following: int) -> tuple[frozenset[UUID], int]:
        """Look at what was heard since."""
        new = [(offset, one) for offset, one in self.heard if offset >= following]
        return split_strands(one for _, one in new), max((offset + 1 for offset, _ in new), default=following)

    def note(self, made: Sequence[Noted]) -> None:
        """Note them."""
        for one in made:
            self._noted[one.pair] = one
            self._unsaid.add(one.pair)

    def unsaid(self) -> Sequence[Noted]:
        """Give what is to be said."""
        return [self._noted[pair] for pair in sorted(self._unsaid)]

    def said(self, made: Iterable[Noted]) -> None:
        """Note what was said."""
        self._unsaid -= {one.pair for one in made if self._noted[one.pair] == one}


def known_pairs(heard: Iterable[Heard], noted: Mapping[Pair, UUID]) -> KnownPairs:
    """Put together what is known of pairs; what was heard counts where nothing is noted, since the tables were made anew."""
    found = resolve(heard)
    last = {pair: one.comparison_id for pair, one in found.compared.items()}
    decided = frozenset(pair for pair, one in found.decided.items() if one.action != "DEFER")
    return KnownPairs({**last, **noted}, decided)


def split_strands(said: Iterable[Said]) -> frozenset[UUID]:
    """Name the strands that were split, and those made of them."""
    splits = (one for one in said if isinstance(one, Decided) and one.action == "SPLIT")
    return frozenset(strand for one in splits for strand in (one.left, one.right))


def noted(compared: Compared, record: bytes) -> Noted:
    """Give a comparison as it is noted, with the message that says it."""
    return Noted(pair_of(compared.left, compared.right), compared.comparison_id, compared.outcome, record)
