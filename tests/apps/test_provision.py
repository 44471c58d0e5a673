"""What each user and role may do is refused or allowed by the broker and the server themselves."""

import asyncio
import dataclasses

import psycopg
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import GroupAuthorizationFailedError, KafkaConnectionError, TopicAuthorizationFailedError
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ConfigResource,
    ConfigResourceType,
    ResourcePattern,
    ResourceType,
)
from kafka.errors import KafkaError
from kafka.errors import TopicAuthorizationFailedError as WriteRefusedError

from apps.connections import KEY_ROLES, MAIN_ROLES, KafkaLogin, aiokafka_options, kafka_python_options
from apps.provision import ProvisionError, provision
from apps.provision.kafka_setup import ensure_permissions, ensure_topics
from apps.provision.plan import kafka_permissions, kafka_users
from apps.reach import ReachError, check_kafka, check_postgres
from apps.services.daemons import wait_until
from apps.settings import SettingsError
from schemas.topics import (
    AGENCIES,
    HUB_CASEWORK,
    HUB_DISCLOSURES,
    HUB_EVENTS,
    HUB_IDENTITY,
    TOPICS,
    Topic,
    agency_topic,
)
from tests.hub_parts import HubServices

pytestmark = pytest.mark.services


def write(login: KafkaLogin, topic: str, patience: float = 15) -> int:
    """Write one record as this user and give its offset."""
    producer = KafkaProducer(**kafka_python_options(login), max_block_ms=int(patience * 1000))
    try:
        return int(producer.send(topic, value=b"x", key=b"k").get(timeout=15).offset)
    finally:
        producer.close(timeout=5)


async def read(login: KafkaLogin, topic: str, group: str | None = None) -> int:
    """Read one record as this user and give its offset."""
    consumer = AIOKafkaConsumer(topic, **aiokafka_options(login), group_id=group, auto_offset_reset="earliest")
    try:
        await consumer.start()
        return int((await asyncio.wait_for(consumer.getone(), 20)).offset)
    finally:
        await consumer.stop()


def test_provisioning_twice_says_that_nothing_was_missing(fresh_databases: HubServices) -> None:
    said: list[str] = []
    provision(fresh_databases.settings, said.append)
    assert said[0] == f"{len(TOPICS)} topics are there, 0 of them new"


@pytest.mark.parametrize("user", kafka_users())
def test_every_kafka_user_is_let_in_with_the_password_in_its_file(hub_services: HubServices, user: str) -> None:
    check_kafka(hub_services.login(user))


@pytest.mark.parametrize("role", MAIN_ROLES + KEY_ROLES)
def test_every_role_is_let_in_with_the_password_in_its_file(hub_services: HubServices, role: str) -> None:
    check_postgres(hub_services.conninfo(role))


@pytest.mark.parametrize("agency", AGENCIES)
def test_an_agency_writes_its_own_topic(fresh_topics: HubServices, agency: str) -> None:
    assert write(fresh_topics.login(agency), agency_topic(agency)) == 0


@pytest.mark.parametrize(
    ("user", "topic"),
    [
        ("police", agency_topic("health")),
        ("health", HUB_EVENTS),
        ("door", HUB_EVENTS),
        ("matcher", HUB_EVENTS),
        ("decider", HUB_DISCLOSURES),
    ],
)
def test_a_write_that_the_plan_does_not_name_is_refused_by_the_broker_and_logged(
    hub_services: HubServices, user: str, topic: str
) -> None:
    with pytest.raises(WriteRefusedError):
        write(hub_services.login(user), topic)

    def logged() -> bool:
        return any(f"User:{user} is Denied" in line and topic in line for line in hub_services.refusals())

    assert wait_until(logged, 10)


def test_the_auditor_who_writes_nothing_is_not_even_given_a_producers_number(hub_services: HubServices) -> None:
    with pytest.raises(KafkaError, match="ClusterAuthorizationFailed"):
        write(hub_services.login("auditor"), HUB_EVENTS)


def test_a_topic_whose_name_only_begins_like_an_agencys_prefix_is_not_that_agencys(
    hub_services: HubServices, kafka_admin: KafkaAdminClient
) -> None:
    like_health = Topic("agency.healthvisitor.events", 1, 1000, 1000)
    ensure_topics(kafka_admin, [like_health])
    try:
        with pytest.raises(WriteRefusedError):
            write(hub_services.login("health"), like_health.name)
    finally:
        kafka_admin.delete_topics([like_health.name])


