"""`mash quarantine`: what was refused, listed, opened, handed back to be examined anew, or discarded; each of these is on record before it happens."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from access_policy.vocabulary import DISCARD_QUARANTINED, REDRIVE_QUARANTINED
from apps.cli.asking import AS, PURPOSE, Asking, asking, say_refused
from apps.desk import open_desk
from projections.quarantine_list import Choice, QuarantinedMessage, State
from query.door import Refused
from query.plain_entries import INDENT
from query.quarantine import (
    Desk,
    MessageView,
    NotInQuarantine,
    Reasoned,
    list_quarantine,
    settle_quarantined,
    show_quarantined,
)
from query.quarantine_text import message_lines, opened_lines
from query.settlement_log import SettlingFailed
from schemas.topics import AGENCIES

STATES = tuple(state.value.lower().replace("_", "-") for state in State)
PATIENCE_SECONDS = 30.0
POLL_SECONDS = 0.25
AGENCY = click.option("--agency", type=click.Choice(AGENCIES), help="Only what this agency's feeds were refused.")
CODE = click.option("--code", help="Only what was refused for this reason; docs/operating.md lists the codes.")
REASON = click.option("--reason", required=True, help="Why, in a sentence; it is kept sealed.")
YES = click.option("--yes", is_flag=True, help="Do not ask before settling all with --code or of --agency.")
JSON = click.option(
    "--json", "as_json", is_flag=True, help="Print the very bytes whose digest is in the disclosure record."
)
MESSAGE = click.argument("message", type=click.UUID)


@dataclass(frozen=True, slots=True)
class AtDesk:
    """Who asks, at the desk, and for what purpose."""

    who: Asking
    desk: Desk
    purpose: str | None


@dataclass(frozen=True, slots=True)
class Which:
    """Which messages to settle: these, or all open ones of an agency, with a code, or both."""

    messages: tuple[UUID, ...]
    agency: str | None
    code: str | None


def which(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command be told either messages or what they have in common."""

    @click.argument("messages", metavar="[MESSAGE]...", type=click.UUID, nargs=-1)
    @AGENCY
    @CODE
    @wraps(command)
    def told(messages: tuple[UUID, ...], agency: str | None, code: str | None, **others: Any) -> None:
        in_common = agency is not None or code is not None
        if in_common == bool(messages):
            raise click.UsageError("Give one MESSAGE or more, or --code, --agency or both.")
        command(Which(tuple(dict.fromkeys(messages)), agency, code), **others)

    return told


@click.group(epilog="Example: mash quarantine list --as demo-feeds --purpose data_quality")
def quarantine() -> None:
    """Look at what was refused, and settle it."""


@quarantine.command(name="list", epilog="Example: mash quarantine list --as demo-feeds --purpose data_quality")
@AGENCY
@click.option(
    "--state",
    type=click.Choice((*STATES, "all")),
    default="open",
    show_default=True,
    help="Only what this became of; all for everything that was ever refused.",
)
@CODE
@JSON
@AS
@PURPOSE
def list_command(
    agency: str | None, state: str, code: str | None, as_json: bool, staff_id: str, purpose: str | None
) -> None:
    """List what was refused, by when it came, with the reason; the messages themselves stay sealed."""
    with at_desk(staff_id, purpose) as asked:
        choice = Choice(_agencies(agency), None if state == "all" else _state(state), code)
        listed = list_quarantine(asked.desk, asked.who.staff, purpose, choice)
        if isinstance(listed, Refused):
            say_refused(listed)
        if as_json:
            click.echo(listed.shown.decode())
            return
        for message in listed.view.messages:
            click.echo("\n".join(message_lines(message)))
        click.echo(f"{len(listed.view.messages)} messages in quarantine" + ("" if state == "all" else f" ({state})"))


@quarantine.command(epilog="Example: mash quarantine show 5b0e... --as demo-feeds --purpose data_quality")
@MESSAGE
@JSON
@AS
@PURPOSE
def show(message: UUID, as_json: bool, staff_id: str, purpose: str | None) -> None:
    """Open one refused message: what it says, why it was refused, what waits behind it and what to do next."""
    with at_desk(staff_id, purpose) as asked:
        opened = show_quarantined(asked.desk, asked.who.staff, message, purpose)
        if isinstance(opened, Refused):
            say_refused(opened)
        view: MessageView = opened.view
        click.echo(opened.shown.decode() if as_json else "\n".join(opened_lines(view)))


