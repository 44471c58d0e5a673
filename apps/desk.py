"""The composition root of the quarantine's desk: the door, the list of what was refused, and where settlings are written."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from access_policy.sealing import Sealer
from apps.connections import conninfo, kafka_login, kafka_python_options
from apps.doors import READER, Doors
from apps.keys import root_keys
from apps.settings import Settings
from projections.quarantine_list import SqlQuarantine
from projections.rows import open_store
from query.disclosure_log import disclosure_producer
from query.quarantine import Desk
from query.settlement_log import KafkaSettlementLog
from schemas.catalogue import load_catalogue

SETTLER_USER = "settler"


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
