"""The pages put together: every address is listed here, by name."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from apps.api.guard import Guard
from apps.web.entrance import entered
from apps.web.failing import Say, say_as_page, what_went_wrong
from apps.web.headers import Headers
from apps.web.pages import (
    alerts,
    casework,
    chronology,
    download,
    entry,
    family,
    finding,
    identity,
    record,
    shown,
    signing_in,
    then,
)
from apps.web.parts import WebParts
from apps.web.visits import Page

ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" fill="#0b0c0c"/><path d="M2 12V4h2l4 4 4-4h2v8h-3V8L8 11 5 8v4z" fill="#fff"/></svg>'

CHILD = "/children/{child}"


def make_web(parts: WebParts) -> Starlette:
    """Make the pages over these parts; it opens nothing by itself."""
    say: Say = say_as_page(parts.styles.address)
    app = Starlette(
        routes=[*_static(), *_for_everybody(), *_for_whoever_is_signed_in()],
        middleware=[Middleware(Headers), Middleware(Guard, randomness=parts.randomness, say=say)],
        exception_handlers=what_went_wrong(say),
    )
    app.router.redirect_slashes = False  # a redirect would repeat the address
    app.state.parts = parts
    return app


def _static() -> list[Route]:
    async def styles(request: Request) -> Response:
        parts: WebParts = request.app.state.parts
        if request.url.path != parts.styles.address:
            raise HTTPException(404)
        return Response(parts.styles.content, media_type="text/css", headers=_kept())

    async def icon(_request: Request) -> Response:
        return Response(ICON, media_type="image/svg+xml", headers=_kept())

    return [Route("/static/icon.svg", icon), Route("/static/{sheet}", styles)]


def _kept() -> dict[str, str]:
    # The only answers that may be kept: nothing of anybody is in them, and their address changes with their content.
    return {"Cache-Control": "public, max-age=604800, immutable"}


def _for_everybody() -> list[Route]:
    page, post = entered(signing_in.sign_in_page, signed_in=False), entered(signing_in.sign_in, signed_in=False)
    return [Route("/sign-in", page, methods=["GET"]), Route("/sign-in", post, methods=["POST"])]


def _for_whoever_is_signed_in() -> list[Route]:
    shown = {**_pages(), **_pages_of_a_child()}
    done = {**_forms(), **_forms_of_a_child()}
    gets = [Route(path, entered(page), methods=["GET"]) for path, page in shown.items()]
    return gets + [Route(path, entered(page), methods=["POST"]) for path, page in done.items()]


def _pages() -> dict[str, Page]:
    return {
        "/": finding.home,
        "/find": finding.find_page,
        "/purpose/{list}": finding.hub_purpose_page,
        "/alerts": alerts.alerts_page,
        "/identity": identity.questions_page,
        "/identity/{left}/{right}": identity.sides_page,
        "/identity/{left}/{right}/wrong-views": identity.wrong_views_page,
    }


def _forms() -> dict[str, Page]:
    return {
        "/sign-out": signing_in.sign_out,
        "/find": finding.find,
        "/purpose/{list}": finding.state_hub_purpose,
        "/identity/{left}/{right}": identity.decide,
    }


def _pages_of_a_child() -> dict[str, Page]:
    pages: dict[str, Page] = {
        "": record.summary_page,
        "/purpose": finding.purpose_page,
        "/chronology": chronology.chronology_page,
        "/chronology/{page}": chronology.chronology_page,
        "/entries/{entry}": entry.entry_page,
        "/curated": chronology.curated_page,
        "/curated/{profile}": chronology.curated_page,
        "/timeline": chronology.timeline_page,
        "/contradictions": casework.contradictions_page,
        "/gaps": record.gaps_page,
        "/family": family.family_page,
        "/family/together": family.together_page,
        "/known": then.known_page,
        "/difference": then.difference_page,
        "/disclosures": shown.disclosures_page,
        "/disclosures/{disclosure}": shown.as_shown_page,
        "/split": identity.parts_page,
        "/download": download.download_page,
    }
    return {f"{CHILD}{end}": page for end, page in pages.items()}


def _forms_of_a_child() -> dict[str, Page]:
    forms: dict[str, Page] = {
        "/purpose": finding.state_purpose,
        "/choose": chronology.choose,
        "/entries/{entry}": casework.judge,
        "/curated/{profile}": casework.review,
        "/contradictions/{contradiction}/notify": casework.notify,
        "/contradictions/{contradiction}/resolve": casework.resolve,
        "/known": then.stand_at,
        "/difference": then.compare,
        "/split": identity.split,
        "/download": download.download,
    }
    return {f"{CHILD}{end}": page for end, page in forms.items()}
