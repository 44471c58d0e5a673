"""The county's files, delivered as their agencies would: each through its connector, as the agency's own Kafka user."""

import logging
from collections.abc import Callable
from datetime import tzinfo

from apps.connections import kafka_login, kafka_python_options
from apps.demo.county_files import CountyFile
from apps.reach import check_kafka
from apps.settings import Settings
from connectors.cin_census import read_census
from connectors.csv_drop import read_csv
from connectors.envelope import time_zone
from connectors.http_events import EventReader
from connectors.mapping_file import shipped_mapping
from connectors.producer import KafkaStatementLog, StatementLog, deliver
from connectors.statement import Delivery
from schemas.catalogue import Catalogue


def agency_log(settings: Settings, catalogue: Catalogue, agency: str) -> KafkaStatementLog:
    """Open the agency's topic as the agency's user; ReachError or FeedBroken when it cannot be had."""
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    login = kafka_login(settings, agency)
    check_kafka(login)
    return KafkaStatementLog(catalogue, **kafka_python_options(login))


def deliver_file(
    file: CountyFile, catalogue: Catalogue, log: StatementLog, told: Callable[[int], None] = lambda _rows: None
) -> Delivery:
    """Read one file as its format asks and tell every statement in it; `told` hears the rows read so far."""
    zone = time_zone()
    if file.format == "json":
        return deliver(EventReader(catalogue, file.agency, zone).read(file.path.read_bytes()), log, told)
    return _deliver_drop(file, catalogue, zone, log, told)


def _deliver_drop(
    file: CountyFile, catalogue: Catalogue, zone: tzinfo, log: StatementLog, told: Callable[[int], None]
) -> Delivery:
    with file.path.open("rb") as stream:
        if file.mapping is None:
            return deliver(read_census(stream, zone), log, told)
        return deliver(read_csv(stream, shipped_mapping(file.mapping, catalogue)), log, told)