@quarantine.command(
    epilog='Example: mash quarantine redrive --code unknown-contract --agency police --reason "The contract is there now." --as demo-feeds --purpose data_quality'
)
@which
@REASON
@YES
@AS
@PURPOSE
def redrive(chosen: Which, reason: str, yes: bool, staff_id: str, purpose: str | None) -> None:
    """Hand each MESSAGE, or all that is open with --code or of --agency, back to be examined anew as it came; its times and its place stay. Exit 1 when one is refused again."""
    with at_desk(staff_id, purpose) as asked:
        wanted = chosen.messages or _chosen(
            asked, chosen, None if yes else "Hand {} messages back to be examined anew?"
        )
        _settle(asked, wanted, _reasoned(REDRIVE_QUARANTINED, reason))
        outcomes = _outcomes(asked.desk, wanted)
        _tell_outcomes(outcomes)
    if any(message.state is State.REFUSED_AGAIN for message in outcomes):
        raise click.exceptions.Exit(1)


@quarantine.command(
    epilog='Example: mash quarantine discard 5b0e... --reason "Sent again with its reference." --as demo-feeds --purpose data_quality'
)
@which
@REASON
@YES
@AS
@PURPOSE
def discard(chosen: Which, reason: str, yes: bool, staff_id: str, purpose: str | None) -> None:
    """Discard each MESSAGE, or all that is open with --code or of --agency, for good: it is never admitted, and what waits behind it is taken up. Its sealed bytes stay on the log."""
    with at_desk(staff_id, purpose) as asked:
        wanted = chosen.messages or _chosen(asked, chosen, None if yes else "Discard {} messages for good?")
        _settle(asked, wanted, _reasoned(DISCARD_QUARANTINED, reason))
        _tell_outcomes(_outcomes(asked.desk, wanted))


@contextmanager
def at_desk(staff_id: str, purpose: str | None) -> Iterator[AtDesk]:
    """Open the desk for this member of staff, and turn what is expected to go wrong at it into one sentence."""
    with asking(staff_id) as who, open_desk(who.settings, who.doors) as desk:
        try:
            yield AtDesk(who, desk, purpose)
        except (NotInQuarantine, SettlingFailed) as error:
            raise click.ClickException(str(error)) from error


def _agencies(agency: str | None) -> tuple[str, ...]:
    return AGENCIES if agency is None else (agency,)


def _state(word: str) -> State:
    return State(word.upper().replace("-", "_"))


def _reasoned(action: str, reason: str) -> Reasoned:
    try:
        return Reasoned(action, reason)
    except ValueError as error:
        raise click.UsageError(f"--reason: {error}") from error


def _chosen(asked: AtDesk, chosen: Which, question: str | None) -> list[UUID]:
    """List what is open, as anyone who lists does, and ask before settling it, unless there is no question."""
    listed = list_quarantine(
        asked.desk, asked.who.staff, asked.purpose, Choice(_agencies(chosen.agency), State.OPEN, chosen.code)
    )
    if isinstance(listed, Refused):
        say_refused(listed)
    wanted = [message.quarantine_id for message in listed.view.messages]
    if not wanted:
        raise click.ClickException("Expected open messages, found none of that agency and code; nothing was done.")
    if question is not None:
        click.confirm(question.format(len(wanted)), abort=True)
    return wanted


def _settle(asked: AtDesk, wanted: Sequence[UUID], reasoned: Reasoned) -> None:
    settled = settle_quarantined(asked.desk, asked.who.staff, wanted, asked.purpose, reasoned)
    if isinstance(settled, Refused):
        say_refused(settled)


def _outcomes(desk: Desk, wanted: Sequence[UUID]) -> Sequence[QuarantinedMessage]:
    """Wait until the workers have said what came of each message, or patience ends."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    deadline = time.monotonic() + PATIENCE_SECONDS
    with Progress(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task("settled by the workers", total=len(wanted))
        while True:
            found = desk.quarantine.named(wanted)
            done = [message for message in found.values() if message.state.final]
            if len(done) > bars.tasks[0].completed:
                deadline = time.monotonic() + PATIENCE_SECONDS
            bars.update(task, completed=len(done))
            if len(done) == len(wanted) or time.monotonic() > deadline:
                return [found[one] for one in wanted]
            time.sleep(POLL_SECONDS)


def _tell_outcomes(messages: Sequence[QuarantinedMessage]) -> None:
    for message in messages:
        click.echo(f"{message.quarantine_id}: {message.state.value.lower().replace('_', ' ')}")
        if message.later is not None:
            click.echo(f"{INDENT}in quarantine again as {message.later}; `mash quarantine show` says why")
    left = sum(not message.state.final for message in messages)
    if left:
        click.echo(f"{left} are on record and wait for the workers to take them up; see `mash workers status`")
