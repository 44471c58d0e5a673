"""Every newest contract reads what was written under any earlier version, as the Apache library judges it and as the steps do it."""

import io
import json
from random import Random
from typing import Any

import avro.io
import avro.schema
import pytest
from contract_values import CATALOGUE, value_of

from schemas.catalogue import Contract
from schemas.codec import decode_newest, encode_payload
from schemas.compatibility import SchemaUnread, incompatibilities, require_schema
from schemas.upcasting import EXCLUSION_WORDS, STEPS, upcast

PAIRS = [
    (later, earlier)
    for newest in CATALOGUE
    for later in CATALOGUE.versions(newest.short_name)
    for earlier in CATALOGUE.versions(newest.short_name)
    if earlier.version < later.version and later is CATALOGUE.newest(newest)
]
PAIRS = list({(later.id, earlier.id): (later, earlier) for later, earlier in PAIRS}.values())
NAMED = [f"{later.short_name} {earlier.version} to {later.version}" for later, earlier in PAIRS]


def changed(contract: Contract, change: Any) -> str:
    schema = json.loads(contract.schema)
    change(schema)
    return json.dumps(schema)


def test_several_contracts_have_several_versions_one_of_which_changed_its_meaning_and_not_its_shape() -> None:
    assert {"ReferralReceived", "ExclusionRecorded"} <= {later.short_name for later, _ in PAIRS}
    first, second = CATALOGUE.versions("ExclusionRecorded")
    parsed = [avro.schema.parse(one.schema).canonical_form for one in (first, second)]
    assert parsed[0] == parsed[1]
    assert first.fingerprint != second.fingerprint


@pytest.mark.parametrize(("later", "earlier"), PAIRS, ids=NAMED)
def test_the_newest_version_reads_every_earlier_one(later: Contract, earlier: Contract) -> None:
    assert incompatibilities(later.schema, earlier.schema) == []


@pytest.mark.parametrize(("later", "earlier"), PAIRS, ids=NAMED)
def test_what_was_written_under_an_earlier_version_is_read_as_the_newest(later: Contract, earlier: Contract) -> None:
    random = Random(4)
    for _ in range(30):
        value = value_of(earlier, random)
        payload = encode_payload(earlier, value)
        contract, newest = decode_newest(CATALOGUE, earlier, payload)
        assert contract is later
        assert set(newest) == {field["name"] for field in json.loads(later.schema)["fields"]}
        encode_payload(later, newest)
        assert value == value_of_payload(earlier, payload)


def value_of_payload(contract: Contract, payload: bytes) -> Any:
    return avro.io.DatumReader(avro.schema.parse(json.dumps(plain(json.loads(contract.schema))))).read(
        avro.io.BinaryDecoder(io.BytesIO(payload))
    )


def plain(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: plain(value) for key, value in part.items() if key != "logicalType"}
    return [plain(one) for one in part] if isinstance(part, list) else part


@pytest.mark.parametrize(
    "breaking",
    [
        lambda schema: schema["fields"].append({"name": "demanded", "type": "string"}),
        lambda schema: next(one for one in schema["fields"] if one["name"] == "kind").update(type="int"),
        lambda schema: schema["fields"][0]["type"]["fields"].append({"name": "deep", "type": "string"}),
        lambda schema: schema.update(name="OtherConcern"),
        lambda schema: next(one for one in schema["fields"][0]["type"]["fields"] if one["name"] == "assertion")[
            "type"
        ].update(symbols=["FACT"]),
    ],
    ids=["a field without default", "another type", "a field deep inside", "another name", "a symbol fewer"],
)
def test_a_version_that_breaks_is_told_apart(breaking: Any) -> None:
    concern = CATALOGUE.by_name("ConcernRaised")
    assert concern is not None
    assert incompatibilities(concern.schema, concern.schema) == []
    assert incompatibilities(changed(concern, breaking), concern.schema) != []


def test_a_chain_is_checked_against_every_link_and_not_the_last_alone() -> None:
    first = {"type": "record", "name": "R", "fields": []}
    second = first | {"fields": [{"name": "f", "type": "int", "default": 0}]}
    third = first | {"fields": [{"name": "f", "type": "int"}]}
    one, two, three = (json.dumps(schema) for schema in (first, second, third))
    assert incompatibilities(two, one) == incompatibilities(three, two) == []
    assert incompatibilities(three, one) != []


def test_a_text_that_is_no_schema_is_refused_without_being_repeated() -> None:
    for text in ("", "Quillfeather", '{"type": "Quillfeather"}', "[" * 50_000, "7"):
        with pytest.raises(SchemaUnread) as caught:
            require_schema(text)
        assert "Quillfeather" not in str(caught.value)


def test_every_step_belongs_to_a_contract_that_has_the_version_after_it() -> None:
    for name, version in STEPS:
        assert len(CATALOGUE.versions(name)) > version


@pytest.mark.parametrize(("source", "code"), [("2A", "2A"), ("10", "10"), ("school", None), ("not recorded", None)])
def test_who_referred_is_given_its_code_where_there_is_one(source: str, code: str | None) -> None:
    told = {"source": source, "primary_need": "N1"}
    assert upcast("ReferralReceived", 1, 2, told) == told | {"source_code": code}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("SUSP", "suspension"),
        ("FIXD", "suspension"),
        ("Fixed-period exclusion", "suspension"),
        ("PERM", "permanent exclusion"),
        ("lunchtime  exclusion", "lunchtime suspension"),
        ("internal isolation", "internal isolation"),
    ],
)
def test_an_exclusion_has_one_name_whatever_it_was_called(said: str, meant: str) -> None:
    assert upcast("ExclusionRecorded", 1, 2, {"kind": said}) == {"kind": meant}
    assert upcast("ExclusionRecorded", 2, 2, {"kind": said}) == {"kind": said}
    assert set(EXCLUSION_WORDS.values()) <= set(EXCLUSION_WORDS)


def test_a_value_at_the_newest_version_is_left_as_it_is() -> None:
    value = {"kind": "FIXD"}
    assert upcast("ExclusionRecorded", 2, 2, value) is value
