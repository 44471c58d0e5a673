import io
import json
from typing import Any

import pytest
from fhir_samples import ALL, bundle, encounter, patient
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.envelope import time_zone
from connectors.fhir import FORMAT
from connectors.fhir_bundle import LONGEST_ENTRY
from connectors.formats import Given
from connectors.statement import Coverage, Refusal, Statement


def read(content: bytes) -> list[Any]:
    return list(FORMAT.read(io.BytesIO(content), Given(time_zone())))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not-json"),
        (bundle(*ALL)[:-1], "not-json"),
        (bundle(*ALL)[:700], "not-json"),
        (bundle(*ALL).replace(b'"status"', b"status", 1), "not-json"),
        (bundle(*ALL).replace(b"Fictionham", b"Fiction\xff", 1), "not-utf-8"),
        (bundle(*ALL).replace(b"31.5", b"1" * 5000, 1), "not-json"),
        (bundle(*ALL).replace(b"31.5", b"1e99999999999999999999", 1), "not-json"),
        (bundle(*ALL).replace(b"31.5", b"NaN", 1), "not-json"),
        (bundle(*ALL).replace(b"31.5", b"[" * 100_000, 1), "not-json"),
        (bundle(*ALL) + b"{}", "not-json"),
        (json.dumps(patient()).encode(), "not-a-bundle"),
        (b"[1]", "not-a-bundle"),
        (bundle(*ALL, kind="history"), "another-bundle"),
        (bundle(encounter(id="x" * (LONGEST_ENTRY + 200_000)), *ALL), "endless-entry"),
    ],
)
def test_a_file_that_is_at_fault_is_told_not_at_all(content: bytes, code: str) -> None:
    (refusal,) = read(content)
    assert (refusal.code, refusal.ends_reading) == (code, True)


def test_a_bundle_whose_type_comes_last_is_read() -> None:
    found = json.loads(bundle(*ALL))
    assert len(read(json.dumps({"entry": found["entry"], "type": "batch", "resourceType": "Bundle"}).encode())) == 5


def test_it_is_known_by_its_head() -> None:
    assert FORMAT.recognises(".json", bundle(*ALL)[:100])
    assert not FORMAT.recognises(".json", b'{"event_type": "ChildSeen"}')
    assert not FORMAT.recognises(".xml", bundle(*ALL))


CONTENT = bundle(*ALL, base="https://fictionham.example/fhir")
DAMAGE = st.tuples(st.integers(0, len(CONTENT)), st.binary(max_size=4), st.integers(0, 40)).map(
    lambda change: CONTENT[: change[0]] + change[1] + CONTENT[change[0] + change[2] :]
)


def held_to_the_promise(content: bytes) -> None:
    for one in read(content):
        assert isinstance(one, Statement | Refusal | Coverage)
        assert not isinstance(one, Refusal) or not any(word in one.sentence for word in ("Quill", "Bram", "999000"))


@settings(deadline=None)
@given(st.binary(max_size=100) | DAMAGE)
def test_whatever_bytes_are_damaged_there_are_outcomes_only_and_no_content_in_a_sentence(content: bytes) -> None:
    held_to_the_promise(content)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["coding", "code", "text", "value", "reference", "start", "system"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.sampled_from(ALL), st.data())
def test_whatever_json_stands_in_an_element_there_are_outcomes_only(
    resource: dict[str, Any], data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(resource)))
    held_to_the_promise(bundle({**resource, name: data.draw(JSON)}, *(one for one in ALL if one is not resource)))
