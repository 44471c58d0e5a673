"""`mash api`: the JSON API on this machine's loopback address."""

import sys
from contextlib import closing

import click

from apps.api import make_api
from apps.api.wiring import open_parts
from apps.cli.asking import in_sentences
from apps.plain_log import set_up_log
from apps.services.errors import ServiceError
from apps.serving import address_of, listening, serve


@click.command(epilog="Example: mash api --port 8600")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port; a free one where none is given.")
def api(port: int) -> None:
    """Serve the JSON API on 127.0.0.1 until Ctrl-C; how to use it is at /docs. Whoever lets others reach it puts TLS in front."""
    try:
        with in_sentences() as settings, closing(listening(port)) as listener, open_parts(settings) as parts:
            set_up_log("INFO", sys.stderr)
            address = address_of(listener)
            click.echo(f"{address} is the API, {address}/docs says how to use it; Ctrl-C stops it.")
            click.echo(f"The tokens of the agencies' feeds are in {settings.secrets / 'feeds'}, one file each.")
            serve(make_api(parts), listener, "The API has")
    except ServiceError as error:
        raise click.ClickException(str(error)) from error
