"""What people ask of records: each through the one door, answered with the very bytes whose digest its disclosure holds."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import FastAPI, Path
from fastapi.responses import JSONResponse, Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from access_policy.blind_index import NHS_NUMBER, UPN, local_scheme
from access_policy.vocabulary import PURPOSES
from apps.api.errors import RefusedAnswer, Sentence, Unread, say_refused
from apps.api.signing_in import Parts, Staff
from query.alerts import AlertList, see_alerts
from query.door import Refused
from query.find_child import Finding, Identifier, find_child
from query.open_record import OpenedRecord, open_record
from schemas.topics import AGENCIES

SCHEMES = (NHS_NUMBER, UPN, *(local_scheme(agency) for agency in AGENCIES))
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "What the rules let this person see, as canonical JSON; the disclosure holds its digest."},
    401: {"model": Sentence, "description": "No token of a person who may sign in."},
    403: {"model": RefusedAnswer, "description": "The rules refuse; nothing is shown, and the refusal is recorded."},
    413: {"model": Sentence, "description": "The body is too long."},
    422: {"model": Unread, "description": "Fields are missing, unknown or not as expected."},
    500: {"model": Sentence, "description": "An entry was altered, or a fault of the hub; nothing is shown."},
    503: {
        "model": Sentence,
        "description": "The disclosure could not be recorded, a part is away, or everything is being rebuilt; nothing is shown.",
    },
}
Pseudonym = Annotated[UUID, Path(description="The child's pseudonym, as finding gives it.")]


def known_scheme(scheme: str) -> str:
    """Let only schemes through by which the hub finds a child."""
    if scheme not in SCHEMES:
        raise ValueError(f"expected one of {', '.join(SCHEMES)}, found another; correct it")
    return scheme


def in_utc(moment: datetime) -> datetime:
    """Give an aware moment in UTC; a few hours at both ends of the calendar have none."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("expected a moment that UTC's calendar holds, found none; correct it") from None


class Asked(BaseModel):
    """What everyone who asks has to state."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    purpose: str | None = Field(
        default=None, max_length=100, description=f"One of {', '.join(PURPOSES)}; without one you are refused."
    )


class AskedToFind(Asked):
    """An identifier, and why it is looked up."""

    scheme: Annotated[str, AfterValidator(known_scheme)] = Field(description=f"One of {', '.join(SCHEMES)}.")
    value: str = Field(min_length=1, max_length=200, repr=False, description="The identifier itself; it is not kept.")


class AskedToOpen(Asked):
    """Why a record is opened, and as it was known when."""

    as_known_at: Annotated[AwareDatetime, AfterValidator(in_utc)] | None = Field(
        default=None,
        description="The moment (with its offset) whose knowledge is asked for; now where it is left out.",
    )


class Lines(BaseModel):
    """An answer in plain words."""

    lines: list[str]


def add_records(app: FastAPI) -> None:
    """Add what people ask, and nothing that shows anything past the door."""
    in_lines = {
        **ANSWERS,
        200: {"model": Lines, "description": "The answer in plain words, without any entry's content."},
    }
    asked = (
        ("/children/find", find, "Find the child that an identifier names", ANSWERS),
        ("/children/{pseudonym}/open", open_child, "Open a child's merged chronology", ANSWERS),
        ("/children/{pseudonym}/disclosures", disclosures, "Say who asked for a child's record", in_lines),
        ("/alerts", alerts, "List the alerts that you may know of", ANSWERS),
    )
    for path, endpoint, summary, answers in asked:
        app.add_api_route(path, endpoint, methods=["POST"], summary=summary, tags=["records"], responses=answers)


def find(asked: AskedToFind, staff: Staff, parts: Parts) -> Response:
    """Find a child's pseudonym by an identifier, which travels in the body and is not kept."""
    with parts.desk() as desk:
        identifier = Identifier(asked.scheme, asked.value)
        found = find_child(desk.door, staff, identifier, asked.purpose, desk.blind_index)
    return _shown(found)


def open_child(pseudonym: Pseudonym, asked: AskedToOpen, staff: Staff, parts: Parts) -> Response:
    """Open a child's record for a stated purpose, as it is known now or was known at a moment."""
    with parts.desk() as desk:
        opened = open_record(desk.door, staff, pseudonym, asked.purpose, asked.as_known_at)
    return _shown(opened)


def alerts(asked: Asked, staff: Staff, parts: Parts) -> Response:
    """List the raised alerts whose every entry behind them the person may know of."""
    with parts.desk() as desk:
        listed = see_alerts(desk.door, staff, asked.purpose)
    return _shown(listed)


def disclosures(pseudonym: Pseudonym, asked: Asked, staff: Staff, parts: Parts) -> Response:
    """Say who asked for a child's record, when, why, and what came of it."""
    with parts.desk() as desk:
        told = desk.audits.disclosures(staff, pseudonym, asked.purpose)
    return say_refused(told) if isinstance(told, Refused) else JSONResponse(Lines(lines=list(told.lines)).model_dump())


def _shown(answer: Finding | OpenedRecord | AlertList | Refused) -> Response:
    if isinstance(answer, Refused):
        return say_refused(answer)
    return Response(answer.shown, media_type="application/json")
