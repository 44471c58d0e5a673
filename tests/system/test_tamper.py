"""One byte changed in anything that is stored, a row made up, a row removed: `mash verify` names it. Run on a small hub, put right after each."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient, TopicPartition

from apps.rebuild import rebuild
from schemas.topics import HUB_ALERTS, HUB_CHECKPOINTS, HUB_DISCLOSURES, HUB_EVENTS, HUB_QUARANTINE
from tests.connectors.feed_samples import HEALTH_ROW, csv_file
from tests.hub_parts import HubServices
from tests.system.broker import without_broker
from tests.system.hub_in_hand import HubInHand, hub_in_hand, staff
from tests.system.invented_history import census_file, education_file, health_file, nhs_number, police_file
from tests.system.reading import read_topic
from tests.system.segments import changed, cut_short, segment

pytestmark = pytest.mark.services

ANY_ID = "gen_random_uuid()"
LATER = "{0} + interval '1 microsecond'"
A_BYTE = "set_byte({0}, length({0}) - 20, get_byte({0}, length({0}) - 20) # 1)"
WORD = "{0} || 'x'"
ELSEWHERE = {"part": "part + 7", "log_offset": "log_offset + 1000"}

COLUMNS: dict[str, dict[str, str]] = {
    "chronology_entry": {
        **dict.fromkeys(("event_id", "child"), ANY_ID),
        **dict.fromkeys(("agency", "event_type"), WORD),
        **dict.fromkeys(("happened_earliest", "happened_latest", "received"), LATER),
        "record": A_BYTE,
        **ELSEWHERE,
    },
    "disclosure": {
        **dict.fromkeys(("disclosure_id", "child"), ANY_ID),
        **dict.fromkeys(("person", "agency", "action", "purpose"), WORD),
        "asked_at": LATER,
        "allowed": "not allowed",
        "record": A_BYTE,
        **ELSEWHERE,
    },
    "quarantined": {
        "quarantine_id": ANY_ID,
        **dict.fromkeys(("topic", "code", "sentence"), WORD),
        **dict.fromkeys(("source_part", "source_offset"), "{0} + 1"),
        "received": LATER,
        **dict.fromkeys(("event_id", "waits_for", "earlier"), ANY_ID),
        "record": A_BYTE,
        **ELSEWHERE,
    },
    "alert": {
        **dict.fromkeys(("alert_id", "child"), ANY_ID),
        **dict.fromkeys(("rule", "edition", "kind", "sentence"), WORD),
        "evidence": "evidence || gen_random_uuid()",
        "locked": "not locked",
        "due": "coalesce(due, now()) + interval '1 microsecond'",
        "raised": "null",
    },
    "clock": {
        **dict.fromkeys(("child", "started_by", "satisfied_by"), ANY_ID),
        **dict.fromkeys(("rule", "edition"), WORD),
        "due": LATER,
        "satisfied_at": "due",
        "locked": "not locked",
    },
    "concern": {
        **dict.fromkeys(("child", "event_id"), ANY_ID),
        **dict.fromkeys(("agency", "event_type"), WORD),
        "happened_on": "happened_on + 1",
        "locked": "not locked",
    },
    "ledger_tile": {"hashes": A_BYTE, "tile": "tile + 1", "part": "part + 7"},
    "checkpoint": {"note": A_BYTE, "size": "size + 1000", "part": "part + 7"},
    "identifier": {"child": ANY_ID, "blind_index": A_BYTE.replace("20", "2"), "scheme": WORD},
    "admitted": {"event_id": ANY_ID, "content_digest": A_BYTE},
    "amendment": {"child": ANY_ID, "event_id": ANY_ID},
}
"""Every column of every table that says something about the log, and another value for it."""

PLACES = {
    "chronology_entry": "select format('hub.events/%s %%row %s:', part, log_offset)",
    "disclosure": "select format('hub.disclosures/%s %%row %s:', part, log_offset)",
    "quarantined": "select format('hub.quarantine/%s %%row %s:', part, log_offset)",
    "alert": "select 'hub.alerts/0 %row '",
    "clock": "select format('child %s: expected the clocks', child)",
    "concern": "select format('child %s: expected the concerns', child)",
    "ledger_tile": "select format('%s/%s ', topic, part)",
    "checkpoint": "select format('%s/%s checkpoint %s:', topic, part, size)",
    "identifier": "select format('child %s: expected the identifiers', child)",
    "admitted": "select format('event %s: expected to be remembered as admitted', event_id)",
    "amendment": "select format('child %s: expected the amendments', child)",
}
"""How verification names a row; %row stands for what it says of it: row, missing row, unknown row."""


@pytest.fixture(scope="module")
def fed(hub_services: HubServices, kafka_admin: KafkaAdminClient, pristine: None) -> Iterator[HubInHand]:
    """A hub that was told a little, was asked a little, agrees with itself, and of each of whose tables there is a copy."""
    with hub_in_hand(hub_services, kafka_admin) as hub:
        tell(hub)
        hub.work()
        for child in hub.children()[:6]:
            hub.open(staff(), child)
            hub.open(staff(), child, None)
        hub.work()
        hub.sql("create schema kept")
        for table in {*COLUMNS, *FORGED}:
            hub.sql(f"create table kept.{table} as table {table}")
            assert hub.sql(f"select count(*) from {table}") > [(0,)], table
        assert hub.verify().findings == ()
        yield hub


def tell(hub: HubInHand) -> None:
    """Tell of twenty children: three agencies of each of them, a correction, two that contradict each other, one that is none."""
    few = range(20)
    hub.send_csv("health", health_file(few))
    hub.send_csv("education", education_file(few))
    hub.send_csv("police", police_file(few))
    hub.send_census(census_file(few))
    corrected = {
        **HEALTH_ROW,
        "hospital_no": "H-3",
        "nhs_number": nhs_number(3),
        "contact_id": "C-9",
        "corrects_contact_id": "C-3-1",
    }
    contradicting = {**HEALTH_ROW, "hospital_no": "H-1", "nhs_number": nhs_number(2), "contact_id": "C-10"}
    assert hub.send_csv("health", csv_file([corrected, contradicting])).complete
    hub.publish("police", *(b"no statement %d" % number for number in range(10)))


def put_right(hub: HubInHand, table: str) -> None:
    hub.sql(f"truncate {table}")
    hub.sql(f"insert into {table} select * from kept.{table}")


MOVED = (*ELSEWHERE, "size", "tile")
"""Columns that say where a row stands: verification names the place where it now is."""
OWN_CHILD = ("clock", "concern", "identifier", "amendment")
"""Tables whose rows are named by their child: each change is made to another child's row."""


