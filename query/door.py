"""The door itself: one attempt, its decision, and its disclosure, which is durable before anything is given to the person who asked.

The order is the same for everything that can be asked for: decide; read; open in memory; record; return.

| if we crash | true |
|---|---|
| before the disclosure is written | nothing left the door, and nothing says that anyone asked |
| while it is written | it may be there; nothing left the door: it says more than was seen, never less |
| after it is written | as above, until the bytes are returned |
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from access_policy.decision import DecisionPoint
from access_policy.keys import random_id
from access_policy.question import ChildRecord, Decision, Hub, Person, Quarantine, Question
from access_policy.rules import UNKNOWN_OBLIGATION
from access_policy.vocabulary import NAME_WHOM_TO_ASK, PURPOSES, RECORD_DISCLOSURE
from projections.rules.packs import RulePacks
from projections.working_days import WorkingDays
from query.disclosure import Disclosure
from query.ports import DisclosureLog, Records
from query.unsealing import RecordBroken, Unsealing
from schemas.codec import ContractBroken

RECORD_BROKEN = "record-broken"
"""Stands among a disclosure's rules where an altered entry, and no rule, kept everything from being shown."""
DISCHARGED = frozenset({RECORD_DISCLOSURE, NAME_WHOM_TO_ASK})
"""What this door does in return for being allowed; a decision that asks for more is taken as a refusal."""


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Whoever asks: a staff id (not empty, never shown in errors or logs), and what the rules see of them."""

    staff_id: str = field(repr=False)
    person: Person

    def __post_init__(self) -> None:
        """Refuse a nobody: a disclosure has to name who asked."""
        if not self.staff_id.strip():
            raise ValueError("expected a staff id, found none; sign in, so that the disclosure can say who asked")


@dataclass(frozen=True, slots=True)
class DutyRules:
    """The rules with a clock or a threshold, and the calendar that they count in."""

    packs: RulePacks
    calendar: WorkingDays


@dataclass(frozen=True, slots=True)
class Door:
    """All that the door works with; `clock()` gives an aware UTC moment, `randomness(n)` n random bytes."""

    point: DecisionPoint
    records: Records
    unsealing: Unsealing
    duties: DutyRules
    log: DisclosureLog
    clock: Callable[[], datetime]
    randomness: Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: the action in the rules' words, about which child (None where it is about no one child), as the hub knew it when (None: now)."""

    action: str
    child: UUID | None = field(default=None, repr=False)
    as_known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to see something, whatever comes of it."""

    disclosure_id: UUID
    staff: StaffMember
    wanted: Wanted
    purpose: str | None = field(repr=False)  # until it is found to be a published one, it is anybody's text
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing is shown; the rules that decided, in the same order their sentences for a person, and the disclosure that says so."""

    disclosure_id: UUID
    rules: tuple[str, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Showing:
    """What is about to be shown: the very bytes, by which rules, and the ids of the entries in it and of those withheld from it."""

    shown: bytes = field(repr=False)
    rules: tuple[str, ...]
    entries: tuple[UUID, ...] = ()
    withheld: tuple[UUID, ...] = ()


def begin(door: Door, staff: StaffMember, purpose: str | None, wanted: Wanted) -> Attempt:
    """Take down who asks for what, why and when; ValueError when `as_known_at` has no time zone."""
    if wanted.as_known_at is not None and wanted.as_known_at.tzinfo is None:
        raise ValueError("expected a moment with a time zone in as_known_at, found one without; attach UTC")
    return Attempt(random_id(door.randomness), staff, wanted, purpose, door.clock())


def decide(door: Door, attempt: Attempt, resource: ChildRecord | Hub | Quarantine) -> Decision:
    """Ask the rules; what they owe and the door cannot do is a refusal."""
    question = Question(attempt.staff.person, attempt.wanted.action, resource, attempt.purpose)
    return dischargeable(door.point.decide(question))


def dischargeable(decision: Decision) -> Decision:
    """Turn a yes that asks for something which this door does not do into a no."""
    if decision.allowed and not set(decision.obligations) <= DISCHARGED:
        return OWES_TOO_MUCH
    return decision


def refuse(door: Door, attempt: Attempt, decision: Decision) -> Refused:
    """Record a refusal and give it; DisclosureFailed when it could not be recorded."""
    door.log.record(_disclosure(attempt, Showing(b"", decision.rules), allowed=False))
    return Refused(attempt.disclosure_id, decision.rules, decision.sentences)


@contextmanager
def breakage_recorded(door: Door, attempt: Attempt) -> Iterator[None]:
    """Record an attempt that meets an altered entry as not allowed, and only then raise RecordBroken; one that cannot even be read is as altered."""
    try:
        yield
    except RecordBroken:
        refuse(door, attempt, BROKEN)
        raise
    except (ContractBroken, OverflowError) as error:
        refuse(door, attempt, BROKEN)
        raise RecordBroken(
            f"expected entries as they were sealed, found one that cannot be read ({type(error).__name__}); nothing is shown: run `mash verify` to see "
            "what was altered"
        ) from None


def record(door: Door, attempt: Attempt, showing: Showing) -> None:
    """Make the disclosure durable; only after this returns may the bytes be given away. DisclosureFailed: they must not be."""
    door.log.record(_disclosure(attempt, showing, allowed=True))


def _disclosure(attempt: Attempt, showing: Showing, *, allowed: bool) -> Disclosure:
    person, wanted = attempt.staff.person, attempt.wanted
    return Disclosure(
        disclosure_id=attempt.disclosure_id,
        child=wanted.child,
        person=attempt.staff.staff_id,
        agency=person.agency,
        role=person.role,
        action=wanted.action,
        # A purpose that is not a published one is anybody's text; that it was refused for it is in the rules.
        purpose=attempt.purpose if attempt.purpose in PURPOSES else None,
        as_known_at=wanted.as_known_at,
        asked_at=attempt.asked_at,
        allowed=allowed,
        rules=showing.rules,
        shown=showing.entries,
        withheld=showing.withheld,
        digest=hashlib.sha256(showing.shown).digest(),
    )


OWES_TOO_MUCH = Decision(
    allowed=False,
    rules=(UNKNOWN_OBLIGATION,),
    sentences=(
        "Expected a rule that asks in return for what the door does, found one that asks for more, so nothing is shown; tell the information governance lead.",
    ),
    obligations=(),
)

BROKEN = Decision(
    allowed=False,
    rules=(RECORD_BROKEN,),
    sentences=(
        "Expected every entry as it was sealed, found one that was altered, so nothing is shown; run `mash verify`.",
    ),
    obligations=(),
)
