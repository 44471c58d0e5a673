"""Bring a Kafka cluster to the topics, users and permissions of the plan; safe to repeat."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ConfigResource,
    ConfigResourceType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from kafka.errors import KafkaError

from apps.connections import KafkaLogin, kafka_python_options
from apps.provision.errors import ProvisionError
from apps.provision.plan import Allowed, Operation
from apps.reach import check_kafka
from apps.services.daemons import wait_until
from schemas.topics import Topic

SETTLE_SECONDS = 15.0


@contextmanager
def administrator(login: KafkaLogin) -> Iterator[KafkaAdminClient]:
    """Connect as the administrator; ReachError quickly when that cannot be, ProvisionError when Kafka refuses a request."""
    check_kafka(login)
    client = KafkaAdminClient(**kafka_python_options(login))
    try:
        yield client
    except KafkaError as error:
        raise ProvisionError(
            f"Kafka refused to be provisioned ({type(error).__name__}); is {login.user} its administrator?"
        ) from error
    finally:
        client.close()


def ensure_topics(client: KafkaAdminClient, topics: Iterable[Topic]) -> tuple[str, ...]:
    """Create the topics that are missing and set what the others keep; name those created.

    Raises ProvisionError when a topic has another number of partitions: a child's events would change place.
    """
    wanted = {topic.name: topic for topic in topics}
    found = {one["name"]: len(one["partitions"]) for one in client.describe_topics() if one["name"] in wanted}
    for name, partitions in found.items():
        if partitions != wanted[name].partitions:
            raise ProvisionError(
                f"Expected {wanted[name].partitions} partitions of {name}, found {partitions}; "
                "a topic's partitions cannot change: copy it into a new one."
            )
    missing = [topic for name, topic in wanted.items() if name not in found]
    if missing:
        client.create_topics({topic.name: _as_asked(topic) for topic in missing})
        client.wait_for_topics([topic.name for topic in missing])
    if found:
        kept = [ConfigResource(ConfigResourceType.TOPIC, name, configs=topic_settings(wanted[name])) for name in found]
        client.alter_configs(kept)
    return tuple(topic.name for topic in missing)


def topic_settings(topic: Topic) -> dict[str, str]:
    """Say how Kafka keeps this topic: the broker stamps the time, and nothing is compacted."""
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(topic.retention_ms),
        "retention.bytes": "-1",
        "max.message.bytes": str(topic.max_record_bytes),
        "message.timestamp.type": "LogAppendTime",
    }


def ensure_users(client: KafkaAdminClient, logins: Iterable[KafkaLogin]) -> None:
    """Set the password of each user, making the user where there is none, and see that each is let in."""
    logins = list(logins)
    outcome = client.alter_user_scram_credentials(
        [UserScramCredentialUpsertion(login.user, ScramMechanism.SCRAM_SHA_512, login.password) for login in logins]
    )
    refused = sorted(user for user, problem in outcome.items() if problem)
    if refused:
        raise ProvisionError(
            f"Kafka refused to set the passwords of {', '.join(refused)}; is the administrator allowed to?"
        )


def ensure_permissions(client: KafkaAdminClient, wanted: frozenset[Allowed]) -> None:
    """Give our users exactly these permissions: what is missing is added, what is not in the plan is taken away."""
    users = sorted({allowed.user for allowed in wanted})
    found = {_allowed(acl): acl for user in users for acl in _acls_of(client, user)}
    extra = [_filter(acl) for allowed, acl in found.items() if allowed not in wanted]
    if extra:
        client.delete_acls(extra)
    missing = sorted(wanted - found.keys())
    if missing:
        client.create_acls([_acl(allowed) for allowed in missing])

    def settled() -> bool:
        return {_allowed(acl) for user in users for acl in _acls_of(client, user)} == wanted

    if (extra or missing) and not wait_until(settled, SETTLE_SECONDS):
        raise ProvisionError(
            "Kafka took the permissions but does not show them; look into its log and provision again."
        )


def _as_asked(topic: Topic) -> dict[str, object]:
    # A replication factor of -1 leaves the number of copies to the cluster.
    return {"num_partitions": topic.partitions, "replication_factor": -1, "configs": topic_settings(topic)}


def _acls_of(client: KafkaAdminClient, user: str) -> list[ACL]:
    everything = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
    acls, _ = client.describe_acls(ACLFilter(f"User:{user}", None, ACLOperation.ANY, ACLPermissionType.ANY, everything))
    return list(acls)


def _acl(allowed: Allowed) -> ACL:
    pattern = ACLResourcePatternType.PREFIXED if allowed.prefixed else ACLResourcePatternType.LITERAL
    return ACL(
        f"User:{allowed.user}",
        "*",
        ACLOperation[allowed.operation],
        ACLPermissionType.ALLOW,
        ResourcePattern(ResourceType[allowed.kind], allowed.name, pattern),
    )


def _filter(acl: ACL) -> ACLFilter:
    return ACLFilter(acl.principal, acl.host, acl.operation, acl.permission_type, acl.resource_pattern)


def _allowed(acl: ACL) -> Allowed | ACL:
    """Read a permission in our words; one that the plan has no words for stays as it is, and so is never wanted."""
    pattern = acl.resource_pattern
    in_our_words = acl.host == "*" and acl.permission_type == ACLPermissionType.ALLOW
    if not in_our_words or acl.operation.name not in Operation.__members__:
        return acl
    prefixed = pattern.pattern_type == ACLResourcePatternType.PREFIXED
    user = acl.principal.removeprefix("User:")
    return Allowed(user, Operation[acl.operation.name], pattern.resource_type.name, pattern.resource_name, prefixed)