def some_rows(hub: HubInHand, table: str) -> list[tuple[str, str]]:
    """Give places of rows, and how verification names each."""
    one_each = "distinct on (child)" if table in OWN_CHILD else ""
    rows = hub.sql(
        f"{PLACES[table].replace('select', f'select {one_each} ctid::text,', 1)} from {table} order by {'child, ' if one_each else ''}ctid"
    )
    return [(place, named) for place, named in rows]


def named(findings: Sequence[str], name: str) -> bool:
    head, _, tail = name.partition("%row")
    return any(one.startswith(head) and tail in one for one in findings)


@pytest.mark.parametrize("table", COLUMNS)
def test_a_row_changed_in_any_column_is_named(fed: HubInHand, table: str) -> None:
    changes = list(COLUMNS[table].items())
    rows = some_rows(fed, table)
    # Where there are fewer rows than columns, the hub is verified once for each round of changes.
    for start in range(0, len(changes), len(rows)):
        rows = some_rows(fed, table)  # where they lie by now: put right, they lie elsewhere
        round_of = list(zip(changes[start : start + len(rows)], rows, strict=False))
        try:
            for (column, other), (place, _) in round_of:
                fed.sql(f"update {table} set {column} = {other.format(column)} where ctid = '{place}'")
            findings = fed.verify().findings
            unnamed = [
                column for (column, _), (_, name) in round_of if not named(findings, name) and column not in MOVED
            ]
            assert unnamed == [], findings
            assert len(findings) >= len(round_of)
        finally:
            put_right(fed, table)


