"""Compare: each turn, the strands of whoever is due are compared with all that share a block with them, and what is new of a pair is said on hub.identity.

| if we crash | true |
|---|---|
| before a batch is committed | its children are due still, and nothing of it was said |
| after it, before the broker has what was noted | it is noted as unsaid, and said when the worker is back, byte for byte the same |
| after the broker has it, before it is marked | it is said again; of one pair the newest counts, and it says the same |

A pair is compared whenever either of its strands changed, and what is found is said whenever it is not, in every part, what was said last of the pair: so that what is said last
is the same function of both sketches and the weights in any order of arrival. Of a pair never spoken of, that there is nothing to it is not said.

Of several workers one at a time compares and says; the others pass their turn, since an older finding must not come after a newer one. A worker whose connection to
PostgreSQL is lost while the broker is taking what it wrote is the one case left: the next to hold the turn says all of that again first.
"""

import asyncio
import hashlib
import json
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from uuid import UUID

from projections.identity.comparisons import Comparisons, Noted, noted
from projections.identity.likeness.blocking import tokens
from projections.identity.likeness.compare import compare_readings
from projections.identity.likeness.readings import Reading, read
from projections.identity.likeness.weights import Weights
from projections.identity.messages import MILLIONTHS, encode_said
from projections.identity.particulars import Likeness, Sketch
from projections.identity.said import Compared
from projections.identity.sketches import SealedSketch, Sketches
from projections.identity.strands import Pair, Part, pair_of
from schemas.catalogue import Catalogue
from schemas.topics import HUB_IDENTITY
from streams.event_log import EventLog, LogRecord
from streams.matching.match import Keys
from streams.matching.sealing import SketchSeal

BATCH = 25
"""How many children are compared in one transaction: the worker reads on between two."""
LARGEST_BLOCK = 200
"""A block with more strands than this is not compared, unless it is of a number that one child has: it would say nothing but that a name is common."""
EXACT = frozenset(("nhs number", "upn"))
"""Tokens that are a number which one child has."""
NOTHING = Sketch(frozenset())
NOTHING_TOLD = Likeness("NO", 0.0, (), (), None)
"""What comparing with a strand of which nothing stands comes to: it takes back what was said."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the turn's facts are and what it writes: sketches, comparisons, keys, seal, contracts, the log."""

    sketches: Sketches
    comparisons: Comparisons
    keys: Keys
    seal: SketchSeal
    catalogue: Catalogue
    log: EventLog


@dataclass(frozen=True, slots=True)
class Comparing:
    """The compare turn; `begun` tells whether the stage has read what was folded when the worker started: before that it would say again what early statements look like."""

    parts: Parts
    weights: Weights
    begun: Callable[[], bool]
    now: Callable[[], datetime]
    largest_block: int = LARGEST_BLOCK
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _too_large: set[bytes] = field(default_factory=set)

    async def act(self) -> None:
        """Take one turn: whoever is due is compared, batch after batch, and what came of it is said."""
        # One at a time, in this process and of all workers, so that what is said of a pair stands on the log in the order in which it was found.
        async with self._turn:
            with self.parts.comparisons.turn() as mine:
                if mine and self.begun():
                    await self._compare()

    async def _compare(self) -> None:
        self._hear_splits()
        await self._say()
        while self._compare_some():
            await self._say()

    def _hear_splits(self) -> None:
        sketches, comparisons = self.parts.sketches, self.parts.comparisons
        with sketches.reading(HUB_IDENTITY, 0) as following:
            strands, reached = comparisons.split_since(following)
            if reached > following:
                whole = (child for (child, _), strand in comparisons.parts().items() if strand in strands)
                sketches.make_due({*strands, *whole})
                sketches.move_to(HUB_IDENTITY, 0, reached)

    def _compare_some(self) -> bool:
        """Compare the strands of the next children that are due; False when none is."""
        sketches, comparisons = self.parts.sketches, self.parts.comparisons
        with sketches.changing():
            children = sketches.due(BATCH)
            if children:
                strands = Strands(self.parts, comparisons.parts())
                comparisons.note(self._found(strands, children))
                sketches.done(children)
        return bool(children)

    def _found(self, strands: "Strands", children: Sequence[UUID]) -> list[Noted]:
        """Put the strands of these children into their blocks, and compare each with whatever shares one with it."""
        due = strands.of_children(children)
        found_by = {strand: self._tokens(strands.sketch(strand)) for strand in due}
        self.parts.comparisons.block({strand: frozenset(of_one) for strand, of_one in found_by.items()})
        known = self.parts.comparisons.pairs_of(due)
        pairs = sorted((self._alike(found_by) | known.last.keys()) - known.decided)
        strands.load(chain.from_iterable(pairs))
        made = (self._compared(strands, pair, known.last.get(pair)) for pair in pairs)
        return [one for one in made if one is not None]

    def _tokens(self, sketch: Sketch | None) -> dict[bytes, str]:
        """Give what a strand is found by, each token with its kind."""
        seal = self.parts.seal
        return {} if sketch is None else {seal.token(kind, text): kind for kind, text in tokens(sketch)}

    def _alike(self, found_by: Mapping[UUID, Mapping[bytes, str]]) -> set[Pair]:
        """Pair these strands with all that share a block with them."""
        kinds = dict(chain.from_iterable(of_one.items() for of_one in found_by.values()))
        found = self.parts.comparisons.sharing(kinds, self.largest_block + 1)
        large = {token for token, strands in found.items() if len(strands) > self.largest_block}
        too_large = {token for token in large if kinds[token] not in EXACT}
        self._report(too_large, kinds)
        return {
            pair_of(strand, other)
            for strand, of_one in found_by.items()
            for token in of_one
            if token not in too_large
            for other in found.get(token, ())
            if other != strand
        }

    def _report(self, too_large: set[bytes], kinds: Mapping[bytes, str]) -> None:
        """Make it visible, once for each, that blocks are not compared any more."""
        new = too_large - self._too_large
        self._too_large.update(new)
        for kind, count in sorted(Counter(kinds[token] for token in new).items()):
            logger.warning(
                "%d more blocks of %s have over %d strands and are not compared; %d blocks are not",
                count,
                kind,
                self.largest_block,
                len(self._too_large),
            )

    def _compared(self, strands: "Strands", pair: Pair, last: UUID | None) -> Noted | None:
        """Compare a pair; None where it came to what was said last, or where a side cannot be read any more."""
        left, right = map(strands.sketch, pair)
        if left is None or right is None:
            return None
        found = NOTHING_TOLD
        if left.told and right.told:
            found = compare_readings(strands.reading(pair[0]), strands.reading(pair[1]), self.weights)
        made_of = UUID(bytes=comparison_id(pair, self.weights.edition, found))
        if made_of == last or (last is None and found.outcome == "NO"):
            return None
        compared = Compared(
            made_of,
            *pair,
            self.weights.edition,
            found.outcome,
            found.score,
            found.agreed,
            found.disagreed,
            found.because,
            self.now(),
        )
        return noted(compared, encode_said(self.parts.catalogue, compared))

    async def _say(self) -> None:
        """Say what is noted and not said yet, and mark it once the broker has it."""
        unsaid = self.parts.comparisons.unsaid()
        if unsaid:
            await self.parts.log.write(
                HUB_IDENTITY, [LogRecord(0, one.comparison_id.bytes, one.record) for one in unsaid]
            )
            with self.parts.sketches.changing():
                self.parts.comparisons.said(unsaid)


