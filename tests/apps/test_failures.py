"""Why a worker ended, in a sentence that holds nothing of a record."""

import errno
import logging

import psycopg
import pytest
from aiokafka import errors as kafka
from psycopg import errors as postgres

from access_policy.root_key import RootKeyRefused
from apps.failures import DISK_FULL, GONE, STOOD_STILL, explain
from apps.plain_log import PlainFormatter
from apps.settings import SettingsError
from projections.positions import LogHole

MARKED = "Marked-Surname"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (postgres.DiskFull(MARKED), DISK_FULL),
        (postgres.IdleInTransactionSessionTimeout(MARKED), STOOD_STILL),
        (postgres.AdminShutdown(MARKED), GONE["PostgreSQL"]),
        (postgres.CannotConnectNow(MARKED), GONE["PostgreSQL"]),
        (psycopg.OperationalError("connection refused"), GONE["PostgreSQL"]),
        (psycopg.InterfaceError("the connection is closed"), GONE["PostgreSQL"]),
        (kafka.KafkaConnectionError(MARKED), GONE["Kafka"]),
        (kafka.KafkaTimeoutError(MARKED), GONE["Kafka"]),
        (kafka.RequestTimedOutError(MARKED), GONE["Kafka"]),
    ],
)
def test_a_part_that_is_gone_is_named_with_what_to_do(error: Exception, said: str) -> None:
    assert explain(error) == said


@pytest.mark.parametrize(
    "error",
    [
        postgres.InsufficientPrivilege(MARKED),
        postgres.UndefinedTable(MARKED),
        psycopg.OperationalError('password authentication failed for user "mash_worker"'),
        kafka.TopicAuthorizationFailedError(MARKED),
        kafka.SaslAuthenticationFailed(MARKED),
    ],
)
def test_a_part_that_refuses_sends_the_operator_to_mash_provision(error: Exception) -> None:
    assert "mash provision" in explain(error)
    assert MARKED not in explain(error)


@pytest.mark.parametrize("error", [SettingsError("a sentence"), RootKeyRefused("a sentence"), LogHole("a sentence")])
def test_an_error_of_ours_is_its_own_sentence(error: Exception) -> None:
    assert explain(error) == "a sentence"


def test_an_error_that_nobody_foresaw_gives_its_type_and_place_and_not_a_word_of_its_message() -> None:
    with pytest.raises(ValueError, match=MARKED) as caught:
        int(f"{MARKED} is no number")
    said = explain(caught.value)
    assert "ValueError at test_failures.py:" in said
    assert MARKED not in said


def test_a_value_that_postgresql_quotes_is_not_said() -> None:
    said = explain(postgres.UniqueViolation(f"duplicate key: Key (name)=({MARKED}) already exists"))
    assert "UniqueViolation" in said
    assert MARKED not in said


def test_a_full_disk_of_the_worker_itself_is_said() -> None:
    assert "disk full" in explain(OSError(errno.ENOSPC, "No space left on device"))


@pytest.mark.parametrize("frames", [False, True])
def test_the_log_never_writes_what_an_error_says_and_frames_only_where_wanted(frames: bool) -> None:
    formatter = PlainFormatter(frames=frames)
    with pytest.raises(ValueError, match=MARKED) as caught:
        int(f"{MARKED} is no number")
    error = caught.value
    crash = logging.LogRecord("x", logging.ERROR, "", 0, "Crashed reason=%r", (error,), (ValueError, error, caught.tb))
    written = formatter.format(crash)
    assert MARKED not in written
    assert "ValueError" in written
    assert ("in test_the_log" in written) == frames
    assert "Traceback" not in written
