"""Bring a PostgreSQL server to the databases, roles and schema of the plan; safe to repeat."""

import psycopg
from psycopg import sql

from apps.connections import administrator_conninfo, conninfo, parse_url, read_password
from apps.migrations import migrate, sql_files
from apps.provision.errors import ProvisionError
from apps.provision.plan import DatabasePlan
from apps.reach import check_postgres
from apps.services.secret_files import ensure_password
from apps.settings import Settings

_LOCK = 4_052_001_838  # any number, as long as nothing else uses it


def ensure_database(settings: Settings, url: str, plan: DatabasePlan) -> tuple[str, ...]:
    """Make one database with its roles, and bring it to its schema; name the SQL files that were run.

    Raises ReachError, ProvisionError or MigrationError, each with one sentence.
    """
    name = str(parse_url(url)["dbname"])
    conninfo_of_server = administrator_conninfo(settings, url, "postgres")
    check_postgres(conninfo_of_server)
    for role in plan.roles:
        ensure_password(settings.secrets / "postgres" / role)
    try:
        with psycopg.connect(conninfo_of_server, autocommit=True) as server:
            # One provision at a time; the lock goes with the connection.
            server.execute("select pg_advisory_lock(%s)", [_LOCK])
            for role in plan.roles:
                _ensure_role(server, role, read_password(settings.secrets / "postgres" / role))
            if not _exists(server, "select from pg_database where datname = %s", name):
                server.execute(
                    sql.SQL("create database {} owner {}").format(sql.Identifier(name), sql.Identifier(plan.owner))
                )
            restrict_database(server, name, plan.roles)
        with psycopg.connect(administrator_conninfo(settings, url, name), autocommit=True) as database:
            _restrict_schema(database, plan)
    except psycopg.Error as error:
        told = error.diag.message_primary or type(error).__name__
        raise ProvisionError(
            f"PostgreSQL refused to be provisioned: {told}; is that user its administrator?"
        ) from error
    with psycopg.connect(conninfo(settings, plan.owner), autocommit=True) as database:
        return migrate(database, sql_files(plan.sql_package))


def restrict_database(server: psycopg.Connection, name: str, roles: tuple[str, ...]) -> None:
    """Let these roles connect to the database, and nobody else; a copy of a database does not inherit this."""
    database = sql.Identifier(name)
    everyone = sql.SQL(", ").join(map(sql.Identifier, roles))
    server.execute(sql.SQL("revoke all on database {} from public").format(database))
    server.execute(sql.SQL("grant connect, temporary on database {} to {}").format(database, everyone))


def _restrict_schema(database: psycopg.Connection, plan: DatabasePlan) -> None:
    everyone = sql.SQL(", ").join(map(sql.Identifier, plan.roles))
    with database.transaction():
        database.execute("revoke all on schema public from public")
        database.execute(sql.SQL("grant usage on schema public to {}").format(everyone))
        # Later functions are not for everybody either; tables never are.
        database.execute(
            sql.SQL("alter default privileges for role {} revoke execute on functions from public").format(
                sql.Identifier(plan.owner)
            )
        )


def _ensure_role(server: psycopg.Connection, role: str, password: str) -> None:
    name = sql.Identifier(role)
    if not _exists(server, "select from pg_roles where rolname = %s", role):
        server.execute(sql.SQL("create role {}").format(name))
    # Hashed here, so that the password itself is in no statement and no log.
    hashed = server.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    server.execute(
        sql.SQL("alter role {} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password {}").format(
            name, sql.Literal(hashed)
        )
    )


def _exists(server: psycopg.Connection, query: str, name: str) -> bool:
    return server.execute(query.encode(), [name]).fetchone() is not None
