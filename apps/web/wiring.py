"""The real parts of the pages: the desks that the API lends too, and the people of people.json."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from apps.api.wiring import lent_desks
from apps.settings import Settings
from apps.web.parts import WebParts
from apps.web.sessions import Sessions
from apps.web.sign_in import FileSignIn
from apps.web.styles import load_styles
from apps.wiring import now


@dataclass(frozen=True, slots=True)
class Asked:
    """How the pages are to be served: under which address, and whether the demo's people are offered to sign in as."""

    origin: str
    demo: bool


@contextmanager
def open_web(settings: Settings, asked: Asked) -> Iterator[WebParts]:
    """Give the parts, which connect when they are first needed; closed at the end. FetchFailed when the style sheet was not fetched."""
    styles = load_styles()
    with lent_desks(settings) as desk:
        yield WebParts(
            sign_in=FileSignIn(settings, asked.demo),
            sessions=Sessions(now, os.urandom),
            desk=desk,
            styles=styles,
            origin=asked.origin,
            clock=now,
            randomness=os.urandom,
            token_hint=f"Each person's token is in {settings.secrets / 'people'}, in the file of their staff id."
            if asked.demo
            else "",
        )
