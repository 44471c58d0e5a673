"""Casework and who is who over HTTP: the same door, the very bytes that the disclosure holds, and one sentence where something cannot be done."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from api_world import GOVERNANCE_TOKEN, ApiWorld

from query.contradictions import found_contradictions
from tests.query.record_world import CHILD, MONDAY, TWIN, Told

MARK = "Marked-words-of-a-person"
REVIEWER = "reviewer-token"
INJURY = {"injury": "a bruise", "explanation": "fell", "explained_by": None, "summary": None}
WHY = {"purpose": "assessment"}


class Api(ApiWorld):
    """The API over a record with a contradiction, and a record beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.entry = self.injury("health", MONDAY, fits=True)
        self.injury("police", MONDAY + timedelta(hours=1), fits=False)
        self.world.say(Told(agency="education", child=TWIN, child_said={"local_id": "another"}))

    def injury(self, agency: str, happened: Any, *, fits: bool) -> UUID:
        told = {**INJURY, "fits_explanation": fits}
        return self.world.say(Told("InjuryRecorded", agency, happened=happened, fields=told))

    def contradiction(self) -> str:
        (found,) = found_contradictions(self.world.door.unsealing.open_all(self.world.records.kept[CHILD]))
        return str(found.contradiction_id)

    def about(self, what: str, **body: Any) -> Any:
        return self.ask(f"/children/{CHILD}/{what}", {**WHY, **body})

    def identity(self, what: str, token: str = REVIEWER, **body: Any) -> Any:
        return self.ask(f"/identity/{what}", {**WHY, **body}, token)


@pytest.fixture
def api() -> Api:
    return Api()


def test_contradictions_are_told_and_resolved_and_entries_judged_and_reviewed(api: Api) -> None:
    told = api.about("contradictions/notify", contradiction_id=api.contradiction())
    resolved = api.about("contradictions/resolve", contradiction_id=api.contradiction(), finding=MARK)
    judged = api.about(
        "entries/judge",
        event_id=str(api.entry),
        profile="REVIEW",
        included=True,
        significance="CRITICAL",
        analysis=MARK,
    )
    reviewed = api.about("reviewed", profile="REVIEW", note=MARK)
    answers = [told, resolved, judged, reviewed]
    assert [one.status_code for one in answers] == [200] * 4, [one.text for one in answers]
    assert [one.json()["kind"] for one in answers] == ["notified", "resolved", "judged", "reviewed"]
    assert told.json()["agencies"] == ["health", "police"]
    assert len(api.world.casework.said) == 4
    assert all(MARK not in one.text for one in answers)


def test_two_records_are_looked_at_linked_split_and_kept_apart(api: Api) -> None:
    pair = {"left": str(CHILD), "right": str(TWIN)}
    opened = api.identity("questions/open", **pair)
    linked = api.identity("decide", action="LINK", reason=MARK, **pair)
    apart = api.identity("decide", action="KEEP_APART", reason=MARK, **pair)
    split = api.identity("decide", action="SPLIT", left=str(CHILD), entries=[str(api.entry)], reason=MARK)
    listed, wrong = api.identity("questions"), api.identity("wrong-views", **pair)
    parts = api.ask(f"/children/{CHILD}/parts", WHY, REVIEWER)
    answers = [opened, linked, apart, split, listed, wrong, parts]
    assert [one.status_code for one in answers] == [200] * 7, [one.text for one in answers]
    assert [one.action for one in api.world.decisions.decisions] == ["LINK", "KEEP_APART", "SPLIT"]
    assert split.json()["entries_moved"] == [api.entry.hex]
    assert [one["agency"] for one in parts.json()["parts"]] == ["police"]
    assert all(MARK not in one.text for one in answers)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"/children/{CHILD}/contradictions/notify", {"contradiction_id": str(UUID(int=1))}),
        (
            f"/children/{CHILD}/contradictions/resolve",
            {"contradiction_id": str(UUID(int=1)), "finding": MARK},
        ),
        (
            f"/children/{CHILD}/entries/judge",
            {"event_id": str(UUID(int=1)), "profile": "REVIEW", "included": True, "significance": "ROUTINE"},
        ),
        (f"/children/{CHILD}/reviewed", {"profile": "REVIEW"}),
        ("/identity/questions/open", {"left": str(CHILD), "right": str(UUID(int=1))}),
        (
            "/identity/decide",
            {"left": str(CHILD), "right": str(UUID(int=1)), "action": "LINK", "reason": MARK},
        ),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_what_is_refused_names_the_rule(
    api: Api, path: str, body: dict[str, Any]
) -> None:
    answer = api.ask(path, {**WHY, **body}, REVIEWER)
    assert (answer.status_code, answer.json()["code"] in ("nothing-to-say-it-about", "not-decided")) == (409, True)
    refused = api.ask(path, {**WHY, **body}, GOVERNANCE_TOKEN)
    assert (refused.status_code, refused.json()["rules"][0]["rule"]) == (403, "nothing-permits")
    assert MARK not in answer.text + refused.text


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (f"/children/{CHILD}/contradictions/resolve", {"contradiction_id": "x", "finding": "So."}, "contradiction_id"),
        (
            f"/children/{CHILD}/contradictions/resolve",
            {"contradiction_id": str(UUID(int=1)), "finding": "  "},
            "finding",
        ),
        (f"/children/{CHILD}/reviewed", {"profile": MARK}, "profile"),
        ("/identity/decide", {"action": "LINK", "left": str(CHILD), "reason": MARK}, "the body"),
        ("/identity/decide", {"action": "SPLIT", "left": str(CHILD), "reason": MARK}, "the body"),
        (
            "/identity/decide",
            {"action": "SPLIT", "left": str(CHILD), "right": str(TWIN), "entries": [str(TWIN)], "reason": MARK},
            "the body",
        ),
    ],
)
def test_a_body_that_says_too_little_or_too_much_names_the_field_and_quotes_nothing(
    api: Api, path: str, body: dict[str, Any], field: str
) -> None:
    answer = api.ask(path, {**WHY, **body}, REVIEWER)
    assert (answer.status_code, [one["field"] for one in answer.json()["fields"]]) == (422, [field]), answer.text
    assert MARK not in answer.text


def test_what_is_perhaps_not_written_is_said_so(api: Api) -> None:
    api.world.casework.broken = api.world.decisions.broken = True
    told = api.about("contradictions/notify", contradiction_id=api.contradiction())
    linked = api.identity("decide", action="LINK", reason=MARK, left=str(CHILD), right=str(TWIN))
    assert [(one.status_code, one.json()["code"]) for one in (told, linked)] == [(503, "not-written")] * 2
