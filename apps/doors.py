"""The composition root of the doors: everything that opens a record, each part with the least that it needs."""

import os
from dataclasses import dataclass

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
from projections.sql_store import SqlProjections
from projections.working_days import WorkingDays
from query.disclosure import disclosure_contract
from query.disclosure_log import KafkaDisclosureLog, disclosure_producer
from query.door import Door, DutyRules
from query.unsealing import Unsealing
from schemas.catalogue import load_catalogue
from schemas.sealed import SealedCodec

READER = "mash_reader"
OPENER = "mash_opener"
DOOR_USER = "door"


@dataclass(frozen=True, slots=True)
class Doors:
    """The door to records, and the secret by which identifiers are looked up."""

    door: Door
    blind_index: bytes


def open_doors(settings: Settings) -> Doors:
    """Put the door together: reads as mash_reader, opens keys as mash_opener, writes disclosures as the Kafka user `door`."""
    login = kafka_login(settings, DOOR_USER)
    check_kafka(login)
    catalogue, rules, keys = load_catalogue(), load_rule_packs(), root_keys(settings)
    records = SqlProjections(open_store(conninfo(settings, READER)), SealedCodec(catalogue), rules, PROJECT)
    opening = SqlKeyStore(open_store(conninfo(settings, OPENER)), keys, os.urandom)
    log = KafkaDisclosureLog(disclosure_producer(**kafka_python_options(login)), disclosure_contract(catalogue))
    door = Door(
        point=DecisionPoint(shipped_rules()),
        records=records,
        unsealing=Unsealing(opening, Opener(), catalogue),
        duties=DutyRules(rules, WorkingDays()),
        log=log,
        clock=now,
        randomness=os.urandom,
    )
    return Doors(door, keys.secret("blind-index"))
