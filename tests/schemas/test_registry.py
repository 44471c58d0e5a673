import json

import pytest
from contract_values import CATALOGUE

from schemas.catalogue import Contract
from schemas.compatibility import LEVEL
from schemas.registry import load_registry, refuse_write, schema_types
from schemas.topics import AGENCIES, TOPICS, agency_of, agency_topic, partitions_of

REGISTRY = load_registry(CATALOGUE)
SUBJECT = "agency.health.events-mash.events.ConcernRaised"
CONCERN = CATALOGUE.by_name("ConcernRaised")
assert CONCERN is not None
OLD, NEW = CATALOGUE.versions("ReferralReceived")
REFERRALS = "agency.childrens_social_care.events-mash.events.ReferralReceived"
STRANGER = json.dumps({"type": "record", "name": "Concern", "namespace": "acme", "fields": []})


def test_every_agency_may_speak_under_every_contract_of_statements_and_under_no_other() -> None:
    status, subjects = REGISTRY.list_subjects()
    assert status == 200
    assert subjects == sorted(subjects)
    assert len(subjects) == len(AGENCIES) * len(CATALOGUE.statements())
    assert SUBJECT in subjects
    assert not [subject for subject in subjects if "mash.hub" in subject or subject.startswith("hub.")]


def test_a_deserializer_gets_the_schema_behind_any_id_and_any_guid_on_the_wire() -> None:
    for contract in CATALOGUE:
        known = (200, {"schema": contract.schema, "guid": str(contract.guid)})
        assert REGISTRY.schema(str(contract.id)) == known
        assert REGISTRY.schema_by_guid(str(contract.guid)) == known
        assert REGISTRY.bare_schema(str(contract.id)) == (200, json.loads(contract.schema))


@pytest.mark.parametrize(("asked", "contract"), [("1", OLD), ("2", NEW), ("latest", NEW), ("-1", NEW)])
def test_a_version_is_found_by_its_number_and_as_the_newest(asked: str, contract: Contract) -> None:
    assert REGISTRY.versions(REFERRALS) == (200, [1, 2])
    status, found = REGISTRY.version(REFERRALS, asked)
    assert (status, found["id"], found["version"], found["schema"]) == (
        200,
        contract.id,
        contract.version,
        contract.schema,
    )
    assert (found["subject"], found["guid"]) == (REFERRALS, str(contract.guid))
    assert REGISTRY.bare_version(REFERRALS, asked) == (200, json.loads(contract.schema))


@pytest.mark.parametrize("asked", ["0", "-2", "newest", "2147483648", "9" * 5000, "\u00b2", ""])
def test_a_version_that_cannot_be_one_is_refused_in_the_registrys_own_code(asked: str) -> None:
    status, body = REGISTRY.version(REFERRALS, asked)
    assert (status, body["error_code"]) == (422, 42202)


@pytest.mark.parametrize("contract", [OLD, NEW])
def test_a_producer_that_holds_any_version_finds_its_id_however_the_text_is_laid_out(contract: Contract) -> None:
    loose = json.dumps(json.loads(contract.schema), indent=2, sort_keys=True)
    status, found = REGISTRY.lookup(REFERRALS, loose)
    assert (status, found["id"], found["version"]) == (200, contract.id, contract.version)


def test_a_version_that_differs_in_its_words_alone_is_another() -> None:
    first, second = CATALOGUE.versions("ExclusionRecorded")
    subject = "agency.education.events-mash.events.ExclusionRecorded"
    assert REGISTRY.lookup(subject, first.schema)[1]["id"] != REGISTRY.lookup(subject, second.schema)[1]["id"]
    other = second.schema.replace("Version 2", "Version two")
    assert REGISTRY.lookup(subject, other)[1]["error_code"] == 40403


