import hashlib
import json
import logging
from typing import Any
from uuid import UUID

import pytest

from apps.api.parts import PartAway
from projections.sharing import BeingRebuilt
from query.unsealing import RecordBroken
from tests.apps.api_world import FEED_TOKEN, GOVERNANCE_TOKEN, NHS, SURNAME, TOLD, ApiWorld, bearing
from tests.query.record_world import CHILD

ASKED = [
    ("/children/find", {"scheme": "nhs_number", "value": NHS, "purpose": "assessment"}),
    (f"/children/{CHILD}/open", {"purpose": "assessment"}),
    ("/alerts", {"purpose": "assessment"}),
]


@pytest.fixture
def hub() -> ApiWorld:
    world = ApiWorld()
    for told in TOLD:
        world.world.say(told)
    return world


@pytest.mark.parametrize(("path", "body"), ASKED)
def test_what_is_answered_is_byte_for_byte_what_the_disclosure_covers(hub: ApiWorld, path: str, body: Any) -> None:
    answer = hub.ask(path, body)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    (disclosure,) = hub.world.log.disclosures
    assert hashlib.sha256(answer.content).digest() == disclosure.digest
    assert disclosure.allowed


def test_a_child_is_found_by_an_identifier_that_is_nowhere_in_the_answer(hub: ApiWorld) -> None:
    found = hub.find(value="999 000 0018")
    assert found.json()["child"] == CHILD.hex
    assert NHS not in found.text
    assert hub.find(value="9990000026").json()["child"] is None


def test_an_opened_record_is_what_the_door_opens(hub: ApiWorld) -> None:
    opened = hub.open(purpose="assessment").json()
    assert len(opened["timeline"]) == 3
    assert SURNAME in json.dumps(opened)


def test_a_record_may_be_opened_as_it_was_known_at_a_moment(hub: ApiWorld) -> None:
    opened = hub.open(purpose="assessment", as_known_at="2025-01-01T00:00:00Z").json()
    assert opened["completeness"] == "empty"


@pytest.mark.parametrize("purpose", [{}, {"purpose": None}, {"purpose": f"curious about {SURNAME}"}])
def test_without_a_published_purpose_a_request_is_refused_and_the_refusal_recorded(hub: ApiWorld, purpose: Any) -> None:
    answer = hub.open(**purpose)
    assert answer.status_code == 403
    (disclosure,) = hub.world.log.disclosures
    assert not disclosure.allowed
    refused = answer.json()
    assert UUID(refused["disclosure_id"]) == disclosure.disclosure_id
    assert [one["rule"] for one in refused["rules"]] == list(disclosure.rules)
    assert all(one["sentence"] for one in refused["rules"])
    assert SURNAME not in answer.text


def test_whom_no_rule_permits_is_refused_everywhere_and_each_refusal_is_recorded(hub: ApiWorld) -> None:
    assert [hub.ask(path, body, GOVERNANCE_TOKEN).status_code for path, body in ASKED] == [403, 403, 403]
    assert [one.allowed for one in hub.world.log.disclosures] == [False, False, False]


