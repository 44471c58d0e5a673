"""`mash feed`: an agency's files, checked or sent, with every refusal listed by line and only the difference told."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from apps.cli.feed_receipts import for_machines, in_words
from apps.cli.feed_sources import Asked, NotRecognised, columns, format_of, formats_of, source_of
from apps.cli.progress import home
from apps.feeds import FeedPlace, agency_log, checking_desk, remembering_desk, sending_desk
from apps.reach import ReachError
from apps.services import ServiceError
from apps.settings import SettingsError, load_settings, secrets_folder
from connectors.delivery import DeliveryRefused, Desk, Source, check, deliver
from connectors.feed_memory import FeedMemoryBroken
from connectors.formats import Format
from connectors.producer import FeedBroken, StatementLog
from connectors.sections import MappingBroken
from connectors.statement import Delivery, Unreadable
from schemas.catalogue import Catalogue, load_catalogue
from schemas.topics import AGENCIES

EXPECTED = (
    DeliveryRefused,
    FeedBroken,
    FeedMemoryBroken,
    MappingBroken,
    NotRecognised,
    ReachError,
    ServiceError,
    SettingsError,
    Unreadable,
)
NOTHING_REMEMBERED = "nothing is remembered of the feed {}: if files of it were sent before, stop and read them with --as-told-before first"
Desks = Callable[[str, str], AbstractContextManager[Desk]]
Made = Callable[[Source, Desk], Delivery]
Said = Callable[[str, Delivery], Iterator[str]]

FILES = click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
OPTIONS = (
    click.option(
        "--mapping", help="How to read CSV and Excel files: police, health, education, or your own .toml file."
    ),
    click.option("--format", "format_name", help="The format, where a file's name and beginning do not tell it."),
    click.option("--agency", type=click.Choice(AGENCIES), help="Whose newline-delimited JSON it is."),
    click.option(
        "--period", metavar="FROM..TO", help="The days that the files cover, where they do not say so themselves."
    ),
    click.option(
        "--withdraw-many", is_flag=True, help="Let a whole delivery withdraw more than a fifth of what is held."
    ),
    click.option("--json", "as_json", is_flag=True, help="Print the receipts as JSON."),
)


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@click.group(epilog="Example: mash feed check incidents.csv --mapping police")
def feed() -> None:
    """Check an agency's files, or send them to the hub."""


@feed.command("check", epilog="Example: mash feed check census.xml")
@FILES
@_options
@click.option(
    "--list", "listing", is_flag=True, help="Say which rows would be corrected and which statements withdrawn."
)
def check_command(files: tuple[Path, ...], listing: bool, **said: Any) -> None:  # click gives a flag so
    """Read files as sending them would: list what would be refused, what they cover and what would be told, corrected and withdrawn.

    Exit 1 when anything is refused, or the file would not be sent.
    """
    with _sentences():
        catalogue, place = load_catalogue(), _place()

        def desks(agency: str, source_system: str) -> AbstractContextManager[Desk]:
            return checking_desk(place, catalogue, (agency, source_system))

        _each(_chosen(files, said, catalogue), desks, check, partial(in_words, told="may be told", listing=listing))


@feed.command("send", epilog="Example: mash feed send incidents.csv --mapping police")
@FILES
@_options
@click.option(
    "--as-told-before",
    is_flag=True,
    help="Send nothing; remember the files as what was told, after a feed's memory was lost.",
)
def send_command(files: tuple[Path, ...], as_told_before: bool, **said: Any) -> None:  # click gives a flag so
    """Tell the agency's own topic, as the agency's user, what is new, changed or gone in files since they were last sent.

    Sending a file again tells nothing; sending one that was interrupted goes on. Exit 1 when anything was refused.
    """
    with _sentences(), ExitStack() as opened:
        catalogue, place = load_catalogue(), _place()
        chosen = _chosen(files, said, catalogue)
        logs = {} if as_told_before else _logs(chosen, opened)

        @contextmanager
        def desks(agency: str, source_system: str) -> Iterator[Desk]:
            named = (agency, source_system)
            if as_told_before:
                with remembering_desk(place, catalogue, named) as desk:
                    yield desk
                return
            with sending_desk(place, catalogue, logs[agency], named) as desk:
                if desk.memory.empty():
                    click.echo(NOTHING_REMEMBERED.format(source_system), err=True)
                yield desk

        _each(chosen, desks, deliver, partial(in_words, told="remembered" if as_told_before else "told"))


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except EXPECTED as error:
        raise click.ClickException(str(error)) from error


def _place() -> FeedPlace:
    return FeedPlace(home(), secrets_folder(os.environ, Path.cwd()))


Chosen = tuple[dict[Path, Format], Asked, bool]


def _chosen(files: tuple[Path, ...], said: dict[str, Any], catalogue: Catalogue) -> Chosen:
    """Say for each file how it is read, before any of them is: a mistake in the command line sends nothing."""
    first, last = _period(said["period"])
    asked = Asked(said["mapping"], said["format_name"], said["agency"], first, last, said["withdraw_many"])
    formats = formats_of(asked, catalogue)
    return {file: format_of(file, formats, asked) for file in files}, asked, said["as_json"]


def _period(text: str | None) -> tuple[date | None, date | None]:
    if text is None:
        return None, None
    first, dots, last = text.partition("..")
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        days = None
    if not dots or days is None or days[0] > days[1]:
        raise NotRecognised(
            "expected --period to be two days such as 2024-04-01..2025-03-31, the first not after the last, found something else; correct it"
        )
    return days


def _logs(chosen: Chosen, opened: ExitStack) -> dict[str, StatementLog]:
    settings = load_settings(os.environ, Path.cwd())
    agencies = sorted({kind.agency for kind in chosen[0].values()})
    return {agency: opened.enter_context(agency_log(settings, agency)) for agency in agencies}


def _each(chosen: Chosen, desks: Desks, make: Made, say: Said) -> None:
    """Take each file, with a bar for its bytes, and tell each receipt; those of whole files are told even where the log breaks at a later one."""
    kinds, asked, as_json = chosen
    receipts: list[tuple[Path, Delivery]] = []
    try:
        with Progress(*columns(), console=Console(stderr=True)) as bars:
            for file, kind in kinds.items():
                source = source_of(file, kind, asked, bars)
                with desks(source.agency, source.source_system) as desk:
                    receipts.append((file, make(source, desk)))
    finally:
        _tell(receipts, say, as_json=as_json)
    if not all(receipt.complete for _, receipt in receipts):
        raise click.exceptions.Exit(1)


def _tell(receipts: list[tuple[Path, Delivery]], say: Said, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([for_machines(file.name, receipt) for file, receipt in receipts], indent=2))
        return
    for file, receipt in receipts:
        for line in say(file.name, receipt):
            click.echo(line)