def test_the_door_adds_disclosures_that_the_auditor_reads_and_the_door_does_not(fresh_topics: HubServices) -> None:
    assert write(fresh_topics.login("door"), HUB_DISCLOSURES) == 0
    assert asyncio.run(read(fresh_topics.login("auditor"), HUB_DISCLOSURES)) == 0
    with pytest.raises(TopicAuthorizationFailedError):
        asyncio.run(read(fresh_topics.login("door"), HUB_DISCLOSURES))


def test_matching_reads_what_was_admitted_in_its_own_group_and_adds_who_is_who(fresh_topics: HubServices) -> None:
    write(fresh_topics.login("hub"), HUB_EVENTS)
    assert asyncio.run(read(fresh_topics.login("matcher"), HUB_EVENTS, group="mash-match")) == 0
    assert write(fresh_topics.login("matcher"), HUB_IDENTITY) == 0
    with pytest.raises(TopicAuthorizationFailedError):
        asyncio.run(read(fresh_topics.login("matcher"), agency_topic("health")))


@pytest.mark.parametrize("topic", [HUB_IDENTITY, HUB_CASEWORK])
def test_what_people_decide_is_added_for_them_and_not_read(fresh_topics: HubServices, topic: str) -> None:
    assert write(fresh_topics.login("decider"), topic) == 0
    with pytest.raises(TopicAuthorizationFailedError):
        asyncio.run(read(fresh_topics.login("decider"), topic))


def test_the_hub_reads_what_agencies_say_only_in_groups_of_its_own_name(fresh_topics: HubServices) -> None:
    topic = agency_topic("police")
    write(fresh_topics.login("police"), topic)
    assert asyncio.run(read(fresh_topics.login("hub"), topic, group="mash-admit")) == 0
    with pytest.raises(GroupAuthorizationFailedError):
        asyncio.run(read(fresh_topics.login("hub"), topic, group="other"))


def test_an_agency_reads_nothing_not_even_its_own_words(hub_services: HubServices) -> None:
    with pytest.raises(TopicAuthorizationFailedError):
        asyncio.run(read(hub_services.login("police"), agency_topic("police")))


def test_a_topic_that_nobody_declared_is_not_made_by_writing_to_it(
    hub_services: HubServices, kafka_admin: KafkaAdminClient
) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011 - whichever way the client learns it
        write(hub_services.login("hub"), "hub.misspelt", patience=2)
    assert "hub.misspelt" not in kafka_admin.list_topics()


@pytest.mark.parametrize("protocol", ["SSL", "PLAINTEXT"])
def test_nobody_connects_without_tls_or_without_a_name(hub_services: HubServices, protocol: str) -> None:
    options = aiokafka_options(hub_services.login("hub"))
    unnamed = {name: options[name] for name in ("bootstrap_servers", "ssl_context")}

    async def ask() -> None:
        client = AIOKafkaConsumer(**unnamed, security_protocol=protocol, request_timeout_ms=3000)
        try:
            await client.start()
        finally:
            await client.stop()

    with pytest.raises(KafkaConnectionError):
        asyncio.run(ask())


def test_a_wrong_password_gets_one_sentence_that_does_not_quote_it(hub_services: HubServices) -> None:
    wrong = dataclasses.replace(hub_services.login("police"), password="not-the-password")
    with pytest.raises(ReachError, match="refused the user police") as refusal:
        check_kafka(wrong)
    assert "not-the-password" not in str(refusal.value)
    with pytest.raises(ReachError, match="refused the role mash_reader"):
        check_postgres(hub_services.conninfo("mash_reader").replace("password=", "password=x"))


def test_a_broker_or_a_server_that_is_not_there_gets_one_sentence(hub_services: HubServices) -> None:
    nowhere = dataclasses.replace(hub_services.settings, kafka_bootstrap_servers="127.0.0.1:1")
    with pytest.raises(ReachError, match="mash services up"):
        provision(nowhere, lambda _: None)
    nowhere = dataclasses.replace(hub_services.settings, database_url="postgresql://127.0.0.1:1/mash")
    with pytest.raises(ReachError, match="mash services up"):
        provision(nowhere, lambda _: None)


