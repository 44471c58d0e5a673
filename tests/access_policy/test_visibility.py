from dataclasses import replace
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access_policy.decision import DecisionPoint
from access_policy.question import EntryClass, Person
from access_policy.rules import load_rules, shipped_rules
from access_policy.visibility import Outcome, classify
from access_policy.vocabulary import ASSERTIONS, CLEARANCES, PURPOSES, ROLES, SEALS, SENSITIVITIES
from schemas.topics import AGENCIES

POINT = DecisionPoint(shipped_rules())
PEOPLE = st.builds(
    Person, st.sampled_from(AGENCIES), st.sampled_from(ROLES), st.frozensets(st.sampled_from(CLEARANCES))
)
PURPOSE = st.none() | st.sampled_from(PURPOSES) | st.text(max_size=5)
CLASSES = st.builds(
    EntryClass,
    st.sampled_from(AGENCIES),
    st.just("ConcernRaised"),
    st.sampled_from(SENSITIVITIES),
    st.sampled_from(SEALS),
    st.sampled_from(ASSERTIONS),
)
LOCKED = EntryClass("police", "IntelligenceGraded", "ROUTINE", "LOCKED", "FACT")


def outcome(person: Person, purpose: str | None, entry: EntryClass) -> Outcome:
    return classify(POINT, person, purpose, [entry])[entry].outcome


@given(person=PEOPLE, purpose=PURPOSE, entry=CLASSES)
def test_nobody_outside_the_agency_that_locked_an_entry_knows_of_it(
    person: Person, purpose: str | None, entry: EntryClass
) -> None:
    locked = replace(entry, seal="LOCKED")
    if person.agency != locked.agency or "locked" not in person.clearances:
        assert outcome(person, purpose, locked) is Outcome.INVISIBLE


@given(person=PEOPLE, purpose=PURPOSE, entry=CLASSES)
def test_nobody_outside_the_agency_that_sealed_an_entry_reads_it(
    person: Person, purpose: str | None, entry: EntryClass
) -> None:
    sealed = replace(entry, seal="SEALED")
    if person.agency != sealed.agency or "sealed" not in person.clearances:
        assert outcome(person, purpose, sealed) is not Outcome.READ


@given(person=PEOPLE, entry=CLASSES, purpose=st.none() | st.text())
def test_without_a_published_purpose_nothing_is_there(person: Person, entry: EntryClass, purpose: str | None) -> None:
    if purpose not in PURPOSES:
        assert outcome(person, purpose, entry) is Outcome.INVISIBLE


@given(person=PEOPLE, purpose=PURPOSE, entry=CLASSES)
def test_only_analysts_and_practitioners_see_anything_of_an_entry(
    person: Person, purpose: str | None, entry: EntryClass
) -> None:
    if person.role not in {"analyst", "practitioner"}:
        assert outcome(person, purpose, entry) is Outcome.INVISIBLE


@given(person=PEOPLE, purpose=PURPOSE, entry=CLASSES)
def test_a_practitioner_reads_nothing_of_another_agency(person: Person, purpose: str | None, entry: EntryClass) -> None:
    if person.agency != entry.agency:
        assert outcome(replace(person, role="practitioner"), purpose, entry) is not Outcome.READ


@given(person=PEOPLE, purpose=PURPOSE, entry=CLASSES)
def test_police_intelligence_is_never_read_without_its_clearance(
    person: Person, purpose: str | None, entry: EntryClass
) -> None:
    intelligence = replace(entry, agency="police", sensitivity="RESTRICTED")
    if "police_intelligence" not in person.clearances:
        assert outcome(person, purpose, intelligence) is not Outcome.READ


@settings(max_examples=30)
@given(person=PEOPLE, purpose=PURPOSE, entries=st.lists(CLASSES, max_size=12))
def test_a_class_comes_out_the_same_alone_and_among_others(
    person: Person, purpose: str | None, entries: list[EntryClass]
) -> None:
    together = classify(POINT, person, purpose, entries)
    assert together == {entry: classify(POINT, person, purpose, [entry])[entry] for entry in entries}


def test_what_is_read_owes_a_disclosure_record_and_what_is_withheld_owes_whom_to_ask() -> None:
    analyst = Person("health", "analyst")
    opened, sealed = replace(LOCKED, seal="OPEN"), replace(LOCKED, seal="SEALED")
    seen = classify(POINT, analyst, "assessment", [opened, sealed, LOCKED])
    assert [(one.outcome.value, one.obligations) for one in seen.values()] == [
        ("read", ("record_disclosure",)),
        ("withheld", ("name_whom_to_ask",)),
        ("invisible", ()),
    ]


def test_rules_that_cannot_be_applied_fail_the_view_rather_than_empty_it() -> None:
    analyst = Person("health", "analyst")
    unheard = replace(LOCKED, seal="UNHEARD_OF")
    assert all(
        one.failed and one.outcome is Outcome.INVISIBLE
        for one in classify(POINT, analyst, "assessment", [LOCKED, unheard]).values()
    )
    assert not classify(POINT, analyst, "assessment", [LOCKED])[LOCKED].failed


def test_someone_who_may_read_but_may_not_know_sees_nothing(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "access_policy" / "rules"
    folder = Path(copytree(shipped, tmp_path / "rules", ignore=ignore_patterns("*knows-of*")))
    blind = DecisionPoint(load_rules(folder))
    entry = replace(LOCKED, seal="OPEN")
    assert classify(blind, Person("health", "analyst"), "assessment", [entry])[entry].rules == ("nothing-permits",)
    assert outcome(Person("health", "analyst"), "assessment", entry) is Outcome.READ


def test_no_classes_need_no_answer() -> None:
    assert classify(POINT, Person("health", "analyst"), "assessment", []) == {}


@pytest.mark.parametrize("sensitivity", SENSITIVITIES)
def test_whoever_owns_and_may_unlock_an_entry_reads_it(sensitivity: str) -> None:
    owner = Person("police", "practitioner", frozenset({"locked", "police_intelligence"}))
    assert outcome(owner, "case_review", replace(LOCKED, sensitivity=sensitivity)) is Outcome.READ
