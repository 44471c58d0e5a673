from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import cast

import cedarpy
import pytest

from access_policy.decision import DecisionPoint
from access_policy.question import ChildRecord, EntryClass, Hub, Person, Question
from access_policy.rules import RuleBook, load_rules, shipped_rules

SHIPPED = Path(__file__).parents[2] / "access_policy" / "rules"
ANALYST = Person("health", "analyst")
ALLOWED = Question(ANALYST, "open_record", ChildRecord(), "assessment")
NOTES = '@owner("o")\n@agreement("a")\n@lawful_basis("l")\n@review_date("2027-01-01")\n@source("s")\n@sentence("S.")\n'


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return shipped_rules()


@pytest.fixture(scope="module")
def point(book: RuleBook) -> DecisionPoint:
    return DecisionPoint(book)


def point_with(tmp_path: Path, name: str, policy: str) -> DecisionPoint:
    folder = Path(copytree(SHIPPED, tmp_path / "rules"))
    (folder / f"{name}.cedar").write_text(f'@id("{name}")\n{NOTES}{policy}')
    return DecisionPoint(load_rules(folder))


def test_a_permitted_question_is_allowed_with_its_rule_its_sentence_and_what_is_owed(point: DecisionPoint) -> None:
    decision = point.decide(ALLOWED)
    assert decision.allowed
    assert decision.rules == ("analyst-opens-record",)
    assert decision.sentences == (
        "A MASH analyst may open a child's record to enquire, discuss strategy, assess or review a case.",
    )
    assert decision.obligations == ("record_disclosure",)


def test_what_no_rule_permits_is_refused_with_a_sentence(point: DecisionPoint) -> None:
    decision = point.decide(replace(ALLOWED, person=Person("health", "governance")))
    assert (decision.allowed, decision.rules, decision.obligations) == (False, ("nothing-permits",), ())
    assert "ask the information governance lead" in decision.sentences[0]


def test_a_missing_purpose_is_refused_and_the_sentence_says_what_to_do(point: DecisionPoint) -> None:
    decision = point.decide(replace(ALLOWED, purpose=None))
    assert (decision.allowed, decision.rules) == (False, ("purpose-is-stated",))
    assert "state one of the published purposes" in decision.sentences[0]


@pytest.mark.parametrize("purpose", ["", "curiosity", "Assessment", 'assessment" || true'])
def test_an_unpublished_purpose_is_refused(point: DecisionPoint, purpose: str) -> None:
    assert point.decide(replace(ALLOWED, purpose=purpose)).rules == ("purpose-is-published",)


@pytest.mark.parametrize(
    "question",
    [
        replace(ALLOWED, action="open_everything"),
        replace(ALLOWED, resource=Hub()),
        replace(ALLOWED, person=Person("health", "wizard")),
        replace(ALLOWED, purpose="\ud800"),
        replace(
            ALLOWED, resource=EntryClass("health", "ConcernRaised", "UNHEARD_OF", "OPEN", "FACT"), action="read_entry"
        ),
        replace(ALLOWED, purpose=cast("str", object())),
        replace(ALLOWED, person=Person("health", "analyst", cast("frozenset[str]", {"sealed"}))),
    ],
)
def test_a_question_that_the_engine_cannot_take_is_refused(point: DecisionPoint, question: Question) -> None:
    assert (point.decide(question).allowed, point.decide(question).rules) == (False, ("engine-error",))


def test_a_rule_that_fails_when_it_is_asked_refuses_what_others_would_allow(tmp_path: Path) -> None:
    failing = 'forbid (principal, action == Action::"open_record", resource) when { 9223372036854775807 + 1 > 0 };'
    point = point_with(tmp_path, "always-fails", failing)
    assert point.decide(ALLOWED).rules == ("engine-error",)
    assert point.decide(replace(ALLOWED, action="see_alerts", resource=Hub())).allowed


def test_rules_that_the_engine_cannot_read_refuse_everything(book: RuleBook) -> None:
    broken = replace(book, policies=cast("cedarpy.PolicySet", "this is no policy"))
    assert [one.rules for one in DecisionPoint(broken).decide_many([ALLOWED, ALLOWED])] == [("engine-error",)] * 2


def test_a_yes_from_a_rule_that_the_book_does_not_know_is_a_no(book: RuleBook) -> None:
    unknown = replace(book, rules=tuple(rule for rule in book.rules if rule.id != "analyst-opens-record"))
    assert DecisionPoint(unknown).decide(ALLOWED).rules == ("engine-error",)


def test_a_yes_from_a_rule_that_the_book_knows_as_forbidding_is_a_no(book: RuleBook) -> None:
    turned = replace(book, rules=tuple(replace(rule, effect="forbid") for rule in book.rules))
    assert DecisionPoint(turned).decide(ALLOWED).rules == ("engine-error",)


def test_a_yes_in_return_for_something_that_cannot_be_done_is_a_no(book: RuleBook) -> None:
    assert DecisionPoint(book, dischargeable=frozenset()).decide(ALLOWED).rules == ("unknown-obligation",)


def test_an_obligation_that_nobody_published_is_a_no(tmp_path: Path) -> None:
    permit = 'permit (principal, action == Action::"see_alerts", resource) when { context has purpose };'
    point = point_with(tmp_path, "dance", f'@obligation("record_disclosure dance")\n{permit}')
    decision = point.decide(Question(Person("health", "governance"), "see_alerts", Hub(), "audit"))
    assert (decision.allowed, decision.rules) == (False, ("unknown-obligation",))


def test_a_rule_that_forbids_wins_over_rules_that_permit(tmp_path: Path) -> None:
    point = point_with(tmp_path, "closed-today", 'forbid (principal, action == Action::"open_record", resource);')
    decision = point.decide(ALLOWED)
    assert (decision.allowed, decision.rules, decision.sentences, decision.obligations) == (
        False,
        ("closed-today",),
        ("S.",),
        (),
    )


def test_many_questions_are_answered_in_their_order(point: DecisionPoint) -> None:
    questions = [
        ALLOWED,
        replace(ALLOWED, purpose=None),
        replace(ALLOWED, person=Person("police", "operator")),
        ALLOWED,
    ]
    assert point.decide_many(questions) == tuple(point.decide(question) for question in questions)
    assert point.decide_many([]) == ()
