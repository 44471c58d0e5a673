import hashlib
from typing import Any

import pytest
from api_world import ApiWorld

from query.outputs.document import FORMATS
from tests.query.record_world import CHILD, Told

PATH = f"/children/{CHILD}/export"


@pytest.fixture
def api() -> ApiWorld:
    made = ApiWorld()
    made.world.say(Told(fields={"summary": "Zebedee was there"}, child_said={"given_name": "Zebedee"}))
    return made


def ask(api: ApiWorld, **body: Any) -> Any:
    return api.ask(PATH, {"purpose": "assessment", **body})


@pytest.mark.parametrize("output_format", FORMATS)
def test_a_record_is_given_as_a_file_whose_digest_its_disclosure_holds(api: ApiWorld, output_format: str) -> None:
    answer = ask(api, format=output_format)
    assert answer.status_code == 200
    (disclosure,) = api.world.log.disclosures
    assert disclosure.digest == hashlib.sha256(answer.content).digest()
    assert answer.headers["Disclosure-Id"] == str(disclosure.disclosure_id)
    named = answer.headers["Content-Disposition"]
    assert named.startswith('attachment; filename="chronology-')
    assert "Zebedee" not in named
    assert str(CHILD) not in named
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_anonymised_one_names_nobody(api: ApiWorld) -> None:
    answer = ask(api, format="html", anonymised=True, profile="automatic log")
    assert "Child A was there" in answer.text
    assert "Zebedee" not in answer.text


def test_without_a_purpose_it_is_refused_and_recorded(api: ApiWorld) -> None:
    answer = api.ask(PATH, {"format": "word"})
    assert answer.status_code == 403
    assert [one.allowed for one in api.world.log.disclosures] == [False]


@pytest.mark.parametrize(
    "body", [{}, {"format": "pdf"}, {"format": "csv", "profile": "ALL"}, {"format": "csv", "x": 1}]
)
def test_what_is_not_offered_is_not_read(api: ApiWorld, body: dict[str, Any]) -> None:
    assert ask(api, **body).status_code == 422
    assert api.world.log.disclosures == []
