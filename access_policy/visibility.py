"""What of a record one person may see: for each class of entries, read it, know of it, or not even that."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from access_policy.decision import DecisionPoint
from access_policy.question import Decision, EntryClass, Person, Question
from access_policy.rules import FAILURES
from access_policy.vocabulary import KNOW_OF_ENTRY, READ_ENTRY


class Outcome(Enum):
    """How an entry appears: its body, a mark that something is withheld, or nothing at all."""

    READ = "read"
    WITHHELD = "withheld"
    INVISIBLE = "invisible"


@dataclass(frozen=True, slots=True)
class Visibility:
    """How a class of entries appears to someone, by which rules, and what is owed in return.

    The rules of an invisible class are for tests and the matrix only: shown or recorded, they would tell that a locked entry is there.
    """

    outcome: Outcome
    rules: tuple[str, ...]
    sentences: tuple[str, ...]
    obligations: tuple[str, ...]

    @property
    def failed(self) -> bool:
        """Whether the rules could not be applied; then the whole view is refused, since the rest of it would be taken for all there is."""
        return not FAILURES.isdisjoint(self.rules)


def classify(
    point: DecisionPoint, person: Person, purpose: str | None, classes: Iterable[EntryClass]
) -> Mapping[EntryClass, Visibility]:
    """Decide for each distinct class of entries how it appears to this person for this purpose, in one call of the engine."""
    distinct = list(dict.fromkeys(classes))
    questions = [Question(person, action, one, purpose) for one in distinct for action in (KNOW_OF_ENTRY, READ_ENTRY)]
    decisions = point.decide_many(questions)
    return {
        one: _visibility(know, read) for one, know, read in zip(distinct, decisions[::2], decisions[1::2], strict=True)
    }


def _visibility(know: Decision, read: Decision) -> Visibility:
    # Knowing comes first: what nobody may know of is not shown either, whatever a rule on reading says.
    if not know.allowed:
        return Visibility(Outcome.INVISIBLE, know.rules, know.sentences, ())
    if not read.allowed:
        return Visibility(Outcome.WITHHELD, read.rules, read.sentences, know.obligations)
    return Visibility(Outcome.READ, read.rules, read.sentences, read.obligations)
