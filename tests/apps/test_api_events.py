import asyncio
import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from access_policy.blind_index import event_id
from connectors.http_events import MOST_BYTES
from tests.apps.api_world import FEED_TOKEN, PERSON_TOKEN, SURNAME, ApiWorld, bearing
from tests.connectors.feed_samples import http_event
from tests.query.record_world import SECRET


@pytest.fixture
def hub() -> ApiWorld:
    return ApiWorld()


def with_reference(reference: str) -> dict[str, Any]:
    event = http_event()
    return {**event, "envelope": {**event["envelope"], "reference": reference}}


def test_events_that_are_all_accepted_are_answered_with_the_ids_that_the_hub_derives(hub: ApiWorld) -> None:
    answer = hub.tell([with_reference("R-1"), with_reference("R-2")])
    assert answer.status_code == 200
    expected = [UUID(bytes=event_id(SECRET, "childrens_social_care", reference)) for reference in ("R-1", "R-2")]
    assert answer.json() == {
        "accepted": 2,
        "refused": 0,
        "events": [
            {"place": place, "accepted": True, "reference": f"R-{place}", "event_id": str(one)}
            for place, one in enumerate(expected, 1)
        ],
    }
    assert [topic for topic, _ in hub.statements.messages] == ["agency.childrens_social_care.events"] * 2


def test_telling_the_same_again_gives_the_same_answer_and_the_same_bytes(hub: ApiWorld) -> None:
    assert hub.tell(http_event()).content == hub.tell(http_event()).content
    first, again = hub.statements.messages
    assert first == again


def test_a_feeds_owner_is_told_of_the_own_agencys_feeds_and_nobody_else_is(hub: ApiWorld) -> None:
    own = hub.client.get("/feeds", headers=bearing(FEED_TOKEN))
    assert (own.status_code, [one["agency"] for one in own.json()]) == (200, ["childrens_social_care"])
    assert hub.client.get("/feeds", headers=bearing(PERSON_TOKEN)).status_code == 401
    assert hub.client.get("/feeds").status_code == 401


def test_some_refused_is_207_and_each_event_says_what_came_of_it(hub: ApiWorld) -> None:
    too_long = {**with_reference("R-4"), "summary": "x" * 300_000}
    answer = hub.tell([with_reference("R-1"), http_event(source=None), with_reference("R-3"), too_long])
    assert (answer.status_code, answer.json()["accepted"], answer.json()["refused"]) == (207, 2, 2)
    assert [one.get("code") for one in answer.json()["events"]] == [None, "missing-field", None, "too-large"]
    assert len(hub.statements.messages) == 2


def test_all_refused_is_422_and_nothing_is_told(hub: ApiWorld) -> None:
    answer = hub.tell(http_event(source=None))
    (refused,) = answer.json()["events"]
    assert (answer.status_code, refused["place"], refused["code"]) == (422, 1, "missing-field")
    assert refused["sentence"] == "event 1: expected source, found nothing; fill it in"
    assert hub.statements.messages == []


def test_the_agency_is_the_one_whose_token_it_is_and_never_one_that_the_body_names(hub: ApiWorld) -> None:
    event = http_event()
    answer = hub.tell({**event, "envelope": {**event["envelope"], "agency": "police"}})
    assert (answer.status_code, answer.json()["events"][0]["code"]) == (422, "another-agency")


@pytest.mark.parametrize("token", ["nobodys", PERSON_TOKEN])
def test_without_a_feeds_token_nothing_is_read(hub: ApiWorld, token: str) -> None:
    assert hub.tell(http_event(), token).status_code == 401
    assert hub.client.post("/events", json=http_event()).status_code == 401
    assert hub.statements.messages == []


def test_an_unknown_field_is_refused_by_its_name_and_its_value_is_nowhere(
    hub: ApiWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "apps")
    answer = hub.tell(http_event(colour=SURNAME))
    assert "field colour" in answer.json()["events"][0]["sentence"]
    assert SURNAME not in answer.text + caplog.text


@pytest.mark.parametrize(("content", "code"), [(b"{", "not-json"), (b"\xff", "not-utf-8"), (b"[]", "too-many")])
def test_a_body_that_is_no_such_json_is_one_refusal(hub: ApiWorld, content: bytes, code: str) -> None:
    answer = hub.client.post("/events", content=content, headers=bearing(FEED_TOKEN))
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_body_that_says_it_is_too_long_is_not_read_at_all(hub: ApiWorld) -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        pytest.fail("the body was read")

    async def send(message: Any) -> None:
        sent.append(message)

    headers = {**bearing(FEED_TOKEN), "Content-Length": str(MOST_BYTES + 1)}
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/events",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    asyncio.run(hub.api(scope, receive, send))
    assert [message["status"] for message in sent if "status" in message] == [413]


def test_a_body_of_no_stated_length_is_read_no_further_than_its_cap(hub: ApiWorld) -> None:
    def body() -> Iterator[bytes]:
        for _ in range(6):
            yield b" " * (1024 * 1024)

    answer = hub.client.post("/events", content=body(), headers=bearing(FEED_TOKEN))
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


def test_a_log_that_takes_no_more_is_503_and_says_that_sending_again_is_safe(hub: ApiWorld) -> None:
    hub.broken = RuntimeError()
    answer = hub.tell(http_event())
    assert (answer.status_code, answer.json()["code"]) == (503, "not-taken")
    assert "send the same again" in answer.json()["sentence"]
