"""Why a worker ended, in one sentence: expected, found, what to do. Nothing of a record, a row or a key is ever in it."""

import errno
import traceback
from pathlib import Path

import psycopg
from aiokafka import errors as kafka
from psycopg import errors as postgres

from access_policy.keys import KeysRefused
from access_policy.root_key import RootKeyRefused
from access_policy.sealing import SealBroken
from apps.feed_quality import JudgingFailed
from apps.reach import ReachError
from apps.settings import SettingsError
from audit.note_keys import NoteRejected
from audit.tiles import LedgerBroken
from projections.identity.likeness.weights import WeightsError
from projections.positions import LogHole
from projections.rules.packs import RulePacksError
from projections.sharing import BeingRebuilt
from projections.sql_fold import ProjectionBroken
from schemas.catalogue import CatalogueBroken
from streams.quality.suites import SuitesBroken

COMES_BACK = "the worker starts again by itself until it is back, and nothing is lost"


SAY_IT_THEMSELVES = (
    BeingRebuilt,
    CatalogueBroken,
    JudgingFailed,
    KeysRefused,
    LedgerBroken,
    LogHole,
    NoteRejected,
    ProjectionBroken,
    ReachError,
    RootKeyRefused,
    RulePacksError,
    SealBroken,
    SettingsError,
    SuitesBroken,
    WeightsError,
)
"""Errors of ours: each message is a sentence for an operator already."""

DISK_FULL = f"Expected room for PostgreSQL to write to, found its disk full; free some (`df -h`): {COMES_BACK}."
NOT_PROVISIONED = (
    "Expected {part} to let the hub do its work, found that it refused (a password, a right, a table or a topic is "
    "missing); run `mash provision`: the worker starts again by itself."
)
STOOD_STILL = (
    "Expected a transaction to go on within a minute, found that this worker stood still in it (a frozen machine, or a broker "
    "that did not acknowledge), so that PostgreSQL gave its partition to others: the worker starts again by itself, and nothing is lost."
)
GONE = {
    "PostgreSQL": f"Expected PostgreSQL to answer, found that it does not; see `mash services status`: {COMES_BACK}.",
    "Kafka": f"Expected the Kafka broker to answer, found that it does not; see `mash services status`: {COMES_BACK}.",
}

REFUSALS_OF_POSTGRES = (
    postgres.InsufficientPrivilege,
    postgres.InvalidAuthorizationSpecification,
    postgres.InvalidCatalogName,
    postgres.InvalidPassword,
    postgres.UndefinedColumn,
    postgres.UndefinedTable,
)
REFUSALS_OF_KAFKA = (
    kafka.AuthenticationFailedError,
    kafka.ClusterAuthorizationFailedError,
    kafka.GroupAuthorizationFailedError,
    kafka.SaslAuthenticationFailed,
    kafka.TopicAuthorizationFailedError,
    kafka.UnknownTopicOrPartitionError,
)


def explain(error: BaseException) -> str:
    """Say in one sentence why a worker ended; of an error that nobody foresaw only its type and place, since its message may quote a record."""
    if isinstance(error, SAY_IT_THEMSELVES):
        return str(error)
    if isinstance(error, psycopg.Error):
        return _of_postgres(error)
    if isinstance(error, kafka.KafkaError):
        return _of_kafka(error)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "Expected room for the worker's own files, found the disk full; free some: the worker starts again by itself."
    return _unforeseen(error)


def _of_postgres(error: psycopg.Error) -> str:
    if isinstance(error, postgres.DiskFull):
        return DISK_FULL
    if isinstance(error, postgres.IdleInTransactionSessionTimeout):
        return STOOD_STILL
    if isinstance(error, REFUSALS_OF_POSTGRES) or _was_refused(error):
        return NOT_PROVISIONED.format(part="PostgreSQL")
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return GONE["PostgreSQL"]
    return _unforeseen(error)


def _was_refused(error: psycopg.Error) -> bool:
    """Say whether PostgreSQL refused us at its door: that carries no code of its own, only words."""
    told = str(error)
    return error.sqlstate is None and (
        "authentication failed" in told or "does not exist" in told or "permission" in told
    )


def _of_kafka(error: kafka.KafkaError) -> str:
    if isinstance(error, REFUSALS_OF_KAFKA):
        return NOT_PROVISIONED.format(part="Kafka")
    if isinstance(error, kafka.KafkaConnectionError | kafka.KafkaTimeoutError) or getattr(error, "retriable", False):
        return GONE["Kafka"]
    return _unforeseen(error)


def _unforeseen(error: BaseException) -> str:
    code = getattr(error, "sqlstate", None)
    name = f"{type(error).__name__}{f' ({code})' if code else ''}"
    return (
        f"Expected no such error, found {name} at {_place(error)}; this is a fault of the hub: tell its developers "
        "this line. Nothing is lost; the worker starts again by itself."
    )


def _place(error: BaseException) -> str:
    """Name file and line where the error was raised; never its message."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"
