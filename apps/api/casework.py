"""What people say about records: agencies told of contradictions, contradictions resolved, entries judged, curated chronologies reviewed. Each through the one door."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import FastAPI
from fastapi.responses import Response
from pydantic import AfterValidator, Field

from apps.api.errors import Sentence, say_refused
from apps.api.records import ANSWERS, Asked, Pseudonym
from apps.api.signing_in import Parts, Staff
from projections.casework import PROFILES, SIGNIFICANCES, Profile, Significance
from query.casework import LONGEST_WORDS, Judgement, Reviewing, Written, judge_entry, mark_reviewed
from query.door import Refused
from query.settling import Finding, notify_agencies, resolve_contradiction

WRITTEN: dict[int | str, dict[str, Any]] = {
    **ANSWERS,
    200: {
        "description": "What was said and is durable, as canonical JSON; the disclosure holds its digest. Nobody's words are in it."
    },
    409: {
        "model": Sentence,
        "description": "Nothing that you read is there to say this about; the sentence says what to do.",
    },
    503: {
        "model": Sentence,
        "description": "It could not be recorded or written, a part is away, or everything is being rebuilt.",
    },
}
Contradiction = Annotated[UUID, Field(description="The contradiction's id, as the opened record gives it.")]
Words = Annotated[str, Field(max_length=LONGEST_WORDS, repr=False)]


def some_words(words: str) -> str:
    """Let only words through that say something."""
    if not words.strip():
        raise ValueError("expected a text, found an empty one; fill it in")
    return words


class AskedToNotify(Asked):
    """Of which contradiction the agencies are told, and why."""

    contradiction_id: Contradiction


class AskedToResolve(Asked):
    """Which contradiction is resolved, what was found, and why."""

    contradiction_id: Contradiction
    finding: Annotated[Words, AfterValidator(some_words)] = Field(description="What was found; it is kept sealed.")


class AskedToJudge(Asked):
    """What a curator says of one entry for one profile, and why."""

    event_id: UUID = Field(description="The entry, as the opened record gives it.")
    profile: Profile = Field(description=f"One of {', '.join(PROFILES)}.")
    included: bool = Field(description="Whether the entry is part of the curated chronology.")
    significance: Significance = Field(description=f"One of {', '.join(SIGNIFICANCES)}.")
    analysis: Words = Field(default="", description="The curator's analysis; it is kept sealed.")


class AskedToReview(Asked):
    """Which curated chronology was reviewed, and why."""

    profile: Profile = Field(description=f"One of {', '.join(PROFILES)}.")
    note: Words = Field(default="", description="The reviewer's note; it is kept sealed.")


def add_casework(app: FastAPI) -> None:
    """Add what people say about records."""
    said = (
        ("/children/{pseudonym}/contradictions/notify", notify, "Have the agencies told whose entries contradict"),
        ("/children/{pseudonym}/contradictions/resolve", resolve, "Resolve a contradiction with a finding"),
        ("/children/{pseudonym}/entries/judge", judge, "Judge an entry for a curated chronology"),
        ("/children/{pseudonym}/reviewed", reviewed, "Say that a curated chronology was reviewed"),
    )
    for path, endpoint, summary in said:
        app.add_api_route(path, endpoint, methods=["POST"], summary=summary, tags=["casework"], responses=WRITTEN)


def notify(pseudonym: Pseudonym, asked: AskedToNotify, staff: Staff, parts: Parts) -> Response:
    """Have the agencies told of a contradiction: each learns which entries of its own are in it."""
    with parts.desk() as desk:
        return _said(notify_agencies(desk.casework, staff, pseudonym, asked.purpose, asked.contradiction_id))


def resolve(pseudonym: Pseudonym, asked: AskedToResolve, staff: Staff, parts: Parts) -> Response:
    """Resolve a contradiction; what each agency said stays as it is."""
    with parts.desk() as desk:
        finding = Finding(asked.contradiction_id, asked.finding)
        return _said(resolve_contradiction(desk.casework, staff, pseudonym, asked.purpose, finding))


def judge(pseudonym: Pseudonym, asked: AskedToJudge, staff: Staff, parts: Parts) -> Response:
    """Judge an entry that you read; the newest judgement of a profile and an entry counts."""
    judgement = Judgement(asked.event_id, asked.profile, asked.included, asked.significance, asked.analysis)
    with parts.desk() as desk:
        return _said(judge_entry(desk.casework, staff, pseudonym, asked.purpose, judgement))


def reviewed(pseudonym: Pseudonym, asked: AskedToReview, staff: Staff, parts: Parts) -> Response:
    """Say that you reviewed a curated chronology as you read it now."""
    with parts.desk() as desk:
        reviewing = Reviewing(asked.profile, asked.note)
        return _said(mark_reviewed(desk.casework, staff, pseudonym, asked.purpose, reviewing))


def _said(answer: Written | Refused) -> Response:
    return say_refused(answer) if isinstance(answer, Refused) else Response(answer.shown, media_type="application/json")
