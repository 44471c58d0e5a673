"""One contract for what the admit stage remembers of the quarantine, kept by memory and PostgreSQL alike."""

from typing import Any

import pytest
from hub_records import ADMIT, SqlHub

from projections.admissions import Admissions, MemoryAdmissions, SqlAdmissions
from projections.held import HeldMessage

TOPIC = "agency.health.events"
ONE, TWO, THREE, FOUR = (bytes([number]) * 16 for number in (1, 2, 3, 4))
EVENT, OTHER = b"e" * 16, b"o" * 16


@pytest.fixture(params=["memory", pytest.param("postgresql", marks=pytest.mark.services)])
def admissions(request: pytest.FixtureRequest) -> Admissions:
    if request.param == "memory":
        return MemoryAdmissions()
    hub: SqlHub = request.getfixturevalue("hub")
    return SqlAdmissions(hub.conn, ADMIT)


def held(quarantine_id: bytes, offset: int = 0, **changes: Any) -> HeldMessage:
    given = {"event_id": None, "waits_for": None, "received": 1_720_000_000_000_000, "partition": 0} | changes
    return HeldMessage(quarantine_id, topic=TOPIC, offset=offset, record=b"sealed" + quarantine_id, **given)


def test_what_is_held_is_open_under_its_event_and_gives_its_record(admissions: Admissions) -> None:
    with admissions.reading(TOPIC, 0):
        admissions.held.hold([held(ONE, event_id=EVENT), held(TWO, 1, event_id=EVENT), held(THREE, 2)])
        assert admissions.held.open_under([EVENT, OTHER]) == [(EVENT, ONE), (EVENT, TWO)]
        assert admissions.held.open_under([]) == []
        assert admissions.held.find([ONE, FOUR]) == {ONE: b"sealed" + ONE}


def test_what_is_closed_is_open_no_more_whatever_is_said_of_it_again(admissions: Admissions) -> None:
    with admissions.reading(TOPIC, 0):
        admissions.held.hold([held(ONE, event_id=EVENT, waits_for=OTHER)])
        admissions.held.close([ONE, FOUR])
        admissions.held.hold([held(ONE, event_id=EVENT, waits_for=OTHER)])
        assert admissions.held.open_under([EVENT]) == []
        assert admissions.held.awaiting([OTHER]) == []
        assert admissions.held.find([ONE]) == {}


def test_who_waits_is_given_in_the_order_in_which_they_came(admissions: Admissions) -> None:
    later = 1_720_000_000_000_001
    with admissions.reading(TOPIC, 0):
        admissions.held.hold(
            [
                held(ONE, 9, waits_for=EVENT, received=later),
                held(TWO, 7, waits_for=EVENT),
                held(THREE, 3, waits_for=EVENT),
                held(FOUR, 1, waits_for=OTHER),
            ]
        )
        assert admissions.held.awaiting([EVENT]) == [THREE, TWO, ONE]
        assert admissions.held.awaiting([]) == []


def test_of_a_reading_that_failed_nothing_is_held_or_closed(admissions: Admissions) -> None:
    class CutOff(Exception):
        """The process dies here."""

    def fail() -> None:
        with admissions.reading(TOPIC, 0):
            admissions.held.hold([held(TWO, 1, event_id=EVENT)])
            admissions.held.close([ONE])
            raise CutOff

    with admissions.reading(TOPIC, 0):
        admissions.held.hold([held(ONE, event_id=EVENT)])
    with pytest.raises(CutOff):
        fail()
    with admissions.reading(TOPIC, 0):
        assert admissions.held.open_under([EVENT]) == [(EVENT, ONE)]
