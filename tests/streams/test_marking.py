"""A mark says how sound a statement is: states and days, and nothing that the agency sent."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.feeds import Feed
from projections.marks import Mark
from schemas.codec import ContractBroken
from schemas.moments import micros
from schemas.topics import agency_topic, deliveries_topic
from streams.deliveries import examine
from streams.quality.marking import mark_of, nhs_number_state, upn_state
from tests.feed_world import (
    ED,
    MONDAY,
    NHS_NUMBER,
    UPN,
    WRONG_NHS_NUMBER,
    WRONG_UPN,
    delivered,
    handed_over,
    message,
    noon,
    sent,
    statement,
)
from tests.schemas.contract_values import CATALOGUE

SATURDAY = MONDAY - timedelta(days=2)


def marked(value: dict[str, Any]) -> Mark:
    return mark_of(CATALOGUE, sent(message(value), noon(MONDAY)))


@pytest.mark.parametrize(
    ("value", "state"),
    [(None, "absent"), ("  ", "absent"), (NHS_NUMBER, "valid"), (WRONG_NHS_NUMBER, "invalid"), ("n/k", "invalid")],
)
def test_an_nhs_number_is_judged_by_modulus_11(value: str | None, state: str) -> None:
    assert nhs_number_state(value) == state


@pytest.mark.parametrize(
    ("value", "state"), [(None, "absent"), (UPN, "valid"), (WRONG_UPN, "invalid"), ("B80", "invalid")]
)
def test_a_upn_is_judged_by_its_check_letter(value: str | None, state: str) -> None:
    assert upn_state(value) == state


def test_a_upn_of_an_authority_that_is_newer_than_the_library_is_judged_by_its_check_letter_all_the_same() -> None:
    states = {upn_state(f"{letter}000200005001") for letter in "ABCDEFGHJKLMNPQRTUVWXYZ"}
    assert states == {"valid", "invalid"}


def test_a_sound_statement_has_nothing_odd() -> None:
    odd = marked(statement(ED, noon(MONDAY), nhs_number=NHS_NUMBER, sex="F", postcode="ZZ9 9ZZ")).oddities
    assert (odd.nhs_number, odd.upn, odd.in_order, odd.weekend, odd.codes_known, odd.days_to_arrive) == (
        "valid",
        "absent",
        True,
        False,
        True,
        0,
    )


def test_what_happened_after_it_was_received_is_out_of_order() -> None:
    assert marked(statement(ED, noon(MONDAY) + timedelta(days=2))).oddities.in_order is False


def test_what_was_learned_before_it_happened_is_out_of_order() -> None:
    value = statement(ED, noon(SATURDAY))
    early = micros(noon(SATURDAY) - timedelta(days=3))
    value["envelope"]["learned"] = {"earliest": early, "latest": early, "wording": None}
    assert marked(value).oddities.in_order is False


def test_only_what_happened_on_one_known_day_can_be_at_a_weekend() -> None:
    value = statement(ED, noon(SATURDAY))
    assert marked(value).oddities.weekend is True
    value["envelope"]["happened"] = {**value["envelope"]["happened"], "latest": micros(noon(MONDAY))}
    assert (marked(value).oddities.weekend, marked(value).happened) == (None, None)


@pytest.mark.parametrize(
    ("sex", "postcode", "known"), [("X", None, False), ("M", "nowhere", False), (None, None, None)]
)
def test_codes_are_known_or_not_or_not_given(sex: str | None, postcode: str | None, known: bool | None) -> None:
    assert marked(statement(ED, noon(MONDAY), sex=sex, postcode=postcode)).oddities.codes_known is known


def test_what_cannot_be_decoded_counts_under_the_agencys_feed_without_a_name() -> None:
    mark = mark_of(CATALOGUE, sent(b"\x00\x00", noon(MONDAY)))
    assert (mark.feed, mark.refused) == (Feed("health", ""), "truncated")


def test_what_is_decoded_and_refused_counts_under_its_own_feed() -> None:
    mark = marked(statement(ED, noon(MONDAY), reference=""))
    assert (mark.feed, mark.refused) == (ED, "no-reference")


@pytest.mark.parametrize("name", ["", "Nova\x00Samplechild", "a" * 65, "\N{RIGHT-TO-LEFT OVERRIDE}x"])
def test_a_systems_name_that_does_not_look_like_one_is_not_kept(name: str) -> None:
    mark = marked(statement(Feed("health", name), noon(MONDAY)))
    assert (mark.feed, mark.refused) == (Feed("health", ""), None)


@given(st.integers(-(2**40), 2**40), st.text(max_size=30), st.text(max_size=30))
def test_nothing_of_a_child_is_in_a_mark(shift: int, name: str, number: str) -> None:
    when = min(max(micros(noon(MONDAY)) + shift * 60_000_000, -62_135_596_800_000_000), 253_402_300_799_999_999)
    value = statement(ED, noon(MONDAY), family_name=f"Markedname{name}", nhs_number=f"999{number}", local_id="Markedid")
    value["envelope"]["happened"] = {"earliest": when, "latest": when, "wording": None}
    mark = marked(value)
    assert "Marked" not in repr(mark)
    assert set(vars(type(mark))["__slots__"]) == {"place", "feed", "event_type", "happened", "oddities", "refused"}


def test_a_delivery_is_written_on_as_it_is() -> None:
    feed, value = examine(CATALOGUE, handed_over(ED, noon(MONDAY)))
    assert (feed, value) == (ED, delivered(ED, noon(MONDAY)))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"agency": "police"}, "not-your-topic"),
        ({"source_system": "\x00"}, "no-such-feed"),
        ({"population": "x" * 301}, "too-many-words"),
        ({"began": 2**62, "ended": 2**62}, "no-such-time"),
        ({"first_day": 2**30}, "no-such-time"),
        ({"first_day": MONDAY, "last_day": SATURDAY}, "backwards"),
        ({"ended": micros(noon(MONDAY) + timedelta(days=3))}, "backwards"),
    ],
)
def test_a_delivery_that_cannot_be_is_refused_with_a_code(changes: dict[str, Any], code: str) -> None:
    record = handed_over(ED, noon(MONDAY), **changes)
    with pytest.raises(ContractBroken) as refused:
        examine(CATALOGUE, record._replace(topic=deliveries_topic("health")))
    assert refused.value.code == code


def test_a_statement_on_the_topic_of_deliveries_is_refused() -> None:
    record = sent(message(statement(ED, noon(MONDAY))), noon(MONDAY), topic=deliveries_topic("health"))
    with pytest.raises(ContractBroken, match=r"send statements to the topic of events"):
        examine(CATALOGUE, record)


def test_a_delivery_on_the_topic_of_events_leaves_a_refused_mark() -> None:
    mark = mark_of(CATALOGUE, sent(delivered(ED, noon(MONDAY)), noon(MONDAY), topic=agency_topic("health")))
    assert (mark.feed, mark.refused) == (Feed("health", ""), "not-a-statement")
