"""How the API says no: a code, and one sentence with what was expected, found, and what to do. Nothing that was sent is in it but names of fields."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from apps.api.parts import PartAway
from apps.people import NotSignedIn
from connectors.producer import FeedBroken
from connectors.statement import plain_name
from projections.sharing import BeingRebuilt
from query.casework import NotForCasework
from query.casework_log import CaseworkFailed
from query.door import Refused
from query.identity_desk import NotDecided
from query.identity_log import DecidingFailed
from query.ports import DisclosureFailed
from query.unsealing import RecordBroken

logger = logging.getLogger(__name__)

REGISTRY_TYPE = "application/vnd.schemaregistry.v1+json"
REGISTRY_PATHS = ("/subjects", "/schemas", "/compatibility", "/config", "/mode", "/associations")
"""Where a client of a registry asks, also for what this one does not have."""
INVALID_SCHEMA = 42201

AWAY = "Expected every part of the hub to answer, found one that does not, so nothing is shown; ask again later, or see /health."
NOT_TAKEN = "Expected the log to take every event, found that it did not; send the same again later: what was taken already is not changed by it."
SIGN_IN = (
    "Expected the bearer token of someone who may ask this, found none or another; ask your hub's operator for yours."
)

PLAIN = {
    400: ("not-read", "Expected a request as /docs describes it, found one that cannot be read; correct it."),
    404: ("no-such-path", "Expected a path that /docs lists, found another; see /docs."),
    405: ("no-such-method", "Expected a method that /docs lists for this path, found another; see /docs."),
    413: ("too-large", "Expected a body no longer than /docs says, found a longer one; send less at a time."),
}
EXPECTED = {
    "missing": "expected this field, found nothing; fill it in",
    "json_invalid": "expected JSON, found something else; correct it",
    "string_too_short": "expected a text, found an empty one; fill it in",
    "string_too_long": "expected a shorter text; shorten it",
    "string_type": "expected a text, found something else; correct it",
    "string_unicode": "expected a text, found a character that is none; correct it",
    "timezone_aware": "expected a moment with its offset, found one without; write it like 2026-03-01T12:00:00Z",
}
EXPECTED_OF_KIND = {
    "uuid": "expected an id like 11111111-1111-4111-8111-111111111111, found something else; `mash find` gives a child's",
    "datetime": "expected a moment like 2026-03-01T12:00:00Z, found something else; correct it",
    "model": "expected a JSON object (content type application/json), found something else; correct it",
}


class Sentence(BaseModel):
    """Why something was not done."""

    code: str = Field(description="Short and stable, for programs.")
    sentence: str = Field(description="Expected, found, what to do.")


class FieldFault(BaseModel):
    """One field that is not as expected; what it held is never repeated."""

    field: str
    sentence: str


class Unread(Sentence):
    """A request whose fields are not as expected."""

    fields: list[FieldFault]


class DecidingRule(BaseModel):
    """A rule that decided, and its sentence."""

    rule: str
    sentence: str


class RefusedAnswer(Sentence):
    """A refusal by the rules; it is recorded under `disclosure_id`."""

    disclosure_id: str
    rules: list[DecidingRule]


def say(status: int, code: str, sentence: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Answer with a code and a sentence."""
    return JSONResponse(Sentence(code=code, sentence=sentence).model_dump(), status, headers=headers)


def say_refused(refused: Refused) -> JSONResponse:
    """Answer with the rules that refused, and under which id that is recorded."""
    rules = [
        DecidingRule(rule=rule, sentence=sentence)
        for rule, sentence in zip(refused.rules, refused.sentences, strict=True)
    ]
    answer = RefusedAnswer(
        code="refused",
        sentence="The rules refuse this, so nothing is shown; the refusal is recorded.",
        disclosure_id=str(refused.disclosure_id),
        rules=rules,
    )
    return JSONResponse(answer.model_dump(), 403)


