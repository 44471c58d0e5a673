"""Serving an ASGI app on this machine's loopback address, for the API and for the pages."""

import socket

import click
import uvicorn
from starlette.types import ASGIApp

from apps.services.ports import LOOPBACK

MOST_AT_ONCE = 100


def listening(port: int) -> socket.socket:
    """Listen on a port of 127.0.0.1, a free one for 0; a ClickException with one sentence when it is taken."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        # From here on whoever reads the address can connect, and waits until the first answer is ready.
        listener.listen(MOST_AT_ONCE)
    except OSError as error:
        listener.close()
        raise click.ClickException(
            f"Expected port {port} of {LOOPBACK} to be free, found that it is not ({error.strerror}); give another, or none for a free one."
        ) from error
    return listener


def address_of(listener: socket.socket) -> str:
    """Give the address under which it is reached."""
    return f"http://{LOOPBACK}:{listener.getsockname()[1]}"


def serve(app: ASGIApp, listener: socket.socket, what: str) -> None:
    """Serve until Ctrl-C or SIGTERM."""
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
        click.echo(f"{what} stopped.")
