"""Invented histories of one child, for example tests (`said`) and for Hypothesis (`histories`)."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from projections.chronology.entry import Entry, Span
from projections.thresholds import Concern

CHILD = UUID(int=0xC0FFEE)
AGENCIES = ("education", "health", "police", "social-care")
TYPES = ("ReferralReceived", "ReferralDecided", "AssessmentCompleted", "ConcernRaised", "NotBrought", "ChildSeen")
FIRST = datetime(2024, 1, 1, 9, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def said(number: int, event_type: str, when: str | datetime, agency: str = "social-care", **changes: Any) -> Entry:
    """Make an entry known by its number, with exact times: learned when it happened and received an hour later."""
    moment = at(when) if isinstance(when, str) else when
    entry = Entry(
        event_id=UUID(int=number),
        child=CHILD,
        agency=agency,
        event_type=event_type,
        happened=Span(moment, moment),
        learned=Span(moment, moment),
        received=moment + timedelta(hours=1),
        assertion="FACT",
        sensitivity="ROUTINE",
        seal="OPEN",
        correlation=None,
        corrects=None,
        retracts=None,
        content_digest=hashlib.sha256(str(number).encode()).digest(),
    )
    return replace(entry, **changes)


def ids(*numbers: int) -> tuple[UUID, ...]:
    return tuple(UUID(int=number) for number in numbers)


def entry_from(number: int, up_to: int, choices: bytes) -> Entry:
    """Make an entry of twelve choices, one byte each: one draw for each entry keeps Hypothesis fast, and zeros are the plainest entry."""
    pick = iter(choices)
    moment = FIRST + timedelta(days=next(pick) % 91, minutes=(0, 600, 899)[next(pick) % 3])
    learned = moment + timedelta(days=(0, 1, 3, -1)[next(pick) % 4])
    amends = ("nothing", "nothing", "corrects", "retracts", "both")[next(pick) % 5]
    targets = [UUID(int=1 + next(pick) % (up_to + 1)) for _ in range(2)]
    return said(
        number,
        TYPES[next(pick) % len(TYPES)],
        moment,
        AGENCIES[next(pick) % len(AGENCIES)],
        happened=Span(moment, moment + timedelta(hours=(0, 0, 30)[next(pick) % 3])),
        learned=Span(learned, learned),
        received=learned + timedelta(days=next(pick) % 6),
        seal=("OPEN", "OPEN", "OPEN", "LOCKED")[next(pick) % 4],
        correlation=(None, None, b"a" * 16, b"b" * 16)[next(pick) % 4],
        corrects=targets[0] if amends in ("corrects", "both") else None,
        retracts=targets[1] if amends in ("retracts", "both") else None,
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    """A child's statements, each once, amendments at random among them (circles, strangers and unknown targets too)."""
    choices = draw(st.lists(st.binary(min_size=12, max_size=12), max_size=12))
    return [entry_from(number, len(choices), one) for number, one in enumerate(choices, 1)]


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Entry], list[Entry]]:
    """A history, and the same delivered in another order with repeats, some of them received later."""
    history = draw(histories())
    repeats = draw(st.lists(st.sampled_from(history), max_size=5)) if history else []
    later = [replace(entry, received=entry.received + timedelta(days=draw(st.integers(0, 2)))) for entry in repeats]
    return history, draw(st.permutations([*history, *later]))


@st.composite
def concerns(draw: st.DrawFn) -> list[Concern]:
    """Concerns of one child in the order in which they are told of."""
    choices = draw(st.lists(st.binary(min_size=4, max_size=4), max_size=12))
    kinds = ("ConcernRaised", "NotBrought", "AbsenceRecorded", "ChildSeen")
    return [
        Concern(
            day=date(2024, 1, 1) + timedelta(days=days % 150),
            agency=AGENCIES[agency % len(AGENCIES)],
            event_id=UUID(int=number),
            event_type=kinds[kind % len(kinds)],
            locked=locked % 3 == 2,
        )
        for number, (days, agency, kind, locked) in enumerate(choices, 1)
    ]
