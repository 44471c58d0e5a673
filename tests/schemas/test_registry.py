import json

import pytest
from contract_values import CATALOGUE

from schemas.registry import load_registry, refuse_write
from schemas.topics import AGENCIES, TOPICS, agency_of, agency_topic, partitions_of

REGISTRY = load_registry(CATALOGUE)
SUBJECT = "agency.health.events-mash.events.ConcernRaised"
CONCERN = CATALOGUE.by_name("ConcernRaised")
assert CONCERN is not None


def test_every_agency_may_speak_under_every_contract_of_statements_and_under_no_other() -> None:
    status, subjects = REGISTRY.list_subjects()
    assert status == 200
    assert subjects == sorted(subjects)
    assert len(subjects) == len(AGENCIES) * len(CATALOGUE.statements())
    assert SUBJECT in subjects
    assert not [subject for subject in subjects if "mash.hub" in subject or subject.startswith("hub.")]


@pytest.mark.parametrize("contract", list(CATALOGUE), ids=lambda one: one.short_name)
def test_a_deserializer_gets_the_schema_behind_any_id_on_the_wire(contract: object) -> None:
    assert REGISTRY.schema(contract.id) == (200, {"schema": contract.schema})  # type: ignore[attr-defined]


@pytest.mark.parametrize("asked", ["1", "latest", "-1"])
def test_a_version_is_found_by_its_number_and_as_the_newest(asked: str) -> None:
    assert CONCERN is not None
    assert REGISTRY.versions(SUBJECT) == (200, [1])
    assert REGISTRY.version(SUBJECT, asked) == (
        200,
        {"subject": SUBJECT, "id": CONCERN.id, "version": 1, "schema": CONCERN.schema},
    )


def test_a_producer_that_holds_the_schema_finds_its_id_however_the_text_is_laid_out() -> None:
    assert CONCERN is not None
    loose = json.dumps(json.loads(CONCERN.schema), indent=2)
    status, found = REGISTRY.lookup(SUBJECT, loose)
    assert (status, found["id"]) == (200, CONCERN.id)


@pytest.mark.parametrize(
    "schema",
    ['"string"', "", "no json", "null", "[" * 100_000],
    ids=["another", "empty", "no json", "null", "nested without end"],
)
def test_a_schema_that_was_never_agreed_is_not_found_whatever_it_is(schema: str) -> None:
    assert REGISTRY.lookup(SUBJECT, schema) == (404, {"error_code": 40403, "message": "Schema not found"})


def test_what_is_not_there_is_said_in_the_registrys_own_codes() -> None:
    for answer in (REGISTRY.versions("no-such"), REGISTRY.version("no-such", "1"), REGISTRY.lookup("no-such", "{}")):
        assert (answer[0], answer[1]["error_code"]) == (404, 40401)
    assert REGISTRY.version(SUBJECT, "2")[1]["error_code"] == 40402
    assert REGISTRY.schema(0)[1]["error_code"] == 40403


def test_whoever_wants_to_register_is_refused_with_a_sentence() -> None:
    status, body = refuse_write()
    assert (status, body["error_code"]) == (422, 42205)
    assert "propose a change" in body["message"]


def test_a_topic_names_its_agency_and_is_provisioned_once() -> None:
    assert [agency_of(agency_topic(agency)) for agency in AGENCIES] == list(AGENCIES)
    assert len({topic.name for topic in TOPICS}) == len(TOPICS)
    assert partitions_of("hub.events") == 4
    with pytest.raises(ValueError, match="expected a topic named"):
        agency_of("hub.events")
    with pytest.raises(KeyError):
        partitions_of("agency.navy.events")
