import random
from datetime import UTC, datetime, timedelta

import pytest

from apps.web.sessions import IDLE, LONGEST, MOST, Sessions

BEGAN = datetime(2025, 3, 10, 9, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(clock: Clock) -> Sessions:
    return Sessions(clock, random.Random(1).randbytes)


def test_a_session_is_found_by_its_own_id_alone(sessions: Sessions) -> None:
    first, second = sessions.begin("analyst"), sessions.begin(None)
    found = sessions.find(first)
    assert found is not None
    assert found.staff_id == "analyst"
    assert len(first) == 64
    assert first != second
    assert sessions.find(first[:-1] + "x") is None
    assert sessions.find("") is None


def test_a_session_that_is_idle_too_long_ends(sessions: Sessions, clock: Clock) -> None:
    one = sessions.begin("analyst")
    clock.now += IDLE
    assert sessions.find(one) is not None
    clock.now += IDLE + timedelta(seconds=1)
    assert sessions.find(one) is None
    clock.now = BEGAN
    assert sessions.find(one) is None


def test_a_session_ends_after_its_longest_time_however_busy_it_is(sessions: Sessions, clock: Clock) -> None:
    one = sessions.begin("analyst")
    while clock.now - BEGAN + IDLE <= LONGEST:
        clock.now += IDLE
        assert sessions.find(one) is not None
    clock.now = BEGAN + LONGEST + timedelta(seconds=1)
    assert sessions.find(one) is None


def test_sessions_of_nobody_put_out_no_session_of_somebody(sessions: Sessions) -> None:
    one = sessions.begin("analyst")
    for _ in range(MOST + 5):
        sessions.begin(None)
    assert sessions.find(one) is not None


def test_a_session_that_was_ended_is_gone(sessions: Sessions) -> None:
    one = sessions.begin("analyst")
    sessions.end(one)
    assert sessions.find(one) is None


def test_nothing_of_who_it_is_or_what_is_asked_is_in_a_sessions_repr(sessions: Sessions) -> None:
    found = sessions.find(sessions.begin("analyst-marked"))
    assert "analyst-marked" not in repr(found)
