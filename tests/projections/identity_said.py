"""What is said on hub.identity, in words: strands known by numbers, one statement an hour, and generated logs of them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import UUID

from hypothesis import strategies as st

from projections.identity.particulars import Outcome
from projections.identity.said import Action, Compared, Decided, Said

BEGINNING = datetime(2024, 1, 1, 10, tzinfo=UTC)
STRANDS = tuple(UUID(int=number) for number in range(1, 7))
PARTS = tuple(bytes([number]) * 16 for number in range(1, 4))
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
ACTIONS: tuple[Action, ...] = get_args(Action)
Log = list[tuple[int, Said]]


def strand(number: int) -> UUID:
    return UUID(int=number)


def compared(outcome: Outcome, left: int, right: int, score: float = 0.9, **changes: Any) -> Compared:
    """Say what a comparison of two strands came to."""
    said = {"edition": "test", "agreed": ("family name",), "disagreed": (), "because": None, "at": BEGINNING} | changes
    return Compared(UUID(int=left << 64 | right), strand(left), strand(right), outcome=outcome, score=score, **said)


def decided(action: Action, left: int, right: int, *parts: bytes, number: int = 0, **changes: Any) -> Decided:
    """Say what a person decided; the decision's id is made of its number, or of all that it says."""
    said = {"person": "t.reviewer", "disclosure_id": UUID(int=9), "at": BEGINNING} | changes
    decision_id = UUID(int=number or hash((action, left, right, parts)) & (2**64 - 1))
    return Decided(decision_id, action, strand(left), strand(right), parts, **said)


def log_of(said: Sequence[Said]) -> Log:
    """Put statements on the log in this order."""
    return list(enumerate(said))


@st.composite
def statements(draw: st.DrawFn, number: int) -> Said:
    """One statement about two of six strands; an action in two is a person's."""
    left, right = draw(st.lists(st.integers(1, 6), min_size=2, max_size=2, unique=True))
    at = BEGINNING + timedelta(hours=number)
    if draw(st.booleans()):
        score = draw(st.integers(0, 10)) / 10
        because = draw(st.sampled_from((None, "twins or siblings")))
        outcome = draw(st.sampled_from(OUTCOMES))
        return compared(outcome, min(left, right), max(left, right), score, at=at, because=because)
    action = draw(st.sampled_from(ACTIONS))
    parts = draw(st.lists(st.sampled_from(PARTS), min_size=1, unique=True)) if action == "SPLIT" else []
    return decided(action, left, right, *parts, number=number + 1, at=at)


@st.composite
def logs(draw: st.DrawFn, most: int = 14) -> Log:
    """What is said on hub.identity, oldest first."""
    return log_of([draw(statements(number)) for number in range(draw(st.integers(0, most)))])
