"""Bring a database to the schema that lies in SQL files, one object a file, in the order of their names."""

import hashlib
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

import psycopg

RERUN_PREFIX = "9"
"""Files whose name starts so (views, functions, grants) are run at every migration and may change."""

_LOCK = 4_052_001_837  # any number, as long as nothing else uses it


class MigrationError(Exception):
    """The database and the SQL files do not belong together; the message says which file and what to do."""


@dataclass(frozen=True, slots=True)
class SqlFile:
    """One SQL file: its name within its folder, its text, and the digest by which it is recognised."""

    name: str
    text: str

    @property
    def sha256(self) -> bytes:
        """Digest of the text."""
        return hashlib.sha256(self.text.encode()).digest()

    @property
    def runs_again(self) -> bool:
        """Say whether the file is run at every migration."""
        return self.name.startswith(RERUN_PREFIX)


def sql_files(package: str) -> tuple[SqlFile, ...]:
    """Read the SQL files of a package such as `projections.sql`, in the order in which they are run."""
    found = (_read(file) for file in resources.files(package).iterdir() if file.name.endswith(".sql"))
    files = tuple(sorted(found, key=lambda file: file.name))
    if not files:
        raise MigrationError(f"Expected SQL files in {package}, found none; install the hub again.")
    return files


def migrate(connection: psycopg.Connection, files: tuple[SqlFile, ...]) -> tuple[str, ...]:
    """Run the files that this database lacks, and those that always run again, in one transaction; name those run.

    The connection is its owner's and not in a transaction. Raises MigrationError when an applied file has changed
    or is unknown here, and when a file fails; nothing is changed then.
    """
    # If we crash anywhere in here the database is as it was; after the block it has every file.
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        connection.execute(_read(resources.files("apps.migrations") / "schema_file.sql").text.encode())
        applied = {name: bytes(digest) for name, digest in connection.execute("select name, sha256 from schema_file")}
        _check(files, applied)
        wanted = [file for file in files if file.runs_again or file.name not in applied]
        for file in wanted:
            _run(connection, file)
    return tuple(file.name for file in wanted)


def _check(files: tuple[SqlFile, ...], applied: dict[str, bytes]) -> None:
    unknown = applied.keys() - {file.name for file in files}
    if unknown:
        raise MigrationError(
            f"This database has taken in {', '.join(sorted(unknown))}, which this version of the hub does not have; "
            "run the newer version."
        )
    for file in files:
        if not file.runs_again and applied.get(file.name, file.sha256) != file.sha256:
            raise MigrationError(
                f"{file.name} has changed since this database took it in; put it back and write the change into a new file."
            )


def _run(connection: psycopg.Connection, file: SqlFile) -> None:
    try:
        connection.execute(file.text.encode())
    except psycopg.Error as error:
        told = error.diag.message_primary or type(error).__name__
        raise MigrationError(f"{file.name} could not be run: {told}; nothing was changed.") from error
    connection.execute(
        "insert into schema_file (name, sha256) values (%s, %s)"
        " on conflict (name) do update set sha256 = excluded.sha256, applied_at = excluded.applied_at",
        [file.name, file.sha256],
    )


def _read(file: Traversable) -> SqlFile:
    return SqlFile(file.name, file.read_text(encoding="utf-8"))
