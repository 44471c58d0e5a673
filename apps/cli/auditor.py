"""`mash verify`, `mash rebuild`, `mash disclosures`, `mash trace`, `mash refusals`: what an auditor checks."""

from collections.abc import Callable
from contextlib import closing
from uuid import UUID

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from apps.auditing import Auditing, Told, ToldDisclosures
from apps.cli.asking import AS, PURPOSE, asking, in_sentences, say_refused
from apps.cli.progress import home
from apps.rebuild import rebuild
from apps.services.layout import Layout
from apps.verification import verify
from query.door import Refused, StaffMember

NOT_PROVED = 4


@click.command(name="verify", epilog="Example: mash verify")
def verify_command() -> None:
    """Recompute everything from the log and name whatever does not agree; exit code 4 if anything does not."""
    with in_sentences() as settings, _bars() as bars:
        verified = verify(settings, _told(bars))
    for sentence in verified.findings:
        click.echo(sentence)
    click.echo(
        f"{verified.records} records in {verified.trees} trees and {verified.children} children's records read: "
        + (f"{len(verified.findings)} things do not agree" if verified.findings else "everything agrees")
    )
    if verified.findings:
        raise SystemExit(NOT_PROVED)


@click.command(name="rebuild", epilog="Example: mash workers down && mash rebuild && mash workers up")
def rebuild_command() -> None:
    """Empty every projection and fold the whole log again; workers and API must be stopped."""
    with in_sentences() as settings, _bars() as bars:
        rebuild(settings, _told(bars))
    click.echo("Everything was rebuilt from the log. Next: `mash verify`.")


@click.command(epilog="Example: mash disclosures 6f1c... --as demo-auditor --purpose audit")
@click.argument("child", type=click.UUID)
@AS
@PURPOSE
def disclosures(child: UUID, staff_id: str, purpose: str | None) -> None:
    """Say who was shown what of a child's record, when, why and under which rules."""
    lines = _answered(staff_id, lambda auditing, staff: auditing.disclosures(staff, child, purpose))
    click.echo("\n".join(lines) or "Nobody has asked for this record.")


@click.command(epilog="Example: mash trace 5b0e... --as demo-auditor --purpose audit")
@click.argument("event", type=click.UUID)
@AS
@PURPOSE
def trace(event: UUID, staff_id: str, purpose: str | None) -> None:
    """Tell the life of one event, from the agency's topic to whom it was shown."""
    click.echo("\n".join(_answered(staff_id, lambda auditing, staff: auditing.trace(staff, event, purpose))))


@click.command(epilog="Example: mash refusals")
def refusals() -> None:
    """List what the broker refused: who tried to write or read what is not theirs; `mash disclosures` has what the hub refused."""
    log = Layout(home()).authorizer_log
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    denied = [line for line in lines if "Denied" in line]
    click.echo("\n".join(denied) or "The broker has refused nothing.")


def _answered(
    staff_id: str, ask: Callable[[Auditing, StaffMember], Told | ToldDisclosures | Refused]
) -> tuple[str, ...]:
    """Ask as this member of staff, and give the lines that were told; a refusal ends the command."""
    with asking(staff_id) as who, closing(Auditing(who.settings, who.doors.door)) as auditing:
        told = ask(auditing, who.staff)
        if isinstance(told, Refused):
            say_refused(told)
        return told.lines


def _bars() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True))


def _told(bars: Progress) -> Callable[[str, int, int], None]:
    """Show one bar for each thing that is gone through."""
    tasks: dict[str, TaskID] = {}

    def told(name: str, done: int, whole: int) -> None:
        if name not in tasks:
            tasks[name] = bars.add_task(name, total=whole)
        bars.update(tasks[name], completed=done)

    return told
