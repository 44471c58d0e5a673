"""Every Kafka topic of the hub, once: its name, how many partitions, how long it is kept, how large a record may be."""

from dataclasses import dataclass

AGENCIES: tuple[str, ...] = (
    "board",
    "cafcass",
    "childrens_social_care",
    "coroner",
    "education",
    "health",
    "housing",
    "police",
    "prisons",
    "probation",
    "registrars",
    "voluntary",
    "youth_offending",
)
"""Agencies that publish; each owns the topic prefix `agency.<agency>.`, dot included."""

HUB_EVENTS = "hub.events"
HUB_DISCLOSURES = "hub.disclosures"
HUB_ALERTS = "hub.alerts"
HUB_QUARANTINE = "hub.quarantine"
HUB_FEEDS = "hub.feeds"
HUB_IDENTITY = "hub.identity"
HUB_CASEWORK = "hub.casework"
HUB_CHECKPOINTS = "hub.checkpoints"

LEDGERED: tuple[str, ...] = (
    HUB_EVENTS,
    HUB_DISCLOSURES,
    HUB_ALERTS,
    HUB_QUARANTINE,
    HUB_FEEDS,
    HUB_IDENTITY,
    HUB_CASEWORK,
)
"""Topics whose every record is a leaf of the ledger."""

FOR_EVER = -1
THIRTY_DAYS_MS = 30 * 24 * 3600 * 1000
MAX_STATEMENT_BYTES = 256 * 1024
"""The largest statement that an agency may make; a longer one is refused before it is decoded."""

MAX_AGENCY_RECORD_BYTES = 1024 * 1024
"""What the broker takes from an agency: room for a statement that is too long, so that the hub can refuse it with a sentence."""

MAX_HUB_RECORD_BYTES = 2 * MAX_AGENCY_RECORD_BYTES
"""What the broker takes from the hub: room for the seal around whatever an agency could send."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic as it is provisioned: retention in milliseconds (-1 is for ever), and the largest record in bytes."""

    name: str
    partitions: int
    retention_ms: int
    max_record_bytes: int


def agency_topic(agency: str) -> str:
    """Name the topic that this agency alone writes: `agency.<agency>.events`."""
    return f"agency.{agency}.events"


def deliveries_topic(agency: str) -> str:
    """Name the topic on which this agency alone says what each delivery covered: `agency.<agency>.deliveries`."""
    return f"agency.{agency}.deliveries"


def agency_of(topic: str) -> str:
    """Name the agency that alone may write to this topic; ValueError for a topic that no agency owns."""
    parts = topic.split(".")
    if len(parts) != 3 or parts[0] != "agency":
        raise ValueError(f"expected a topic named agency.<agency>.events or .deliveries, found {topic}")
    return parts[1]


def partitions_of(topic: str) -> int:
    """Give how many partitions a topic is provisioned with; KeyError for one that is not ours."""
    return {one.name: one.partitions for one in TOPICS}[topic]


TOPICS: tuple[Topic, ...] = (
    *(Topic(agency_topic(agency), 2, THIRTY_DAYS_MS, MAX_AGENCY_RECORD_BYTES) for agency in AGENCIES),
    *(Topic(deliveries_topic(agency), 1, THIRTY_DAYS_MS, MAX_AGENCY_RECORD_BYTES) for agency in AGENCIES),
    Topic(HUB_EVENTS, 4, FOR_EVER, MAX_HUB_RECORD_BYTES),
    Topic(HUB_DISCLOSURES, 1, FOR_EVER, MAX_HUB_RECORD_BYTES),
    Topic(HUB_ALERTS, 1, FOR_EVER, MAX_HUB_RECORD_BYTES),
    Topic(HUB_QUARANTINE, 1, FOR_EVER, MAX_HUB_RECORD_BYTES),
    Topic(HUB_FEEDS, 1, FOR_EVER, MAX_HUB_RECORD_BYTES),
    Topic(HUB_IDENTITY, 1, FOR_EVER, MAX_HUB_RECORD_BYTES),
    Topic(HUB_CASEWORK, 1, FOR_EVER, MAX_HUB_RECORD_BYTES),
    Topic(HUB_CHECKPOINTS, 1, FOR_EVER, MAX_HUB_RECORD_BYTES),
)