def say_as_registry(status: int, code: int, message: str) -> JSONResponse:
    """Answer in the shape that clients of Confluent's registry read."""
    return JSONResponse({"error_code": code, "message": message}, status, media_type=REGISTRY_TYPE)


def add_handlers(app: FastAPI) -> None:
    """Say how each error that is expected is answered; any other is answered by `apps.api.guard`."""
    answered: dict[type[Exception], Callable[[Request, Any], Response]] = {
        HTTPException: _plain,
        RequestValidationError: _unread,
        NotSignedIn: _not_signed_in,
        PartAway: _away,
        BeingRebuilt: lambda _request, error: _logged(503, "being-rebuilt", str(error)),
        DisclosureFailed: lambda _request, error: _logged(503, "not-recorded", str(error)),
        FeedBroken: _not_taken,
        RecordBroken: lambda _request, error: _logged(500, "record-broken", str(error)),
        NotForCasework: lambda _request, error: say(409, "nothing-to-say-it-about", str(error)),
        NotDecided: lambda _request, error: say(409, "not-decided", str(error)),
        CaseworkFailed: lambda _request, error: _logged(503, "not-written", str(error)),
        DecidingFailed: lambda _request, error: _logged(503, "not-written", str(error)),
    }
    for error, answer in answered.items():
        app.add_exception_handler(error, answer)


def field_faults(errors: list[Any]) -> list[FieldFault]:
    """Say of each field what was expected, and never what was found in it."""
    return [FieldFault(field=_name(one), sentence=_expectation(one)) for one in errors]


def _plain(request: Request, error: HTTPException) -> Response:
    code, sentence = PLAIN.get(error.status_code, PLAIN[400])
    if _of_registry(request):
        return say_as_registry(error.status_code, error.status_code, sentence)
    return say(error.status_code, code, sentence, error.headers)


def _unread(request: Request, error: RequestValidationError) -> Response:
    faults = field_faults(list(error.errors()))
    if _of_registry(request):
        return say_as_registry(422, INVALID_SCHEMA, "; ".join(f"{one.field}: {one.sentence}" for one in faults))
    answer = Unread(code="not-as-expected", sentence="Some fields are not as expected; see each.", fields=faults)
    return JSONResponse(answer.model_dump(), 422)


def _not_signed_in(_request: Request, error: NotSignedIn) -> Response:
    # Nobody is known to have asked, so no disclosure can be written; the log says that somebody tried, without the token.
    logger.warning("refused somebody who is not signed in: %s", error)
    return say(401, "not-signed-in", SIGN_IN, {"WWW-Authenticate": "Bearer"})


def _away(_request: Request, error: PartAway) -> Response:
    logger.error("a part is away: %s", error)
    return say(503, "part-away", AWAY)


def _not_taken(_request: Request, error: FeedBroken) -> Response:
    logger.error("events were not taken: %s", error)
    return say(503, "not-taken", NOT_TAKEN)


def _logged(status: int, code: str, sentence: str) -> Response:
    logger.error("%s: %s", code, sentence)
    return say(status, code, sentence)


def _name(error: Any) -> str:
    places = [str(part) for part in error["loc"][1:]]
    if error["type"] == "json_invalid" or not places:
        return "the body"
    return ".".join(plain_name(part, "field").removeprefix("field ") for part in places)


def _expectation(error: Any) -> str:
    kind = str(error["type"])
    if kind == "extra_forbidden":
        return "expected only the fields that /docs lists, found this one; correct or remove it"
    if kind == "value_error":  # raised by a check of ours, whose words hold nothing of what was sent
        return str(error["ctx"]["error"])
    return EXPECTED.get(kind) or EXPECTED_OF_KIND.get(kind.partition("_")[0]) or "expected what /docs says; correct it"


def _of_registry(request: Request) -> bool:
    return request.url.path.startswith(REGISTRY_PATHS)
