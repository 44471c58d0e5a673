"""`mash casework`: what people say about a record, through the door: agencies told of a contradiction, contradictions resolved, entries judged, chronologies reviewed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import click

from apps.cli.asking import AS, PURPOSE, asking, say_refused
from apps.cli.record import JSON
from apps.desk import open_case_desks
from projections.casework import PROFILES, SIGNIFICANCES
from query.agencies import agency_in_words
from query.casework import (
    CaseworkDesk,
    Judgement,
    NotForCasework,
    Reviewing,
    Written,
    judge_entry,
    mark_reviewed,
)
from query.casework_log import CaseworkFailed
from query.door import Refused, StaffMember
from query.settling import Finding, notify_agencies, resolve_contradiction

Made = TypeVar("Made")
CHILD = click.argument("child", type=click.UUID)
CONTRADICTION = click.argument("contradiction", type=click.UUID)


def _typed(word: str) -> str:
    return word.lower().replace("_", "-")


def _written_so(typed: str) -> Any:
    return typed.upper().replace("-", "_")


PROFILE = click.option(
    "--profile", type=click.Choice([_typed(one) for one in PROFILES]), required=True, help="For what it is curated."
)
SIGNIFICANCE = click.option(
    "--significance",
    type=click.Choice([_typed(one) for one in SIGNIFICANCES]),
    required=True,
    help="How much the entry says about the child's safety.",
)


@dataclass(frozen=True, slots=True)
class AtDesk:
    """Who says something, at the desk of casework."""

    desk: CaseworkDesk
    staff: StaffMember


@click.group(epilog="Example: mash casework notify 6f1c... 83d2... --as demo-analyst --purpose safeguarding_enquiry")
def casework() -> None:
    """Say something about a record: settle contradictions, judge entries for a curated chronology, say that it was reviewed."""


@casework.command(
    epilog="Example: mash casework notify 6f1c... 83d2... --as demo-analyst --purpose safeguarding_enquiry"
)
@CHILD
@CONTRADICTION
@JSON
@AS
@PURPOSE
def notify(child: UUID, contradiction: UUID, as_json: bool, staff_id: str, purpose: str | None) -> None:
    """Have the agencies told whose entries contradict; each sees its own in `mash feed status`. `mash chronology CHILD` shows contradictions with their ids."""
    with _at_desk(staff_id) as at:
        _print(notify_agencies(at.desk, at.staff, child, purpose, contradiction), as_json=as_json)


@casework.command(
    epilog='Example: mash casework resolve 6f1c... 83d2... --finding "The ward clock was wrong." --as demo-analyst --purpose safeguarding_enquiry'
)
@CHILD
@CONTRADICTION
@click.option("--finding", required=True, help="What was found; it is kept sealed.")
@JSON
@AS
@PURPOSE
def resolve(child: UUID, contradiction: UUID, finding: str, **asked: Any) -> None:
    """Resolve a contradiction; what each agency said stays as it is."""
    found = _made(lambda: Finding(contradiction, finding))
    with _at_desk(asked["staff_id"]) as at:
        _print(resolve_contradiction(at.desk, at.staff, child, asked["purpose"], found), as_json=asked["as_json"])


@casework.command(
    epilog="Example: mash casework judge 6f1c... 5b0e... --profile conference --significance significant --as demo-analyst --purpose case_review"
)
@CHILD
@click.argument("entry", type=click.UUID)
@PROFILE
@SIGNIFICANCE
@click.option("--leave-out", is_flag=True, help="Leave the entry out of the curated chronology.")
@click.option("--analysis", default="", help="Why it matters; it is kept sealed.")
@JSON
@AS
@PURPOSE
def judge(child: UUID, entry: UUID, **asked: Any) -> None:
    """Take ENTRY into a curated chronology, or leave it out, with its significance; the newest judgement counts."""
    what = _written_so(asked["profile"]), not asked["leave_out"], _written_so(asked["significance"]), asked["analysis"]
    judgement = _made(lambda: Judgement(entry, *what))
    with _at_desk(asked["staff_id"]) as at:
        _print(judge_entry(at.desk, at.staff, child, asked["purpose"], judgement), as_json=asked["as_json"])


@casework.command(
    epilog="Example: mash casework reviewed 6f1c... --profile review --as demo-analyst --purpose case_review"
)
@CHILD
@PROFILE
@click.option("--note", default="", help="What the reviewer adds; it is kept sealed.")
@JSON
@AS
@PURPOSE
def reviewed(child: UUID, profile: str, note: str, **asked: Any) -> None:
    """Say that you reviewed a curated chronology as you read it now."""
    reviewing = _made(lambda: Reviewing(_written_so(profile), note))
    with _at_desk(asked["staff_id"]) as at:
        _print(mark_reviewed(at.desk, at.staff, child, asked["purpose"], reviewing), as_json=asked["as_json"])


@contextmanager
def _at_desk(staff_id: str) -> Iterator[AtDesk]:
    """Open the desk for this member of staff, and turn what is expected to go wrong at it into one sentence."""
    with asking(staff_id) as who, open_case_desks(who.settings, who.doors) as desks:
        try:
            yield AtDesk(desks.casework, who.staff)
        except (NotForCasework, CaseworkFailed) as error:
            raise click.ClickException(str(error)) from error


def _made(make: Callable[[], Made]) -> Made:
    try:
        return make()
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _print(answer: Written | Refused, *, as_json: bool) -> None:
    if isinstance(answer, Refused):
        say_refused(answer)
    if as_json:
        click.echo(answer.shown.decode())
        return
    view = answer.view
    entries = f"{len(view.entries)} {'entry' if len(view.entries) == 1 else 'entries'}"
    told = f"; told: {', '.join(agency_in_words(one) for one in view.agencies)}" if view.agencies else ""
    click.echo(f"{view.kind}: {entries}{told}. On record as {view.said_id}; the workers take it up at once.")
