from datetime import date
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.rules.packs import FILES, RulePacksError, load_rule_packs, rule_packs
from schemas.catalogue import load_catalogue

PACKS = load_rule_packs()
WT2013 = (resources.files("projections.rules") / "wt2013.toml").read_text("utf-8")


def test_both_editions_carry_the_two_clocks_and_the_threshold() -> None:
    assert [pack.edition for pack in PACKS] == ["WT2013", "current"]
    for pack in PACKS:
        assert [(rule.id, rule.limit) for rule in pack.clocks] == [("referral-decision", 1), ("assessment", 45)]
        assert [(rule.id, rule.distinct_agencies, rule.window_days) for rule in pack.thresholds] == [
            ("three-agencies-28-days", 3, 28)
        ]


@pytest.mark.parametrize(
    ("day", "edition"),
    [
        (date(2013, 4, 14), None),
        (date(2013, 4, 15), "WT2013"),
        (date(2015, 3, 25), "WT2013"),
        (date(2015, 3, 26), "current"),
        (date(2040, 1, 1), "current"),
    ],
)
def test_the_day_says_which_edition_applied(day: date, edition: str | None) -> None:
    pack = PACKS.applying_on(day)
    assert (pack.edition if pack else None) == edition


@given(st.dates())
def test_at_most_one_edition_applies_on_any_day(day: date) -> None:
    assert sum(pack.applied_on(day) for pack in PACKS) <= 1


def test_only_the_pack_whose_text_was_read_says_that_it_is_verified() -> None:
    assert [pack.verified for pack in PACKS] == [True, False]


def test_every_event_type_that_a_rule_names_is_a_contract_that_agencies_may_use() -> None:
    known = {contract.short_name for contract in load_catalogue().statements()}
    named = {kind for pack in PACKS for rule in pack.clocks for kind in (*rule.starts_on, *rule.satisfied_by)}
    assert named | PACKS.counted() <= known


@pytest.mark.parametrize(
    ("found", "put", "says"),
    [
        ("limit = 1", "limit = 0", "limit"),
        ("limit = 1", 'limit = "1"', "limit"),
        ("limit = 1", "limit = true", "limit"),
        ("limit = 1", "limits = 1", "unknown ['limits']"),
        ('owed_by = "children\'s social care"', "", "missing ['owed_by']"),
        ('starts_on = ["ReferralReceived"]', "starts_on = []", "starts_on"),
        ('unit = "working_days"', 'unit = "hours"', "expected unit working_days, found hours"),
        ("applied_from = 2013-04-15", 'applied_from = "2013-04-15"', "applied_from"),
        ("applied_from = 2013-04-15", "applied_from = 2013-04-15T00:00:00", "applied_from"),
        ("applied_to = 2015-03-25", "applied_to = 2012-03-25", "applied_to on or after"),
        ("verified = true", 'verified = "yes"', "verified"),
        ('id = "assessment"', 'id = "referral-decision"', "each rule id once"),
        ('edition = "WT2013"', "edition = ", "expected TOML"),
        ('edition = "WT2013"', 'edition = "WT2013"\nclocks = []', "unknown"),
        ('edition = "WT2013"', 'edition = "WT2013"\nthresholds = "three"', "unknown"),
    ],
)
def test_a_pack_that_is_not_as_described_gets_one_clear_error(found: str, put: str, says: str) -> None:
    with pytest.raises(RulePacksError) as refused:
        rule_packs({"wt2013.toml": WT2013.replace(found, put, 1)})
    assert "wt2013.toml" in str(refused.value)
    assert says in str(refused.value)


def test_a_clock_that_is_no_table_is_refused() -> None:
    with pytest.raises(RulePacksError, match=r"expected clock as \[\[clock\]\] tables"):
        rule_packs({"x.toml": 'clock = "none"'})


def test_editions_that_overlap_are_refused() -> None:
    texts = {name: (resources.files("projections.rules") / name).read_text("utf-8") for name in FILES}
    texts["wt2013.toml"] = WT2013.replace("applied_to = 2015-03-25", "applied_to = 2015-03-26")
    with pytest.raises(RulePacksError, match="WT2013 and current: expected days that do not overlap"):
        rule_packs(texts)


def test_an_edition_told_twice_is_refused() -> None:
    again = WT2013.replace("applied_from = 2013-04-15", "applied_from = 2012-04-15").replace(
        "applied_to = 2015-03-25", "applied_to = 2012-05-01"
    )
    with pytest.raises(RulePacksError, match="each edition once"):
        rule_packs({"a.toml": WT2013, "b.toml": again})
