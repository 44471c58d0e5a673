"""What likeness finds among labelled strands: pairs by blocking, each compared, counted against the truth."""

import time
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from projections.identity.likeness.blocking import tokens
from projections.identity.likeness.compare import compare_readings
from projections.identity.likeness.readings import read
from projections.identity.likeness.weights import Weights
from projections.identity.particulars import Likeness, Sketch


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sketch and the child that it is of."""

    child: Hashable
    sketch: Sketch = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two labelled sketches by their places, whether they are one child, and what comparing them came to."""

    left: int
    right: int
    one_child: bool
    likeness: Likeness = field(repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: `wanted` is how many pairs are one child, compared or not; `seconds` is processor time for comparing alone."""

    pairs: tuple[Pair, ...] = field(repr=False)
    wanted: int
    largest_block: int
    most_tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Rate:
    """How many pairs were picked, how many of them rightly, and of how many."""

    picked: int
    right: int
    wanted: int

    @property
    def precision(self) -> float:
        """Give the share of what was picked that is right; 1 when nothing was picked."""
        return self.right / self.picked if self.picked else 1.0

    @property
    def recall(self) -> float:
        """Give the share of what was wanted that was picked; 1 when nothing was wanted."""
        return self.right / self.wanted if self.wanted else 1.0

    def __str__(self) -> str:
        """Say it in a line."""
        return f"precision {self.precision:.5f}  recall {self.recall:.4f}  ({self.picked:,} pairs, {self.picked - self.right:,} wrong)"


def find_pairs(labelled: Sequence[Labelled], weights: Weights) -> Found:
    """Block, compare every pair that shares a token, and label it."""
    blocks: dict[tuple[str, str], list[int]] = defaultdict(list)
    each = [tokens(one.sketch) for one in labelled]
    for place, found in enumerate(each):
        for token in found:
            blocks[token].append(place)
    candidates = sorted({pair for places in blocks.values() for pair in combinations(places, 2)})
    began = time.process_time()
    readings = [read(one.sketch) for one in labelled]
    likenesses = [compare_readings(readings[left], readings[right], weights) for left, right in candidates]
    seconds = time.process_time() - began
    pairs = tuple(
        Pair(left, right, labelled[left].child == labelled[right].child, one)
        for (left, right), one in zip(candidates, likenesses, strict=True)
    )
    return Found(pairs, _wanted(labelled), max(map(len, blocks.values())), max(map(len, each)), seconds)


def _wanted(labelled: Iterable[Labelled]) -> int:
    return sum(many * (many - 1) // 2 for many in Counter(one.child for one in labelled).values())


def by_score(found: Found, threshold: float) -> Rate:
    """Count what a threshold alone would pick, without guards."""
    return _rate(found, [pair for pair in found.pairs if pair.likeness.score >= threshold])


def by_outcome(found: Found, *outcomes: str) -> Rate:
    """Count what came to one of these outcomes, guards and all."""
    return _rate(found, [pair for pair in found.pairs if pair.likeness.outcome in outcomes])


def blocked(found: Found) -> Rate:
    """Count what blocking brought together at all."""
    return _rate(found, found.pairs)


def _rate(found: Found, picked: Sequence[Pair]) -> Rate:
    return Rate(len(picked), sum(pair.one_child for pair in picked), found.wanted)
