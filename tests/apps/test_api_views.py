from typing import Any

import pytest
from api_world import ApiWorld

from tests.query.record_world import CHILD, MONDAY, TWIN, Told

NOON = "2025-03-05T12:00:00Z"


@pytest.fixture
def api() -> ApiWorld:
    made = ApiWorld()
    said = {"relationship": "mother's partner", "person_name": "Rufus Invented", "summary": None}
    rest = {"person_born_on": None, "lives_there": True, "household_reference": None}
    made.world.say(Told("HouseholdMemberRecorded", fields={**said, **rest}))
    made.world.say(Told(child=TWIN))
    return made


def ask(api: ApiWorld, what: str, **body: Any) -> Any:
    return api.ask(f"/children/{CHILD}/{what}", {"purpose": "assessment", **body})


def test_a_household_a_familys_chronologies_an_agencys_knowledge_and_a_difference_are_given_as_recorded(
    api: ApiWorld,
) -> None:
    household = ask(api, "household")
    assert household.json()["members"][0]["kind"] == "partner of parent"
    family = ask(api, "family", others=[str(TWIN)])
    assert [one["child"] for one in family.json()["members"]] == [CHILD.hex, TWIN.hex]
    known = ask(api, "as-known-to", agency="education", moment=NOON)
    assert len(known.json()["own"]) == 1
    changed = ask(api, "difference", earlier=MONDAY.isoformat(), later=NOON)
    assert [one["kind"] for one in changed.json()["changes"]] == ["added"]
    assert [one.action for one in api.world.log.disclosures] == [
        "open_household",
        "open_record",
        "open_record",
        "open_as_agency_knew",
        "open_record",
        "open_record",
    ]


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("household", {}),
        ("family", {"others": [str(TWIN)]}),
        ("difference", {"earlier": MONDAY.isoformat(), "later": NOON}),
        ("as-known-to", {"agency": "police", "moment": NOON}),
    ],
)
def test_without_a_purpose_each_is_refused_with_the_rules_and_recorded(api: ApiWorld, what: str, body: Any) -> None:
    answer = api.ask(f"/children/{CHILD}/{what}", body)
    assert answer.status_code == 403
    assert answer.json()["rules"][0]["rule"] == "purpose-is-stated"
    assert not any(one.allowed for one in api.world.log.disclosures)


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("family", {"others": []}),
        ("difference", {"earlier": NOON, "later": MONDAY.isoformat()}),
        ("difference", {"earlier": "2025-03-05T12:00:00", "later": NOON}),
        ("as-known-to", {"agency": "the <neighbours>", "moment": NOON}),
    ],
)
def test_what_cannot_be_asked_is_said_without_repeating_it_and_nothing_is_recorded(
    api: ApiWorld, what: str, body: Any
) -> None:
    answer = ask(api, what, **body)
    assert answer.status_code == 422
    assert "neighbours" not in answer.text
    assert api.world.log.disclosures == []


def test_what_was_shown_under_a_disclosure_is_given_to_a_reader_of_all_of_it(api: ApiWorld) -> None:
    opened = api.open(purpose="assessment")
    (disclosure,) = api.world.log.disclosures
    again = api.ask(f"/disclosures/{disclosure.disclosure_id}/as-shown", {"purpose": "case_review"})
    assert again.json()["then"] == opened.text
    unknown = api.ask(f"/disclosures/{CHILD}/as-shown", {"purpose": "case_review"})
    assert unknown.status_code == 403