@pytest.mark.parametrize(
    ("schema", "code"),
    [(STRANGER, 40403), ('"string"', 40403), ("", 42201), ("no json", 42201), ("null", 42201), ("[" * 50_000, 42201)],
    ids=["another", "plain", "empty", "no json", "null", "nested without end"],
)
def test_a_schema_that_was_never_agreed_is_not_found_whatever_it_is(schema: str, code: int) -> None:
    status, body = REGISTRY.lookup(SUBJECT, schema)
    assert (status, body["error_code"]) == (code // 100, code)


def test_what_is_not_there_is_said_in_the_registrys_own_codes() -> None:
    nowhere = (
        REGISTRY.versions("no-such"),
        REGISTRY.version("no-such", "1"),
        REGISTRY.bare_version("no-such", "1"),
        REGISTRY.lookup("no-such", "{}"),
        REGISTRY.compatible("no-such", STRANGER),
        REGISTRY.config("no-such"),
        REGISTRY.mode("no-such"),
    )
    assert {(status, body["error_code"]) for status, body in nowhere} == {(404, 40401)}
    assert REGISTRY.version(SUBJECT, "7")[1]["error_code"] == 40402
    unknown = (REGISTRY.schema, REGISTRY.bare_schema, REGISTRY.places_of, REGISTRY.subjects_of)
    assert {ask("0")[1]["error_code"] for ask in unknown} == {40403}
    guids = ("", "no guid", "00000000-0000-8000-8000-000000000000")
    assert {REGISTRY.schema_by_guid(one)[1]["error_code"] for one in guids} == {40403}


def test_a_schema_says_where_it_stands() -> None:
    status, places = REGISTRY.places_of(str(OLD.id))
    assert (status, len(places)) == (200, len(AGENCIES))
    assert {"subject": REFERRALS, "version": 1} in places
    assert REGISTRY.subjects_of(str(OLD.id)) == (200, [one["subject"] for one in places])
    assert REGISTRY.subjects_of(str(OLD.id)) == REGISTRY.subjects_of(str(NEW.id))


def test_subjects_are_listed_by_how_they_begin_and_page_by_page() -> None:
    _, of_police = REGISTRY.list_subjects("agency.police.")
    assert len(of_police) == len(CATALOGUE.statements())
    assert REGISTRY.list_subjects("agency.police.", 2, 3) == (200, of_police[2:5])
    assert REGISTRY.list_subjects("agency.police.", 2) == (200, of_police[2:])
    assert REGISTRY.list_subjects("nobody.") == (200, [])


def test_a_schema_that_reads_every_version_is_compatible_and_one_that_does_not_is_told_why() -> None:
    assert REGISTRY.compatible(REFERRALS, NEW.schema) == (200, {"is_compatible": True, "messages": []})
    demanding = json.loads(NEW.schema)
    demanding["fields"].append({"name": "priority", "type": "int"})
    for version in (None, "1", "latest"):
        status, answer = REGISTRY.compatible(REFERRALS, json.dumps(demanding), version)
        assert (status, answer["is_compatible"]) == (200, False)
        assert "priority" in " ".join(answer["messages"])
    assert REGISTRY.compatible(REFERRALS, "no json")[1]["error_code"] == 42201
    assert REGISTRY.compatible(REFERRALS, NEW.schema, "3")[1]["error_code"] == 40402


def test_the_registry_says_that_it_is_read_only_and_compatible_through_all_versions() -> None:
    assert REGISTRY.config() == REGISTRY.config(SUBJECT) == (200, {"compatibilityLevel": LEVEL})
    assert REGISTRY.mode() == REGISTRY.mode(SUBJECT) == (200, {"mode": "READONLY"})
    assert schema_types() == (200, ["AVRO"])


def test_whoever_wants_to_register_is_refused_with_a_sentence() -> None:
    for status, body in (refuse_write(), REGISTRY.register(SUBJECT, STRANGER), REGISTRY.register("no-such", "{}")):
        assert (status, body["error_code"]) == (422, 42205)
        assert "propose a change" in body["message"]


def test_whoever_registers_what_is_there_already_is_given_its_id_since_that_writes_nothing() -> None:
    assert REGISTRY.register(REFERRALS, OLD.schema) == (200, {"id": OLD.id, "guid": str(OLD.guid)})
    assert REGISTRY.register(REFERRALS, NEW.schema) == (200, {"id": NEW.id, "guid": str(NEW.guid)})


def test_a_topic_names_its_agency_and_is_provisioned_once() -> None:
    assert [agency_of(agency_topic(agency)) for agency in AGENCIES] == list(AGENCIES)
    assert len({topic.name for topic in TOPICS}) == len(TOPICS)
    assert partitions_of("hub.events") == 4
    with pytest.raises(ValueError, match="expected a topic named"):
        agency_of("hub.events")
    with pytest.raises(KeyError):
        partitions_of("agency.navy.events")
