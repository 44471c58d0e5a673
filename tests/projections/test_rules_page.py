"""docs/clocks-and-thresholds.md says what the rule packs say."""

from pathlib import Path

from projections.rules.packs import load_rule_packs
from projections.rules.rules_page import render_rule_packs

PAGE = Path(__file__).parents[2] / "docs" / "clocks-and-thresholds.md"


def test_the_committed_page_is_what_the_rule_packs_say() -> None:
    assert PAGE.read_text("utf-8") == render_rule_packs(load_rule_packs()), "run `mash policy duties docs`"


def test_every_rule_is_on_the_page_with_its_source_and_whether_anybody_verified_it() -> None:
    rules = load_rule_packs()
    for pack, section in zip(rules, render_rule_packs(rules).split("\n## ")[1:], strict=True):
        assert section.startswith(pack.edition)
        assert f"Verified: **{'yes' if pack.verified else 'no'}**" in section
        for rule in (*pack.clocks, *pack.thresholds):
            assert f"`{rule.id}`: {rule.sentence}. Source: {rule.source}.\n" in section
