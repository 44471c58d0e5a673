"""Who is at the pages: sessions kept in this process alone, under random ids, which end when idle and at the latest after a working day."""

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

IDLE = timedelta(minutes=20)
LONGEST = timedelta(hours=10)
MOST = 2000
"""So many sessions are kept at once; when one more begins, the one that was idle longest ends."""
ID_BYTES = 32


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of a chronology a person chose to see; nothing chosen is all of it. Days are local days."""

    agencies: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    significance: frozenset[str] = frozenset()
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Enquiry:
    """What one person asks about one child: for which purpose, as known when (None: now), as known to which agency (None: to the hub), between which moments."""

    purpose: str
    moment: datetime | None = None
    agency: str | None = None
    between: tuple[datetime, datetime] | None = None
    chosen: Chosen = field(default_factory=Chosen, repr=False)


@dataclass(frozen=True, slots=True)
class Session:
    """One browser: who signed in with it (None: nobody yet), the secret in its forms, what is being asked, the page it came for, and the pairs whose decision has not taken effect yet. Times are UTC."""

    csrf: str = field(repr=False)
    began: datetime
    seen: datetime
    staff_id: str | None = field(default=None, repr=False)
    purpose: str | None = None
    notice: str | None = None
    wanted: str | None = field(default=None, repr=False)
    decided: frozenset[frozenset[UUID]] = field(default=frozenset(), repr=False)
    enquiries: Mapping[UUID, Enquiry] = field(default_factory=dict, repr=False)


Change = Callable[[Session], Session]


class Sessions:
    """Sessions by their random ids, of which only digests are kept; `clock()` gives an aware UTC moment, `randomness(n)` n random bytes."""

    def __init__(self, clock: Callable[[], datetime], randomness: Callable[[int], bytes]) -> None:
        self._clock = clock
        self._randomness = randomness
        self._kept: dict[bytes, Session] = {}
        self._lock = threading.Lock()

    def begin(self, staff_id: str | None, wanted: str | None = None) -> str:
        """Begin a session and give its id, which nobody can guess: 256 bits."""
        session_id, now = self._randomness(ID_BYTES).hex(), self._clock()
        session = Session(self._randomness(ID_BYTES).hex(), now, now, staff_id, wanted=wanted)
        with self._lock:
            self._drop_the_ended(now)
            if len(self._kept) >= MOST:
                # Whoever opens many sessions without signing in must not put out those who did.
                del self._kept[min(self._kept, key=lambda one: _worth(self._kept[one]))]
            self._kept[_key(session_id)] = session
        return session_id

    def find(self, session_id: str) -> Session | None:
        """Find a session that has not ended, and note that it is used now."""
        key, now = _key(session_id), self._clock()
        with self._lock:
            session = self._kept.get(key)
            if session is None or _ended(session, now):
                self._kept.pop(key, None)
                return None
            self._kept[key] = replace(session, seen=now)
            return session

    def change(self, session_id: str, change: Change) -> None:
        """Change what a session remembers; nothing happens to one that has ended."""
        key = _key(session_id)
        with self._lock:
            if key in self._kept:
                self._kept[key] = change(self._kept[key])

    def end(self, session_id: str) -> None:
        """End a session."""
        with self._lock:
            self._kept.pop(_key(session_id), None)

    def _drop_the_ended(self, now: datetime) -> None:
        for key in [key for key, session in self._kept.items() if _ended(session, now)]:
            del self._kept[key]


def _key(session_id: str) -> bytes:
    return hashlib.sha256(session_id.encode()).digest()


def _ended(session: Session, now: datetime) -> bool:
    return now - session.seen > IDLE or now - session.began > LONGEST


def _worth(session: Session) -> tuple[bool, datetime]:
    return session.staff_id is not None, session.seen
