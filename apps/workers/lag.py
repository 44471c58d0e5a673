"""How far the workers have read, and how far the log goes: the one measure of whether the hub is up to date."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from kafka import KafkaConsumer, TopicPartition

from apps.connections import conninfo, kafka_login, kafka_python_options
from apps.feed_quality import DELIVERIES, EVENTS
from apps.reach import check_kafka, check_postgres
from apps.settings import Settings
from apps.wiring import HUB_USER, PROJECT, lowest_positions
from apps.workers.layout import ROLES
from projections.alert_outbox import LOOK_BACK, OVERDUE, WAITING
from projections.identity.sketches_sql import WAITING as PAIRS_WAITING
from projections.rows import open_store
from schemas.topics import (
    AGENCIES,
    HUB_EVENTS,
    HUB_IDENTITY,
    HUB_QUARANTINE,
    LEDGERED,
    agency_of,
    agency_topic,
    partitions_of,
)
from streams import admit, ledger
from streams.matching import match
from streams.quality import marking

READER = "mash_reader"
STAGES = {
    "admit": (admit.STAGE,),
    "project": (PROJECT, ledger.STAGE),
    "match": (match.STAGE,),
    "quality": (marking.STAGE,),
}
TOPICS = {
    "admit": (*(agency_topic(agency) for agency in AGENCIES), HUB_QUARANTINE),
    "project": LEDGERED,
    "match": (HUB_EVENTS, HUB_IDENTITY),
    "quality": (*EVENTS, *DELIVERIES),
}
"""What each role reads; the projecting worker folds the very topics that the ledger covers."""

EVERY_PLACE = tuple(
    TopicPartition(topic, part)
    for topic in sorted({topic for topics in TOPICS.values() for topic in topics})
    for part in range(partitions_of(topic))
)


@dataclass(frozen=True, slots=True)
class Lag:
    """How many records one role has read in all its partitions, and how many there are."""

    role: str
    read: int
    end: int

    @property
    def behind(self) -> int:
        """Count the records still to be read."""
        return self.end - self.read


@dataclass(frozen=True, slots=True)
class LogProgress:
    """Asks for positions and ends; `alerts_due` tells whether any alert still has to be raised at a moment (UTC), `pairs_due` whether any strand has to be compared or a comparison said."""

    positions: Mapping[str, Callable[[], Mapping[tuple[str, int], int]]]
    consumer: KafkaConsumer
    alerts_due: Callable[[datetime], bool]
    pairs_due: Callable[[], bool]

    def lag(self, role: str) -> Lag:
        """Say how far this role is; what expired unread before the log's beginning counts as read."""
        places = [place for place in EVERY_PLACE if place.topic in TOPICS[role]]
        # Positions first: asked for after the ends, they could already be past them.
        stored = self.positions[role]()
        begins, ends = self._span()
        read = sum(max(stored.get((place.topic, place.partition), 0), begins[place]) for place in places)
        return Lag(role, read, sum(ends[place] for place in places))

    def behind_of_agencies(self) -> dict[str, int]:
        """Count for each agency the statements that it published and that are not admitted yet."""
        places = [place for place in EVERY_PLACE if place.topic in EVENTS]
        stored = self.positions["admit"]()
        begins, ends = self._span()
        behind = dict.fromkeys(AGENCIES, 0)
        for place in places:
            read = max(stored.get((place.topic, place.partition), 0), begins[place])
            behind[agency_of(place.topic)] += ends[place] - read
        return behind

    def _span(self) -> tuple[Mapping[TopicPartition, int], Mapping[TopicPartition, int]]:
        """Ask where every partition begins and ends: all at once, since kafka-python 3.0.12 leaves out those it has not met when it has met others."""
        return self.consumer.beginning_offsets(EVERY_PLACE), self.consumer.end_offsets(EVERY_PLACE)

    def settled(self, now: datetime) -> bool:
        """Say whether everything told so far is admitted, folded, compared, signed for in the ledger, and what came of it raised, said and folded."""
        # In the order in which one gives work to the next; each is done before the next is asked. What is folded of who is who gives work to matching again.
        if self.lag("admit").behind or self.alerts_due(now) or self.lag("project").behind:
            return False
        return not self.lag("match").behind and not self.pairs_due() and not self.lag("project").behind


@contextmanager
def log_progress(settings: Settings) -> Iterator[LogProgress]:
    """Connect as mash_reader and as the hub's Kafka user; ReachError or SettingsError when a part is not there."""
    login = kafka_login(settings, HUB_USER)
    check_kafka(login)
    check_postgres(conninfo(settings, READER))
    consumer = KafkaConsumer(**kafka_python_options(login))
    try:
        with open_store(conninfo(settings, READER)) as conn:

            def alerts_due(now: datetime) -> bool:
                overdue = conn.execute(OVERDUE, {"now": now, "since": now - LOOK_BACK}).fetchone()
                return overdue is not None or conn.execute(WAITING).fetchone() is not None

            def pairs_due() -> bool:
                return conn.execute(PAIRS_WAITING).fetchone() is not None

            positions = {role: lowest_positions(conn, STAGES[role]) for role in ROLES}
            yield LogProgress(positions, consumer, alerts_due, pairs_due)
    finally:
        consumer.close()
