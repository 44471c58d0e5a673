"""How one named user of Kafka or one named role of PostgreSQL connects; passwords are read here and nowhere else."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from apps.settings import Settings, SettingsError

MAIN_ROLES = ("mash_owner", "mash_worker", "mash_reader", "mash_auditor", "mash_quality", "mash_matcher")
"""Roles of the database `mash`."""

KEY_ROLES = ("mash_key_owner", "mash_sealer", "mash_opener")
"""Roles of the database `mash_keys`."""

ADMINISTRATOR = "postgres"
"""The administrator of PostgreSQL where the URL names no other."""


@dataclass(frozen=True, slots=True)
class KafkaLogin:
    """One user of Kafka: SCRAM-SHA-512 over TLS. The password is left out of its repr."""

    bootstrap_servers: tuple[str, ...]
    user: str
    password: str = field(repr=False)
    ca_file: Path | None


def kafka_login(settings: Settings, user: str) -> KafkaLogin:
    """Read the password of this Kafka user; SettingsError says which file is missing."""
    return KafkaLogin(
        bootstrap_servers=tuple(place.strip() for place in settings.kafka_bootstrap_servers.split(",")),
        user=user,
        password=read_password(settings.secrets / "kafka" / user),
        ca_file=settings.kafka_ca_file,
    )


def tls_context(login: KafkaLogin) -> ssl.SSLContext:
    """Make the TLS context that checks the broker's certificate and name."""
    try:
        return ssl.create_default_context(cafile=login.ca_file)
    except OSError as error:
        raise SettingsError(
            f"Expected the certificate of the brokers' authority in {login.ca_file}, could not read it; set KAFKA_CA_FILE."
        ) from error


def kafka_python_options(login: KafkaLogin) -> dict[str, Any]:
    """Give the keyword arguments by which kafka-python's clients connect as this user."""
    return {
        **_sasl_options(login),
        "bootstrap_servers": list(login.bootstrap_servers),
    }


def aiokafka_options(login: KafkaLogin) -> dict[str, Any]:
    """Give the keyword arguments by which aiokafka's clients connect as this user."""
    return {
        **_sasl_options(login),
        "bootstrap_servers": ",".join(login.bootstrap_servers),
    }


def conninfo(settings: Settings, role: str) -> str:
    """Give the psycopg connection string of one of our roles, in the database where it lives; it holds the password."""
    if role not in MAIN_ROLES + KEY_ROLES:
        raise SettingsError(f"Expected one of the roles {', '.join(MAIN_ROLES + KEY_ROLES)}, found {role}.")
    url = settings.keys_database_url if role in KEY_ROLES else settings.database_url
    return _conninfo(settings, url, user=role)


def administrator_conninfo(settings: Settings, url: str, database: str) -> str:
    """Give the connection string of the administrator of the server that `url` names, to another of its databases."""
    return _conninfo(settings, url, user=str(parse_url(url).get("user", ADMINISTRATOR)), dbname=database)


def parse_url(url: str) -> dict[str, Any]:
    """Read a database URL; SettingsError, which does not quote it, when it cannot be read or carries a password."""
    try:
        parts = dict(conninfo_to_dict(url))
    except ProgrammingError:
        parts = {}
    if not parts.get("host") or not parts.get("dbname"):
        raise SettingsError(
            "Expected a database URL like postgresql://host:5432/mash, found something else; set it so."
        )
    if "password" in parts:
        raise SettingsError(
            "Expected a database URL without a password, found one with it; put the password into a file "
            "secrets/postgres/<role> of MASH_HOME, or of MASH_SECRETS_DIR, and take it out of the URL."
        )
    return parts


def read_password(path: Path) -> str:
    """Read one password file, without the line end an editor may have left; SettingsError when it is missing or empty."""
    try:
        password = path.read_text(encoding="utf-8").strip()
    except OSError:
        password = ""
    if not password:
        raise SettingsError(f"Expected a password in {path}, found none that can be read; `mash provision` makes one.")
    return password


def _conninfo(settings: Settings, url: str, **changed: str) -> str:
    parts = {**parse_url(url), **changed}
    password = read_password(settings.secrets / "postgres" / parts["user"])
    return make_conninfo("", **parts, password=password)


def _sasl_options(login: KafkaLogin) -> dict[str, Any]:
    return {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": login.user,
        "sasl_plain_password": login.password,
        "ssl_context": tls_context(login),
    }
