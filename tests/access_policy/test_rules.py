import json
from pathlib import Path
from shutil import copytree

import pytest

from access_policy.rules import REQUIRED, RuleBook, RulesRefused, load_rules, shipped_rules
from access_policy.vocabulary import CLEARANCES, PURPOSES
from schemas.topics import AGENCIES

SHIPPED = Path(__file__).parents[2] / "access_policy" / "rules"
RULE = SHIPPED / "analyst-opens-record.cedar"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(copytree(SHIPPED, tmp_path / "rules"))


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return shipped_rules()


def literals(node: object) -> set[str]:
    if isinstance(node, dict):
        own = {node["Value"]} if isinstance(node.get("Value"), str) else set()
        return own.union(*(literals(part) for part in node.values()))
    return set().union(*(literals(part) for part in node)) if isinstance(node, list) else set()


def test_the_shipped_rules_load_and_each_says_who_owns_it_and_why_it_may(book: RuleBook) -> None:
    assert len(book.rules) == len(list(SHIPPED.glob("*.cedar"))) > 20
    assert all(
        rule.owner and rule.agreement and rule.lawful_basis and rule.source and rule.sentence.endswith(".")
        for rule in book.rules
    )


@pytest.mark.parametrize("note", REQUIRED)
def test_a_rule_without_one_of_its_annotations_does_not_load(folder: Path, note: str) -> None:
    lines = RULE.read_text().splitlines()
    (folder / RULE.name).write_text("\n".join(line for line in lines if not line.startswith(f"@{note}(")))
    with pytest.raises(RulesRefused, match=rf"analyst-opens-record\.cedar: expected .* found no @{note}$"):
        load_rules(folder)


@pytest.mark.parametrize("note", REQUIRED)
def test_a_rule_whose_annotation_is_blank_does_not_load(folder: Path, note: str) -> None:
    lines = [f'@{note}(" ")' if line.startswith(f"@{note}(") else line for line in RULE.read_text().splitlines()]
    (folder / RULE.name).write_text("\n".join(lines))
    with pytest.raises(RulesRefused, match=f"found no @{note}"):
        load_rules(folder)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ('"analyst"', '"anaylst"', "anaylst"),
        ("context.purpose", "context.porpose", "porpose"),
        ('Action::"open_record"', 'Action::"open_records"', "open_records"),
        ('@review_date("2027-11-01")', '@review_date("November")', "found November"),
        ('@obligation("', '@obligaton("', "found obligaton"),
        ('@id("analyst-opens-record")', '@id("another")', 'found "another"'),
        ("permit (", "permitt (", "expected one Cedar policy"),
        ("permit (principal, ", "permit (principal == ?principal, ", "1 templates"),
    ],
)
def test_a_rule_with_a_slip_in_it_does_not_load(folder: Path, before: str, after: str, found: str) -> None:
    changed = RULE.read_text().replace(before, after)
    assert changed != RULE.read_text()
    (folder / RULE.name).write_text(changed)
    with pytest.raises(RulesRefused, match=found):
        load_rules(folder)


def test_two_rules_in_one_file_do_not_load(folder: Path) -> None:
    (folder / RULE.name).write_text(RULE.read_text() * 2)
    with pytest.raises(RulesRefused, match="found 2 policies"):
        load_rules(folder)


def test_a_rule_may_not_take_the_name_of_an_answer_of_the_hub_itself(folder: Path) -> None:
    (folder / "engine-error.cedar").write_text(RULE.read_text().replace("analyst-opens-record", "engine-error"))
    with pytest.raises(RulesRefused, match='found "engine-error"'):
        load_rules(folder)


def test_no_rules_at_all_do_not_load(tmp_path: Path) -> None:
    with pytest.raises(RulesRefused, match="found none"):
        load_rules(tmp_path)


def test_a_broken_schema_does_not_load(folder: Path) -> None:
    (folder / "hub.cedarschema").write_text("entity Person = {")
    with pytest.raises(RulesRefused, match="expected a Cedar schema"):
        load_rules(folder)


def test_every_text_in_a_rule_is_a_published_purpose_or_clearance_or_an_agency_that_the_matrix_covers(
    book: RuleBook,
) -> None:
    used = set().union(*(literals(rule.policy["conditions"]) for rule in book.rules))
    assert used == {*PURPOSES, *CLEARANCES, "police", "health"}
    assert {"police", "health"} <= set(AGENCIES)


def test_no_rule_looks_at_what_the_matrix_leaves_out(book: RuleBook) -> None:
    assert not [
        rule.id
        for rule in book.rules
        for word in ("event_type", "assertion")
        if f'"attr": "{word}"' in json.dumps(rule.policy)
    ]
