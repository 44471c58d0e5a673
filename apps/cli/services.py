"""`mash services`: Kafka and PostgreSQL on this machine."""

import os
import random
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table

from apps import services, workers
from apps.cli.progress import home, progress


@click.group(name="services", epilog="Example: mash services up")
def services_commands() -> None:
    """Start, look at and stop Kafka and PostgreSQL on this machine."""


@services_commands.command(epilog="Example: mash services up")
def up() -> None:
    """Start what does not run yet; the first time this makes passwords and fetches Kafka (43 MB)."""
    with progress("starting Kafka and PostgreSQL") as say:
        services.up(home(), this_world(), say)


@services_commands.command(epilog="Example: mash services status")
def status() -> None:
    """Ask each part whether it runs and lets its administrator in; exit 1 unless all do."""
    with progress("asking"):
        parts = services.status(home())
    table = Table("part", "state", "address", "process")
    for part in parts:
        table.add_row(part.name, part.state.value, part.address, str(part.pid or "-"))
    Console().print(table)
    if any(part.state is not services.State.RUNNING for part in parts):
        raise click.exceptions.Exit(1)


@services_commands.command(epilog="Example: mash services down")
def down() -> None:
    """Stop the parts that were started from this MASH_HOME; what they keep stays."""
    with progress("stopping") as say:
        services.down(home(), say)


@services_commands.command(epilog="Example: mash services reset --yes")
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(yes: bool) -> None:
    """Stop the workers and the parts, and erase their topics, databases, logs and passwords, the feeds' memories and the pages of quality."""
    if not yes:
        click.confirm(f"Erase every topic and database that was started from {home()}?", abort=True)
    with progress("erasing") as say:
        workers.down(home(), say)
        services.reset(home(), say)


@services_commands.command(epilog="Example: mash services secrets && docker compose up -d")
def secrets() -> None:
    """Make the administrators' passwords and the broker's certificates, which docker-compose.yml needs, and start nothing."""
    with progress("making secrets") as say:
        services.make_secrets(home(), this_world())
        say(f"passwords and certificates are in {home() / 'secrets'}")


def this_world() -> services.World:
    """Give the world as it is now."""
    return services.World(os.environ, datetime.now(UTC), random.SystemRandom(), os.geteuid())
