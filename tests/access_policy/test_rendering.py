from pathlib import Path

from access_policy.examples import shipped_examples
from access_policy.rendering import render_matrix, render_rules
from access_policy.rules import shipped_rules

PAGES = Path(__file__).parents[2] / "docs" / "rules"


def test_the_committed_matrix_is_what_the_rules_decide() -> None:
    assert (PAGES / "matrix.csv").read_text("utf-8") == render_matrix(shipped_rules()), (
        "the rules decide otherwise than docs/rules/matrix.csv says: render it again and read the difference"
    )


def test_the_committed_page_of_rules_says_what_the_rules_say() -> None:
    assert (PAGES / "rules.md").read_text("utf-8") == render_rules(shipped_rules(), shipped_examples()), (
        "docs/rules/rules.md is not what the rules say: render it again"
    )
