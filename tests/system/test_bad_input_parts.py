"""A full disk in front of PostgreSQL and a broker that is not there: one clear sentence, the worker ends, and with the part back everything goes in."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import psycopg
import pytest

from apps.connections import kafka_python_options
from apps.failures import DISK_FULL, GONE
from apps.services.postgres_place import unprivileged_account
from connectors.csv_drop import read_csv
from connectors.delivery import tell_events
from connectors.mapping_file import shipped_mapping
from connectors.producer import FeedBroken, KafkaStatementLog
from tests.hub_parts import HubServices
from tests.system.broker import without_broker
from tests.system.hub_in_hand import CATALOGUE
from tests.system.invented_history import police_file
from tests.system.running import Hub, Worker, publish
from tests.system.statements import history

pytestmark = pytest.mark.services
LARGE = "256m"
LITTLE_ROOM = 512 * 1024
"""What a small disk has left beside the empty tables, in bytes."""


@pytest.fixture
def small_disk(hub: Hub, tmp_path: Path) -> Iterator[Path]:
    """Move the main database of an empty hub to a disk of its own with little room."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root may mount a small disk to fill up")
    place = hub.services.settings.home / "small-disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={LARGE}", "none", str(place)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        place.rmdir()
        pytest.skip("this machine lets nobody mount a small disk to fill up")
    try:
        account = unprivileged_account()
        shutil.chown(place, account.uid, account.gid)
        as_administrator(hub.services, f"create tablespace small location '{place}'")
        as_administrator(hub.services, "alter database mash set tablespace small")
        resize(place, str(shutil.disk_usage(place).used + LITTLE_ROOM))
        yield place
        hub.end_all()
    finally:
        as_administrator(hub.services, "alter database mash set tablespace pg_default")
        as_administrator(hub.services, "drop tablespace if exists small")
        subprocess.run(["umount", "--lazy", str(place)], check=True)
        place.rmdir()


def resize(place: Path, size: str) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(place)], check=True)


def as_administrator(services: HubServices, statement: str) -> None:
    with psycopg.connect(services.server_conninfo(), autocommit=True) as conn:
        conn.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'mash' and pid <> pg_backend_pid()"
        )
        conn.execute(statement.encode())


def ended(hub: Hub, *workers: Worker) -> list[Worker]:
    """Wait until one of these workers has ended, and give those that have."""
    hub.given_up += workers
    hub.until(lambda: any(worker.process.poll() is not None for worker in workers), "a worker to end")
    return [worker for worker in workers if worker.process.poll() is not None]


def last_words(worker: Worker) -> list[str]:
    return [line for line in worker.log.read_text().splitlines() if "THE WORKER ENDS" in line]


def test_a_full_disk_ends_the_worker_with_one_sentence_and_with_room_again_everything_goes_in(
    hub: Hub, small_disk: Path
) -> None:
    told = history(datetime.now(UTC).date(), 120)
    workers = hub.start("admit", "project")
    publish(hub.services, told)
    for worker in ended(hub, *workers):
        assert worker.process.poll() == 1
        (sentence,) = last_words(worker)
        assert sentence.endswith(DISK_FULL), worker.why()
        assert "Traceback" not in worker.log.read_text()
    resize(small_disk, LARGE)
    # As the supervisor does; a worker that has not met the full disk yet goes with the others.
    hub.end_all()
    hub.start("admit", "project")
    hub.settle()
    assert hub.rows("select count(*), count(distinct event_id) from chronology_entry") == [(len(told), len(told))]
    assert hub.rows("select count(*) from admitted") == [(len(told),)]


def test_a_broker_that_is_not_there_ends_the_worker_and_the_feed_with_one_sentence_and_back_again_nothing_is_lost(
    hub: Hub,
) -> None:
    services = hub.services
    told = history(datetime.now(UTC).date(), 40)
    workers = hub.start("admit", "project")
    publish(services, told[: len(told) // 2])
    hub.settle()
    with without_broker(services, hub.admin):
        with pytest.raises(FeedBroken, match=r"found none that answers; start it .*nothing about those"):
            feed(services)
        everyone_ends(hub, *workers)
        for worker in workers:
            (sentence,) = last_words(worker)
            assert sentence.endswith(GONE["Kafka"]), worker.why()
        (again,) = hub.start("admit")
        everyone_ends(hub, again)
        (sentence,) = last_words(again)
        assert "No Kafka broker answers" in sentence or sentence.endswith(GONE["Kafka"])

    hub.start("admit", "project")
    publish(services, told[len(told) // 2 :])
    feed(services)
    hub.settle()
    assert hub.rows("select count(*) from chronology_entry") == [(len(told) + 2,)]


def everyone_ends(hub: Hub, *workers: Worker) -> None:
    hub.given_up += workers
    hub.until(lambda: all(worker.process.poll() is not None for worker in workers), "every worker to end", 60)


def feed(services: HubServices) -> None:
    """Send two rows as the police do."""
    with KafkaStatementLog(**kafka_python_options(services.login("police"))) as log:
        receipt = tell_events(
            read_csv(BytesIO(police_file(range(2))), shipped_mapping("police", CATALOGUE)), CATALOGUE, log
        )
    assert receipt.rows_told == 2