@pytest.mark.parametrize("table", COLUMNS)
def test_a_row_removed_is_named(fed: HubInHand, table: str) -> None:
    place, name = some_rows(fed, table)[0]
    try:
        fed.sql(f"delete from {table} where ctid = '{place}'")
        assert named(fed.verify().findings, name)
    finally:
        put_right(fed, table)


FORGED = {
    "chronology_entry": (
        "insert into {0} select gen_random_uuid(), child, agency, event_type, happened_earliest, happened_latest, received, part, 5000, record from {0} limit 1",
        "hub.events/",
    ),
    "disclosure": (
        "insert into {0} select gen_random_uuid(), child, person, agency, action, purpose, asked_at, allowed, part, 5000, record from {0} limit 1",
        "hub.disclosures/0 unknown row 5000",
    ),
    "quarantined": (
        "insert into {0} select gen_random_uuid(), topic, source_part, source_offset, received, code, sentence, part, 5000, record, event_id, waits_for, earlier from {0} limit 1",
        "hub.quarantine/0 unknown row 5000",
    ),
    "alert": (
        "insert into {0} select '11111111-1111-4111-8111-111111111111', child, rule, edition, kind, evidence, locked, sentence, due, raised from {0} limit 1",
        "alert 11111111-1111-4111-8111-111111111111",
    ),
    "clock": (
        "insert into {0} select '11111111-1111-4111-8111-111111111111', rule, started_by, edition, due, null, null, false from {0} limit 1",
        "child 11111111-1111-4111-8111-111111111111: expected the clocks",
    ),
    "concern": (
        "insert into {0} select '11111111-1111-4111-8111-111111111111', happened_on, event_id, agency, event_type, locked from {0} limit 1",
        "child 11111111-1111-4111-8111-111111111111: expected the concerns",
    ),
    "ledger_tile": (
        "insert into {0} select topic, part, tile + 1, hashes from {0} where topic = 'hub.alerts'",
        "hub.alerts/0",
    ),
    "checkpoint": (
        "insert into {0} select topic, part, size - 1, note, made_at from {0} where topic = 'hub.alerts' order by size limit 1",
        "hub.alerts/0 checkpoint",
    ),
    "identifier": ("insert into {0} select '\\x00', scheme, child from {0} limit 1", "child "),
    "admitted": (
        "insert into {0} select '11111111-1111-4111-8111-111111111111', content_digest from {0} limit 1",
        "event 11111111-1111-4111-8111-111111111111",
    ),
    "amendment": (
        "insert into {0} select '11111111-1111-4111-8111-111111111111', event_id from {0} limit 1",
        "child 11111111-1111-4111-8111-111111111111: expected the amendments",
    ),
    "log_position": (
        "update {0} set next = next + 1 where stage = 'project' and topic = 'hub.alerts'",
        "hub.alerts/0 position",
    ),
}


@pytest.mark.parametrize("table", FORGED)
def test_a_row_made_up_is_named(fed: HubInHand, table: str) -> None:
    statement, name = FORGED[table]
    try:
        fed.sql(statement.format(table))
        assert named(fed.verify().findings, name), fed.verify().findings
    finally:
        put_right(fed, table)


def flipped(hub: HubInHand, topic: str, within: int) -> tuple[Path, int, Any]:
    """Give the file, the place of a byte of a record's value (counted from its end where negative), and the record."""
    record = read_topic(hub.services, topic)[1]
    file = segment(hub.services.layout.kafka, topic, record.partition)
    start = file.read_bytes().index(record.value)
    return file, start + within % len(record.value) if within < len(record.value) else start, record


TOPICS_IN_THE_LEDGER = (HUB_EVENTS, HUB_DISCLOSURES, HUB_ALERTS, HUB_QUARANTINE)