def compare_all_anew(parts: Parts, edition: str) -> None:
    """Let every strand be compared once more where the weights are of another edition than before; for a worker that starts."""
    # Crash before the commit: the edition is not noted, and it happens at the next start. After it: all are due until they are compared.
    with parts.sketches.changing():
        if parts.comparisons.compares_with(edition):
            parts.sketches.make_all_due()


class Strands:
    """The sketches of strands, opened in memory for one batch; nothing of them outlives it, so a key that is destroyed opens nothing from then on."""

    def __init__(self, parts: Parts, moved: Mapping[Part, UUID]) -> None:
        self._parts = parts
        self._moved = moved
        self._opened: dict[UUID, Sketch | None] = {}
        self._readings: dict[UUID, Reading] = {}

    def of_children(self, children: Iterable[UUID]) -> list[UUID]:
        """Open what these children's statements told, and name the strands that they make up, those that are empty now among them."""
        children = frozenset(children)
        split = {strand for (child, _), strand in self._moved.items() if child in children}
        due = sorted(children | split)
        self.load(due)
        return due

    def load(self, strands: Iterable[UUID]) -> None:
        """Open those of these strands that are not open yet."""
        missing = frozenset(strands) - self._opened.keys()
        if not missing:
            return
        children = missing | {child for (child, _), strand in self._moved.items() if strand in missing}
        told: dict[UUID, list[SealedSketch]] = defaultdict(list)
        for one in self._parts.sketches.sketches(children):
            strand = self._moved.get((one.child, one.part), one.child)
            if one.stands and strand in missing:
                told[strand].append(one)
        keys = self._parts.keys.find(list({one.key_id for one in chain.from_iterable(told.values())})) if told else {}
        for strand in missing:
            opened = [
                self._parts.seal.open_sketch(one, key) for one in told[strand] if (key := keys[one.key_id]) is not None
            ]
            self._opened[strand] = _merged(opened) if opened or not told[strand] else None

    def sketch(self, strand: UUID) -> Sketch | None:
        """Give a strand's sketch: an empty one where nothing of it stands, None where the keys of what stands are destroyed."""
        return self._opened[strand]

    def reading(self, strand: UUID) -> Reading:
        """Give a strand's sketch as it is compared, made plain once."""
        if strand not in self._readings:
            self._readings[strand] = read(self._opened[strand] or NOTHING)
        return self._readings[strand]


def comparison_id(pair: Pair, edition: str, found: Likeness) -> bytes:
    """Derive a comparison's id (16 bytes) from the pair, the edition and what was found, the score as it is said: two comparisons that say the same have one id."""
    what = [edition, found.outcome, round(found.score * MILLIONTHS), found.agreed, found.disagreed, found.because]
    return hashlib.sha256(json.dumps([*(one.hex for one in pair), *what]).encode()).digest()[:16]


def _merged(sketches: Sequence[Sketch]) -> Sketch:
    return NOTHING.merged(sketches)
