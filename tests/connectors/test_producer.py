import logging
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from feed_samples import EPISODE, census, child, police_file
from kafka import KafkaConsumer

from apps.connections import kafka_python_options
from connectors.delivery import tell_events
from connectors.producer import OPTIONS, FeedBroken, KafkaStatementLog, MemoryStatementLog, NoLog, encode_statement
from connectors.statement import Refusal, Statement
from schemas.codec import ContractBroken
from schemas.topics import agency_topic


def some_statements(read_police: Any, count: int = 3) -> list[Statement]:
    return read_police(police_file(*({} for _ in range(count))))


def closed_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.services)])
def log(request: pytest.FixtureRequest, catalogue: Any) -> Iterator[Any]:
    """Every log that keeps what it is given."""
    if request.param == "memory":
        yield MemoryStatementLog()
        return
    hub = request.getfixturevalue("fresh_topics")
    with KafkaStatementLog(**kafka_python_options(hub.login("police"))) as opened:
        yield opened


def test_what_was_published_is_counted_once_it_is_kept(log: Any, catalogue: Any, read_police: Any) -> None:
    statements = some_statements(read_police)
    messages = [encode_statement(catalogue, statement) for statement in statements]
    for message in messages:
        log.publish(agency_topic("police"), message)
    assert log.flush() == 3
    log.publish(agency_topic("police"), messages[0])
    assert log.flush() == 4


def test_a_statement_that_does_not_fit_is_refused_and_the_others_are_told(
    log: Any, catalogue: Any, read_police: Any
) -> None:
    first, second = some_statements(read_police, 2)
    unfit = replace(second, value={**second.value, "kind": None})
    too_large = replace(second, value={**second.value, "summary": "x" * 300_000})
    unknown = replace(second, event_type="SealedEvent")
    receipt = tell_events([first, unfit, too_large, unknown], catalogue, log)
    assert (receipt.rows_in, receipt.rows_told, log.flush()) == (4, 1, 1)
    assert [refusal.code for refusal in receipt.refusals] == ["does-not-fit", "too-large", "unknown-event-type"]


def test_a_receipt_lists_every_refusal_and_counts_in_equal_counts_out(catalogue: Any, read_cin: Any) -> None:
    bad = EPISODE.replace("2024-03-04", "soon").replace("2024-05-02", "later")
    content = census(child("LA-1"), child("LA-2", bad))
    receipt = tell_events(read_cin(content), catalogue, NoLog())
    assert (receipt.rows_in, receipt.rows_told, receipt.rows_refused) == (24, 22, 2)
    assert not receipt.complete


def test_a_fault_of_the_file_ends_delivery_and_is_told_apart_from_refused_rows(
    catalogue: Any, read_police: Any
) -> None:
    stopped = Refusal(9, "not-utf-8", "expected UTF-8, found other bytes; save it so", ends_reading=True)
    receipt = tell_events([*some_statements(read_police), stopped], catalogue, NoLog())
    assert (receipt.rows_in, receipt.rows_told, receipt.refusals, receipt.stopped) == (3, 3, (), stopped)


def test_an_event_type_of_the_hub_itself_cannot_be_told(catalogue: Any, read_police: Any) -> None:
    with pytest.raises(ContractBroken, match="mash contracts list"):
        encode_statement(catalogue, replace(some_statements(read_police)[0], event_type="Disclosure"))


def test_idempotence_and_all_acknowledgements_are_the_default() -> None:
    assert (OPTIONS["acks"], OPTIONS["enable_idempotence"]) == ("all", True)


def test_a_broker_that_is_not_there_is_one_clear_error(catalogue: Any) -> None:
    with pytest.raises(FeedBroken, match=r"none that answers.*0 statements were acknowledged.*changes nothing"):
        KafkaStatementLog(bootstrap_servers=f"127.0.0.1:{closed_port()}", bootstrap_timeout_ms=500)


@pytest.mark.services
def test_a_wrong_password_is_one_clear_error(hub_services: Any, catalogue: Any) -> None:
    options = kafka_python_options(hub_services.login("police"))
    with pytest.raises(FeedBroken, match="password") as caught:
        KafkaStatementLog(**{**options, "sasl_plain_password": "wrong", "bootstrap_timeout_ms": 2_000})
    assert options["sasl_plain_password"] not in str(caught.value)


@pytest.mark.services
def test_an_agency_that_writes_to_anothers_topic_is_refused_with_a_sentence(
    fresh_topics: Any, catalogue: Any, read_police: Any
) -> None:
    statements = some_statements(read_police)
    with (
        KafkaStatementLog(**kafka_python_options(fresh_topics.login("health"))) as log,
        pytest.raises(FeedBroken, match=r"the broker refused it.*0 statements were acknowledged") as caught,
    ):
        tell_events(statements, catalogue, log)
    assert caught.value.acknowledged == 0


@pytest.mark.services
def test_messages_lie_on_the_agencys_topic_without_key_or_headers_and_in_no_log(
    fresh_topics: Any, catalogue: Any, read_police: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    statements = some_statements(read_police, 50)
    with KafkaStatementLog(**kafka_python_options(fresh_topics.login("police"))) as log:
        receipt = tell_events(statements, catalogue, log)
    assert receipt.rows_told == 50
    assert "Quillfeather" not in caplog.text
    options = kafka_python_options(fresh_topics.login("hub"))
    consumer = KafkaConsumer(agency_topic("police"), **options, auto_offset_reset="earliest", group_id=None)
    with closing(consumer):
        found: list[Any] = []
        while len(found) < 50:
            found += [record for records in consumer.poll(timeout_ms=1_000).values() for record in records]
    assert {(record.key, tuple(record.headers)) for record in found} == {(None, ())}
    assert sorted(record.value for record in found) == sorted(
        encode_statement(catalogue, statement) for statement in statements
    )
