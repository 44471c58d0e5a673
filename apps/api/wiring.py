"""The real parts of the API: doors on PostgreSQL and Kafka, each agency's own Kafka user, and how the hub is."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from kafka.errors import KafkaError

from access_policy.blind_index import event_id
from access_policy.root_key import RootKeyRefused
from apps.api.feed_tokens import ensure_feed_tokens, feed_bearing
from apps.api.kept_answers import KeptAnswers
from apps.api.parts import ApiParts, Desk, Health, PartAway, WorkerLag
from apps.api.pool import Pool
from apps.auditing import Auditing
from apps.connections import conninfo, kafka_login, kafka_python_options
from apps.desk import open_case_desks
from apps.doors import DOOR_USER, OPENER, READER, open_doors
from apps.feed_standings import standings
from apps.feed_status import as_json
from apps.keys import fingerprint_secrets, root_keys
from apps.people import load_people
from apps.reach import ReachError, check_kafka, check_postgres
from apps.settings import Settings, SettingsError
from apps.wiring import now
from apps.workers.lag import LogProgress, log_progress
from apps.workers.layout import ROLES
from connectors.envelope import time_zone
from connectors.producer import KafkaStatementLog, StatementLog
from query.door import StaffMember
from schemas.catalogue import Catalogue, load_catalogue
from schemas.topics import AGENCIES

DESKS = 4
"""How many people are served at once; each has three connections to the main database, one to the keys, and two producers."""
LOGS_OF_AN_AGENCY = 2
PATIENCE_SECONDS = 20.0
Lent = TypeVar("Lent")
SAY_IT_THEMSELVES = (ReachError, RootKeyRefused, SettingsError)


@dataclass(frozen=True, slots=True)
class FileSignIn:
    """Reads who may sign in anew at each question, so that whoever is removed is out at once."""

    settings: Settings

    def person(self, token: str) -> StaffMember:
        """Find a person in people.json."""
        return load_people(self.settings.home).bearing(token)

    def agency(self, token: str) -> str:
        """Find an agency by the digests of the feeds' tokens."""
        return feed_bearing(self.settings, token)


@contextmanager
def open_parts(settings: Settings) -> Iterator[ApiParts]:
    """Make the feeds' tokens where they are missing and give the parts, which connect when they are first needed; closed at the end.

    Raises SettingsError, ServiceError or RootKeyRefused, each with one sentence.
    """
    ensure_feed_tokens(settings)
    catalogue, secret = load_catalogue(), fingerprint_secrets(root_keys(settings)).event_id
    with ExitStack() as opened:
        desk = opened.enter_context(lent_desks(settings))
        logs = {agency: opened.enter_context(closing(_logs(settings, agency))) for agency in AGENCIES}
        gauges = opened.enter_context(closing(Pool(partial(log_progress, settings), 1, PATIENCE_SECONDS)))
        yield ApiParts(
            sign_in=FileSignIn(settings),
            catalogue=catalogue,
            desk=desk,
            statement_log=lambda agency: _away_said(logs[agency].lend()),
            event_id=lambda agency, reference: UUID(bytes=event_id(secret, agency, reference)),
            health=partial(hub_health, settings, gauges),
            zone=time_zone(),
            randomness=os.urandom,
            kept_answers=KeptAnswers(time.monotonic),
            feeds=partial(own_feeds, settings, catalogue, gauges),
        )


@contextmanager
def lent_desks(settings: Settings) -> Iterator[Callable[[], AbstractContextManager[Desk]]]:
    """Give what lends a desk to one request at a time, PartAway where a part does not answer; all are closed at the end."""
    with closing(Pool(partial(open_desk, settings), DESKS, PATIENCE_SECONDS)) as desks:
        yield lambda: _away_said(desks.lend())


@contextmanager
def open_desk(settings: Settings) -> Iterator[Desk]:
    """Open a door, and beside it what an auditor asks and what people decide; their connections are closed at the end."""
    with (
        closing(open_doors(settings)) as doors,
        closing(Auditing(settings, doors.door)) as auditing,
        open_case_desks(settings, doors) as cases,
    ):
        yield Desk(doors.door, auditing, cases.views, cases.casework, cases.identity, doors.blind_index)


def hub_health(settings: Settings, gauges: Pool[LogProgress]) -> Health:
    """Knock at each part, and where the log and the positions can be read say how far each worker is behind."""
    checks: Mapping[str, Callable[[], None]] = {
        "kafka": lambda: check_kafka(kafka_login(settings, DOOR_USER)),
        "postgresql": lambda: check_postgres(conninfo(settings, READER)),
        "postgresql, keys": lambda: check_postgres(conninfo(settings, OPENER)),
    }
    parts = {name: _answers(check) for name, check in checks.items()}
    if not parts["kafka"] or not parts["postgresql"]:
        return Health(parts=parts, workers=[])
    with _away_said(gauges.lend()) as progress:
        lags = [progress.lag(role) for role in ROLES]
    workers = [WorkerLag(role=lag.role, read=lag.read, end=lag.end, behind=lag.behind) for lag in lags]
    return Health(parts=parts, workers=workers)


def own_feeds(settings: Settings, catalogue: Catalogue, gauges: Pool[LogProgress], agency: str) -> list[dict[str, Any]]:
    """Say how an agency's feeds stand; PartAway where PostgreSQL or Kafka does not answer, BeingRebuilt while everything is rebuilt."""
    with _away_said(gauges.lend()) as progress:
        found = standings(settings, catalogue, progress.behind_of_agencies(), agency, now())
    return [as_json(one) for one in found]


def _logs(settings: Settings, agency: str) -> Pool[StatementLog]:
    def opens() -> AbstractContextManager[StatementLog]:
        return KafkaStatementLog(**kafka_python_options(kafka_login(settings, agency)))

    return Pool(opens, LOGS_OF_AN_AGENCY, PATIENCE_SECONDS)


def _answers(check: Callable[[], None]) -> bool:
    try:
        check()
    except SAY_IT_THEMSELVES:
        return False
    return True


@contextmanager
def _away_said(lent: AbstractContextManager[Lent]) -> Iterator[Lent]:
    """Turn what a part that is not there raises into PartAway, in whose message nothing of a record is."""
    try:
        with lent as one:
            yield one
    except SAY_IT_THEMSELVES as error:
        raise PartAway(str(error)) from None
    except (psycopg.OperationalError, psycopg.InterfaceError, KafkaError) as error:
        raise PartAway(f"expected PostgreSQL and Kafka to answer, found {type(error).__name__}") from None
