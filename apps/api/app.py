"""The API put together: every route is added here, by name, and described."""

from enum import Enum
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from apps.api.casework import add_casework
from apps.api.contracts import add_contracts
from apps.api.errors import add_handlers
from apps.api.events import add_events
from apps.api.exports import add_exports
from apps.api.feeds import add_feeds
from apps.api.guard import Guard
from apps.api.identity import add_identity
from apps.api.page import content_security_policy, page
from apps.api.parts import ApiParts, Health
from apps.api.records import add_records
from apps.api.signing_in import Parts
from apps.api.views import add_views

ABOUT = """Agencies tell events, people ask for records through the one door, producers read contracts. Identifiers and purposes travel in bodies, never in an address.
Every error is one code and one sentence, and repeats nothing that was sent."""
UNWELL: dict[int | str, dict[str, Any]] = {
    200: {"model": Health, "description": "Every part answers."},
    503: {"model": Health, "description": "A part does not answer."},
}


def make_api(parts: ApiParts) -> FastAPI:
    """Make the API over these parts; it opens nothing by itself."""
    app = FastAPI(
        title="mash-hub",
        version=version("mash-hub"),
        description=ABOUT,
        openapi_url=None,  # the document and its page are routes like every other
        redirect_slashes=False,  # a redirect would repeat the address
    )
    app.state.parts = parts
    app.add_middleware(Guard, randomness=parts.randomness)
    add_handlers(app)
    add_events(app)
    add_feeds(app)
    add_records(app)
    add_views(app)
    add_exports(app)
    add_casework(app)
    add_identity(app)
    add_contracts(app)
    _add_the_hubs_own(app)
    return app


def health(parts: Parts) -> Response:
    """Say which parts answer and how far each worker is behind the log; nothing personal, so no token is asked for."""
    found = parts.health()
    return JSONResponse(found.model_dump(), 200 if all(found.parts.values()) else 503)


async def openapi(request: Request) -> Response:
    """Give this API's description, for programs."""
    return JSONResponse(request.app.openapi())


async def docs(request: Request) -> Response:
    """Give this API's description, for people; it needs no JavaScript and nothing from elsewhere."""
    return HTMLResponse(page(request.app.openapi()), headers={"Content-Security-Policy": content_security_policy()})


def _add_the_hubs_own(app: FastAPI) -> None:
    hub: list[str | Enum] = ["hub"]
    app.add_api_route("/health", health, methods=["GET"], summary="Say how the hub is", tags=hub, responses=UNWELL)
    app.add_api_route("/openapi.json", openapi, methods=["GET"], summary="Describe this API to a program", tags=hub)
    app.add_api_route(
        "/docs", docs, methods=["GET"], summary="Describe this API to a person", tags=hub, response_class=HTMLResponse
    )
