"""Answers kept for an Idempotency-Key (IETF draft-ietf-httpapi-idempotency-key-header): the same request again is answered alike, without being told again.

They are kept in the API's memory and nowhere else, so nothing of them is at rest. That is enough: event ids are derived from references, so a request whose answer
was forgotten (a restart, 24 hours, a full store) is told anew and changes nothing. Kept are digests of key and body, and the answer, which holds no content.
"""

import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

SECONDS = 24 * 60 * 60.0
MOST_BYTES = 32 * 1024 * 1024
"""How much all kept answers may be; the oldest are forgotten first."""
COST = 200
"""What keeping an answer costs beside its bytes, roughly."""
KEY = re.compile(r"[ -~]{1,200}")


class KeyMisread(Exception):
    """The key is no such text."""

    status, code = 400, "idempotency-key"


class KeyInUse(Exception):
    """A request with this key is being answered at this moment."""

    status, code = 409, "in-progress"


class KeyReused(Exception):
    """This key came with another body before."""

    status, code = 422, "key-reused"


@dataclass(frozen=True, slots=True)
class MadeAnswer:
    """An answer as it was sent: its status and its JSON."""

    status: int
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Kept:
    digest: bytes
    since: float
    answer: MadeAnswer | None

    @property
    def cost(self) -> int:
        return COST + (len(self.answer.content) if self.answer else 0)


def read_key(agency: str, header: str) -> bytes:
    """Read an agency's key, quoted or not, into a digest; KeyMisread where it is no such text."""
    text = header.strip()
    key = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
    if not KEY.fullmatch(key):
        raise KeyMisread(
            "Expected an Idempotency-Key of 1 to 200 printable characters, found another; send a random UUID."
        )
    return hashlib.sha256(f"{agency}|{key}".encode()).digest()


class KeptAnswers:
    """Answers by key; any thread may ask. `now` gives seconds of a clock that never goes back."""

    def __init__(self, now: Callable[[], float], most_bytes: int = MOST_BYTES) -> None:
        self._now = now
        self._most_bytes = most_bytes
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def once(self, key: bytes, digest: bytes, make: Callable[[], MadeAnswer]) -> MadeAnswer:
        """Give the kept answer, or make one and keep it; KeyInUse and KeyReused otherwise. What `make` raises is passed on and nothing is kept."""
        with self._lock:
            self._forget_old()
            found = self._kept.get(key)
            if found is not None:
                return _same(found, digest)
            self._put(key, _Kept(digest, self._now(), None))
        try:
            answer = make()
        except BaseException:
            with self._lock:
                self._drop(key)
            raise
        with self._lock:
            self._drop(key)
            self._put(key, _Kept(digest, self._now(), answer))
            self._forget_most()
        return answer

    def _forget_old(self) -> None:
        """Forget answers that were kept for SECONDS; what is in progress stays, however long it takes."""
        while self._kept:
            key, kept = next(iter(self._kept.items()))
            if kept.answer is None or self._now() - kept.since < SECONDS:
                return
            self._drop(key)

    def _forget_most(self) -> None:
        done = (
            [key for key, kept in self._kept.items() if kept.answer is not None]
            if self._bytes > self._most_bytes
            else []
        )
        for key in done:
            if self._bytes <= self._most_bytes:
                return
            self._drop(key)

    def _put(self, key: bytes, kept: _Kept) -> None:
        self._kept[key] = kept
        self._bytes += kept.cost

    def _drop(self, key: bytes) -> None:
        kept = self._kept.pop(key, None)
        self._bytes -= kept.cost if kept else 0


def _same(found: _Kept, digest: bytes) -> MadeAnswer:
    if found.digest != digest:
        raise KeyReused(
            "Expected a new Idempotency-Key for a new request, found one that came with another body; send another key."
        )
    if found.answer is None:
        raise KeyInUse(
            "Expected the request with this Idempotency-Key to be answered first, found that it is not yet; send the same again in a moment."
        )
    return found.answer
