import dataclasses
import os
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from apps.connections import conninfo, kafka_login, kafka_python_options, parse_url
from apps.keys import make_hub_keys, signing_key
from apps.settings import Settings, SettingsError, load_settings
from audit.note_keys import NoteRejected

PLACES = {
    "KAFKA_BOOTSTRAP_SERVERS": "kafka.example:9093",
    "DATABASE_URL": "postgresql://db.example:5432/mash?sslmode=verify-full",
    "KEYS_DATABASE_URL": "postgresql://db.example:5432/mash_keys",
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(PLACES, tmp_path)


def write_password(settings: Settings, kind: str, user: str, password: str) -> None:
    folder = settings.secrets / kind
    folder.mkdir(parents=True, exist_ok=True)
    (folder / user).write_text(password, encoding="utf-8")


def test_when_nothing_runs_one_sentence_says_what_to_type(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="start it with `mash services up`"):
        load_settings({}, tmp_path)


def test_what_services_up_wrote_is_used_where_the_environment_is_silent(tmp_path: Path) -> None:
    home = tmp_path / ".mash"
    home.mkdir()
    (home / "services.json").write_text(
        '{"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "DATABASE_URL": "a", "KEYS_DATABASE_URL": "b"}'
    )
    settings = load_settings({"DATABASE_URL": "postgresql://db.example/mash"}, tmp_path)
    assert settings.kafka_bootstrap_servers == "127.0.0.1:1"
    assert settings.kafka_ca_file == home / "secrets" / "ca.pem"
    assert settings.database_url == "postgresql://db.example/mash"


def test_brokers_of_others_are_checked_against_this_machines_authorities_unless_a_file_is_named(tmp_path: Path) -> None:
    assert load_settings(PLACES, tmp_path).kafka_ca_file is None
    named = load_settings({**PLACES, "KAFKA_CA_FILE": "/etc/kafka-ca.pem"}, tmp_path)
    assert named.kafka_ca_file == Path("/etc/kafka-ca.pem")


def test_a_damaged_file_of_addresses_is_named(tmp_path: Path) -> None:
    (tmp_path / ".mash").mkdir()
    (tmp_path / ".mash" / "services.json").write_text("[")
    with pytest.raises(SettingsError, match=r"services\.json"):
        load_settings({}, tmp_path)


def test_each_role_is_sent_to_the_database_where_it_lives(settings: Settings) -> None:
    for role in ("mash_worker", "mash_opener"):
        write_password(settings, "postgres", role, f"secret of {role}\n")
    assert conninfo_to_dict(conninfo(settings, "mash_worker"))["dbname"] == "mash"
    assert conninfo_to_dict(conninfo(settings, "mash_worker"))["sslmode"] == "verify-full"
    assert conninfo_to_dict(conninfo(settings, "mash_opener")) == {
        "host": "db.example",
        "port": "5432",
        "dbname": "mash_keys",
        "user": "mash_opener",
        "password": "secret of mash_opener",
    }


def test_a_role_that_is_not_ours_is_refused(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="mash_reader"):
        conninfo(settings, "somebody")


@pytest.mark.parametrize(
    "url", ["mash", "postgresql://", "postgresql://me:hidden@db.example/mash", "http://db.example"]
)
def test_a_database_url_that_is_odd_or_holds_a_password_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        parse_url(url)
    assert "hidden" not in str(refusal.value)


def test_a_missing_password_file_is_named(settings: Settings) -> None:
    with pytest.raises(SettingsError, match=str(settings.secrets / "kafka" / "police")):
        kafka_login(settings, "police")


def test_a_password_is_in_no_repr(settings: Settings) -> None:
    write_password(settings, "kafka", "police", "tell-nobody")
    login = kafka_login(settings, "police")
    assert "tell-nobody" not in repr(login) + repr(settings)
    assert kafka_python_options(login)["sasl_plain_password"] == "tell-nobody"


def test_settings_cannot_be_changed(settings: Settings) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.database_url = "elsewhere"  # type: ignore[misc]


def test_a_hub_signs_under_the_name_that_is_set_and_another_one_later_is_refused(tmp_path: Path) -> None:
    secrets = tmp_path / ".mash" / "secrets"
    secrets.mkdir(parents=True)
    named = load_settings({**PLACES, "MASH_HUB_NAME": "mash.council.example"}, tmp_path)
    make_hub_keys(named, os.urandom)
    make_hub_keys(named, os.urandom)
    assert signing_key(named).name == "mash.council.example"
    with pytest.raises(NoteRejected, match=r"for mash-hub\.example .* for mash\.council\.example: put the name back"):
        make_hub_keys(load_settings(PLACES, tmp_path), os.urandom)


def test_a_hub_that_is_not_named_signs_under_a_name_that_is_nobodys(settings: Settings) -> None:
    assert settings.hub_name == "mash-hub.example"