@pytest.mark.parametrize("headers", [{}, bearing("nobodys"), bearing(FEED_TOKEN), {"Authorization": "Basic cGE6c3M="}])
def test_who_is_not_signed_in_learns_nothing_and_the_log_says_so_without_the_token(
    hub: ApiWorld, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "apps")
    for path, body in ASKED:
        answer = hub.client.post(path, json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")
        assert answer.headers["www-authenticate"] == "Bearer"
    assert caplog.text.count("refused somebody who is not signed in") == len(ASKED)
    assert "nobodys" not in caplog.text
    assert FEED_TOKEN not in caplog.text
    assert hub.world.calls == []


@pytest.mark.parametrize(("path", "body"), ASKED)
def test_where_the_disclosure_cannot_be_recorded_nothing_is_shown(hub: ApiWorld, path: str, body: Any) -> None:
    hub.world.log.broken = True
    answer = hub.ask(path, body)
    assert (answer.status_code, set(answer.json())) == (503, {"code", "sentence"})
    assert "nothing was shown" in answer.json()["sentence"]
    assert CHILD.hex not in answer.text


def test_a_record_that_was_altered_is_not_shown_and_says_what_to_do(hub: ApiWorld) -> None:
    hub.broken = RecordBroken("event x: expected an entry as it was sealed; run `mash verify`")
    answer = hub.open(purpose="assessment")
    assert (answer.status_code, answer.json()["code"]) == (500, "record-broken")
    assert "mash verify" in answer.json()["sentence"]


def test_while_everything_is_rebuilt_nothing_is_shown_and_one_sentence_says_so(hub: ApiWorld) -> None:
    hub.broken = BeingRebuilt("found that everything is being rebuilt; try again when `mash rebuild` is done.")
    answer = hub.open(purpose="assessment")
    assert (answer.status_code, answer.json()["code"]) == (503, "being-rebuilt")
    assert "try again" in answer.json()["sentence"]


def test_a_part_that_is_away_is_one_sentence_that_names_no_place(hub: ApiWorld) -> None:
    hub.broken = PartAway("no server at 127.0.0.1:5432")
    answer = hub.open(purpose="assessment")
    assert (answer.status_code, answer.json()["code"]) == (503, "part-away")
    assert "5432" not in answer.text


def test_an_error_that_nobody_foresaw_gives_an_incident_and_none_of_its_own_words(
    hub: ApiWorld, caplog: pytest.LogCaptureFixture
) -> None:
    hub.broken = LookupError(f"no child {SURNAME}")
    answer = hub.open(purpose="assessment")
    assert (answer.status_code, answer.json()["code"]) == (500, "incident")
    incident = answer.json()["sentence"].split()[-1].rstrip(".")
    assert f"incident {incident}: expected no such error, found LookupError at api_world.py" in caplog.text
    assert SURNAME not in caplog.text + answer.text


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/children/find", {"scheme": "nhs_number", "value": [SURNAME]}, "value"),
        ("/children/find", {"scheme": SURNAME, "value": NHS}, "scheme"),
        ("/children/find", {"scheme": "nhs_number", "value": NHS * 30}, "value"),
        ("/children/find", {"scheme": "nhs_number", "value": "\ud800"}, "value"),
        ("/children/find", {"scheme": "nhs_number", "value": NHS, "surname": SURNAME}, "surname"),
        (
            "/children/find",
            {"scheme": "nhs_number", "value": NHS, f"of {SURNAME}": 1},
            "whose name is not a plain word",
        ),
        ("/children/find", {}, "scheme"),
        ("/children/find", [SURNAME], "the body"),
        (f"/children/{SURNAME}/open", {}, "pseudonym"),
        (f"/children/{NHS}/open", {}, "pseudonym"),
        (f"/children/{CHILD}/open", {"as_known_at": f"on {SURNAME}'s day"}, "as_known_at"),
        (f"/children/{CHILD}/open", {"as_known_at": "2025-01-01T00:00:00"}, "as_known_at"),
        (f"/children/{CHILD}/open", {"as_known_at": "0001-01-01T00:00:00+14:00"}, "as_known_at"),
        (f"/children/{CHILD}/open", {"as_known_at": "9999-12-31T23:59:59-14:00"}, "as_known_at"),
        ("/alerts", {"purpose": {SURNAME: 1}}, "purpose"),
    ],
)
def test_what_is_not_as_expected_is_refused_by_field_and_never_repeated(
    hub: ApiWorld, path: str, body: Any, field: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "apps")
    answer = hub.ask(path, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "not-as-expected")
    assert field in [one["field"] for one in answer.json()["fields"]]
    assert all(one["sentence"].startswith("expected ") for one in answer.json()["fields"])
    for secret in (SURNAME, NHS):
        assert secret not in answer.text + caplog.text


@pytest.mark.parametrize(
    "content", [SURNAME.encode(), b"\xff", b"[" * 60_000, b"", b'{"purpose": "' + SURNAME.encode(), b"7" * 9_000]
)
def test_a_body_that_is_no_such_json_is_refused_without_a_word_of_it(hub: ApiWorld, content: bytes) -> None:
    headers = {**bearing("person-token"), "Content-Type": "application/json"}
    answer = hub.client.post("/alerts", content=content, headers=headers)
    assert answer.status_code in {400, 422}
    assert SURNAME not in answer.text
    assert set(answer.json()) <= {"code", "sentence", "fields"}


def test_a_question_longer_than_it_needs_to_be_is_not_read(hub: ApiWorld) -> None:
    answer = hub.find(value="9" * 70_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert hub.world.calls == []


def test_what_is_asked_in_an_address_is_refused_since_addresses_are_written_into_logs(
    hub: ApiWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "apps")
    for path in (f"/children/find?surname={SURNAME}", f"/alerts?nhs={NHS}", f"/no/{SURNAME}?a={NHS}"):
        answer = hub.ask(path, {"purpose": "assessment"})
        assert (answer.status_code, answer.json()["code"]) == (400, "query-in-address")
    hub.ask(f"/children/by-name/{SURNAME}", {})
    assert SURNAME not in caplog.text
    assert NHS not in caplog.text


def test_the_log_names_the_path_as_it_is_described(hub: ApiWorld, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "apps")
    hub.open(purpose="assessment")
    assert "POST /children/{pseudonym}/open 200" in caplog.text
    assert str(CHILD) not in caplog.text


def test_an_auditor_is_told_in_lines_who_asked(hub: ApiWorld) -> None:
    answer = hub.ask(f"/children/{CHILD}/disclosures", {"purpose": "audit"})
    assert answer.json() == {"lines": [f"of {CHILD}"]}
