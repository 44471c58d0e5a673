"""The yardstick: a hand-written loop that reads the same topics, decodes with fastavro and copies one row an event. No identity, no sealing, no policy."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from fastavro import schemaless_reader
from psycopg import Connection

from apps.connections import aiokafka_options, conninfo, kafka_login
from apps.settings import Settings
from bench.history import AGENCIES
from projections.rows import Rows, open_store
from schemas.catalogue import load_catalogue
from schemas.codec import PREFIX
from schemas.topics import agency_topic

RECORDS = 4000
TABLE = """
create table loop_event (
    reference text not null, agency text not null, child text not null, happened bigint not null,
    part int not null, log_offset bigint not null, topic text not null, body bytea not null,
    primary key (topic, part, log_offset)
);
create index on loop_event (agency, reference);
create index on loop_event (child, happened);
create table loop_position (topic text, part int, next bigint, primary key (topic, part));
"""
COPY = "copy loop_event (reference, agency, child, happened, part, log_offset, topic, body) from stdin (format binary)"
TYPES = ["text", "text", "text", "int8", "int4", "int8", "text", "bytea"]
MOVE = "insert into loop_position values (%s, %s, %s) on conflict (topic, part) do update set next = excluded.next"


def run_loop(settings: Settings) -> float:
    """Read every agency topic to its end; returns events a second. AssertionError when a record is missing in the table."""
    return asyncio.run(_run(settings))


async def _run(settings: Settings) -> float:
    schemas = {contract.id: contract.fast for contract in load_catalogue()}
    places = [TopicPartition(agency_topic(agency), part) for agency in AGENCIES for part in range(2)]
    consumer = AIOKafkaConsumer(**aiokafka_options(kafka_login(settings, "hub")), max_partition_fetch_bytes=4 << 20)
    await consumer.start()
    conn = open_store(conninfo(settings, "mash_owner"))
    conn.execute(TABLE)
    ends = await consumer.end_offsets(places)
    consumer.assign(places)
    await consumer.seek_to_beginning()
    read, whole = 0, sum(ends.values())
    began = time.perf_counter()
    while read < whole:
        for place, records in (await consumer.getmany(timeout_ms=1000, max_records=RECORDS)).items():
            with conn.transaction():
                _store(conn, place, records, schemas)
            read += len(records)
    seconds = time.perf_counter() - began
    await consumer.stop()
    stored = conn.execute("select count(*) from loop_event").fetchone()
    assert stored is not None
    assert stored[0] == whole, f"the loop stored {stored[0]} of {whole}"
    conn.close()
    return whole / seconds


def _store(conn: Connection[Rows], place: TopicPartition, records: Sequence[Any], schemas: Mapping[int, Any]) -> None:
    rows = []
    for record in records:
        try:
            value = schemaless_reader(
                BytesIO(record.value[PREFIX.size :]), schemas[PREFIX.unpack_from(record.value)[1]], None
            )
            said = value["envelope"]
            head = said["reference"], said["agency"], said["child"]["local_id"], said["happened"]["earliest"]
        except Exception:  # noqa: BLE001 - the yardstick counts broken messages and goes on
            head = "broken", "", "", 0
        rows.append((*head, place.partition, record.offset, place.topic, record.value))
    with conn.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.set_types(TYPES)
        for row in rows:
            copy.write_row(row)
    conn.execute(MOVE, (place.topic, place.partition, records[-1].offset + 1))
