"""A few of the same, each lent to one request at a time.

The API answers in several threads, and neither a door (whose key store refuses a connection in the middle of a transaction) nor a statement log may be used
by two at once. One behind a lock would let every request wait for the slowest broker's acknowledgement, so there are a few, opened when they are needed.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Generic, TypeVar

from apps.api.parts import PartAway

Lent = TypeVar("Lent")


class Pool(Generic[Lent]):
    """Lends what `opens` opens: at most `most` at a time; who waits longer than `patience` seconds gets PartAway."""

    def __init__(self, opens: Callable[[], AbstractContextManager[Lent]], most: int, patience: float) -> None:
        self._opens = opens
        self._turns = threading.BoundedSemaphore(most)
        self._patience = patience
        self._idle: list[tuple[ExitStack, Lent]] = []
        self._lock = threading.Lock()

    @contextmanager
    def lend(self) -> Iterator[Lent]:
        """Lend one; after an error it is closed and so are the idle ones, since what broke one (a restarted server) broke them too."""
        if not self._turns.acquire(timeout=self._patience):
            raise PartAway(f"expected a free one within {self._patience} seconds, found all of them in use")
        try:
            opened, lent = self._take()
            try:
                yield lent
            except BaseException:
                opened.close()
                self.close()
                raise
            with self._lock:
                self._idle.append((opened, lent))
        finally:
            self._turns.release()

    def close(self) -> None:
        """Close those that are not lent."""
        with self._lock:
            idle, self._idle = self._idle, []
        for opened, _ in idle:
            opened.close()

    def _take(self) -> tuple[ExitStack, Lent]:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        with ExitStack() as opened:
            lent = opened.enter_context(self._opens())
            return opened.pop_all(), lent
