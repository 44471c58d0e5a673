"""`mash record export`: takes a child's record out of the hub as a document, through the one door."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import click

from apps.cli.asking import AS, MOMENT, PURPOSE, asking, say_refused
from query.door import Refused
from query.outputs.document import FORMATS, Output, Profile
from query.outputs.produce import Asked, produce_output

PROFILES: Mapping[str, Profile] = {
    "log": "automatic log",
    "live-work": "LIVE_WORK",
    "conference": "CONFERENCE",
    "review": "REVIEW",
}
ONLY_ITS_OWNER = 0o600


@click.command(
    epilog="Example: mash record export 6f1c... --format word --profile review --anonymised --out review.docx --as demo-analyst --purpose case_review"
)
@click.argument("child", type=click.UUID)
@click.option("--format", "output_format", type=click.Choice(FORMATS), default="word", show_default=True)
@click.option(
    "--profile",
    type=click.Choice(list(PROFILES)),
    default="log",
    show_default=True,
    help="Everything, or the chronology that was curated for this.",
)
@click.option(
    "--anonymised",
    is_flag=True,
    help="Letters and numbers for people and places. Free text is searched for known names only: read it before you publish it.",
)
@click.option(
    "--as-known-at",
    type=MOMENT,
    help="As the hub knew it at this moment (UTC).",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Where to write it: a new file, which only you may read.",
)
@AS
@PURPOSE
def export(  # noqa: PLR0913, PLR0917  what a person may type, each with a name and help of its own
    child: UUID,
    output_format: str,
    profile: str,
    anonymised: bool,
    as_known_at: datetime | None,
    out: Path,
    staff_id: str,
    purpose: str | None,
) -> None:
    """Write a child's record as a document; CHILD is the pseudonym that `mash find` prints."""
    wanted = next(one for one in FORMATS if one == output_format)
    output = Output(wanted, PROFILES[profile], anonymised)
    # The file is made first: what cannot be written is not asked for, and no disclosure says that it was given.
    with new_file(out) as file, asking(staff_id) as who:
        produced = produce_output(who.doors.door, who.staff, Asked(child, purpose, as_known_at), output)
        if isinstance(produced, Refused):
            say_refused(produced)
        file.write(produced.content)
        click.echo(f"{out}: {len(produced.content)} bytes, disclosure {produced.disclosure_id}")


@contextmanager
def new_file(out: Path) -> Iterator[BinaryIO]:
    """Make a file that only its owner may read, and take it away again when nothing comes of it."""
    try:
        place = os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, ONLY_ITS_OWNER)
    except FileExistsError as error:
        raise click.ClickException("Expected the name of a new file after --out, found one that is there.") from error
    except OSError as error:
        raise click.ClickException(
            f"Expected a place that can be written after --out, found that it cannot: {error.strerror}."
        ) from error
    try:
        with os.fdopen(place, "wb") as file:
            yield file
    except BaseException:
        out.unlink()
        raise
