"""What an agency says of a child is found nowhere but inside sealed bodies and in what was released: marked words go in by every path, and everything is searched."""

import gc
import hashlib
import io
import logging
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import click.testing
import psycopg
import pytest
from kafka import KafkaAdminClient

from access_policy.blind_index import NHS_NUMBER, local_scheme
from apps.api import make_api
from apps.api.wiring import open_parts
from apps.cli import main
from apps.people import write_people
from apps.plain_log import set_up_log
from apps.rebuild import rebuild
from apps.services.postgres_place import elsewhere
from query.alerts import see_alerts
from query.door import Refused
from query.find_child import Identifier, find_child
from query.open_record import OpenedRecord
from query.unsealing import RecordBroken
from schemas.codec import encode
from schemas.topics import AGENCIES, TOPICS, agency_topic
from tests.connectors.feed_samples import http_event
from tests.hub_parts import HubServices
from tests.system.hub_in_hand import CATALOGUE, HubInHand, hub_in_hand, staff
from tests.system.marked import (
    MARK,
    NUMBERS,
    files_of,
    found_in,
    leaks_in_files,
    leaks_in_tables,
    value,
)
from tests.system.marked_feeds import Said, tell_by_files, tell_by_json, tell_directly
from tests.system.reading import read_topic
from tests.system.running import Hub

with warnings.catch_warnings():
    # Starlette would rather have httpx's successor, which is no dependency of ours.
    warnings.filterwarnings("ignore", message="Using `httpx` with")
    from fastapi.testclient import TestClient

pytestmark = pytest.mark.services
TOKEN = "the marked test's invented token"
PEOPLE = [
    {
        "staff_id": f"{role}-1",
        "agency": "childrens_social_care",
        "role": role,
        "clearances": [],
        "token_sha256": hashlib.sha256((TOKEN + role).encode()).hexdigest(),
    }
    for role in ("analyst", "auditor", "operator")
]


IN_THE_WAY = """
insert into chronology_entry
select gen_random_uuid(), child, agency, event_type, happened_earliest, happened_latest, received, p, o, record
from chronology_entry, generate_series(0, 3) p, generate_series(30, 60) o where event_id = %s returning event_id
"""
"""Rows in the places of records that are yet to come."""


@dataclass
class World:
    """The hub after everything was said to it, and what it said."""

    hub: HubInHand
    said: Said
    log: io.StringIO

    def spoken_of(self) -> UUID:
        """Give a child of whom health said something open."""
        ((child,),) = self.hub.sql(
            "select child from chronology_entry where agency = 'health' order by event_id limit 1"
        )
        return UUID(str(child))


@pytest.fixture(scope="module")
def world(hub_services: HubServices, kafka_admin: KafkaAdminClient, pristine: None) -> Iterator[World]:
    before, level = logging.root.handlers[:], logging.root.level
    with hub_in_hand(hub_services, kafka_admin) as hub:
        said, log = Said(), io.StringIO()
        set_up_log("DEBUG", log)
        try:
            write_people(hub.settings.home / "people.json", PEOPLE)
            tell_by_files(hub, said)
            tell_by_json(hub, said)
            tell_directly(hub)
            hub.work()
            yield World(hub, said, log)
        finally:
            logging.root.handlers[:] = before
            logging.root.setLevel(level)


def test_the_marked_words_are_where_they_belong(world: World) -> None:
    """The search finds what there is to find: on the agencies' own topics."""
    records = [record for agency in AGENCIES for record in read_topic(world.hub.services, agency_topic(agency), "hub")]
    assert sum(1 for record in records if found_in(record.value)) == len(records) > 15
    assert all(record.key is None and not record.headers for record in records)


def test_what_could_not_be_admitted_is_in_quarantine_and_on_the_review_list(world: World) -> None:
    codes = {code for (code,) in world.hub.sql("select code from quarantined")}
    assert codes == {
        "not-your-topic",
        "no-reference",
        "no-child",
        "corrects-and-retracts",
        "reference-reused",
        "too-large",
        "not-canonical",
        "unknown-contract",
        "unknown-format",
    }
    assert world.hub.sql("select count(*) from review_item") > [(0,)]


