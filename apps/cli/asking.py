"""What every command that asks for something shares: who asks, for what purpose, through the one door; and errors as one sentence."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import click
import psycopg

from access_policy.root_key import RootKeyRefused
from access_policy.vocabulary import PURPOSES
from apps.doors import Doors, open_doors
from apps.people import NotSignedIn, load_people
from apps.reach import ReachError
from apps.rebuild import RebuildRefused
from apps.settings import Settings, SettingsError, load_settings
from audit.log_reader import LogUnreadable
from audit.note_keys import NoteRejected
from projections.sharing import BeingRebuilt
from query.door import Refused, StaffMember
from query.ports import DisclosureFailed
from query.unsealing import RecordBroken

EXPECTED = (
    BeingRebuilt,
    DisclosureFailed,
    LogUnreadable,
    NotSignedIn,
    NoteRejected,
    ReachError,
    RebuildRefused,
    RecordBroken,
    RootKeyRefused,
    SettingsError,
)
"""Errors whose message is a sentence for the person who typed the command."""

REFUSED_EXIT = 3


class PastMoment(click.DateTime):
    """A moment (UTC) that has been, with its zone: what will be known later cannot be shown, and would be taken for what is known now."""

    def __init__(self) -> None:
        """Take a day, and a time of it to the minute or the second."""
        super().__init__(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read the moment; click's own error for one that is none, or is still to come."""
        moment: datetime = super().convert(value, param, ctx).replace(tzinfo=UTC)
        if moment > datetime.now(UTC):
            self.fail(
                "expected a moment until now (UTC), found one that is still to come; give an earlier one.", param, ctx
            )
        return moment


MOMENT = PastMoment()
AS = click.option("--as", "staff_id", required=True, help="Your staff id; `mash people` lists them.")
PURPOSE = click.option(
    "--purpose", type=click.Choice(PURPOSES), help="What you ask for it for; without one you are refused."
)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, the door, and where the parts are."""

    settings: Settings
    doors: Doors
    staff: StaffMember


@contextmanager
def in_sentences() -> Iterator[Settings]:
    """Give the settings, and turn the errors that are expected into one sentence."""
    with errors_in_sentences():
        yield load_settings(os.environ, Path.cwd())


@contextmanager
def errors_in_sentences() -> Iterator[None]:
    """Turn the errors that are expected into one sentence."""
    try:
        yield
    except EXPECTED as error:
        raise click.ClickException(str(error)) from error
    except psycopg.OperationalError as error:
        raise click.ClickException(
            "PostgreSQL ended the connection or let nobody in; see `mash services status`."
        ) from error


@contextmanager
def asking(staff_id: str) -> Iterator[Asking]:
    """Open the door for this member of staff."""
    with in_sentences() as settings:
        staff = load_people(settings.home).named(staff_id)
        with closing(open_doors(settings)) as doors:
            yield Asking(settings, doors, staff)


def say_refused(refused: Refused) -> NoReturn:
    """Say why nothing is shown, and leave with exit code 3: an answer, and no failure of the hub."""
    click.echo("Refused, and recorded as such:", err=True)
    for rule, sentence in zip(refused.rules, refused.sentences, strict=False):
        click.echo(f"  {sentence} (rule {rule})", err=True)
    raise SystemExit(REFUSED_EXIT)
