"""`mash demo`: a whole hub with an invented county in it, and one child's merged chronology on the screen."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from apps import services, workers
from apps.cli.asking import EXPECTED as ASKING
from apps.cli.progress import EXPECTED, home, progress
from apps.cli.services import this_world
from apps.demo.county import FEWEST, MOST, CountyError, story_named
from apps.demo.county_files import CountyFile
from apps.demo.first_look import FirstLook, first_look
from apps.demo.people import demo_people
from apps.demo.run import DemoBroken, Outcome, Show, run_demo
from apps.demo.sign_in import let_people_sign_in
from apps.demo.story_identity import WRONG_MERGE
from apps.demo.wrong_merge import WrongMerge, wrong_merge
from apps.provision import provision
from apps.settings import Settings, load_settings
from apps.web import running
from connectors.producer import FeedBroken

ELSEWHERE = ("KAFKA_BOOTSTRAP_SERVERS", "DATABASE_URL", "KEYS_DATABASE_URL")
"""When all of these are set the parts run already, and are not started here."""


@click.command(name="demo", epilog="Example: mash demo")
@click.option(
    "--children", default=300, show_default=True, type=click.IntRange(FEWEST, MOST), help="How many to invent."
)
def demo_command(children: int) -> None:
    """Start a hub, tell it an invented county, and look at one child; the hub runs on. A second run changes nothing."""
    with _sentences():
        settings = _hub_runs()
        outcome = _deliver(settings, children)
        look = first_look(settings, outcome.county.stories[0].children[0].nhs_number)
        with progress("taking two cousins for one") as say:
            wrong = wrong_merge(settings, story_named(outcome.county, WRONG_MERGE), say)
        with progress("starting the pages") as say:
            pages = running.start(home(), os.environ, say)
    lines = [
        *_sums(outcome),
        "",
        *_looked(look),
        "",
        *_stories(outcome),
        "",
        *_next(look, outcome),
        *_identity(look, wrong),
        "",
        *_read(look, pages),
    ]
    click.echo("\n".join(lines))


def _hub_runs() -> Settings:
    """Bring the hub up with the people of the demo; what runs and is there already stays as it is."""
    with progress("starting the hub") as say:
        if not all(os.environ.get(name) for name in ELSEWHERE):
            services.up(home(), this_world(), say)
        settings = load_settings(os.environ, Path.cwd())
        provision(settings, say)
        if let_people_sign_in(settings):
            say(f"{len(demo_people())} invented people may sign in; their tokens are in {settings.secrets / 'people'}")
        workers.up(home(), os.environ, say)
    return settings


def _deliver(settings: Settings, children: int) -> Outcome:
    """Run the delivery with a bar of rows for each file."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True, highlight=False)) as bars:
        tasks: dict[Path, TaskID] = {}

        def rows(file: CountyFile, done: int) -> None:
            if file.path not in tasks:
                tasks[file.path] = bars.add_task(file.path.name, total=file.rows)
            if done % 100 == 0 or done == file.rows:
                bars.update(tasks[file.path], completed=done)

        def line(text: str) -> None:
            bars.console.print(text, markup=False, soft_wrap=True)

        return run_demo(settings, datetime.now(UTC).date(), children, Show(line, rows))


@contextmanager
def _sentences() -> Iterator[None]:
    """Turn the errors that are expected into one sentence."""
    try:
        yield
    except (*EXPECTED, *ASKING, CountyError, DemoBroken, FeedBroken) as error:
        raise click.ClickException(str(error)) from error


