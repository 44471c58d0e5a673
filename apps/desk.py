"""The composition root of what stands beside the door: the quarantine's desk, what people decide and say, and views that need more than one record."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from access_policy.sealing import Sealer
from apps.connections import conninfo, kafka_login, kafka_python_options
from apps.doors import READER, Doors
from apps.keys import root_keys
from apps.settings import Settings
from projections.disclosures import SqlDisclosures
from projections.household_tokens_sql import SqlHouseholdTokens
from projections.identity.review_list import SqlReviewList
from projections.quarantine_list import SqlQuarantine
from projections.rows import open_store
from query.casework import CaseworkDesk
from query.casework_log import KafkaCaseworkLog
from query.disclosure_log import disclosure_producer
from query.identity_desk import IdentityDesk
from query.identity_log import KafkaIdentityLog
from query.quarantine import Desk
from query.settlement_log import KafkaSettlementLog
from query.view_desk import ViewDesk
from schemas.catalogue import load_catalogue

SETTLER_USER = "settler"
DECIDER_USER = "decider"


@dataclass(frozen=True, slots=True)
class CaseDesks:
    """What people decide and say about records, and the views that need more than one of them."""

    casework: CaseworkDesk
    identity: IdentityDesk
    views: ViewDesk


@contextmanager
def open_desk(settings: Settings, doors: Doors) -> Iterator[Desk]:
    """Put the desk together beside an open door, which shares the tables: lists as mash_reader, settles as the Kafka user `settler`."""
    login = kafka_login(settings, SETTLER_USER)
    with (
        closing(open_store(conninfo(settings, READER))) as reader,
        closing(disclosure_producer(**kafka_python_options(login))) as producer,
    ):
        log = KafkaSettlementLog(producer, load_catalogue().own("QuarantineSettled"))
        yield Desk(doors.door, SqlQuarantine(reader), log, Sealer(root_keys(settings).secret("nonce")))


@contextmanager
def open_case_desks(settings: Settings, doors: Doors) -> Iterator[CaseDesks]:
    """Put these desks together beside an open door, which shares the tables: they read as mash_reader and write as the Kafka user `decider`."""
    login, sealer = kafka_login(settings, DECIDER_USER), Sealer(root_keys(settings).secret("nonce"))
    with (
        closing(open_store(conninfo(settings, READER))) as reader,
        closing(disclosure_producer(**kafka_python_options(login))) as producer,
    ):
        door, catalogue, disclosures = doors.door, load_catalogue(), SqlDisclosures(reader)
        decisions = KafkaIdentityLog(producer, catalogue)
        yield CaseDesks(
            CaseworkDesk(door, KafkaCaseworkLog(producer, catalogue), sealer),
            IdentityDesk(door, SqlReviewList(reader, catalogue), disclosures, decisions, sealer),
            ViewDesk(door, SqlHouseholdTokens(reader), disclosures),
        )
