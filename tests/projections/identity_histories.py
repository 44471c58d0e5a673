"""Invented histories of a few strands: what agencies tell, what is said of who is who, and the order in which both reach the hub."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from uuid import UUID

from hub_records import index_of
from hypothesis import strategies as st
from identity_said import OUTCOMES
from projection_histories import AGENCIES, FIRST, entry_from, said

from projections.chronology.entry import Entry
from projections.identity.said import Action, Compared, Decided, Said
from projections.identity.strands import pair_of

STRANDS = tuple(UUID(int=number) for number in (0xA, 0xB, 0xC, 0xD))
NEW = tuple(UUID(int=number) for number in (0x1, 0xE))
"""Strands that only a split makes; one is smaller and one larger than those that agencies made."""
Happening = Entry | Said
STEP = timedelta(days=9)


def entries_of(random: Random, length: int) -> list[Entry]:
    """Give entries of several agencies about four strands within weeks, amendments among them, also of another strand's entries."""
    made = [entry_from(number, length, random.randbytes(12)) for number in range(1, length + 1)]
    return [replace(entry, child=random.choice(STRANDS)) for entry in made]


def plain_entries_of(random: Random, length: int) -> list[Entry]:
    """Give entries without amendments, in the order in which they were received, close enough to meet thresholds."""
    kinds = ("ConcernRaised", "NotBrought", "PoliceIncidentRecorded", "ReferralReceived", "ReferralDecided")
    days = sorted(random.choices(range(60), k=length))
    return [
        said(
            number,
            random.choice(kinds),
            FIRST + timedelta(days=day),
            random.choice(AGENCIES),
            child=random.choice(STRANDS),
        )
        for number, day in enumerate(days, 1)
    ]


def said_of(random: Random, length: int) -> list[Said]:
    """Give what is said of who is who, in the order of the log, nine days apart."""
    return [_one_said(random, number) for number in range(length)]


def _one_said(random: Random, number: int) -> Said:
    left, right = random.sample(STRANDS, 2)
    at = FIRST + number * STEP
    if random.random() < 0.4:
        outcome, score = random.choice(OUTCOMES), random.randrange(11) / 10
        return Compared(UUID(int=number), *pair_of(left, right), "test", outcome, score, (), (), None, at)
    action: Action = random.choice(("LINK", "LINK", "KEEP_APART", "DEFER", "SPLIT"))
    parts = tuple(index_of(left, agency) for agency in random.sample(AGENCIES, 2)) if action == "SPLIT" else ()
    return decision(number, action, left, random.choice(NEW) if action == "SPLIT" else right, *parts)


def decision(number: int, action: Action, left: UUID, right: UUID, *parts: bytes) -> Decided:
    """Say what a person decided as the numbered thing on hub.identity."""
    return Decided(UUID(int=number), action, left, right, parts, "t.reviewer", UUID(int=9), FIRST + number * STEP)


def interleaved(random: Random, *streams: Sequence[Happening]) -> list[Happening]:
    """Let the streams run together, each in its own order."""
    turns = [number for number, stream in enumerate(streams) for _ in stream]
    random.shuffle(turns)
    waiting = [iter(stream) for stream in streams]
    return [next(waiting[turn]) for turn in turns]


def late_and_again(random: Random, entries: Sequence[Entry], said: Sequence[Said]) -> list[Happening]:
    """Let the same reach the hub in another order of entries, some of it again; hub.identity has but one order, so only what stands there already comes again."""
    arrived = [*entries, *random.choices(entries, k=len(entries) // 3)] if entries else []
    random.shuffle(arrived)
    return interleaved(random, arrived, _some_again(random, said))


def _some_again(random: Random, said: Iterable[Said]) -> list[Said]:
    told: list[Said] = []
    again: list[Said] = []
    for one in said:
        told.append(one)
        again += [one, random.choice(told)] if random.random() < 0.3 else [one]
    return again


def randoms() -> st.SearchStrategy[Random]:
    """Give seeded chance: histories of this size shrink better by their length than by each draw."""
    return st.builds(Random, st.integers(0, 2**32))
