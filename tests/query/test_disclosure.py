import subprocess
import sys
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.errors import KafkaTimeoutError, TopicAuthorizationFailedError
from record_world import CATALOGUE, CHILD, NOW

from query.disclosure import Disclosure, decode_disclosure, disclosure_contract, encode_disclosure
from query.disclosure_log import KafkaDisclosureLog, MemoryDisclosureLog
from query.ports import DisclosureFailed, DisclosureLog
from schemas.catalogue import Catalogue, CatalogueBroken
from schemas.codec import ContractBroken, encode

CONTRACT = disclosure_contract(CATALOGUE)
ONE = Disclosure(
    UUID(int=1), CHILD, "s-1", "health", "analyst", "open_record", "assessment", None, NOW, True,
    ("a-rule",), (UUID(int=2),), (UUID(int=3),), b"d" * 32,
)  # fmt: skip
IDS = st.lists(st.uuids(), max_size=4).map(tuple)
MOMENTS = st.datetimes(timezones=st.just(NOW.tzinfo))


class Acknowledgement:
    def __init__(self, producer: "FakeProducer") -> None:
        self.producer = producer

    def get(self, timeout: float) -> None:
        if self.producer.fails_with is not None:
            raise self.producer.fails_with
        self.producer.acknowledged += 1


class FakeProducer:
    """Keeps what is sent; acknowledges only when it is waited for, and fails when told to."""

    def __init__(self, fails_with: Exception | None = None) -> None:
        self.sent: list[dict[str, Any]] = []
        self.acknowledged = 0
        self.fails_with = fails_with

    def send(self, topic: str, **record: Any) -> Acknowledgement:
        self.sent.append({"topic": topic, **record})
        return Acknowledgement(self)

    def close(self) -> None:
        """Nothing is open."""


@given(
    disclosure=st.builds(
        Disclosure, st.uuids(), st.none() | st.uuids(), st.text(), st.text(), st.text(), st.text(), st.none() | st.text(),
        st.none() | MOMENTS, MOMENTS, st.booleans(), st.lists(st.text(), max_size=3).map(tuple), IDS, IDS,
        st.binary(min_size=32, max_size=32),
    )
)  # fmt: skip
def test_a_disclosure_reads_back_as_it_was_written(disclosure: Disclosure) -> None:
    assert decode_disclosure(CATALOGUE, encode_disclosure(CONTRACT, disclosure)) == disclosure


def test_another_message_is_not_a_disclosure() -> None:
    alert = CATALOGUE.by_name("AlertRaised")
    assert alert is not None
    ids = {"alert_id": bytes(16), "child": bytes(16)}
    texts = dict.fromkeys(("rule", "edition", "kind", "sentence"), "")
    message = encode(alert, {**ids, **texts, "evidence": [], "locked": False, "due": None, "raised": 0})
    with pytest.raises(ContractBroken, match="expected a disclosure"):
        decode_disclosure(CATALOGUE, message)


def test_a_catalogue_without_the_contract_is_refused() -> None:
    with pytest.raises(CatalogueBroken, match=r"expected the contract mash\.hub\.Disclosure"):
        disclosure_contract(Catalogue({}))


def test_a_record_is_acknowledged_before_the_log_returns_and_carries_no_headers_and_only_its_random_id_as_key() -> None:
    producer = FakeProducer()
    KafkaDisclosureLog(producer, CONTRACT).record(ONE)
    assert producer.acknowledged == 1
    message = encode_disclosure(CONTRACT, ONE)
    assert producer.sent == [
        {"topic": "hub.disclosures", "value": message, "key": ONE.disclosure_id.bytes, "partition": 0}
    ]


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (KafkaTimeoutError(), "mash services status"),
        (TopicAuthorizationFailedError(), "use the Kafka user door"),
        (ValueError("health-17"), "ask again"),
    ],
)
def test_whatever_goes_wrong_is_one_error_that_says_that_nothing_was_shown(error: Exception, advice: str) -> None:
    with pytest.raises(DisclosureFailed, match="nothing was shown") as found:
        KafkaDisclosureLog(FakeProducer(error), CONTRACT).record(ONE)
    assert advice in str(found.value)
    assert "health-17" not in str(found.value)


def test_a_disclosure_that_does_not_fit_its_contract_is_not_sent() -> None:
    producer = FakeProducer()
    with pytest.raises(DisclosureFailed):
        KafkaDisclosureLog(producer, CONTRACT).record(replace(ONE, digest=b"short"))
    assert producer.sent == []


def test_a_broker_that_is_not_there_is_a_disclosure_that_failed() -> None:
    # In a process of its own: kafka-python leaves its sockets open when it finds no broker.
    told = "from query.disclosure_log import disclosure_producer as reach; reach(bootstrap_servers='127.0.0.1:1', bootstrap_timeout_ms=50)"
    found = subprocess.run([sys.executable, "-c", told], check=False, capture_output=True, text=True)
    assert "DisclosureFailed: expected the disclosure to be acknowledged" in found.stderr
    assert found.stderr.count("Traceback") == 1


def test_the_memory_log_keeps_them_in_order() -> None:
    log = MemoryDisclosureLog()
    as_port: DisclosureLog = log
    other = replace(ONE, disclosure_id=UUID(int=9))
    as_port.record(ONE)
    as_port.record(other)
    assert log.disclosures == [ONE, other]
