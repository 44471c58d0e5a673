"""Taking a record out of the hub as a document: through the one door, the bytes those whose digest the disclosure holds."""

from typing import Any

from fastapi import FastAPI
from fastapi.responses import Response
from pydantic import Field

from apps.api.errors import say_refused
from apps.api.records import ANSWERS, AskedToOpen, Pseudonym
from apps.api.signing_in import Parts, Staff
from query.door import Refused
from query.outputs.document import Format, Output, Profile
from query.outputs.produce import Asked, produce_output
from query.outputs.writing import WRITINGS

EXPORTED: dict[int | str, dict[str, Any]] = {
    **ANSWERS,
    200: {
        "description": "The document, to be kept as a file; `Disclosure-Id` names the disclosure that holds its digest.",
        "content": {one.media_type.partition(";")[0]: {} for one in WRITINGS.values()},
    },
}


class AskedToExport(AskedToOpen):
    """As what a record is taken out: in which format, all of it or a curated chronology, naming people or not."""

    format: Format = Field(description="What the document is written as.")
    profile: Profile = Field(
        default="automatic log", description="Everything, or the chronology that was curated for this."
    )
    anonymised: bool = Field(
        default=False,
        description="Letters and numbers for people and places. Free text is searched for known names only: a person must read it before it is published.",
    )


def add_exports(app: FastAPI) -> None:
    """Add the way out for documents."""
    app.add_api_route(
        "/children/{pseudonym}/export",
        export,
        methods=["POST"],
        summary="Take a child's record out as a document",
        tags=["records"],
        responses=EXPORTED,
        response_class=Response,
    )


def export(pseudonym: Pseudonym, asked: AskedToExport, staff: Staff, parts: Parts) -> Response:
    """Give a child's record as a document for a stated purpose; its file name says nothing of whom it is about."""
    output = Output(asked.format, asked.profile, asked.anonymised)
    with parts.desk() as desk:
        produced = produce_output(desk.door, staff, Asked(pseudonym, asked.purpose, asked.as_known_at), output)
    if isinstance(produced, Refused):
        return say_refused(produced)
    # As a file always: an HTML document must not be a page of this origin.
    named = {
        "Content-Disposition": f'attachment; filename="{produced.file_name}"',
        "Disclosure-Id": str(produced.disclosure_id),
    }
    return Response(produced.content, media_type=produced.media_type, headers=named)
