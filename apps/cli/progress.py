"""How commands show progress and errors: lines on standard error, so that standard output carries results alone."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import psycopg
from rich.console import Console

from apps.migrations import MigrationError
from apps.provision import ProvisionError
from apps.reach import ReachError
from apps.services import ServiceError
from apps.settings import SettingsError, mash_home
from audit.note_keys import NoteRejected

EXPECTED = (MigrationError, NoteRejected, ProvisionError, ReachError, ServiceError, SettingsError)
"""Errors whose message is a sentence for the person who typed the command."""


@contextmanager
def progress(title: str) -> Iterator[Callable[[str], None]]:
    """Show a line for each step, its seconds since the start, and what is being waited for; turn our errors into one sentence."""
    console = Console(stderr=True, highlight=False)
    began = time.monotonic()

    def say(line: str) -> None:
        console.print(f"{time.monotonic() - began:6.1f} s  {line}", markup=False, soft_wrap=True)

    try:
        with console.status(title):
            yield say
    except EXPECTED as error:
        raise click.ClickException(str(error)) from error
    except psycopg.OperationalError as error:
        raise click.ClickException("PostgreSQL ended the connection; see `mash services status`.") from error


def home() -> Path:
    """Name the folder that this command works on: MASH_HOME, or `.mash` in the current folder."""
    return mash_home(os.environ, Path.cwd())
