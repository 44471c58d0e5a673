from dataclasses import replace
from pathlib import Path

import pytest

from access_policy.decision import DecisionPoint
from access_policy.examples import ExamplesRefused, failing_examples, read_examples, shipped_examples
from access_policy.rules import NOTHING_PERMITS, shipped_rules

EXAMPLES = shipped_examples()


def test_every_example_comes_out_as_it_says() -> None:
    assert failing_examples(DecisionPoint(shipped_rules()), EXAMPLES) == []


def test_every_rule_decides_at_least_one_example() -> None:
    # Knowing decides together with reading, so these rules never answer alone; purpose-is-published has tests of its own.
    beside = {
        "analyst-knows-of-entries",
        "practitioner-knows-of-routine-entries",
        "own-agency-knows-of-its-entries",
        "owner-knows-of-locked-entries",
    }
    named = {rule for one in EXAMPLES for rule in one.because.split(" and ")}
    assert named == {rule.id for rule in shipped_rules().rules} - beside - {"purpose-is-published"} | {NOTHING_PERMITS}


def test_an_example_that_comes_out_otherwise_is_told_in_a_sentence() -> None:
    (sentence,) = failing_examples(DecisionPoint(shipped_rules()), [replace(EXAMPLES[0], outcome="refused")])
    assert sentence.startswith(
        "line 2: police analyst / safeguarding enquiry / the record: expected refused because analyst-opens-record, found allowed"
    )


@pytest.mark.parametrize(
    ("column", "words", "found"),
    [
        ("who", "somebody", "found 'somebody'"),
        ("who", "police analyst cleared for tea", "cleared for tea"),
        ("purpose", "curiosity", "found 'curiosity'"),
        ("what", "a purple entry", "found 'a purple entry'"),
    ],
)
def test_words_that_are_not_understood_are_refused(column: str, words: str, found: str) -> None:
    with pytest.raises(ExamplesRefused, match=found):
        failing_examples(DecisionPoint(shipped_rules()), [replace(EXAMPLES[0], **{column: words})])


@pytest.mark.parametrize(
    ("text", "found"),
    [("", "an empty file"), ("who,what\n", "found who, what"), ("who,purpose,what,outcome,because\na,b\n", "line 2")],
)
def test_a_table_with_other_columns_is_refused(tmp_path: Path, text: str, found: str) -> None:
    table = tmp_path / "examples.csv"
    table.write_text(text)
    with pytest.raises(ExamplesRefused, match=found):
        read_examples(table)