def test_whoever_may_sees_the_words_and_whoever_may_not_sees_none(world: World) -> None:
    hub, said = world.hub, world.said
    for child in hub.children():
        opened = hub.open(staff(), child)
        assert isinstance(opened, OpenedRecord)
        said.released.append(opened.shown)
        said.keep("opened", opened, opened.view.completeness)
        for who, purpose in (
            (staff("health", "operator"), "assessment"),
            (staff(), None),
            (staff(), MARK),
            (staff("police", "auditor"), "audit"),
        ):
            refused = hub.open(who, child, purpose)
            assert isinstance(refused, Refused)
            said.keep("refused", refused)
    assert all(found_in(shown) for shown in said.released)
    for scheme, number in (
        (NHS_NUMBER, NUMBERS[0]),
        (NHS_NUMBER, "9990000077"),
        (local_scheme("police"), f"{MARK}policelocal_id1"),
    ):
        said.keep(
            "found",
            find_child(hub.doors.door, staff(), Identifier(scheme, number), "assessment", hub.doors.blind_index),
        )
    said.keep("alerts", see_alerts(hub.doors.door, staff(), "assessment"))


def test_the_commands_print_words_only_where_they_release_a_record(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MASH_HOME", str(world.hub.settings.home))
    child = str(world.spoken_of())
    asked = ["--as", "analyst-1", "--purpose", "assessment"]
    runs = [
        (["find", "--nhs", "-", *asked], NUMBERS[0]),
        (["find", "--local", "-", "--agency", "police", *asked], f"{MARK}-nobody"),
        (["find", "--nhs", "-", "--as", "operator-1", "--purpose", "assessment"], NUMBERS[0]),
        (["chronology", child, "--as", "operator-1", "--purpose", "assessment"], ""),
        (["chronology", child, "--as", MARK.lower()[::-1]], ""),
        (["alerts", *asked], ""),
        (["disclosures", child, "--as", "auditor-1", "--purpose", "audit"], ""),
        (["quarantine", "list", "--as", "operator-1", "--purpose", "data_quality"], ""),
        (["quarantine", "show", child, "--as", "operator-1", "--purpose", "data_quality"], ""),
        (["quarantine", "discard", child, "--reason", MARK, "--as", "analyst-1", "--purpose", "data_quality"], ""),
        (["verify"], ""),
    ]
    for arguments, typed in runs:
        ended = typed_in(arguments, typed)
        world.said.keep(" ".join(arguments[:1]), ended.output, ended.exception)
    shown = typed_in(["chronology", child, *asked])
    assert MARK in shown.output, (shown.exit_code, shown.output)


def typed_in(arguments: list[str], typed: str = "") -> click.testing.Result:
    with warnings.catch_warnings():
        # A command's connections end with its process, which here goes on.
        warnings.simplefilter("ignore", ResourceWarning)
        ended = click.testing.CliRunner().invoke(main, arguments, input=f"{typed}\n")
        gc.collect()
    return ended


def test_the_api_answers_words_only_where_it_releases_a_record(world: World) -> None:
    with open_parts(world.hub.settings) as parts, TestClient(make_api(parts), raise_server_exceptions=False) as client:
        feed = {"Authorization": f"Bearer {(world.hub.settings.secrets / 'feeds' / 'police').read_text()}"}
        analyst, operator = ({"Authorization": f"Bearer {TOKEN}{role}"} for role in ("analyst", "operator"))
        said = [
            client.post("/events", json=http_event(event_type=MARK), headers=feed),
            client.post("/events", content=MARK.encode(), headers=feed),
            client.post("/events", json=[MARK], headers={"Authorization": f"Bearer {MARK}"}),
            client.post(
                "/children/find",
                json={"scheme": "nhs_number", "value": NUMBERS[0], "purpose": "assessment"},
                headers=operator,
            ),
            client.post(
                "/children/find",
                json={"scheme": "nhs_number", "value": NUMBERS[0], "purpose": "assessment"},
                headers=analyst,
            ),
            client.post("/children/find", json={"scheme": MARK, "value": MARK, "purpose": MARK}, headers=analyst),
        ]
        for answer in said:
            world.said.keep("api", answer.status_code, answer.text, dict(answer.headers))
        child = world.spoken_of()
        assert MARK in client.post(f"/children/{child}/open", json={"purpose": "assessment"}, headers=analyst).text


def test_an_altered_entry_and_a_database_that_refuses_say_nothing_of_it(world: World) -> None:
    hub, said = world.hub, world.said
    (child, event) = hub.sql("select child, event_id from chronology_entry order by event_id limit 1")[0]
    (record,) = hub.sql("select record from chronology_entry where event_id = %s", event)[0]
    hub.sql(
        "update chronology_entry set record = set_byte(record, length(record) - 1, get_byte(record, length(record) - 1) # 1) where event_id = %s",
        event,
    )
    said.error("seal broken", lambda: hub.open(staff(), child), RecordBroken)
    said.keep("verify", *hub.verify().findings)
    hub.sql("update chronology_entry set record = %s where event_id = %s", record, event)

    forged = hub.sql(IN_THE_WAY, event)
    contract = CATALOGUE.by_name("ConcernRaised")
    assert contract is not None
    hub.publish("police", *(encode(contract, value("police", number)) for number in range(100, 220)))
    said.error("row in the way", hub.work, psycopg.errors.UniqueViolation)
    hub.sql("delete from chronology_entry where event_id = any(%s)", [one for (one,) in forged])


def test_workers_that_fail_and_workers_that_go_on_log_no_word(
    world: World,
    kafka_admin: KafkaAdminClient,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MASH_LOG_LEVEL", "DEBUG")
    hub = Hub(world.hub.services, kafka_admin, tmp_path_factory.mktemp("workers"))
    try:
        world.hub.sql("alter table chronology_entry add constraint refused check (agency <> 'police') not valid")
        failed = hub.start("project")[0]
        hub.given_up.append(failed)
        hub.until(lambda: failed.process.poll() is not None, "the worker to end")
        world.hub.sql("alter table chronology_entry drop constraint refused")
        hub.start("admit", "project")
        hub.settle()
    finally:
        hub.end_all()
    assert "THE WORKER ENDS" in failed.log.read_text()
    world.said.keep("workers", *(worker.log.read_text() for worker in hub.workers))


def test_a_rebuild_keeps_it_so(world: World) -> None:
    told: list[object] = []
    world.hub.close_doors()
    rebuild(world.hub.settings, lambda *progress: told.append(progress))
    verified = world.hub.verify()
    assert verified.findings == ()
    world.said.keep("rebuild", *told, verified)


def test_no_answer_error_or_log_line_held_a_word(world: World) -> None:
    assert len(world.said.texts) > 18
    assert world.said.leaks() == []
    assert found_in(world.log.getvalue().encode()) == []


def test_nothing_was_printed_beside_that(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    world.hub.work()
    out, err = capfd.readouterr()
    assert found_in((out + err).encode()) == []


def test_no_topic_group_key_header_or_value_of_the_hub_holds_a_word(
    world: World, kafka_admin: KafkaAdminClient
) -> None:
    records = [
        record
        for topic in TOPICS
        if topic.name.startswith("hub.")
        for record in read_topic(world.hub.services, topic.name)
    ]
    assert len(records) > 150
    named = [*kafka_admin.list_topics(), *(str(one) for one in kafka_admin.list_groups())]
    parts = [
        part
        for record in records
        for part in (
            record.key,
            record.value,
            *(text for name, text in record.headers for text in (name.encode(), text)),
        )
    ]
    assert found_in(b"\n".join([*parts, *(one.encode() for one in named)])) == []


def test_no_table_holds_a_word(world: World) -> None:
    assert leaks_in_tables(world.hub) == []


def test_no_file_of_the_hub_the_broker_or_the_database_holds_a_word(world: World) -> None:
    services = world.hub.services
    world.hub.sql("checkpoint")
    cluster = services.layout.postgres if services.layout.postgres.exists() else elsewhere(services.layout)
    files = list(files_of(services, cluster))
    assert {"postgres.log", "kafka-authorizer.log"} <= {file.name for file in files}
    assert any("pg_wal" in str(file) for file in files)
    assert leaks_in_files(files) == []
