"""What is asked of the rules, and what they answer: nothing in here names a person or a child."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever asks, as far as the rules can see; the words are those of `access_policy.vocabulary`."""

    agency: str
    role: str
    clearances: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ChildRecord:
    """The merged record of one child; to the rules one record is like another."""


@dataclass(frozen=True, slots=True)
class Hub:
    """The hub itself: its ledger, its disclosures, its alerts."""


@dataclass(frozen=True, slots=True)
class Quarantine:
    """All messages of one agency that were refused; to the rules one is like another."""

    agency: str


@dataclass(frozen=True, slots=True, order=True)
class EntryClass:
    """All entries that are alike as far as the rules can see; the fields are those of the hub event's header."""

    agency: str
    event_type: str
    sensitivity: str
    seal: str
    assertion: str


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that one person asks to do, and for what purpose; the purpose is None when none was stated."""

    person: Person
    action: str
    resource: ChildRecord | EntryClass | Hub | Quarantine
    purpose: str | None


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer: the ids and sentences of the rules that decided (in the same order, never empty), and what is owed if it is acted on."""

    allowed: bool
    rules: tuple[str, ...]
    sentences: tuple[str, ...]
    obligations: tuple[str, ...]
