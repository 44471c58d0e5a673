"""Whatever a feed delivers, wherever it is cut off, and whatever is sent again: what stands is what its last whole file states."""

from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from feed_world import KEY, START, Broker, Fact, desk, snapshot, standing, stated
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.comparing import Digester
from connectors.delivery import deliver
from connectors.feed_memory import FeedMemory
from connectors.feed_memory_plain import PlainFeedMemory
from connectors.feed_memory_sqlite import SqliteFeedMemory
from connectors.producer import FeedBroken


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt at delivering: what the file states, after how many calls of the broker it breaks off (None: not), and how many messages arrive then."""

    facts: tuple[Fact, ...]
    breaks_at: int | None
    arrive: int


def facts() -> st.SearchStrategy[tuple[Fact, ...]]:
    fact = st.builds(
        Fact,
        number=st.integers(0, 4),
        words=st.sampled_from("ab"),
        child=st.integers(1, 2),
        day=st.integers(1, 3),
    )
    # One row has one reference, and so one number and day.
    return st.lists(fact, max_size=5, unique_by=lambda one: (one.number, one.day)).map(tuple)


def attempts() -> st.SearchStrategy[list[Try]]:
    return st.lists(st.builds(Try, facts(), st.none() | st.integers(0, 12), st.integers(0, 3)), min_size=1, max_size=7)


class Reopened:
    """Gives the memory for each attempt: the plain one as it is, the other from its file."""

    def __init__(self, kind: str, folder: Path) -> None:
        self._plain = PlainFeedMemory() if kind == "plain" else None
        self._path = folder / "feed.sqlite"

    def __enter__(self) -> FeedMemory:
        if self._plain is not None:
            return self._plain
        self._opened = SqliteFeedMemory(self._path, Digester(KEY).word(b"word"))
        return self._opened

    def __exit__(self, *_: object) -> None:
        if self._plain is None:
            self._opened.close()


def play(kind: str, tries: list[Try], folder: Path) -> tuple[Broker, list[tuple[int, ...]]]:
    broker, clock, reopened = Broker(), count(START, 1_000_000), Reopened(kind, folder)
    receipts = []
    for one in [*tries, replace(tries[-1], breaks_at=None)]:
        broker.breaks_at, broker.arrive = one.breaks_at, one.arrive
        with suppress(FeedBroken), reopened as memory:
            found = deliver(replace(snapshot(*one.facts), withdraw_many=True), desk(memory, broker, clock, batch=2))
            assert found.rows_in == found.rows_told + found.rows_corrected + found.rows_unchanged + found.rows_refused
            receipts.append((found.rows_told, found.rows_corrected, found.rows_unchanged, found.retracted))
    return broker, receipts


@settings(max_examples=60, deadline=None)
@given(attempts())
def test_what_stands_is_what_the_last_whole_file_states(tries: list[Try]) -> None:
    with TemporaryDirectory() as folder:
        broker, receipts = play("sqlite", tries, Path(folder))
        assert standing(broker.told()) == stated(tries[-1].facts)
        plain, the_same = play("plain", tries, Path(folder))
    # The memory of dicts says what the memory means; the one of SQLite must have told the same to the byte.
    assert plain.kept == broker.kept
    assert the_same == receipts
