"""What an agency says of a child is found nowhere but inside sealed bodies and in what was released: marked words go in by every path, and everything is searched."""

import gc
import hashlib
import io
import json
import logging
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import click.testing
import psycopg
import pytest
from kafka import KafkaAdminClient

from access_policy.blind_index import NHS_NUMBER, local_scheme
from apps.api import make_api
from apps.api.wiring import open_parts
from apps.cli import main
from apps.failures import explain
from apps.people import write_people
from apps.plain_log import set_up_log
from apps.rebuild import rebuild
from apps.services.postgres_place import elsewhere
from connectors.csv_drop import read_csv
from connectors.envelope import time_zone
from connectors.http_events import EventReader
from connectors.mapping_file import shipped_mapping
from connectors.producer import FeedBroken
from query.alerts import see_alerts
from query.door import Refused
from query.find_child import Identifier, find_child
from query.open_record import OpenedRecord
from query.unsealing import RecordBroken
from schemas.codec import ContractBroken, encode
from schemas.topics import AGENCIES, TOPICS, agency_topic
from tests.connectors.feed_samples import census, csv_file, http_event
from tests.hub_parts import HubServices
from tests.system.hub_in_hand import CATALOGUE, HubInHand, hub_in_hand, staff
from tests.system.marked import (
    MARK,
    NUMBERS,
    files_of,
    found_in,
    health_row,
    leaks_in_files,
    leaks_in_tables,
    police_row,
    value,
)
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
class Said:
    """Everything that was printed, logged, raised or answered without being a release of a record."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    released: list[bytes] = field(default_factory=list)

    def keep(self, path: str, *texts: object) -> None:
        self.texts.setdefault(path, []).extend(f"{text} {text!r}" for text in texts)

    def error(self, path: str, doing: Callable[[], object], *kinds: type[BaseException]) -> None:
        """Do what must fail, and keep the error with its whole traceback and what a worker would say of it."""
        with pytest.raises(kinds) as raised:
            doing()
        self.keep(path, raised.value, explain(raised.value), "".join(traceback.format_exception(raised.value)))

    def leaks(self) -> list[str]:
        return [
            f"{path}: {form!r}" for path, texts in self.texts.items() for form in found_in("\n".join(texts).encode())
        ]


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


def tell_by_files(hub: HubInHand, said: Said) -> None:
    """Send CSV and census files: rows that are admitted, rows that the readers refuse, files that they cannot read."""
    bad = {"occurred_date": f"{MARK} day"}
    said.keep(
        "police file",
        hub.send_csv("police", csv_file([police_row(1), police_row(2, **bad), police_row(3, source_evaluation=MARK)])),
    )
    rows = [
        health_row(1, NUMBERS[0]),
        health_row(2, NUMBERS[1]),
        health_row(3, NUMBERS[0], hospital_no=f"{MARK}hospital_no2"),
    ]
    said.keep("health file", hub.send_csv("health", csv_file([*rows, health_row(4, NUMBERS[2], contact_type=MARK)])))
    for way, content in {
        "no heading": csv_file([police_row(5)]).split(b"\n", 1)[1],
        "another encoding": csv_file([police_row(6, surname=f"{MARK}é")]).decode().encode("latin-1"),
        "a cell too many": csv_file([police_row(7)]).rstrip() + f",{MARK}\n".encode(),
    }.items():
        said.keep(way, list(read_csv(io.BytesIO(content), shipped_mapping("police", CATALOGUE))))
    said.keep("census", hub.send_census(census(marked_child("2024-03-04"), marked_child(f"{MARK}-day"))))
    said.keep("broken census", hub.send_census(census(marked_child("2024-03-05"))[:-40]))
    wrong = list(read_csv(io.BytesIO(csv_file([police_row(8)])), shipped_mapping("police", CATALOGUE)))
    said.error("another agency's user", lambda: hub.send("health", wrong), FeedBroken)


def marked_child(day: str) -> str:
    known = f"<UPN>{MARK}-upn</UPN><PersonBirthDate>{day}</PersonBirthDate><Sex>{MARK}</Sex>"
    referred = f"<CINreferralDate>{day}</CINreferralDate><ReferralSource>{MARK}</ReferralSource><ReferralNFA>{MARK}</ReferralNFA>"
    return f"<Child><ChildIdentifiers><LAchildID>{MARK}-LA-{day}</LAchildID>{known}</ChildIdentifiers><CINdetails>{referred}</CINdetails></Child>"


def tell_by_json(hub: HubInHand, said: Said) -> None:
    """Send events as JSON: good ones, and ones with a marked word where none belongs."""
    child = {"local_id": f"{MARK}-LA", "nhs_number": NUMBERS[2], "family_name": f"{MARK}-name"}
    good = http_event(source=f"{MARK}-source", summary=f"{MARK}-summary")
    good["envelope"] |= {"reference": f"{MARK}-ref", "child": child}
    faults: list[dict[str, Any]] = [
        http_event(event_type=MARK),
        http_event(**{f"{MARK} not a word": 1}),
        http_event(source=[MARK]),
        http_event(envelope={**good["envelope"], "happened": MARK}),
        http_event(envelope={**good["envelope"], "agency": MARK}),
        http_event(envelope={**good["envelope"], "seal": MARK}),
    ]
    outcomes = EventReader(CATALOGUE, "childrens_social_care", time_zone()).read(json.dumps([good, *faults]).encode())
    receipt = hub.send("childrens_social_care", outcomes)
    assert (receipt.rows_told, receipt.rows_refused) == (1, len(faults))
    said.keep("json", receipt)
    said.keep("broken json", EventReader(CATALOGUE, "police", time_zone()).read(f'[{{"a": "{MARK}"'.encode()))
    misfit = value("police", 90)
    misfit["kind"] = None
    contract = CATALOGUE.by_name("ConcernRaised")
    assert contract is not None
    said.error("does not fit", lambda: encode(contract, misfit), ContractBroken)


def tell_directly(hub: HubInHand) -> None:
    """Publish as an agency's own producer would: good messages, and every kind that the hub quarantines."""
    contract = CATALOGUE.by_name("ConcernRaised")
    assert contract is not None
    good = encode(contract, value("police", 1))
    long = {**value("police", 20), "summary": MARK * 50_000}
    other_words = {**value("police", 1), "summary": f"{MARK} said otherwise"}
    hub.publish(
        "police",
        good,
        good,
        encode(contract, value("housing", 1)),
        encode(contract, value(MARK, 1)),
        encode(contract, value("police", 2, reference=MARK * 60)),
        encode(contract, value("police", 3, child=value("police", 3)["envelope"]["child"] | {"local_id": " "})),
        encode(contract, value("police", 4, corrects=MARK, retracts=MARK)),
        encode(contract, other_words),
        encode(contract, long),
        good[:-7],
        good + MARK.encode(),
        b"\0\0\0\x27\x0f" + good[5:],
        MARK.encode(),
        encode(contract, value("police", 5, nhs=NUMBERS[0])),
    )


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
        (["quarantine", "list"], ""),
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
        hub.kill_all()
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
