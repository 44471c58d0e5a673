"""POST /events: an agency tells what happened, and learns of each event at once whether the log has it."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from apps.api.errors import Sentence, say
from apps.api.guard import EVENTS_PATH
from apps.api.parts import ApiParts
from apps.api.signing_in import Agency, Parts
from connectors.delivery import tell_events
from connectors.http_events import MOST_BYTES, MOST_EVENTS, EventReader
from connectors.statement import Outcome, Refusal


class EventAnswer(BaseModel):
    """What came of one event."""

    place: int = Field(description="Its place in the request, from 1.")
    accepted: bool
    reference: str | None = Field(default=None, description="Your own reference, where it is accepted.")
    event_id: str | None = Field(default=None, description="The id that the hub derives from it, where it is accepted.")
    code: str | None = Field(default=None, description="Why it is refused: short and stable.")
    sentence: str | None = Field(default=None, description="Why it is refused: expected, found, what to do.")


class EventsAnswer(BaseModel):
    """What came of all events, in their order; accepted and refused add up to those that were sent."""

    accepted: int
    refused: int
    events: list[EventAnswer]


HOW = f"""An event or an array of up to {MOST_EVENTS}, in at most {MOST_BYTES // 1024 // 1024} MiB, as connectors/README.md shows.
The agency is the one whose token it is. An accepted event is acknowledged by every replica of the agency's own topic; the hub then checks it against all that
it was told before. Sending the same again changes nothing: an event is known by its reference."""
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": EventsAnswer, "description": "Every event is accepted."},
    207: {"model": EventsAnswer, "description": "Some events are accepted and some refused; each says so."},
    422: {"model": EventsAnswer, "description": "Every event is refused; each says why."},
    400: {"model": Sentence, "description": "The body is no such JSON; no event was read."},
    401: {"model": Sentence, "description": "No token of a feed."},
    413: {"model": Sentence, "description": "The body is too long; no event was read."},
    503: {"model": Sentence, "description": "The log did not take all of it; send the same again later."},
}
EVENT = {
    "type": "object",
    "required": ["event_type", "envelope"],
    "properties": {
        "event_type": {"type": "string", "description": "One of those that `mash contracts list` prints."},
        "envelope": {"type": "object", "description": "Who, when, how surely, and your reference."},
    },
    "additionalProperties": True,
}
BODY = {"oneOf": [EVENT, {"type": "array", "maxItems": MOST_EVENTS, "items": EVENT}]}


def add_events(app: FastAPI) -> None:
    """Add the way in for feeds."""
    app.add_api_route(
        EVENTS_PATH,
        tell,
        methods=["POST"],
        summary="Tell events",
        description=HOW,
        tags=["feeds"],
        responses=ANSWERS,
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": BODY}}}},
    )


async def tell(request: Request, agency: Agency, parts: Parts) -> Response:
    """Read the body under its cap, once the agency is known, and tell what is in it."""
    body = await request.body()
    return await run_in_threadpool(_told, parts, agency, body)


def _told(parts: ApiParts, agency: str, body: bytes) -> Response:
    outcomes = EventReader(parts.catalogue, agency, parts.zone).read(body)
    first = outcomes[0]
    if isinstance(first, Refusal) and first.ends_reading:
        return say(413 if first.code == "too-large" else 400, first.code, first.sentence)
    refusals = _deliver(parts, agency, outcomes)
    answers = [_answer(parts, outcome, refusals) for outcome in outcomes]
    accepted = sum(answer.accepted for answer in answers)
    answer = EventsAnswer(accepted=accepted, refused=len(answers) - accepted, events=answers)
    return JSONResponse(answer.model_dump(exclude_none=True), _status(answer))


def _deliver(parts: ApiParts, agency: str, outcomes: Iterable[Outcome]) -> dict[int, Refusal]:
    """Publish, wait for all acknowledgements, and give the refusals by place. If we crash before the answer, the feed sends again and changes nothing."""
    with parts.statement_log(agency) as log:
        delivery = tell_events(outcomes, parts.catalogue, log)
    return {refusal.line: refusal for refusal in delivery.refusals}


def _answer(parts: ApiParts, outcome: Outcome, refusals: dict[int, Refusal]) -> EventAnswer:
    if isinstance(outcome, Refusal):
        return _refused(outcome)
    if outcome.line in refusals:
        return _refused(refusals[outcome.line])
    event_id = parts.event_id(outcome.agency, outcome.reference)
    return EventAnswer(place=outcome.line, accepted=True, reference=outcome.reference, event_id=str(event_id))


def _refused(refusal: Refusal) -> EventAnswer:
    return EventAnswer(place=refusal.line, accepted=False, code=refusal.code, sentence=refusal.sentence)


def _status(answer: EventsAnswer) -> HTTPStatus:
    if not answer.refused:
        return HTTPStatus.OK
    return HTTPStatus.MULTI_STATUS if answer.accepted else HTTPStatus.UNPROCESSABLE_ENTITY
