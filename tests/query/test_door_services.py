"""The same door on real parts: PostgreSQL as its reader and its opener, Kafka as the user that may only add disclosures."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg
import pytest
from kafka import KafkaConsumer, TopicPartition
from record_world import CALENDAR, CATALOGUE, CHILD, CODEC, PACKS, SECRET, Told, World, sealed_event, staff

from access_policy.blind_index import NHS_NUMBER
from access_policy.key_store_sql import SqlKeyStore
from access_policy.root_key import FileRootKeys
from access_policy.sealing import Opener
from apps.connections import kafka_python_options
from projections.rows import open_store
from projections.sql_duties import Duties, DutyFold
from projections.sql_fold import SqlFold
from projections.sql_store import SqlProjections
from query.alerts import AlertList, see_alerts
from query.disclosure import Disclosure, decode_disclosure, disclosure_contract
from query.disclosure_log import KafkaDisclosureLog, disclosure_producer
from query.door import Door, Refused
from query.find_child import Finding, Identifier, find_child
from query.open_record import OpenedRecord, open_record
from query.ports import DisclosureFailed
from query.replay_shown import reproduce
from query.unsealing import Unsealing
from schemas.topics import HUB_DISCLOSURES

pytestmark = pytest.mark.services
ROOT_KEYS = FileRootKeys(b"r" * 32)
TOLD = (
    Told(agency="education", fields={"summary": "came without a coat"}, child_said={"nhs_number": "9990000018"}),
    Told(agency="health", fields={"summary": "was not weighed"}),
    Told(agency="police", fields={"summary": "a quarrel next door"}),
    Told(agency="police", seal="SEALED", fields={"summary": "sealed by the police"}),
    Told(agency="police", seal="LOCKED", fields={"summary": "locked by the police"}),
)


class Parts:
    """The door on real parts, and what the log of disclosures holds."""

    def __init__(self, hub: Any, open_connections: ExitStack) -> None:
        self._hub = hub
        self._connections = open_connections
        self.keys = SqlKeyStore(self._key_connection("mash_sealer"), ROOT_KEYS, os.urandom)
        reader = open_connections.enter_context(closing(open_store(hub.conninfo("mash_reader"))))
        opener = SqlKeyStore(self._key_connection("mash_opener"), ROOT_KEYS, os.urandom)
        self.door: Door = replace(
            World().door,
            records=SqlProjections(reader, CATALOGUE, PACKS, "project"),
            unsealing=Unsealing(opener, Opener(), CATALOGUE),
            log=self.log_of("door"),
            randomness=os.urandom,
        )

    def log_of(self, user: str) -> KafkaDisclosureLog:
        producer = disclosure_producer(**kafka_python_options(self._hub.login(user)))
        self._connections.enter_context(closing(producer))
        return KafkaDisclosureLog(producer, disclosure_contract(CATALOGUE))

    def fold(self, told: tuple[Told, ...]) -> None:
        worker = self._connections.enter_context(closing(open_store(self._hub.conninfo("mash_worker"))))
        sealer = World().sealer
        events = [sealed_event(self.keys, sealer, one, number) for number, one in enumerate(told, 1)]
        records = [(offset, CODEC.write(event.header_bytes, event.sealed)) for offset, event in enumerate(events)]
        with worker.transaction():
            SqlFold(worker, CODEC, [DutyFold(worker, CODEC, Duties.of(PACKS, CALENDAR))]).fold(0, records)
            for event in events:
                nhs_number = event.header.identified_by.nhs_number
                if nhs_number is not None:
                    worker.execute(
                        "insert into identifier (blind_index, scheme, child) values (%s, %s, %s)",
                        (nhs_number, NHS_NUMBER, CHILD),
                    )

    def disclosures(self) -> list[Disclosure]:
        place = TopicPartition(HUB_DISCLOSURES, 0)
        options = kafka_python_options(self._hub.login("auditor"))
        with closing(KafkaConsumer(enable_auto_commit=False, **options)) as consumer:
            consumer.assign([place])
            end = consumer.end_offsets([place])[place]
            consumer.seek_to_beginning(place)
            found: list[Any] = []
            while len(found) < end:
                found += consumer.poll(timeout_ms=500).get(place, [])
        assert all(record.key == decode_disclosure(CATALOGUE, record.value).disclosure_id.bytes for record in found)
        assert all(not record.headers for record in found)
        return [decode_disclosure(CATALOGUE, record.value) for record in found]

    def _key_connection(self, role: str) -> psycopg.Connection:
        return self._connections.enter_context(closing(psycopg.connect(self._hub.conninfo(role), autocommit=True)))


@pytest.fixture
def parts(fresh_hub: Any) -> Iterator[Parts]:
    with ExitStack() as open_connections:
        yield Parts(fresh_hub, open_connections)


def test_the_real_parts_show_the_same_bytes_as_memory_and_the_log_holds_each_attempt(parts: Parts) -> None:
    parts.fold(TOLD)
    memory = World()
    for one in TOLD:
        memory.say(one)
    opened = open_record(parts.door, staff(), CHILD, "assessment")
    assert isinstance(opened, OpenedRecord)
    assert opened.shown == memory.open().shown
    refused = open_record(parts.door, staff(), CHILD, None)
    assert isinstance(refused, Refused)
    found = find_child(parts.door, staff(), Identifier(NHS_NUMBER, "999 000 0018"), "assessment", SECRET)
    assert isinstance(found, Finding)
    assert found.child == CHILD
    alerts = see_alerts(parts.door, staff(), "assessment")
    assert isinstance(alerts, AlertList)
    assert [len(one.evidence) for one in alerts.view.alerts] == [3]
    written = parts.disclosures()
    assert [(one.action, one.allowed) for one in written] == [
        ("open_record", True),
        ("open_record", False),
        ("find_child", True),
        ("see_alerts", True),
    ]
    assert (len(written[0].shown), len(written[0].withheld)) == (3, 1)
    assert written[0].digest == memory.log.disclosures[0].digest
    assert reproduce(written[0], parts.door) == opened.shown
    assert written[1].disclosure_id == refused.disclosure_id


def test_where_the_broker_refuses_the_disclosure_nothing_is_shown(parts: Parts) -> None:
    parts.fold(TOLD)
    door = replace(parts.door, log=parts.log_of("health"))
    with pytest.raises(DisclosureFailed, match="refused this user, so nothing was shown"):
        open_record(door, staff(), CHILD, "assessment")
    assert parts.disclosures() == []


def test_a_child_that_nobody_spoke_of_has_an_empty_record_and_the_question_is_recorded(parts: Parts) -> None:
    empty = open_record(parts.door, staff(), UUID(int=1), "assessment")
    assert isinstance(empty, OpenedRecord)
    assert empty.view.completeness == "empty"
    assert [one.child for one in parts.disclosures()] == [UUID(int=1)]
