"""How the pages say that something went wrong: a heading and a sentence, and nothing of any record."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from apps.api.errors import AWAY
from apps.api.parts import PartAway
from apps.people import NotSignedIn
from apps.web.rendering import rendered
from projections.sharing import BeingRebuilt
from query.casework import NotForCasework
from query.casework_log import CaseworkFailed
from query.identity_desk import NotDecided
from query.identity_log import DecidingFailed
from query.ports import DisclosureFailed
from query.unsealing import RecordBroken

logger = logging.getLogger(__name__)

Say = Callable[[int, str, str], Response]
NO_PAGE = ("no-such-page", "Expected the address of a page, found another; begin at the start.")
PLAIN: Mapping[int, tuple[str, str]] = {
    400: (
        "not-read",
        "Expected a request of a browser that came by this address of ours, found another; type the address that `mash web` printed.",
    ),
    403: (
        "not-meant",
        "Expected a form of this session, found another: you may have signed in again since. Nothing was done; open the page again and send it from there.",
    ),
    404: NO_PAGE,
    405: NO_PAGE,
    413: ("too-large", "Expected a shorter text, found a longer one; shorten it."),
}
HEADINGS: Mapping[str, str] = {
    "not-read": "This could not be read",
    "not-meant": "Nothing was done",
    "no-such-page": "There is no such page",
    "too-large": "This is too long",
    "part-away": "A part of the hub does not answer",
    "being-rebuilt": "The hub is being rebuilt",
    "not-recorded": "Nothing is shown",
    "record-broken": "Nothing is shown",
    "not-done": "Nothing was done",
    "not-sure": "It is not certain that this was written",
    "not-signed-in": "You are not signed in",
}


def say_as_page(styles: str) -> Say:
    """Give what says a status, a code and a sentence as a page with this style sheet."""

    def say(status: int, code: str, sentence: str) -> Response:
        heading = HEADINGS.get(code, "Something went wrong")
        return HTMLResponse(rendered("wrong.html", styles=styles, heading=heading, sentence=sentence), status)

    return say


def what_went_wrong(say: Say) -> dict[Any, Callable[[Request, Any], Response]]:
    """Say how each error that is expected is answered; any other is answered by `apps.api.guard`."""
    return {
        HTTPException: lambda _request, error: say(error.status_code, *PLAIN.get(error.status_code, PLAIN[400])),
        NotSignedIn: lambda _request, error: _logged(say, 401, "not-signed-in", str(error)),
        PartAway: lambda _request, error: _away(say, error),
        BeingRebuilt: lambda _request, error: _logged(say, 503, "being-rebuilt", str(error)),
        DisclosureFailed: lambda _request, error: _logged(say, 503, "not-recorded", str(error)),
        NotDecided: lambda _request, error: say(409, "not-done", str(error)),
        NotForCasework: lambda _request, error: say(409, "not-done", str(error)),
        DecidingFailed: lambda _request, error: _logged(say, 503, "not-sure", str(error)),
        CaseworkFailed: lambda _request, error: _logged(say, 503, "not-sure", str(error)),
        RecordBroken: lambda _request, error: _logged(say, 500, "record-broken", str(error)),
    }


def _away(say: Say, error: PartAway) -> Response:
    logger.error("a part is away: %s", error)
    return say(503, "part-away", AWAY)


def _logged(say: Say, status: int, code: str, sentence: str) -> Response:
    logger.error("%s: %s", code, sentence)
    return say(status, code, sentence)
