"""What every request passes before a page: is it ours, who is it, did they mean it. And what is said when something goes wrong inside.

A page that changes something is reached by a form of ours alone: the browser says that it comes from here, and the form holds the session's secret.
"""

import hmac
import logging
import re
from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from apps.people import NotSignedIn
from apps.web.parts import WebParts
from apps.web.sessions import Session
from apps.web.visits import Form, Page, Visit, go_to, read_form
from query.door import StaffMember

logger = logging.getLogger(__name__)

SIGN_IN_PATH = "/sign-in"
CSRF_FIELD = "secret"
PAGE_TO_COME_BACK_TO = re.compile(r"/(alerts|identity|children)(/[0-9A-Za-z-]{1,40}){0,4}")
FORM_TYPE = "application/x-www-form-urlencoded"


def entered(page: Page, *, signed_in: bool = True) -> Callable[[Request], Awaitable[Response]]:
    """Let requests to a page that passed; whoever is not signed in is sent to do so, unless the page is for them."""

    async def enter(request: Request) -> Response:
        web: WebParts = request.app.state.parts
        _ours(request, web)
        form = await _form(request)
        session_id = request.cookies.get(cookie_name(web), "")
        session = web.sessions.find(session_id)
        if session is None:
            if signed_in or request.method == "POST":
                return _with_cookie(web, go_to(SIGN_IN_PATH), _for_later(web, request))
            session_id = web.sessions.begin(None)
            session = web.sessions.find(session_id)
            if session is None:
                raise HTTPException(400)
        if request.method == "POST":
            _meant(request, web, session, form)
        staff = await run_in_threadpool(_still_here, web, session_id, session)
        if staff is None and signed_in:
            web.sessions.end(session_id)
            return _with_cookie(web, go_to(SIGN_IN_PATH), _for_later(web, request))
        visit = Visit(web, session_id, session, staff, form, dict(request.path_params), _shown_at(request))
        answer = await run_in_threadpool(page, visit)
        return answer if "set-cookie" in answer.headers else _with_cookie(web, answer, session_id)

    return enter


def cookie_name(web: WebParts) -> str:
    """Name the cookie: under https with the prefix by which browsers hold it to this host, path and secure connection."""
    return "__Host-mash" if _secure(web) else "mash"


def rotated(web: WebParts, old: str, staff_id: str, path: str) -> Response:
    """End the session that somebody signed in with, begin one of theirs under a new id, and send them on."""
    web.sessions.end(old)
    return _with_cookie(web, go_to(path), web.sessions.begin(staff_id))


def ended(web: WebParts, session_id: str) -> Response:
    """End a session and take its cookie back."""
    web.sessions.end(session_id)
    return _with_cookie(web, go_to(SIGN_IN_PATH), "")


def _secure(web: WebParts) -> bool:
    return web.origin.startswith("https:")


def _with_cookie(web: WebParts, answer: Response, session_id: str) -> Response:
    ends = None if session_id else 0
    secure = _secure(web)
    answer.set_cookie(cookie_name(web), session_id, max_age=ends, secure=secure, httponly=True, samesite="strict")
    return answer


def _ours(request: Request, web: WebParts) -> None:
    # A name of somebody else's that leads to this address would let their pages read ours.
    if request.headers.get("host", "") != web.origin.partition("://")[2]:
        raise HTTPException(400)


def _meant(request: Request, web: WebParts, session: Session, form: Form) -> None:
    """Let a form through only from our own page, in this session; HTTPException 403 otherwise."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    # Browsers that may not say where they come from (Referrer-Policy: no-referrer) say null; then the other header has to speak.
    from_here = origin == web.origin or (origin in (None, "null") and site == "same-origin")
    if not from_here or site not in (None, "same-origin"):
        raise HTTPException(403)
    if not hmac.compare_digest(form.one(CSRF_FIELD).encode(), session.csrf.encode()):
        raise HTTPException(403)


async def _form(request: Request) -> Form:
    if request.method != "POST":
        return Form()
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM_TYPE:
        raise HTTPException(400)
    return read_form(await request.body())


def _for_later(web: WebParts, request: Request) -> str:
    """Begin a session of nobody's that remembers which page was asked for; none where nothing was."""
    wanted = _shown_at(request)
    return "" if wanted is None else web.sessions.begin(None, wanted)


def _shown_at(request: Request) -> str | None:
    """Give the address of a page that somebody can come back to; None for a form that was sent, and for pages where everybody begins."""
    path = request.url.path
    return path if request.method == "GET" and PAGE_TO_COME_BACK_TO.fullmatch(path) else None


def _still_here(web: WebParts, session_id: str, session: Session) -> StaffMember | None:
    if session.staff_id is None:
        return None
    try:
        return web.sign_in.again(session.staff_id)
    except NotSignedIn as error:
        logger.warning("somebody who was signed in may not sign in any more: %s", error)
        web.sessions.end(session_id)
        return None
