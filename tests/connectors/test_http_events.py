import io
import json
import re
from datetime import UTC, date, datetime
from importlib import resources
from typing import Any

import pytest
from feed_samples import http_event
from hypothesis import given
from hypothesis import strategies as st

from connectors.envelope import time_zone
from connectors.http_events import MOST_EVENTS, EventReader
from connectors.statement import Refusal, Statement
from schemas.catalogue import load_catalogue
from schemas.moments import days, micros

CATALOGUE = load_catalogue()
README = resources.files("connectors") / "README.md"


def read(body: Any, agency: str = "childrens_social_care") -> list[Any]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return EventReader(CATALOGUE, agency, time_zone()).read(content)


def envelope_with(**changes: Any) -> dict[str, Any]:
    event = http_event()
    return {**event, "envelope": {**event["envelope"], **changes}}


def test_an_event_becomes_a_statement_of_the_agency_that_sent_it(delivered: Any) -> None:
    (statement,) = read(http_event())
    envelope = statement.value["envelope"]
    assert (statement.event_type, envelope["agency"]) == ("ReferralReceived", "childrens_social_care")
    assert envelope["happened"]["latest"] == micros(datetime(2024, 1, 11, tzinfo=UTC)) - 1
    assert (
        envelope["learned"]["earliest"]
        == envelope["learned"]["latest"]
        == micros(datetime(2024, 1, 10, 9, 41, tzinfo=UTC))
    )
    assert envelope["child"]["date_of_birth"] == days(date(2013, 4, 5))
    assert delivered([statement])[0].complete


def test_a_time_may_be_a_range_with_the_agencys_own_words(delivered: Any) -> None:
    when = {
        "earliest": "2024-01-01T00:00:00+00:00",
        "latest": "2024-02-01T00:00:00+00:00",
        "wording": "over Christmas, or just after",
    }
    (statement,) = read(envelope_with(happened=when))
    assert statement.value["envelope"]["happened"]["wording"] == "over Christmas, or just after"


def test_each_event_has_an_answer_in_its_place() -> None:
    answers = read([http_event(), http_event(source=None), envelope_with(reference="R-3")])
    assert [type(answer) for answer in answers] == [Statement, Refusal, Statement]
    assert (answers[1].line, answers[1].code) == (2, "missing-field")
    assert answers[1].sentence == "event 2: expected source, found nothing; fill it in"


@pytest.mark.parametrize(
    ("event", "code", "said"),
    [
        (http_event(colour="red"), "unknown-field", "field colour"),
        (http_event(**{"Bramble Quillfeather": 1}), "unknown-field", "not a plain word"),
        (
            envelope_with(child={"local_id": "1", "shoe_size": 3}),
            "unknown-field",
            "in envelope.child, found field shoe_size",
        ),
        (http_event(event_type="ChildSighted"), "unknown-event-type", "ReferralReceived"),
        (http_event(event_type="SealedEvent"), "unknown-event-type", "ReferralReceived"),
        (http_event(event_type=["ReferralReceived"]), "unknown-event-type", "ReferralReceived"),
        (http_event(source=7), "bad-value", "text in source"),
        (http_event(source="a\0b"), "bad-value", "text in source"),
        (http_event(source="\ud800"), "bad-value", "text in source"),
        (envelope_with(happened="2024-01-10T09:41:00"), "bad-time", "offset"),
        (envelope_with(happened="10/01/2024"), "bad-time", "envelope.happened"),
        (envelope_with(happened="2024-02-30"), "bad-date", "envelope.happened"),
        (envelope_with(happened=17), "not-an-object", "envelope.happened"),
        (
            envelope_with(happened={"earliest": "2024-01-02T00:00:00Z", "latest": "2024-01-01T00:00:00Z"}),
            "backward-range",
            "happened",
        ),
        (envelope_with(learned=None), "missing-field", "envelope.learned"),
        (envelope_with(assertion="RUMOUR"), "unknown-code", "OPINION"),
        (envelope_with(agency="police"), "another-agency", "childrens_social_care"),
        (envelope_with(reference=""), "bad-reference", "reference"),
        (envelope_with(reference="x" * 201), "bad-reference", "200"),
        (envelope_with(child={"local_id": " "}), "no-local-id", "the agency's own id"),
        (
            envelope_with(reference="R-9990000018", child={"local_id": "1", "nhs_number": "999 000 0018"}),
            "personal-reference",
            "nhs_number",
        ),
        (
            envelope_with(
                reference="quillfeather.bramble.1",
                child={"local_id": "1", "family_name": "Quillfeather", "given_name": "Bramble"},
            ),
            "personal-reference",
            "names",
        ),
        ({**http_event(), "event_type": "StatementRetracted"}, "unknown-field", "field source"),
        (
            {"event_type": "StatementRetracted", "envelope": http_event()["envelope"], "reason": "wrong child"},
            "nothing-retracted",
            "envelope.retracts",
        ),
        ("ReferralReceived", "not-an-object", "a JSON object"),
    ],
)
def test_an_event_that_cannot_be_told_is_refused_by_field(event: Any, code: Any, said: Any) -> None:
    (refusal,) = read([event])
    assert isinstance(refusal, Refusal)
    assert refusal.code == code
    assert said in refusal.sentence
    assert "Quillfeather" not in refusal.sentence


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"\xff", "not-utf-8"),
        (b"{", "not-json"),
        (b"[" * 200_000, "not-json"),
        (b'{"a": NaN}', "not-json"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not-json"),
        (b'{"a": 1, "a": 2}', "field-twice"),
        (b"[]", "too-many"),
        (json.dumps([1] * (MOST_EVENTS + 1)).encode(), "too-many"),
        (b" " * (4 * 1024 * 1024 + 1), "too-large"),
    ],
)
def test_a_body_that_is_no_such_json_gives_one_refusal(body: Any, code: Any) -> None:
    (refusal,) = read(body)
    assert (refusal.code, refusal.ends_reading) == (code, True)


def test_the_same_reference_with_other_content_is_refused_within_a_request() -> None:
    answers = read([http_event(), http_event(source="police")])
    assert [type(answer) for answer in answers] == [Statement, Refusal]


def test_the_example_in_the_readme_works_as_printed() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    (statement,) = EventReader(CATALOGUE, "childrens_social_care", time_zone()).read(
        io.BytesIO(example.encode()).read()
    )
    assert isinstance(statement, Statement)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    [
        "agency",
        "reference",
        "child",
        "happened",
        "learned",
        "assertion",
        "corrects",
        "handling_conditions",
        "source_system",
    ]
)


@given(FIELDS, JSON)
def test_whatever_json_stands_in_a_field_the_event_is_answered(field: Any, value: Any) -> None:
    (answer,) = read(envelope_with(**{field: value}))
    assert isinstance(answer, Statement | Refusal)
