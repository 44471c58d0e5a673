"""`mash workers`: the processes that admit what agencies tell and fold it into the record."""

import os
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from apps import workers
from apps.cli.progress import home, progress
from apps.reach import ReachError
from apps.settings import SettingsError, load_settings
from apps.supervisor import programs, stamped, supervise
from apps.workers.lag import Lag, log_progress
from apps.workers.layout import ROLES, WorkersLayout


@click.group(name="workers", epilog="Example: mash workers up && mash workers status")
def workers_commands() -> None:
    """Start, look at and stop the workers; one that ends is started again by their supervisor."""


@workers_commands.command(epilog="Example: mash workers up")
def up() -> None:
    """Start the supervisor and its workers in the background; harmless when they run."""
    with progress("starting the workers") as say:
        load_settings(os.environ, Path.cwd())
        workers.up(home(), os.environ, say)


@workers_commands.command(epilog="Example: mash workers down")
def down() -> None:
    """Stop the workers in order; what they have read stays read."""
    with progress("stopping the workers") as say:
        workers.down(home(), say)


@workers_commands.command(epilog="Example: mash workers run")
def run() -> None:
    """Supervise the workers in the foreground, until Ctrl-C or SIGTERM; what happens is shown and written to supervisor.log."""
    with progress("supervising") as say:
        load_settings(os.environ, Path.cwd())
        layout = WorkersLayout(home())
        layout.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with layout.log.open("a", encoding="utf-8", buffering=1) as log:
            written = stamped(lambda line: print(line, file=log))

            def both(line: str) -> None:
                say(line)
                written(line)

            supervise(layout, programs(layout), {**os.environ, "MASH_HOME": str(home())}, both)


@workers_commands.command(epilog="Example: mash workers status")
def status() -> None:
    """Say for each worker whether it runs and how far behind the log it is; exit 1 unless all run."""
    with progress("asking"):
        roles = workers.status(home())
    lags = _lags()
    table = Table("worker", "process", "started again", "read", "still to read")
    for role in roles:
        lag = lags.get(role.role)
        read, behind = ("?", "?") if lag is None else (f"{lag.read:,}", f"{lag.behind:,}")
        table.add_row(role.role, str(role.pid or "none"), str(role.restarts), read, behind)
    Console().print(table)
    supervised = workers.supervised(home())
    for role in roles:
        click.echo(_in_words(role, lags.get(role.role), supervised=supervised))
    if not all(role.pid for role in roles):
        raise click.exceptions.Exit(1)


def _lags() -> dict[str, Lag]:
    """Ask how far each role is; where a part is not there say so, since the workers can be looked at all the same."""
    try:
        with log_progress(load_settings(os.environ, Path.cwd())) as found:
            return {role: found.lag(role) for role in ROLES}
    except (ReachError, SettingsError) as error:
        click.echo(str(error), err=True)
        return {}


def _in_words(role: workers.RoleStatus, lag: Lag | None, *, supervised: bool) -> str:
    """Say how a role is and what to do about it."""
    if role.pid is None and not supervised:
        return f"{role.role} does not run, and nobody starts it; start it with `mash workers up`."
    if role.pid is None:
        return f"{role.role} ended and is about to start again; why it ended is in the last line of {role.log}."
    if lag is None:
        return f"{role.role} runs; how far behind it is cannot be told."
    if not lag.behind:
        return f"{role.role} runs and has read everything."
    return f"{role.role} runs and has {lag.behind:,} records to read; if that does not fall within a minute, look at the end of {role.log}."
