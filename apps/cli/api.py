"""`mash api`: the JSON API on this machine's loopback address."""

import socket
import sys
from contextlib import closing

import click
import uvicorn
from fastapi import FastAPI

from apps.api import make_api
from apps.api.wiring import open_parts
from apps.cli.asking import in_sentences
from apps.plain_log import set_up_log
from apps.services.errors import ServiceError
from apps.services.ports import LOOPBACK

MOST_AT_ONCE = 100


@click.command(epilog="Example: mash api --port 8600")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port; a free one where none is given.")
def api(port: int) -> None:
    """Serve the JSON API on 127.0.0.1 until Ctrl-C; how to use it is at /docs. Whoever lets others reach it puts TLS in front."""
    try:
        with in_sentences() as settings, closing(_listening(port)) as listener, open_parts(settings) as parts:
            set_up_log("INFO", sys.stderr)
            address = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
            click.echo(f"{address} is the API, {address}/docs says how to use it; Ctrl-C stops it.")
            click.echo(f"The tokens of the agencies' feeds are in {settings.secrets / 'feeds'}, one file each.")
            _serve(make_api(parts), listener)
    except ServiceError as error:
        raise click.ClickException(str(error)) from error


def _listening(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        # From here on whoever reads the address below can connect, and waits until the first answer is ready.
        listener.listen(MOST_AT_ONCE)
    except OSError as error:
        listener.close()
        raise click.ClickException(
            f"Expected port {port} of {LOOPBACK} to be free, found that it is not ({error.strerror}); give another, or none for a free one."
        ) from error
    return listener


def _serve(app: FastAPI, listener: socket.socket) -> None:
    # No access log: it would write addresses as they were asked for; `apps.api.guard` writes them as they are described.
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_AT_ONCE,
        timeout_graceful_shutdown=5,
    )
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        click.echo("The API has stopped.")
