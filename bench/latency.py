"""How long from the agency's publishing to the analyst's reading: one statement at a time, at a quiet pace, through the running workers."""

import statistics
import time
from uuid import UUID

from kafka import KafkaProducer

from access_policy.blind_index import event_id
from apps.connections import conninfo, kafka_login, kafka_python_options
from apps.keys import root_keys
from apps.settings import Settings
from bench.history import Shape, history
from bench.whole_life import workers
from projections.rows import open_store
from schemas.catalogue import load_catalogue
from schemas.codec import decode
from schemas.topics import agency_topic

PATIENCE = 60
BROKEN_BYTES = 40


def measure_latency(settings: Settings, count: int) -> tuple[float, float]:
    """Publish `count` statements one after the other and wait for each to be readable; returns p50 and p99 in milliseconds."""
    catalogue, secret = load_catalogue(), root_keys(settings).secret("event-id")
    conn = open_store(conninfo(settings, "mash_reader"))
    producers = {}
    waits = []
    with workers(settings):
        for one in history(catalogue, Shape(count + 20, 50, seed=7, prefix="L")):
            producer = producers.setdefault(one.agency, None) or KafkaProducer(
                **kafka_python_options(kafka_login(settings, one.agency))
            )
            producers[one.agency] = producer
            if len(one.message) <= BROKEN_BYTES:
                continue
            reference = decode(catalogue, one.message).value["envelope"]["reference"]
            wanted = UUID(bytes=event_id(secret, one.agency, reference))
            began = time.perf_counter()
            producer.send(agency_topic(one.agency), one.message, partition=one.partition).get(PATIENCE)
            while not conn.execute("select 1 from chronology_entry where event_id = %s", (wanted,)).fetchone():
                assert time.perf_counter() - began < PATIENCE, "a statement was not readable after a minute"
                time.sleep(0.002)
            waits.append((time.perf_counter() - began) * 1000)
    for producer in producers.values():
        producer.close()
    settled = waits[20:]  # the first wait for the workers to start
    return statistics.median(settled), statistics.quantiles(settled, n=100)[98]
