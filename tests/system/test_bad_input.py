"""Bad input to a running hub: each gets one clear error with nothing personal in it, and everything good around it goes in."""

import io
from collections.abc import Iterator

import pytest
from kafka import KafkaAdminClient

from apps.connections import kafka_python_options
from connectors.cin_census import read_census
from connectors.csv_drop import read_csv
from connectors.delivery import tell_events
from connectors.envelope import time_zone
from connectors.mapping_file import shipped_mapping
from connectors.producer import KafkaStatementLog
from connectors.statement import Delivery, Refusal
from schemas.codec import encode
from schemas.topics import HUB_QUARANTINE, MAX_STATEMENT_BYTES, agency_topic
from tests.connectors.feed_samples import census, child, csv_file
from tests.hub_parts import HubServices
from tests.system.hub_in_hand import CATALOGUE
from tests.system.marked import MARK, found_in, health_row, value
from tests.system.running import Hub, publish
from tests.system.statements import Told

pytestmark = pytest.mark.services
CONTRACT = CATALOGUE.by_name("ConcernRaised")
SECOND = 1_000_000
WAYS = {
    "truncated": ("not-canonical", lambda good: good[:-3]),
    "cut off in its prefix": ("truncated", lambda good: good[:4]),
    "oversized": ("too-large", lambda good: good + b"x" * MAX_STATEMENT_BYTES),
    "non-canonical": ("not-canonical", lambda good: good + b"\0"),
    "unknown schema": ("unknown-contract", lambda good: b"\0\0\0\x27\x0f" + good[5:]),
    "no Avro": ("unknown-format", lambda good: MARK.encode() + good),
    "empty": ("truncated", lambda good: b""),
}


def message(number: int, **also: object) -> bytes:
    assert CONTRACT is not None
    return encode(CONTRACT, value("police", number, **also))


def backwards(number: int) -> bytes:
    now = 1_711_000_000 * SECOND
    return message(number, happened={"earliest": now, "latest": now - SECOND, "wording": None})


@pytest.fixture(scope="module")
def fed(
    hub_services: HubServices, kafka_admin: KafkaAdminClient, pristine: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hub]:
    """A running hub that was told every bad message among good ones."""
    hub = Hub(hub_services, kafka_admin, tmp_path_factory.mktemp("bad-input"))
    hub.renew()
    try:
        hub.start("admit", "project")
        bad = [*(way(message(at)) for at, (_, way) in enumerate(WAYS.values(), 1000)), backwards(2000)]
        mixed = [one for at, wrong in enumerate(bad) for one in (message(2 * at), wrong, message(2 * at + 1))]
        publish(hub_services, [Told("police", 0, "", one) for one in mixed])
        hub.settle()
        yield hub
    finally:
        hub.end_all()


GOOD = 2 * (len(WAYS) + 1)


def test_each_bad_message_is_in_quarantine_with_its_sentence_and_place(fed: Hub) -> None:
    found = fed.rows("select source_offset, code, sentence, topic from quarantined order by source_offset")
    codes = [*(code for code, _ in WAYS.values()), "backwards"]
    assert [(offset, code) for offset, code, _, _ in found] == [(3 * at + 1, code) for at, code in enumerate(codes)]
    assert {topic for *_, topic in found} == {agency_topic("police")}
    for _, _, sentence, _ in found:
        assert sentence.startswith("expected ")
        assert ", found " in sentence
        assert "; " in sentence
        assert not found_in(sentence.encode())


def test_dead_letters_carry_the_headers_of_kafka_connect(fed: Hub) -> None:
    records = sorted(fed.log(HUB_QUARANTINE), key=lambda one: int(dict(one.headers)["__connect.errors.offset"]))
    assert len(records) == len(WAYS) + 1
    for at, record in enumerate(records):
        headers = dict(record.headers)
        assert headers["__connect.errors.topic"] == agency_topic("police").encode()
        assert headers["__connect.errors.partition"] == b"0"
        assert headers["__connect.errors.offset"] == str(3 * at + 1).encode()
        assert headers["__connect.errors.stage"] == b"VALUE_CONVERTER"
        assert not any("stacktrace" in name or "message" in name for name in headers)


def test_every_good_message_around_them_is_in(fed: Hub) -> None:
    assert fed.rows("select count(*), count(distinct event_id) from chronology_entry") == [(GOOD, GOOD)]
    assert fed.rows("select max(next) from log_position where stage = 'admit'") == [(3 * (len(WAYS) + 1),)]


def test_no_worker_ended_or_logged_a_word_of_them(fed: Hub) -> None:
    for worker in fed.workers:
        assert worker.process.poll() is None, worker.why()
        log = worker.log.read_text()
        assert not found_in(log.encode())
        assert "Traceback" not in log


def csv_rows(first: int, *changes: dict[str, str]) -> bytes:
    return csv_file(health_row(number, "", **change) for number, change in enumerate(changes, first))


BOMB = '<?xml version="1.0"?>\n<!DOCTYPE Message [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'
FILES = {
    "missing column": ("health", csv_rows(10, {}).replace(b"contact_at", b"contact_on"), "missing-column", 0),
    "bad date": ("health", csv_rows(20, {}, {"contact_at": f"{MARK} 31"}, {}), "bad-time", 2),
    "another encoding": ("health", csv_rows(30, {}, {"note": "caf\xe9"}).decode().encode("latin-1"), "not-utf-8", 1),
    "entity bomb": ("census", census(child(f"{MARK}-LA"), before=BOMB), "forbidden-xml", 0),
    "cut off": ("census", census(child(f"{MARK}-1"), child(f"{MARK}-2"))[:-80], "truncated-xml", 12),
}


def send(services: HubServices, feed: str, content: bytes) -> Delivery:
    stream, agency = io.BytesIO(content), "childrens_social_care" if feed == "census" else feed
    outcomes = (
        read_census(stream, time_zone()) if feed == "census" else read_csv(stream, shipped_mapping(feed, CATALOGUE))
    )
    with KafkaStatementLog(**kafka_python_options(services.login(agency))) as log:
        return tell_events(outcomes, CATALOGUE, log)


@pytest.mark.parametrize("way", FILES)
def test_a_bad_file_gets_one_clear_error_by_line_and_its_good_rows_go_in(fed: Hub, way: str) -> None:
    feed, content, code, good = FILES[way]
    ((before,),) = fed.rows("select count(*) from chronology_entry")
    receipt = send(fed.services, feed, content)
    refusals: list[Refusal] = [*receipt.refusals, *([receipt.stopped] if receipt.stopped else [])]
    assert [refusal.code for refusal in refusals] == [code]
    assert refusals[0].line > 0
    assert not found_in(repr(refusals).encode())
    assert receipt.rows_told == good
    fed.settle()
    assert fed.rows("select count(*) from chronology_entry") == [(before + good,)]
