"""GET /feeds: an agency's feed owner sees how the agency's own feeds stand."""

from typing import Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from apps.api.errors import Sentence
from apps.api.signing_in import Agency, Parts

HOW = """Of each of your agency's feeds: when it last spoke, how much of it is still to be admitted, what was refused, what is odd, what is covered, and what to do.
Only your own agency's; no value of any child is in it."""
ANSWERS: dict[int | str, dict[str, Any]] = {
    401: {"model": Sentence, "description": "No token of a feed."},
    503: {"model": Sentence, "description": "A part of the hub does not answer; ask again later."},
}


def add_feeds(app: FastAPI) -> None:
    """Add what a feed's owner may ask."""
    app.add_api_route(
        "/feeds",
        feeds,
        methods=["GET"],
        summary="How your feeds stand",
        description=HOW,
        tags=["feeds"],
        responses=ANSWERS,
    )


async def feeds(agency: Agency, parts: Parts) -> list[dict[str, Any]]:
    """Answer for the agency whose token it is."""
    return await run_in_threadpool(parts.feeds, agency)
