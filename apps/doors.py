"""The composition root of the doors: everything that opens a record, each part with the least that it needs."""

import os
from contextlib import ExitStack, closing
from dataclasses import dataclass, field

from access_policy.decision import DecisionPoint
from access_policy.key_store_sql import SqlKeyStore
from access_policy.rules import shipped_rules
from access_policy.sealing import Opener
from apps.connections import conninfo, kafka_login, kafka_python_options
from apps.keys import root_keys
from apps.reach import check_kafka
from apps.settings import Settings
from apps.wiring import PROJECT, now
from projections.rows import open_store
from projections.rules.packs import load_rule_packs
from projections.sharing import share_tables
from projections.sql_store import SqlProjections
from projections.working_days import WorkingDays
from query.disclosure import disclosure_contract
from query.disclosure_log import KafkaDisclosureLog, disclosure_producer
from query.door import Door, DutyRules
from query.unsealing import Unsealing
from schemas.catalogue import load_catalogue

READER = "mash_reader"
OPENER = "mash_opener"
DOOR_USER = "door"


@dataclass(frozen=True, slots=True)
class Doors:
    """The door to records, the secret by which identifiers are looked up, and the connections of both."""

    door: Door
    blind_index: bytes = field(repr=False)
    connections: ExitStack = field(default_factory=ExitStack, repr=False)

    def close(self) -> None:
        """Close the connections: from then on a rebuild may begin."""
        self.connections.close()


def open_doors(settings: Settings) -> Doors:
    """Put the door together: reads as mash_reader, opens keys as mash_opener, writes disclosures as the Kafka user `door`.

    It shares the tables until it is closed, so that no rebuild begins meanwhile; BeingRebuilt when one has: what it showed would be a part.
    """
    login = kafka_login(settings, DOOR_USER)
    check_kafka(login)
    catalogue, rules, keys = load_catalogue(), load_rule_packs(), root_keys(settings)
    with ExitStack() as opened:
        reader = opened.enter_context(closing(open_store(conninfo(settings, READER))))
        share_tables(reader)
        opener = opened.enter_context(closing(open_store(conninfo(settings, OPENER))))
        producer = opened.enter_context(closing(disclosure_producer(**kafka_python_options(login))))
        door = Door(
            point=DecisionPoint(shipped_rules()),
            records=SqlProjections(reader, catalogue, rules, PROJECT),
            unsealing=Unsealing(SqlKeyStore(opener, keys, os.urandom), Opener(), catalogue),
            duties=DutyRules(rules, WorkingDays()),
            log=KafkaDisclosureLog(producer, disclosure_contract(catalogue)),
            clock=now,
            randomness=os.urandom,
        )
        return Doors(door, keys.secret("blind-index"), opened.pop_all())
