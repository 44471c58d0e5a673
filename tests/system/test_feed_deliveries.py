"""Files that a feed sends again, changed and shortened, through the real hub; and a sender that is killed on its way."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient, OffsetSpec, TopicPartition

from apps.feeds import FeedPlace, agency_log, sending_desk
from apps.services.daemons import wait_until
from connectors.delivery import deliver
from connectors.producer import StatementLog
from connectors.statement import Delivery
from query.open_record import OpenedRecord
from query.view import RecordView
from schemas.codec import decode
from schemas.topics import agency_topic, deliveries_topic, partitions_of
from tests.connectors.census_files import census_source, own_census
from tests.connectors.feed_samples import police_file
from tests.hub_parts import HubServices
from tests.system.hub_in_hand import CATALOGUE, HubInHand, hub_in_hand, staff
from tests.system.reading import read_topic

pytestmark = pytest.mark.services
CENSUS = "childrens_social_care"
CHILDREN = 20
ROWS = 5_000
ENOUGH = 2_100
"""Statements that the killed sender surely got through: more than one acknowledged batch."""
ROOT = Path(__file__).parents[2]


@pytest.fixture
def hub(hub_services: HubServices, kafka_admin: KafkaAdminClient, pristine: None) -> Iterator[HubInHand]:
    with hub_in_hand(hub_services, kafka_admin) as found:
        yield found


def send_census(hub: HubInHand, content: bytes) -> Delivery:
    """Send a census with the memory that `mash feed send` has, and let the hub work it off."""
    source = census_source(content)
    place = FeedPlace(hub.settings.home, hub.settings.secrets)
    with ExitStack() as opened:
        log: StatementLog = opened.enter_context(agency_log(hub.settings, CENSUS))
        feed = (source.agency, source.source_system)
        desk = opened.enter_context(sending_desk(place, CATALOGUE, log, feed))
        receipt = deliver(source, desk)
    hub.work()
    return receipt


def views(hub: HubInHand) -> list[RecordView]:
    who = staff(CENSUS, "analyst", "SENSITIVE", "sealed", "locked")
    opened = [hub.open(who, child) for child in hub.children()]
    assert all(isinstance(one, OpenedRecord) for one in opened), opened[0]
    return [one.view for one in opened if isinstance(one, OpenedRecord)]


def test_a_census_sent_twice_then_with_ten_rows_changed_and_five_removed(hub: HubInHand) -> None:
    first = send_census(hub, own_census(CHILDREN))
    rows = first.rows_in
    assert (first.rows_told, first.rows_refused, rows > 200) == (rows, 0, True)
    assert hub.sql("select count(*) from chronology_entry") == [(rows,)]
    again = send_census(hub, own_census(CHILDREN))
    assert (again.rows_told, again.rows_unchanged, again.rows_corrected, again.retracted) == (0, rows, 0, 0)
    assert hub.sql("select count(*) from chronology_entry") == [(rows,)]
    third = send_census(hub, own_census(CHILDREN, changed=10, removed=5))
    assert (third.rows_told, third.rows_corrected, third.retracted) == (0, 10, 5)
    assert third.rows_unchanged == rows - 15
    assert hub.sql("select count(*) from chronology_entry") == [(rows + 15,)]
    assert hub.sql("select count(*) from quarantined") == [(0,)]
    shown = views(hub)
    assert len(shown) == CHILDREN
    assert sum(len(one.timeline) for one in shown) == rows - 5
    assert sum(len(one.superseded) for view in shown for one in view.timeline) == 10
    assert sum(len(one.withdrawn) for one in shown) == 5
    assert sum(len(one.oddities) for one in shown) == 0
    said = [decode(CATALOGUE, one.value).value for one in read_topic(hub.services, deliveries_topic(CENSUS), "hub")]
    assert [(one["told"], one["corrected"], one["retracted"], one["unchanged"]) for one in said] == [
        (rows, 0, 0, 0),
        (0, 0, 0, rows),
        (0, 10, 5, rows - 15),
    ]
    assert hub.verify().findings == ()


def command(hub: HubInHand, *words: str) -> "subprocess.Popen[str]":
    """Start `mash` as a person would, in a session of its own."""
    program = [sys.executable, "-c", "from apps.cli import main; main()", *words]
    return subprocess.Popen(
        program, cwd=ROOT, env=hub.services.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def in_the_log(admin: KafkaAdminClient, topic: str) -> int:
    places = [TopicPartition(topic, number) for number in range(partitions_of(topic))]
    ends = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))
    return sum(end.offset for end in ends.values())


def test_a_sender_that_is_killed_goes_on_and_nothing_is_told_twice(
    hub: HubInHand, kafka_admin: KafkaAdminClient, tmp_path: Path
) -> None:
    file = tmp_path / "incidents.csv"
    file.write_bytes(police_file(*({"nominal_no": f"N-{number % 500}"} for number in range(ROWS))))
    words = ("feed", "send", str(file), "--mapping", "police", "--json")
    topic = agency_topic("police")
    killed = command(hub, *words)
    assert wait_until(lambda: in_the_log(kafka_admin, topic) >= ENOUGH or killed.poll() is not None, 60)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    arrived = in_the_log(kafka_admin, topic)
    assert ENOUGH <= arrived < ROWS
    printed, errors = command(hub, *words).communicate(timeout=120)
    (receipt,) = json.loads(printed)
    assert (receipt["rows_in"], receipt["told"], receipt["refused"]) == (ROWS, ROWS, 0), errors
    assert 0 < receipt["resumed"] <= arrived
    assert receipt["unchanged"] == receipt["corrected"] == receipt["retracted"] == 0
    told = [one.value for one in read_topic(hub.services, topic, "hub")]
    # What was on its way when the sender died came twice, to the byte; the hub counts it once.
    assert len(set(told)) == ROWS <= len(told) <= ROWS + arrived - receipt["resumed"]
    hub.work()
    counted: Any = hub.sql("select count(*), count(distinct event_id) from chronology_entry")
    assert counted == [(ROWS, ROWS)]
    assert hub.sql("select count(*) from quarantined") == [(0,)]
    (said,) = [
        decode(CATALOGUE, one.value).value for one in read_topic(hub.services, deliveries_topic("police"), "hub")
    ]
    assert (said["rows"], said["told"]) == (ROWS, ROWS)