def _sums(outcome: Outcome) -> Iterator[str]:
    """Add up: rows in, refused at the door, told; admitted, known before, refused by the hub."""
    yield f"{'file':44} {'agency':22} {'rows in':>8} {'told':>8} {'known':>8} {'refused':>8}"
    for one in outcome.receipts:
        delivery = one.delivery
        yield f"{one.file.path.name:44} {one.file.agency:22} {delivery.rows_in:8,} {delivery.rows_told:8,} {delivery.rows_unchanged:8,} {delivery.rows_refused:8,}"
    rows_in = sum(one.delivery.rows_in for one in outcome.receipts)
    refused = sum(one.delivery.rows_refused for one in outcome.receipts)
    now = sum(one.delivery.rows_told for one in outcome.receipts)
    yield f"{'all':44} {'':22} {rows_in:8,} {now:8,} {outcome.told - now:8,} {refused:8,}"
    for one in outcome.receipts:
        for refusal in one.delivery.refusals:
            yield f"  refused: {one.file.path.name}:{refusal.line}: {refusal.sentence}"
    yield ""
    yield (
        f"{rows_in:,} rows in = {outcome.admitted:,} admitted now + {outcome.known_before:,} known before "
        f"+ {refused + outcome.quarantined:,} refused."
    )
    if not outcome.admitted:
        yield "All of it had been told before: this run changed nothing."
    held = outcome.held
    yield f"The hub holds {held.entries:,} entries in {held.children:,} children's records, {held.alerts:,} alerts and {held.questions:,} questions of identity for a person."


def _looked(look: FirstLook) -> Iterator[str]:
    yield f"This is what {look.staff_id} sees of the first child below (and that it was shown is now on record):"
    yield ""
    yield from (f"  {line}" for line in look.lines)


def _stories(outcome: Outcome) -> Iterator[str]:
    yield "What to look at:"
    mash = _mash()
    for number, story in enumerate(outcome.county.stories, start=1):
        yield f"{number:3}. {story.sentence}"
        for known in story.children:
            yield f"       {mash} find --nhs {known.nhs_number} --as demo-analyst --purpose safeguarding_enquiry"


def _next(look: FirstLook, outcome: Outcome) -> Iterator[str]:
    mash, before = _mash(), outcome.plan.before_last
    yield "What to type next:"
    yield f"  {mash} chronology {look.child} --as {look.staff_id} --purpose safeguarding_enquiry"
    yield f"  {mash} chronology {look.child} --as demo-police --purpose safeguarding_enquiry     # another agency sees other entries"
    yield f"  {mash} chronology {look.child} --as demo-refused --purpose safeguarding_enquiry    # refused, and recorded"
    if before is not None:
        yield f"  {mash} chronology CHILD --as {look.staff_id} --purpose safeguarding_enquiry --as-known-at {before:%Y-%m-%dT%H:%M:%S}    # before the late files came"
    yield f"  {mash} alerts --as {look.staff_id} --purpose safeguarding_enquiry"
    yield f"  {mash} verify                # recompute everything from the log"
    yield f"  {mash} people                # who may sign in"
    yield f"  {mash} workers status        # how far the workers are"
    yield f"  {mash} stop                  # the hub runs on until then"


def _identity(look: FirstLook, wrong: WrongMerge) -> Iterator[str]:
    mash, purpose = _mash(), f"--as {look.staff_id} --purpose safeguarding_enquiry"
    yield f"  {mash} record household {look.child} {purpose}    # who lives there, and which other children"
    yield f"  {mash} identity list {purpose}    # what only a person can decide"
    yield (
        f"  {mash} identity wrong-views {wrong.left} {wrong.right} --as demo-auditor --purpose audit"
        f"    # who saw two cousins as one: {', '.join(wrong.people)}"
    )


def _read(look: FirstLook, pages: str) -> Iterator[str]:
    yield f"What to read first, in a browser: {look.called}, all of whom is invented (sign in as one of the demo's people; choose a purpose):"
    yield f"  {pages}/children/{look.child}"


def _mash() -> str:
    """Name this command as it has to be typed here."""
    typed = Path(sys.argv[0])
    if shutil.which("mash") or not typed.exists():
        return "mash"
    return os.path.relpath(typed)
