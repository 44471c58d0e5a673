"""`mash feed`: an agency's files, checked or sent, with every refusal listed by line."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, ProgressColumn, TextColumn

from apps.connections import kafka_login, kafka_python_options
from apps.reach import ReachError, check_kafka
from apps.settings import SettingsError, load_settings
from connectors.cin_census import AGENCY as CENSUS_AGENCY
from connectors.cin_census import read_census
from connectors.csv_drop import read_csv
from connectors.envelope import time_zone
from connectors.mapping import Mapping
from connectors.mapping_file import load_mapping, shipped_mapping, shipped_mappings
from connectors.producer import CheckedOnly, FeedBroken, KafkaStatementLog, StatementLog, deliver
from connectors.sections import MappingBroken
from connectors.statement import Delivery, Outcomes, Unreadable
from schemas.catalogue import Catalogue, load_catalogue

EXPECTED = (FeedBroken, MappingBroken, ReachError, SettingsError, Unreadable)
EVERY_ROWS = 100

FILES = click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
MAPPING = click.option(
    "--mapping",
    help="How to read CSV files: police, health, education, or your own .toml file. A census (.xml) needs none.",
)


@dataclass(frozen=True, slots=True)
class Feed:
    """One kind of file: whose it is, and how its bytes become outcomes."""

    agency: str
    read: Callable[[BinaryIO], Outcomes]


@click.group(epilog="Example: mash feed check incidents.csv --mapping police")
def feed() -> None:
    """Check an agency's files, or send them to the hub."""


@feed.command(epilog="Example: mash feed check census.xml")
@FILES
@MAPPING
def check(files: tuple[Path, ...], mapping: str | None) -> None:
    """Read files as sending them would, and list what would be refused; nothing is sent. Exit 1 when anything is."""
    with _sentences():
        catalogue = load_catalogue()
        log = CheckedOnly(catalogue)
        _read_all(_feeds(files, mapping, catalogue), lambda _agency: log, "may be told")


@feed.command(epilog="Example: mash feed send incidents.csv --mapping police")
@FILES
@MAPPING
def send(files: tuple[Path, ...], mapping: str | None) -> None:
    """Send files to the agency's own topic, as the agency's user. Sending a file again changes nothing. Exit 1 when anything was refused."""
    with _sentences(), ExitStack() as opened:
        catalogue = load_catalogue()
        feeds = _feeds(files, mapping, catalogue)
        agencies = sorted({kind.agency for kind in feeds.values()})
        logs = {agency: opened.enter_context(_kafka_log(catalogue, agency)) for agency in agencies}
        _read_all(feeds, logs.__getitem__, "told")


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except EXPECTED as error:
        raise click.ClickException(str(error)) from error


def _feeds(files: tuple[Path, ...], mapping: str | None, catalogue: Catalogue) -> dict[Path, Feed]:
    """Say for each file how it is read, before any of them is: a mistake in the command line sends nothing."""
    zone = time_zone()
    census = Feed(CENSUS_AGENCY, lambda stream: read_census(stream, zone))
    chosen = None if mapping is None else _csv_feed(mapping, catalogue)
    found = {}
    for file in files:
        kind = census if file.suffix.lower() == ".xml" else chosen
        if kind is None:
            raise MappingBroken(
                f"{file.name}: expected a census (.xml) or a mapping to read it with, found neither; add --mapping with one of {', '.join(shipped_mappings())} or a .toml file"
            )
        found[file] = kind
    return found


def _csv_feed(name: str, catalogue: Catalogue) -> Feed:
    mapping: Mapping = (
        load_mapping(Path(name), catalogue) if name.endswith(".toml") else shipped_mapping(name, catalogue)
    )
    return Feed(mapping.agency, lambda stream: read_csv(stream, mapping))


def _kafka_log(catalogue: Catalogue, agency: str) -> KafkaStatementLog:
    """Connect as the agency's own user; kafka-python's running commentary on a broken connection is kept off the screen, FeedBroken says it once."""
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    login = kafka_login(load_settings(os.environ, Path.cwd()), agency)
    check_kafka(login)
    return KafkaStatementLog(catalogue, **kafka_python_options(login))


def _read_all(feeds: dict[Path, Feed], log_of: Callable[[str], StatementLog], told: str) -> None:
    """Deliver each file with a bar for its bytes, and tell each receipt; those of whole files are told even where the log breaks at a later one."""
    receipts: list[tuple[Path, Delivery]] = []
    try:
        with Progress(*_columns(), console=Console(stderr=True)) as bars:
            for file, kind in feeds.items():
                receipt = _read_one(file, kind, log_of(kind.agency), bars)
                receipts.append((file, receipt))
    finally:
        for file, receipt in receipts:
            _tell(file.name, receipt, told)
    if not all(receipt.complete for _, receipt in receipts):
        raise click.exceptions.Exit(1)


def _columns() -> tuple[ProgressColumn, ...]:
    named = TextColumn("{task.description}", markup=False)
    return named, BarColumn(), DownloadColumn(), TextColumn("{task.fields[rows]} rows")


def _read_one(file: Path, kind: Feed, log: StatementLog, bars: Progress) -> Delivery:
    task = bars.add_task(file.name, total=file.stat().st_size, rows=0)

    def show(rows: int) -> None:
        if rows % EVERY_ROWS == 0:
            bars.update(task, rows=rows)

    with bars.open(file, "rb", task_id=task) as stream:
        receipt = deliver(kind.read(stream), log, show)
    bars.update(task, rows=receipt.rows_in)
    return receipt


def _tell(name: str, receipt: Delivery, told: str) -> None:
    """Print a receipt: first what was refused, line by line, then the count."""
    for refusal in receipt.refusals:
        click.echo(f"{name}:{refusal.line}: {refusal.code}: {refusal.sentence}")
    stopped = receipt.stopped
    if stopped is not None:
        click.echo(f"{name}:{stopped.line}: {stopped.code}: {stopped.sentence}; nothing after this was read")
    click.echo(f"{name}: {receipt.rows_in} rows in, {receipt.rows_told} {told}, {receipt.rows_refused} refused")
