import json
import threading
from typing import Any

import pytest

from apps.api.kept_answers import SECONDS, KeptAnswers, KeyInUse, KeyMisread, KeyReused, MadeAnswer, read_key
from tests.apps.api_world import FEED_TOKEN, ApiWorld, bearing
from tests.connectors.feed_samples import http_event

KEY = read_key("health", "k-1")
ANSWER = MadeAnswer(200, b"{}")


@pytest.fixture
def hub() -> ApiWorld:
    return ApiWorld()


def tell(hub: ApiWorld, body: bytes, key: str | None = None, kind: str = "application/json") -> Any:
    headers = {**bearing(FEED_TOKEN), "Content-Type": kind} | ({} if key is None else {"Idempotency-Key": key})
    return hub.client.post("/events", content=body, headers=headers)


def event(reference: str = "R-1") -> bytes:
    made = http_event()
    return json.dumps({**made, "envelope": {**made["envelope"], "reference": reference}}).encode()


def test_the_same_request_with_its_key_again_is_answered_alike_and_told_once(hub: ApiWorld) -> None:
    first, again = tell(hub, event(), '"key-1"'), tell(hub, event(), "key-1")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert first.status_code == 200
    assert len(hub.statements.messages) == 1


def test_a_refusal_is_answered_alike_too(hub: ApiWorld) -> None:
    first, again = tell(hub, b"{}", "key-1"), tell(hub, b"{}", "key-1")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert first.status_code == 422


def test_a_key_that_came_with_another_body_is_422_and_nothing_is_told(hub: ApiWorld) -> None:
    tell(hub, event(), "key-1")
    answer = tell(hub, event("R-2"), "key-1")
    assert (answer.status_code, answer.json()["code"]) == (422, "key-reused")
    assert len(hub.statements.messages) == 1


def test_a_request_that_the_log_did_not_take_may_be_sent_again_with_its_key(hub: ApiWorld) -> None:
    hub.broken = RuntimeError()
    assert tell(hub, event(), "key-1").status_code == 503
    hub.broken = None
    assert tell(hub, event(), "key-1").status_code == 200


def test_after_a_day_a_key_is_forgotten(hub: ApiWorld) -> None:
    tell(hub, event(), "key-1")
    hub.clock += SECONDS
    assert tell(hub, event("R-2"), "key-1").status_code == 200


@pytest.mark.parametrize("key", ["", '""', "x" * 201])
def test_a_key_that_is_no_such_text_is_400(hub: ApiWorld, key: str) -> None:
    assert (tell(hub, event(), key).status_code, hub.statements.messages) == (400, [])


def test_lines_are_events_and_one_that_is_no_json_is_refused_alone(hub: ApiWorld) -> None:
    answer = tell(hub, event("R-1") + b"\n{\n\n" + event("R-2"), kind="application/x-ndjson; charset=utf-8")
    assert answer.status_code == 207
    assert [(one["place"], one.get("code")) for one in answer.json()["events"]] == [
        (1, None),
        (2, "not-json"),
        (4, None),
    ]


@pytest.mark.parametrize("body", [b"", b"\n \n", b"{}\n" * 1001])
def test_no_lines_or_too_many_are_400(hub: ApiWorld, body: bytes) -> None:
    assert tell(hub, body, kind="application/x-ndjson").status_code == 400


def test_another_content_type_is_415(hub: ApiWorld) -> None:
    assert (tell(hub, event(), kind="text/csv").status_code, hub.statements.messages) == (415, [])


def test_while_a_request_is_being_answered_its_key_is_in_use() -> None:
    kept = KeptAnswers(lambda: 0.0)
    asked, done = threading.Event(), threading.Event()

    def make() -> MadeAnswer:
        asked.set()
        assert done.wait(10)
        return ANSWER

    first = threading.Thread(target=kept.once, args=(KEY, b"d", make))
    first.start()
    assert asked.wait(10)
    with pytest.raises(KeyInUse):
        kept.once(KEY, b"d", lambda: ANSWER)
    with pytest.raises(KeyReused):
        kept.once(KEY, b"e", lambda: ANSWER)
    done.set()
    first.join(10)
    assert kept.once(KEY, b"d", lambda: MadeAnswer(500, b"")) == ANSWER


def test_what_is_kept_is_bounded_and_the_oldest_goes_first() -> None:
    kept = KeptAnswers(lambda: 0.0, most_bytes=3_000)
    keys = [read_key("health", f"k-{number}") for number in range(10)]
    for key in keys:
        kept.once(key, b"d", lambda: MadeAnswer(200, b"x" * 800))
    told = [kept.once(key, b"d", lambda: MadeAnswer(201, b"")).status for key in reversed(keys)]
    assert told[:3] == [200, 200, 200]
    assert set(told[3:]) == {201}


def test_agencies_do_not_share_keys() -> None:
    assert read_key("police", "k-1") != KEY
    with pytest.raises(KeyMisread):
        read_key("police", "k\n1")
