"""`mash web`: the pages on this machine's loopback address."""

import sys
from contextlib import ExitStack, closing
from urllib.parse import urlsplit

import click

from apps.cli.asking import in_sentences
from apps.cli.progress import home, progress
from apps.plain_log import set_up_log
from apps.services.errors import ServiceError
from apps.serving import address_of, listening, serve
from apps.web.app import make_web
from apps.web.npm_packages import FetchFailed
from apps.web.running import end, running
from apps.web.wiring import Asked, open_web


@click.command(epilog="Example: mash web --port 8700")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port; a free one where none is given.")
@click.option(
    "--origin", default="", help="The address under which browsers reach it, such as https://hub.example; else its own."
)
@click.option(
    "--demo-sign-in", is_flag=True, help="Let anybody sign in as the demo's people, while there are no others."
)
@click.option("--stop", "stop_them", is_flag=True, help="Stop the pages that run, such as those of `mash demo`.")
def web(port: int, origin: str, demo_sign_in: bool, stop_them: bool) -> None:
    """Serve the pages on 127.0.0.1 until Ctrl-C. Whoever lets others reach them puts TLS in front, and says --origin."""
    if stop_them:
        with progress("stopping the pages") as say:
            end(home(), say)
        return
    if origin and demo_sign_in:
        raise click.UsageError("Give --demo-sign-in or --origin: the demo's people are for this machine alone.")
    try:
        with ExitStack() as opened:
            settings = opened.enter_context(in_sentences())
            listener = opened.enter_context(closing(listening(port)))
            own = address_of(listener)
            asked = Asked(_checked(origin) or own, demo_sign_in)
            parts = opened.enter_context(open_web(settings, asked))
            set_up_log("INFO", sys.stderr)
            opened.enter_context(running(settings.home, asked.origin))
            click.echo(f"{asked.origin} has the pages; Ctrl-C stops them.")
            serve(make_web(parts), listener, "The pages have")
    except (FetchFailed, ServiceError) as error:
        raise click.ClickException(str(error)) from error


def _checked(origin: str) -> str:
    split = urlsplit(origin)
    if origin and (
        split.scheme not in {"http", "https"} or not split.netloc or origin != f"{split.scheme}://{split.netloc}"
    ):
        raise click.UsageError("Expected --origin like https://hub.example, without a path, found something else.")
    return origin
