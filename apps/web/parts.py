"""What the pages lean on; `apps.web.wiring` gives the real parts, tests give ones in memory."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from apps.api.parts import Desk
from apps.web.sessions import Sessions
from apps.web.sign_in import SignIn
from apps.web.styles import StyleSheet


@dataclass(frozen=True, slots=True)
class WebParts:
    """All that the pages work with.

    `desk()` lends a door to one request; `origin` is the address under which browsers reach the pages, without a path; `clock()` gives an aware UTC
    moment, `randomness(n)` n random bytes; `token_hint` says on the sign-in page where a token is to be had.
    """

    sign_in: SignIn
    sessions: Sessions
    desk: Callable[[], AbstractContextManager[Desk]]
    styles: StyleSheet
    origin: str
    clock: Callable[[], datetime]
    randomness: Callable[[int], bytes]
    token_hint: str = ""
