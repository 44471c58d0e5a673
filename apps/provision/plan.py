"""Who may do what in Kafka and PostgreSQL, on one screen; whatever is not here is refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from apps.connections import KEY_ROLES, MAIN_ROLES
from schemas.topics import (
    AGENCIES,
    HUB_CASEWORK,
    HUB_DISCLOSURES,
    HUB_EVENTS,
    HUB_FEEDS,
    HUB_IDENTITY,
    HUB_QUARANTINE,
)

AGENCY_PREFIX = "agency."
HUB_PREFIX = "hub."
GROUP_PREFIX = "mash-"
"""Every consumer group of ours is named so."""

HUB_USERS = ("hub", "door", "auditor", "quality", "settler", "matcher", "decider")


class Operation(StrEnum):
    """What a Kafka user may do; reading and writing include describing."""

    READ = "READ"
    WRITE = "WRITE"
    DESCRIBE = "DESCRIBE"


@dataclass(frozen=True, slots=True, order=True)
class Allowed:
    """One permission of one Kafka user, on a topic or a group, by whole name or by prefix."""

    user: str
    operation: Operation
    kind: str
    name: str
    prefixed: bool


def kafka_users() -> tuple[str, ...]:
    """Name every Kafka user but the administrator: the hub's own, and one for each agency."""
    return (*HUB_USERS, *AGENCIES)


def kafka_permissions() -> frozenset[Allowed]:
    """List all that any of our Kafka users may do."""
    return frozenset(_permissions())


def _permissions() -> Iterable[Allowed]:
    # The workers read what agencies say and read and write all that the hub says.
    yield Allowed("hub", Operation.READ, "TOPIC", AGENCY_PREFIX, prefixed=True)
    yield Allowed("hub", Operation.READ, "TOPIC", HUB_PREFIX, prefixed=True)
    yield Allowed("hub", Operation.WRITE, "TOPIC", HUB_PREFIX, prefixed=True)
    yield Allowed("hub", Operation.READ, "GROUP", GROUP_PREFIX, prefixed=True)
    # The door to a record adds to the list of disclosures and cannot read it.
    yield Allowed("door", Operation.WRITE, "TOPIC", HUB_DISCLOSURES, prefixed=False)
    # Who settles what was refused adds to the quarantine; the API's door, which anybody may reach, cannot.
    yield Allowed("settler", Operation.WRITE, "TOPIC", HUB_QUARANTINE, prefixed=False)
    yield Allowed("auditor", Operation.READ, "TOPIC", HUB_PREFIX, prefixed=True)
    # Quality reads what agencies say and adds to what the hub says about feeds; it reads nothing of a child's record.
    yield Allowed("quality", Operation.READ, "TOPIC", AGENCY_PREFIX, prefixed=True)
    yield Allowed("quality", Operation.WRITE, "TOPIC", HUB_FEEDS, prefixed=False)
    yield Allowed("quality", Operation.READ, "GROUP", "mash-quality", prefixed=False)
    # Matching reads what was admitted, and adds what it found of who is who; what agencies send it does not read.
    yield Allowed("matcher", Operation.READ, "TOPIC", HUB_EVENTS, prefixed=False)
    yield Allowed("matcher", Operation.READ, "TOPIC", HUB_IDENTITY, prefixed=False)
    yield Allowed("matcher", Operation.WRITE, "TOPIC", HUB_IDENTITY, prefixed=False)
    yield Allowed("matcher", Operation.READ, "GROUP", "mash-match", prefixed=False)
    # What people decide is added for them, of who is who and of what entries say; reading it is the hub's.
    yield Allowed("decider", Operation.WRITE, "TOPIC", HUB_IDENTITY, prefixed=False)
    yield Allowed("decider", Operation.WRITE, "TOPIC", HUB_CASEWORK, prefixed=False)
    for agency in AGENCIES:
        # With the last dot: agency.health. is not agency.healthvisitor.
        for operation in (Operation.WRITE, Operation.DESCRIBE):
            yield Allowed(agency, operation, "TOPIC", f"{AGENCY_PREFIX}{agency}.", prefixed=True)


@dataclass(frozen=True, slots=True)
class DatabasePlan:
    """One database: whose it is, who else may connect, and the package of its SQL files, which grant the rest."""

    owner: str
    roles: tuple[str, ...]
    sql_package: str


MAIN_DATABASE = DatabasePlan("mash_owner", MAIN_ROLES, "projections.sql")
KEYS_DATABASE = DatabasePlan("mash_key_owner", KEY_ROLES, "access_policy.sql")
