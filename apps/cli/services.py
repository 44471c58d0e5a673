"""`mash services`: Kafka and PostgreSQL on this machine."""

import os
import random
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table

from apps import services
from apps.cli.progress import home, progress


@click.group(name="services")
def services_commands() -> None:
    r"""Start, look at and stop Kafka and PostgreSQL on this machine.

    \b
    Example:
      mash services up
    """


@services_commands.command()
def up() -> None:
    r"""Start what does not run yet; the first time this makes passwords and fetches Kafka (43 MB).

    \b
    Example:
      mash services up
    """
    with progress("starting Kafka and PostgreSQL") as say:
        services.up(home(), _world(), say)


@services_commands.command()
def status() -> None:
    r"""Ask each part whether it runs and lets its administrator in; exit 1 unless all do.

    \b
    Example:
      mash services status
    """
    with progress("asking"):
        parts = services.status(home())
    table = Table("part", "state", "address", "process")
    for part in parts:
        table.add_row(part.name, part.state.value, part.address, str(part.pid or "-"))
    Console().print(table)
    if any(part.state is not services.State.RUNNING for part in parts):
        raise click.exceptions.Exit(1)


@services_commands.command()
def down() -> None:
    r"""Stop the parts that were started from this MASH_HOME; what they keep stays.

    \b
    Example:
      mash services down
    """
    with progress("stopping") as say:
        services.down(home(), say)


@services_commands.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(yes: bool) -> None:
    r"""Stop the parts and erase their topics, databases, logs and passwords.

    \b
    Example:
      mash services reset --yes
    """
    if not yes:
        click.confirm(f"Erase every topic and database that was started from {home()}?", abort=True)
    with progress("erasing") as say:
        services.reset(home(), say)


@services_commands.command()
def secrets() -> None:
    r"""Make the administrators' passwords and the broker's certificates, which docker-compose.yml needs, and start nothing.

    \b
    Example:
      mash services secrets && docker compose up -d
    """
    with progress("making secrets") as say:
        services.make_secrets(home(), _world())
        say(f"passwords and certificates are in {home() / 'secrets'}")


def _world() -> services.World:
    return services.World(os.environ, datetime.now(UTC), random.SystemRandom(), os.geteuid())