def test_a_broker_that_another_authority_vouches_for_is_not_trusted(hub_services: HubServices) -> None:
    with pytest.raises(ReachError, match="KAFKA_CA_FILE"):
        check_kafka(dataclasses.replace(hub_services.login("hub"), ca_file=None))


def test_a_permission_that_somebody_added_by_hand_is_taken_away(
    hub_services: HubServices, kafka_admin: KafkaAdminClient
) -> None:
    topic = agency_topic("health")
    by_hand = ResourcePattern(ResourceType.TOPIC, topic)
    kafka_admin.create_acls([ACL("User:police", "*", ACLOperation.WRITE, ACLPermissionType.ALLOW, by_hand)])
    kafka_admin.create_acls([ACL("User:police", "*", ACLOperation.ALTER, ACLPermissionType.ALLOW, by_hand)])
    ensure_permissions(kafka_admin, kafka_permissions())
    with pytest.raises(WriteRefusedError):
        write(hub_services.login("police"), topic)


def test_a_topic_that_somebody_changed_is_kept_again_as_the_plan_says(
    hub_services: HubServices, kafka_admin: KafkaAdminClient
) -> None:
    def kept() -> dict[str, str]:
        resource = ConfigResource(ConfigResourceType.TOPIC, HUB_EVENTS)
        told = kafka_admin.describe_configs([resource], config_filter="all")["topic"][HUB_EVENTS]
        return {name: one["value"] for name, one in told.items()}

    kafka_admin.alter_configs(
        [ConfigResource(ConfigResourceType.TOPIC, HUB_EVENTS, configs={"retention.ms": "1000000"})]
    )
    ensure_topics(kafka_admin, TOPICS)
    assert wait_until(lambda: kept()["retention.ms"] == "-1", 10)
    assert (kept()["cleanup.policy"], kept()["message.timestamp.type"]) == ("delete", "LogAppendTime")


def test_a_topic_with_another_number_of_partitions_is_reported_and_left_alone(kafka_admin: KafkaAdminClient) -> None:
    wider = dataclasses.replace(TOPICS[0], partitions=TOPICS[0].partitions + 1)
    with pytest.raises(ProvisionError, match=TOPICS[0].name):
        ensure_topics(kafka_admin, [wider])


def test_the_worker_adds_to_the_chronology_and_cannot_change_or_remove_it(fresh_databases: HubServices) -> None:
    with psycopg.connect(fresh_databases.conninfo("mash_worker"), autocommit=True) as worker:
        worker.execute("select count(*) from chronology_entry")
        for statement in (
            "delete from chronology_entry",
            "truncate chronology_entry",
            "update chronology_entry set child = child",
            "delete from disclosure",
            "drop table chronology_entry",
            "create table mine (n int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                worker.execute(statement.encode())


def test_nobody_but_its_owner_writes_what_the_schema_consists_of(hub_services: HubServices) -> None:
    for role in (*MAIN_ROLES[1:], *KEY_ROLES[1:]):
        with (
            psycopg.connect(hub_services.conninfo(role), autocommit=True) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute("delete from schema_file")


def test_a_role_of_one_database_does_not_enter_the_other(hub_services: HubServices) -> None:
    for role, other in (("mash_worker", "mash_keys"), ("mash_opener", "mash")):
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(hub_services.conninfo(role), dbname=other)


def test_the_sealer_adds_keys_and_cannot_change_them_and_the_opener_only_finds_them(
    fresh_databases: HubServices,
) -> None:
    add = "insert into child_key (child, wrapped) values (gen_random_uuid(), '\\x00')"
    with psycopg.connect(fresh_databases.conninfo("mash_sealer"), autocommit=True) as sealer:
        sealer.execute(add)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            sealer.execute("update child_key set wrapped = '\\x01'")
    with psycopg.connect(fresh_databases.conninfo("mash_opener"), autocommit=True) as opener:
        assert opener.execute("select count(*) from child_key").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            opener.execute(add.encode())


def test_fresh_databases_hold_nothing_of_the_test_before(fresh_databases: HubServices) -> None:
    with psycopg.connect(fresh_databases.conninfo("mash_opener")) as opener:
        assert opener.execute("select count(*) from child_key").fetchone() == (0,)


def test_a_user_of_no_plan_has_no_login(hub_services: HubServices) -> None:
    with pytest.raises(SettingsError):
        hub_services.login("somebody")
