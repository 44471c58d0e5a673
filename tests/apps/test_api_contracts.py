from typing import Any

import pytest

from apps.api.errors import REGISTRY_TYPE
from schemas.topics import AGENCIES
from tests.apps.api_world import SURNAME, ApiWorld
from tests.query.record_world import CATALOGUE

ANY = next(iter(CATALOGUE)).id
SUBJECT = "agency.police.events-mash.events.ReferralReceived"


@pytest.fixture
def hub() -> ApiWorld:
    return ApiWorld()


def test_every_agency_may_read_every_contract_without_a_token(hub: ApiWorld) -> None:
    answer = hub.client.get("/subjects")
    assert answer.headers["content-type"] == REGISTRY_TYPE
    assert len(answer.json()) == len(AGENCIES) * len(CATALOGUE.statements())
    assert SUBJECT in answer.json()


def test_a_serializer_finds_its_schema_and_a_deserializer_reads_it_by_id(hub: ApiWorld) -> None:
    contract = CATALOGUE.by_name("ReferralReceived")
    assert contract is not None
    held = {"schema": contract.schema, "schemaType": "AVRO"}
    found = hub.client.post(
        f"/subjects/{SUBJECT}?normalize=False", json=held, headers={"Content-Type": REGISTRY_TYPE}
    ).json()
    assert (found["id"], found["subject"], found["version"]) == (contract.id, SUBJECT, contract.version)
    known = {"schema": contract.schema, "guid": str(contract.guid)}
    assert hub.client.get(f"/schemas/ids/{contract.id}?subject={SUBJECT}").json() == known
    assert hub.client.get(f"/schemas/guids/{contract.guid}").json() == known
    assert hub.client.get(f"/subjects/{SUBJECT}/versions").json() == [1, 2]
    assert hub.client.get(f"/subjects/{SUBJECT}/versions/latest").json() == found


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/subjects?subjectPrefix=agency.police.events-mash.events.ReferralRec", [SUBJECT]),
        ("/subjects?limit=1&offset=1&subjectPrefix=%3A%2A%3A&deleted=false", None),
        (f"/subjects/{SUBJECT}/versions/1/schema", None),
        ("/schemas/types", ["AVRO"]),
        (f"/schemas/ids/{ANY}/schema", None),
        (f"/schemas/ids/{ANY}/subjects", None),
        (f"/schemas/ids/{ANY}/versions", None),
        ("/config", {"compatibilityLevel": "BACKWARD_TRANSITIVE"}),
        (f"/config/{SUBJECT}?defaultToGlobal=true", {"compatibilityLevel": "BACKWARD_TRANSITIVE"}),
        ("/mode", {"mode": "READONLY"}),
        (f"/mode/{SUBJECT}", {"mode": "READONLY"}),
    ],
)
def test_every_question_of_the_reading_half_is_answered(hub: ApiWorld, path: str, answer: Any) -> None:
    said = hub.client.get(path)
    assert (said.status_code, said.headers["content-type"]) == (200, REGISTRY_TYPE)
    assert said.json() == answer or (answer is None and said.json())


def test_a_producer_asks_whether_its_schema_reads_what_is_there(hub: ApiWorld) -> None:
    old, new = CATALOGUE.versions("ReferralReceived")
    for place in ("", "/1", "/latest"):
        said = hub.client.post(f"/compatibility/subjects/{SUBJECT}/versions{place}", json={"schema": new.schema})
        assert (said.status_code, said.json()["is_compatible"]) == (200, True)
    other = hub.client.post(f"/compatibility/subjects/{SUBJECT}/versions", json={"schema": '"string"'})
    assert (other.status_code, other.json()["is_compatible"]) == (200, False)
    told = hub.client.post(f"/subjects/{SUBJECT}/versions", json={"schema": old.schema})
    assert (told.status_code, told.json()["id"]) == (200, old.id)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/subjects/nobodys/versions", 40401),
        (f"/subjects/{SUBJECT}/versions/99", 40402),
        ("/schemas/ids/999999", 40403),
        ("/schemas/ids/first", 40403),
        ("/schemas/ids/²", 40403),
        ("/schemas/elsewhere", 404),
        ("/associations/resources/lsrc/agency.police.events?limit=-1", 404),
    ],
)
def test_what_is_not_there_is_said_as_a_registry_says_it(hub: ApiWorld, path: str, code: int) -> None:
    answer = hub.client.get(path)
    assert (answer.status_code, answer.json()["error_code"]) == (404, code)
    assert answer.headers["content-type"] == REGISTRY_TYPE


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"/subjects/{SUBJECT}/versions"),
        ("DELETE", f"/subjects/{SUBJECT}"),
        ("DELETE", f"/subjects/{SUBJECT}/versions/1"),
        ("PUT", "/config"),
        ("PUT", f"/config/{SUBJECT}"),
        ("DELETE", f"/config/{SUBJECT}"),
        ("PUT", "/mode"),
        ("PUT", f"/mode/{SUBJECT}"),
    ],
)
def test_whatever_would_change_a_contract_is_refused_as_a_registry_refuses(
    hub: ApiWorld, method: str, path: str
) -> None:
    answer = hub.client.request(method, path, json={"schema": "{}"})
    assert (answer.status_code, answer.json()["error_code"]) == (422, 42205)
    assert "committed with the hub" in answer.json()["message"]


@pytest.mark.parametrize("body", [{}, {"schema": 7}, {"schema": [SURNAME]}, [SURNAME]])
def test_a_question_that_cannot_be_read_is_refused_in_the_registrys_shape_without_a_word_of_it(
    hub: ApiWorld, body: Any
) -> None:
    answer = hub.client.post(f"/subjects/{SUBJECT}", json=body)
    assert (answer.status_code, answer.json()["error_code"]) == (422, 42201)
    assert SURNAME not in answer.text
