"""The one decision point: every question about who may know what goes through here, and everything unexpected is a refusal."""

from collections.abc import Sequence
from typing import Any

import cedarpy

from access_policy.question import Decision, EntryClass, Person, Quarantine, Question
from access_policy.rules import ENGINE_ERROR, NOTHING_PERMITS, UNKNOWN_OBLIGATION, Rule, RuleBook
from access_policy.vocabulary import OBLIGATIONS

_EFFECTS = {"Allow": "permit", "Deny": "forbid"}


class DecisionPoint:
    """Answers questions by a book of rules; `dischargeable` is what the caller is able to do in return for being allowed."""

    def __init__(self, book: RuleBook, dischargeable: frozenset[str] = OBLIGATIONS) -> None:
        self._book = book
        self._rules = {rule.id: rule for rule in book.rules}
        self._dischargeable = dischargeable

    def decide(self, question: Question) -> Decision:
        """Answer one question; never raises for what the rules or their engine do, but refuses."""
        return self.decide_many([question])[0]

    def decide_many(self, questions: Sequence[Question]) -> tuple[Decision, ...]:
        """Answer many questions in one call of the engine, in their order; an engine that fails refuses them all."""
        try:
            answers = self._ask(questions)
        except Exception:  # noqa: BLE001  whatever the engine raises, the answer is no
            answers = []
        if len(answers) != len(questions):
            return tuple(_ENGINE_ERROR for _ in questions)
        return tuple(self._judged(answer) for answer in answers)

    def _ask(self, questions: Sequence[Question]) -> list[Any]:
        if not questions:
            return []
        names: dict[object, dict[str, str]] = {}
        requests = [
            {
                "principal": _name(names, question.person),
                "action": {"type": "Action", "id": question.action},
                "resource": _name(names, question.resource),
                "context": {} if question.purpose is None else {"purpose": question.purpose},
            }
            for question in questions
        ]
        entities = [{"uid": uid, "attrs": _attributes(thing), "parents": []} for thing, uid in names.items()]
        return list(cedarpy.is_authorized_batch(requests, self._book.policies, entities, self._book.schema))

    def _judged(self, answer: Any) -> Decision:
        verdict, found = answer.decision.value, answer.diagnostics
        ids = [found.id_annotations_by_reason.get(reason, ENGINE_ERROR) for reason in found.reasons]
        # Cedar passes over a rule that fails, even one that forbids; here that is no answer at all. Nor is a rule that
        # this book does not know, one with the other effect, or a yes without a rule.
        if found.errors or verdict not in _EFFECTS or not set(ids) <= set(self._rules):
            return _ENGINE_ERROR
        rules = [self._rules[rule_id] for rule_id in sorted(ids)]
        if any(rule.effect != _EFFECTS[verdict] for rule in rules):
            return _ENGINE_ERROR
        if not rules:
            return _ENGINE_ERROR if verdict == "Allow" else _NOTHING_PERMITS
        return self._with_obligations(verdict == "Allow", rules)

    def _with_obligations(self, allowed: bool, rules: Sequence[Rule]) -> Decision:
        owed = sorted({owed for rule in rules for owed in rule.obligations}) if allowed else []
        if not set(owed) <= self._dischargeable:
            return _UNKNOWN_OBLIGATION
        return Decision(allowed, tuple(rule.id for rule in rules), tuple(rule.sentence for rule in rules), tuple(owed))


def _name(names: dict[object, dict[str, str]], thing: object) -> dict[str, str]:
    # Equal things are one entity: a batch about one person and three classes describes four, however many questions it has.
    return names.setdefault(thing, {"type": type(thing).__name__, "id": str(len(names))})


def _attributes(thing: object) -> dict[str, Any]:
    if isinstance(thing, Person):
        return {"agency": thing.agency, "role": _word("Role", thing.role), "clearances": sorted(thing.clearances)}
    if isinstance(thing, EntryClass):
        return {
            "agency": thing.agency,
            "event_type": thing.event_type,
            "sensitivity": _word("Sensitivity", thing.sensitivity),
            "seal": _word("Seal", thing.seal),
            "assertion": thing.assertion,
        }
    if isinstance(thing, Quarantine):
        return {"agency": thing.agency}
    return {}


def _word(kind: str, word: str) -> dict[str, dict[str, str]]:
    return {"__entity": {"type": kind, "id": word}}


_ENGINE_ERROR = Decision(
    allowed=False,
    rules=(ENGINE_ERROR,),
    sentences=(
        "Expected an answer from the rules, found that they could not be applied, so nothing is shown; tell the information governance lead.",
    ),
    obligations=(),
)
_NOTHING_PERMITS = Decision(
    allowed=False,
    rules=(NOTHING_PERMITS,),
    sentences=(
        "No rule permits this for this person and purpose; ask the information governance lead which agreement would.",
    ),
    obligations=(),
)
_UNKNOWN_OBLIGATION = Decision(
    allowed=False,
    rules=(UNKNOWN_OBLIGATION,),
    sentences=(
        "A rule permits this in return for something that the hub cannot do, so nothing is shown; tell the information governance lead.",
    ),
    obligations=(),
)
