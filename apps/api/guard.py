"""Around every request: how long a body may be, what no browser may do with an answer, and what is said of an error that nobody foresaw.

What a log line names is the path as it is described (`/children/{pseudonym}/open`), never the one that was asked for.
"""

import logging
import traceback
from collections.abc import Callable
from pathlib import Path

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apps.api.errors import REGISTRY_PATHS, say
from connectors.http_events import MOST_BYTES

logger = logging.getLogger(__name__)

EVENTS_PATH = "/events"
MOST_BYTES_OF_A_QUESTION = 64 * 1024
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
NO_QUERY = "Expected no question mark in the address, found one; what you ask travels in the body, since addresses are written into logs."


Say = Callable[[int, str, str], Response]
"""How a status, a code and a sentence become an answer."""


class Guard:
    """An ASGI layer outside all others; `randomness(n)` gives n random bytes, for the ids of incidents."""

    def __init__(self, app: ASGIApp, randomness: Callable[[int], bytes], say: Say = say) -> None:
        self._app = app
        self._randomness = randomness
        self._say = say

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through; what is raised in there is answered here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        try:
            if scope["query_string"] and not scope["path"].startswith(REGISTRY_PATHS):
                await self._say(400, "query-in-address", NO_QUERY)(scope, receive, answer)
            else:
                await self._app(scope, _limited(scope, receive), answer)
        except Exception as error:  # noqa: BLE001 - whatever it is, its words may quote what was sent: only its kind and place are said
            await self._incident(error, scope, receive, answer)
        finally:
            method = scope["method"] if scope["method"] in METHODS else "another method"
            logger.info("%s %s %s", method, _described(scope), answer.status)

    async def _incident(self, error: Exception, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        incident = self._randomness(4).hex()
        logger.error(
            "incident %s: expected no such error, found %s at %s", incident, type(error).__name__, _place(error)
        )
        if answer.status is None:
            sentence = f"Expected no such error, found one of the hub's own, so nothing is shown; tell its operator the incident {incident}."
            await self._say(500, "incident", sentence)(scope, receive, answer)


class _Answer:
    """Passes an answer on, with our headers, and remembers its status."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)


def _limited(scope: Scope, receive: Receive) -> Receive:
    """Stop reading a body that is too long: before its first byte where its length is announced, and else as soon as it is."""
    most = MOST_BYTES if scope["path"] == EVENTS_PATH else MOST_BYTES_OF_A_QUESTION
    announced = Headers(scope=scope).get("content-length", "")
    read = int(announced) if announced.isdecimal() and int(announced) > most else 0

    async def receive_limited() -> Message:
        nonlocal read
        if read > most:
            raise HTTPException(413)
        message = await receive()
        read += len(message.get("body", b""))
        if read > most:
            raise HTTPException(413)
        return message

    return receive_limited


def _described(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", "(no such path)"))


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"
