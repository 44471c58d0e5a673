"""One contract for what the admit stage remembers, kept by memory and PostgreSQL alike."""

import threading

import pytest
from hub_records import ADMIT, SqlHub
from psycopg.errors import UniqueViolation

from apps.services.daemons import wait_until
from projections.admissions import Admissions, MemoryAdmissions, SqlAdmissions
from projections.rows import open_store
from tests.hub_parts import HubServices

TOPIC = "agency.health.events"
ONE, TWO, THREE = (bytes([number]) * 16 for number in (1, 2, 3))
DIGEST, OTHER = b"d" * 32, b"e" * 32
WAITS_FOR_A_LOCK = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and pid = %s"


class CutOff(Exception):
    """The process dies here."""


@pytest.fixture(params=["memory", pytest.param("postgresql", marks=pytest.mark.services)])
def admissions(request: pytest.FixtureRequest) -> Admissions:
    if request.param == "memory":
        return MemoryAdmissions()
    hub: SqlHub = request.getfixturevalue("hub")
    return SqlAdmissions(hub.conn, ADMIT)


def admit(admissions: Admissions, part: int, *event_ids: bytes) -> None:
    with admissions.reading(TOPIC, part) as following:
        admissions.remember((one, DIGEST) for one in event_ids)
        admissions.move_to(TOPIC, part, following + len(event_ids))


def following(admissions: Admissions, part: int) -> int:
    with admissions.reading(TOPIC, part) as place:
        return place


def test_a_partition_that_was_never_read_is_read_from_its_beginning(admissions: Admissions) -> None:
    assert following(admissions, 0) == 0
    assert admissions.known([ONE]) == {}
    assert admissions.known([]) == {}


def test_what_was_remembered_is_known_with_its_digest_and_nothing_else_is(admissions: Admissions) -> None:
    admit(admissions, 0, ONE, TWO)
    assert admissions.known([ONE, THREE, TWO]) == {ONE: DIGEST, TWO: DIGEST}


def test_every_partition_has_a_position_of_its_own(admissions: Admissions) -> None:
    admit(admissions, 0, ONE, TWO)
    admit(admissions, 1, THREE)
    assert (following(admissions, 0), following(admissions, 1)) == (2, 1)


def test_what_is_remembered_inside_is_known_inside(admissions: Admissions) -> None:
    with admissions.reading(TOPIC, 0):
        admissions.remember([(ONE, DIGEST)])
        assert admissions.known([ONE]) == {ONE: DIGEST}


def test_of_a_reading_that_failed_nothing_is_remembered(admissions: Admissions) -> None:
    admit(admissions, 0, ONE)

    def fail() -> None:
        with admissions.reading(TOPIC, 0):
            admissions.remember([(TWO, DIGEST)])
            admissions.move_to(TOPIC, 0, 9)
            raise CutOff

    with pytest.raises(CutOff):
        fail()
    assert following(admissions, 0) == 1
    assert admissions.known([ONE, TWO]) == {ONE: DIGEST}


@pytest.mark.services
def test_of_two_workers_that_read_one_reference_at_once_the_second_waits_and_is_turned_away(
    hub: SqlHub, fresh_databases: HubServices
) -> None:
    with open_store(fresh_databases.conninfo("mash_worker")) as conn:
        second = SqlAdmissions(conn, ADMIT)
        ends: list[str] = []

        def late() -> None:
            try:
                with second.reading(TOPIC, 1):
                    assert second.known([ONE]) == {}
                    second.remember([(ONE, OTHER)])
                    ends.append("remembered")
            except UniqueViolation:
                ends.append("turned away")

        first = SqlAdmissions(hub.conn, ADMIT)
        other = threading.Thread(target=late)
        with first.reading(TOPIC, 0):
            first.remember([(ONE, DIGEST)])
            other.start()
            pid = conn.info.backend_pid
            assert wait_until(lambda: hub.conn.execute(WAITS_FOR_A_LOCK, (pid,)).fetchone() == (1,), 30)
            assert ends == []
        other.join()
        assert ends == ["turned away"]
        assert second.known([ONE]) == {ONE: DIGEST}
