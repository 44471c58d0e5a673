"""POST /events: an agency tells what happened, and learns of each event at once whether the log has it."""

import hashlib
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI, Header, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from apps.api.errors import Sentence, say
from apps.api.guard import EVENTS_PATH
from apps.api.kept_answers import KeyInUse, KeyMisread, KeyReused, MadeAnswer, read_key
from apps.api.parts import ApiParts
from apps.api.signing_in import Agency, Parts
from connectors.delivery import tell_events
from connectors.http_events import MOST_BYTES, MOST_EVENTS, Answer, EventReader
from connectors.statement import Refusal


class EventAnswer(BaseModel):
    """What came of one event."""

    place: int = Field(description="Its place in the array, from 1; of newline-delimited JSON, its line.")
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
it was told before. Sending the same again changes nothing: an event is known by its reference. Of newline-delimited JSON (application/x-ndjson) each line is an event, and a
line that is no JSON is refused alone. With an Idempotency-Key the same request again is given the same answer for 24 hours, as long as this server runs; after that it
is told anew, which changes nothing."""
KEY = "A text of your own for this request, 1 to 200 printable characters, best a random UUID. Not kept: only a digest is."
LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl")
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": EventsAnswer, "description": "Every event is accepted."},
    207: {"model": EventsAnswer, "description": "Some events are accepted and some refused; each says so."},
    422: {
        "model": EventsAnswer,
        "description": "Every event is refused; each says why. Or (code key-reused) this Idempotency-Key came with another body before; no event was read.",
    },
    400: {
        "model": Sentence,
        "description": "The body is no such JSON, or the Idempotency-Key no such text; no event was read.",
    },
    401: {"model": Sentence, "description": "No token of a feed."},
    409: {
        "model": Sentence,
        "description": "A request with this Idempotency-Key is being answered; send it again later.",
    },
    413: {"model": Sentence, "description": "The body is too long; no event was read."},
    415: {
        "model": Sentence,
        "description": "The body is said to be neither JSON nor newline-delimited JSON; no event was read.",
    },
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
CONTENT = {"application/json": {"schema": BODY}, "application/x-ndjson": {"schema": {"type": "string"}}}


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
        openapi_extra={"requestBody": {"required": True, "content": CONTENT}},
    )


async def tell(
    request: Request,
    agency: Agency,
    parts: Parts,
    idempotency_key: Annotated[str | None, Header(description=KEY)] = None,
) -> Response:
    """Read the body under its cap, once the agency is known, and tell what is in it."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("", "application/json", *LINES):
        sentence = (
            "Expected application/json or application/x-ndjson, found another content type; say which of them it is."
        )
        return say(415, "content-type", sentence)
    body = await request.body()

    def make() -> Response:
        return _told(parts, agency, body, kind in LINES)

    if idempotency_key is None:
        return await run_in_threadpool(make)
    digest = hashlib.sha256(b"%d|%b" % (kind in LINES, body)).digest()
    return await run_in_threadpool(_told_once, parts, (agency, idempotency_key), digest, make)


def _told_once(parts: ApiParts, named: tuple[str, str], digest: bytes, make: Callable[[], Response]) -> Response:
    """Answer as the same request was answered before, or for the first time. What is raised is no answer, so the request may be sent again."""

    def made() -> MadeAnswer:
        answer = make()
        return MadeAnswer(answer.status_code, bytes(answer.body))

    try:
        answer = parts.kept_answers.once(read_key(*named), digest, made)
    except (KeyMisread, KeyInUse, KeyReused) as error:
        return say(error.status, error.code, str(error))
    return Response(answer.content, answer.status, media_type="application/json")


def _told(parts: ApiParts, agency: str, body: bytes, lines: bool) -> Response:
    reader = EventReader(parts.catalogue, agency, parts.zone)
    outcomes = reader.read_lines(body) if lines else reader.read(body)
    first = outcomes[0]
    if isinstance(first, Refusal) and first.ends_reading:
        return say(413 if first.code == "too-large" else 400, first.code, first.sentence)
    refusals = _deliver(parts, agency, outcomes)
    answers = [_answer(parts, outcome, refusals) for outcome in outcomes]
    accepted = sum(answer.accepted for answer in answers)
    answer = EventsAnswer(accepted=accepted, refused=len(answers) - accepted, events=answers)
    return JSONResponse(answer.model_dump(exclude_none=True), _status(answer))


def _deliver(parts: ApiParts, agency: str, outcomes: Sequence[Answer]) -> dict[int, Refusal]:
    """Publish, wait for all acknowledgements, and give the refusals by place. If we crash before the answer, the feed sends again and changes nothing."""
    with parts.statement_log(agency) as log:
        delivery = tell_events(outcomes, parts.catalogue, log)
    return {refusal.line: refusal for refusal in delivery.refusals}


def _answer(parts: ApiParts, outcome: Answer, refusals: dict[int, Refusal]) -> EventAnswer:
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
