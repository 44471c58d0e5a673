"""`mash contracts`: what everyone signed, for people, for programs, and for a registry that a council already has."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from apps.cli.progress import progress
from apps.publishing import (
    HttpRegistry,
    Published,
    RegistryRefused,
    publish,
    read_credentials,
    subjects_to_publish,
)
from apps.settings import secrets_folder
from connectors.cin_editions import EDITIONS_TABLE
from connectors.ssda903_codes import SSDA903_CODES
from schemas.asyncapi import asyncapi_document
from schemas.catalogue import load_catalogue
from schemas.catalogue_page import render_catalogue
from schemas.numbering import number_contracts
from schemas.topics import AGENCIES

SOURCES = click.Path(exists=True, file_okay=False, path_type=Path)
EVERY_SUBJECTS = 50


@click.group(epilog="Example: mash contracts list")
def contracts() -> None:
    """List the contracts, render them for people and programs, publish them to a registry, or number a new one."""


@contracts.command(name="list", epilog="Example: mash contracts list")
def list_contracts() -> None:
    """List every contract with its id on the wire."""
    for contract in load_catalogue():
        click.echo(f"{contract.id:4}  {contract.name} version {contract.version}")


@contracts.command(name="seal", epilog="Example: mash contracts seal schemas/contracts")
@click.argument("folder", type=SOURCES)
def seal_contracts(folder: Path) -> None:
    """Give the new contracts in FOLDER the next free ids, for good; commit ids.json with them."""
    click.echo("\n".join(number_contracts(folder)) or "Every contract has its id already.")


@contracts.command(name="render", epilog="Example: mash contracts render docs")
@click.argument("folder", type=SOURCES)
def render_contracts(folder: Path) -> None:
    """Write every contract with its fields into FOLDER/contracts.md."""
    page = render_catalogue(load_catalogue(), EDITIONS_TABLE, SSDA903_CODES)
    (folder / "contracts.md").write_text(page, encoding="utf-8")
    click.echo(f"Wrote contracts.md into {folder}.")


@contracts.command(name="asyncapi", epilog="Example: mash contracts asyncapi > asyncapi.json")
def print_asyncapi() -> None:
    """Print the AsyncAPI 3 document of the hub: every agency's topic, and every message on it with its Avro contract."""
    click.echo(json.dumps(asyncapi_document(load_catalogue()), indent=1, ensure_ascii=False))


@contracts.command(
    name="publish", epilog="Example: mash contracts publish https://registry.example/apis/ccompat/v7 --agency police"
)
@click.argument("url")
@click.option(
    "--agency",
    "agencies",
    multiple=True,
    type=click.Choice(AGENCIES),
    help="Publish what this agency tells; may be given again. All agencies' where it is not given.",
)
def publish_contracts(url: str, agencies: Sequence[str]) -> None:
    """Register every version of the contracts in the registry at URL, which speaks Confluent's API. Doing it again changes nothing.

    Where the registry wants a password, write user:password into the file `registry` among the secrets.
    """
    subjects = subjects_to_publish(load_catalogue(), agencies or AGENCIES)
    done: list[Published] = []
    with (
        _sentences(),
        progress(f"publishing {len(subjects)} subjects") as say,
        HttpRegistry(url, read_credentials(secrets_folder(os.environ, Path.cwd()))) as registry,
    ):
        for one in publish(registry, subjects):
            click.echo(_line(one))
            done.append(one)
            if len(done) % EVERY_SUBJECTS == 0:
                say(f"{len(done)} of {len(subjects)} subjects")
    click.echo(_summary(done))


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except RegistryRefused as error:
        raise click.ClickException(str(error)) from error


def _line(one: Published) -> str:
    new = f"new: version {', '.join(map(str, one.new))}" if one.new else "there already"
    ids = ", ".join(f"{theirs} (the hub's {ours})" for ours, theirs in one.ids.items())
    return f"{one.subject}  {new}  id {ids}"


def _summary(done: Sequence[Published]) -> str:
    new = sum(bool(one.new) for one in done)
    ids = {ours: theirs for one in done for ours, theirs in one.ids.items()}
    lines = [f"{len(done)} subjects: {new} with something new, {len(done) - new} there already."]
    other = sum(ours != theirs for ours, theirs in ids.items())
    if other:
        lines.append(
            f"{other} of {len(ids)} contracts have another id there than in the hub. The hub reads its own ids: let serializers that write to the hub "
            "look them up at the hub's registry (`mash api`), and use this one for looking up and for checking."
        )
    return "\n".join(lines)
