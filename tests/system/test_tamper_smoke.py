import time
import pytest
from hub_in_hand import HubInHand, staff
from invented_history import *
from query.open_record import open_record
from tests.hub_parts import empty_topics, renew_databases

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def hub(hub_services, pristine, kafka_admin):
    empty_topics(kafka_admin)
    renew_databases(hub_services)
    with HubInHand(hub_services) as h:
        yield h


B = "set_byte({0}, {1}, get_byte({0},{1}) # 1)"
UP = {
    "chronology_entry": {
        "record": B.format("record", "length(record)-3"),
        "child": "gen_random_uuid()",
        "event_id": "gen_random_uuid()",
        "agency": "'housing'",
        "event_type": "'CaseClosed'",
        "happened_earliest": "happened_earliest - interval '1 us'",
        "happened_latest": "happened_latest + interval '1 us'",
        "received": "received + interval '1 us'",
        "log_offset": "log_offset+1000",
        "part": "part+7",
    },
    "disclosure": {
        "record": B.format("record", "length(record)-3"),
        "disclosure_id": "gen_random_uuid()",
        "child": "gen_random_uuid()",
        "person": "'x'",
        "agency": "'x'",
        "action": "'x'",
        "purpose": "'x'",
        "asked_at": "asked_at+interval '1 us'",
        "allowed": "not allowed",
        "log_offset": "log_offset+1000",
        "part": "part+7",
    },
    "quarantined": {
        "record": B.format("record", "length(record)-3"),
        "quarantine_id": "gen_random_uuid()",
        "topic": "'x'",
        "source_part": "source_part+1",
        "source_offset": "source_offset+1",
        "received": "received+interval '1 us'",
        "code": "'x'",
        "sentence": "'x'",
        "log_offset": "log_offset+1000",
        "part": "part+7",
    },
    "alert": {
        "alert_id": "gen_random_uuid()",
        "child": "gen_random_uuid()",
        "rule": "'x'",
        "edition": "'x'",
        "kind": "'x'",
        "evidence": "'{}'",
        "locked": "not locked",
        "sentence": "'x'",
        "due": "now()",
        "raised": "null",
    },
    "clock": {
        "child": "gen_random_uuid()",
        "rule": "'x'",
        "started_by": "gen_random_uuid()",
        "edition": "'x'",
        "due": "due+interval '1 us'",
        "satisfied_by": "gen_random_uuid()",
        "satisfied_at": "now()",
        "locked": "not locked",
    },
    "concern": {
        "child": "gen_random_uuid()",
        "happened_on": "happened_on+1",
        "event_id": "gen_random_uuid()",
        "agency": "'x'",
        "event_type": "'x'",
        "locked": "not locked",
    },
    "ledger_tile": {"hashes": B.format("hashes", "3"), "part": "part+9", "tile": "tile+1"},
    "checkpoint": {"note": B.format("note", "length(note)-20"), "size": "size+1", "part": "part+9", "made_at": "now()"},
    "identifier": {"child": "gen_random_uuid()", "blind_index": B.format("blind_index", "3"), "scheme": "'x'"},
    "admitted": {"event_id": "gen_random_uuid()", "content_digest": B.format("content_digest", "3")},
    "review_item": {"reason": "'x'", "child": "gen_random_uuid()", "candidates": "'{}'"},
    "amendment": {"child": "gen_random_uuid()", "event_id": "gen_random_uuid()"},
    "log_position": {"next": "next+1"},
}


def test_x(hub):
    few = range(10)
    hub.send_csv("health", health_file(few))
    hub.send_csv("education", education_file(few))
    hub.send_csv("police", police_file(few))
    hub.send_census(census_file(few))
    hub.send_csv("health", health_file(range(1), hospital_no="H-5", corrects_contact_id="C-0-1"))
    from tests.connectors.feed_samples import csv_file, HEALTH_ROW

    print(
        hub.send_csv(
            "health",
            csv_file(
                [
                    {**HEALTH_ROW, "hospital_no": "H-1", "nhs_number": nhs_number(2), "contact_id": "Q1"},
                    {
                        **HEALTH_ROW,
                        "hospital_no": "H-3",
                        "nhs_number": nhs_number(3),
                        "contact_id": "Q2",
                        "corrects_contact_id": "C-3-1",
                    },
                ]
            ),
        ).rows_told
    )
    hub.publish("police", b"\0\0\0\0\xffhm")
    hub.work()
    for c in hub.children()[:3]:
        hub.open(staff(), c)
        hub.open(staff(), c, None)
    hub.work()
    print(hub.verify())
    for table, cols in UP.items():
        hub.sql(f"create schema if not exists kept")
        hub.sql(f"create table kept.{table} as table {table}")
        print(table, hub.sql(f"select count(*) from {table}"))
        for name, (statement) in {
            **{
                c: f"update {table} set {c} = {e} where ctid = (select ctid from {table} order by ctid limit 1)"
                for c, e in cols.items()
            },
            "DELETE": f"delete from {table} where ctid = (select ctid from {table} order by ctid limit 1)",
        }.items():
            try:
                hub.sql(statement)
                f = hub.verify().findings
                print("  ", table, name, len(f), f[:2] if f else "NOTHING FOUND")
            except Exception as e:
                print("  ", table, name, "RAISES", type(e), str(e)[:200])
            hub.sql(f"truncate {table}")
            hub.sql(f"insert into {table} select * from kept.{table}")
    print(hub.verify())