@pytest.mark.parametrize("checksum_fits", [True, False])
@pytest.mark.parametrize("topic", TOPICS_IN_THE_LEDGER)
def test_a_byte_changed_on_the_brokers_disk_is_named(fed: HubInHand, topic: str, checksum_fits: bool) -> None:
    file, place, record = flipped(fed, topic, -5)
    with changed(file, place, checksum_fits=checksum_fits):
        findings = fed.verify().findings
    tree = f"{topic}/{record.partition}"
    assert any(one.startswith(f"{tree} leaf {record.offset}: ") for one in findings), findings
    assert checksum_fits != any(one.startswith(f"{tree} damaged records ") for one in findings)


@pytest.mark.parametrize("within", [0, 4, 5, 22, 66, 70, 80, 120])
def test_whichever_byte_of_a_hub_event_is_changed_its_offset_is_named(fed: HubInHand, within: int) -> None:
    file, place, record = flipped(fed, HUB_EVENTS, within)
    with changed(file, place, checksum_fits=True):
        findings = fed.verify().findings
    assert any(one.startswith(f"{HUB_EVENTS}/{record.partition} leaf {record.offset}: ") for one in findings), findings


def test_a_byte_changed_in_a_records_key_is_named(fed: HubInHand) -> None:
    file, place, record = flipped(fed, HUB_EVENTS, 0)
    key = file.read_bytes().rindex(record.key, 0, place)
    with changed(file, key, checksum_fits=True):
        findings = fed.verify().findings
    assert any(one.startswith(f"{HUB_EVENTS}/{record.partition} leaf {record.offset}: ") for one in findings)


@pytest.mark.parametrize("checksum_fits", [True, False])
def test_a_byte_changed_in_a_published_checkpoint_is_named(fed: HubInHand, checksum_fits: bool) -> None:
    file, place, record = flipped(fed, HUB_CHECKPOINTS, -5)
    with changed(file, place, checksum_fits=checksum_fits):
        findings = fed.verify().findings
    assert any(" checkpoint " in one or one.startswith(f"{HUB_CHECKPOINTS}/0 damaged") for one in findings)
    # A byte of the signature may be none of base64 then, and the whole message no checkpoint any more.
    told = f"offset {record.offset} of {HUB_CHECKPOINTS}", f"{HUB_CHECKPOINTS}/0 checkpoint {record.offset}: "
    assert any(sentence in one for one in findings for sentence in told), findings


def test_after_all_of_this_was_put_right_everything_agrees(fed: HubInHand) -> None:
    assert fed.verify().findings == ()


def test_a_rebuild_heals_every_table_at_once(fed: HubInHand) -> None:
    for table, columns in COLUMNS.items():
        (place, _), *_ = some_rows(fed, table)
        column, other = list(columns.items())[-1]
        fed.sql(f"update {table} set {column} = {other.format(column)} where ctid = '{place}'")
    assert len(fed.verify().findings) >= len(COLUMNS) - 1  # a clock and a concern may be of one child
    fed.close_doors()
    rebuild(fed.settings, lambda *_: None)
    assert fed.verify().findings == ()


def test_a_log_whose_oldest_records_were_deleted_is_named(fed: HubInHand, kafka_admin: KafkaAdminClient) -> None:
    kafka_admin.delete_records({TopicPartition(HUB_EVENTS, 1): 2})
    findings = fed.verify().findings
    assert any(one.startswith(f"{HUB_EVENTS}/1 missing records 0: ") for one in findings), findings


def test_a_log_whose_newest_records_were_cut_off_while_the_broker_was_down_is_named(
    fed: HubInHand, kafka_admin: KafkaAdminClient
) -> None:
    with without_broker(fed.services, kafka_admin):
        end = cut_short(segment(fed.services.layout.kafka, HUB_DISCLOSURES, 0))
    findings = fed.verify().findings
    # Where the log ends now is what the broker says: what is left of it, or less, where it does not vouch for all that it finds.
    named = [one.split()[3].rstrip(":") for one in findings if one.startswith(f"{HUB_DISCLOSURES}/0 log truncated ")]
    assert named, findings
    assert int(named[0]) <= end
