"""`mash stop`: the pages and the workers first, then Kafka and PostgreSQL."""

import click

from apps import services, workers
from apps.cli.progress import home, progress
from apps.web import running


@click.command(name="stop", epilog="Example: mash stop")
def stop_command() -> None:
    """Stop the pages and the workers, then Kafka and PostgreSQL, all that was started from this MASH_HOME; what they keep stays."""
    with progress("stopping") as say:
        running.end(home(), say)
        workers.down(home(), say)
        services.down(home(), say)
