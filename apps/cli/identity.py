"""`mash identity`: the questions of who is who, deciding them, and who saw two children as one; all of it through the door."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

import click

from apps.cli.asking import AS, PURPOSE, asking, say_refused
from apps.cli.record import JSON
from apps.desk import open_case_desks
from projections.identity.said import Action
from query.door import Refused, StaffMember
from query.identity_decide import Deciding, Splitting, decide_identity
from query.identity_desk import IdentityDesk, NotDecided
from query.identity_log import DecidingFailed
from query.identity_review import ShownIdentity, list_questions, open_parts, open_question
from query.identity_text import decision_lines, parts_lines, question_lines, question_list_lines, wrong_views_lines
from query.identity_view import DecisionView
from query.wrong_views import wrong_views

LEFT, RIGHT = click.argument("left", type=click.UUID), click.argument("right", type=click.UUID)
REASON = click.option("--reason", required=True, help="Why, in a sentence; it is kept sealed.")


@dataclass(frozen=True, slots=True)
class AtDesk:
    """Who asks, at the desk of who is who."""

    desk: IdentityDesk
    staff: StaffMember


@click.group(epilog="Example: mash identity list --as demo-analyst --purpose safeguarding_enquiry")
def identity() -> None:
    """Say who is who: look at records that may be of one child, link them, keep them apart, split one."""


@identity.command(name="list", epilog="Example: mash identity list --as demo-analyst --purpose safeguarding_enquiry")
@JSON
@AS
@PURPOSE
def list_command(as_json: bool, staff_id: str, purpose: str | None) -> None:
    """List the questions that wait for a person: admission's first, then the likeliest."""
    with _at_desk(staff_id) as at:
        answer = list_questions(at.desk, at.staff, purpose)
        _print(answer, question_list_lines, as_json=as_json)


@identity.command(epilog="Example: mash identity show 6f1c... 9a0b... --as demo-analyst --purpose safeguarding_enquiry")
@LEFT
@click.argument("right", type=click.UUID, required=False)
@JSON
@AS
@PURPOSE
def show(left: UUID, right: UUID | None, as_json: bool, staff_id: str, purpose: str | None) -> None:
    """Show LEFT and RIGHT side by side, field by field; or LEFT alone with its parts, which are what can be split off."""
    with _at_desk(staff_id) as at:
        if right is None:
            _print(open_parts(at.desk, at.staff, left, purpose), parts_lines, as_json=as_json)
        else:
            _print(open_question(at.desk, at.staff, left, right, purpose), question_lines, as_json=as_json)


def deciding(action: Action) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a command that decides of two records."""

    def made(command: Callable[..., None]) -> Callable[..., None]:
        @LEFT
        @RIGHT
        @REASON
        @JSON
        @AS
        @PURPOSE
        @wraps(command)
        def decide(left: UUID, right: UUID, reason: str, **asked: Any) -> None:
            _decide(lambda: Deciding(action, left, right, reason), **asked)

        return decide

    return made


@identity.command(
    epilog='Example: mash identity link 6f1c... 9a0b... --reason "Both schools confirm the move." --as demo-analyst --purpose safeguarding_enquiry'
)
@deciding("LINK")
def link() -> None:
    """Say that LEFT and RIGHT are one child: from then on there is one chronology. Undone by keeping them apart."""


@identity.command(
    epilog='Example: mash identity keep-apart 6f1c... 9a0b... --reason "They are twins." --as demo-analyst --purpose safeguarding_enquiry'
)
@deciding("KEEP_APART")
def keep_apart() -> None:
    """Say that LEFT and RIGHT are two children, also where they were linked; no rule overrides it. Names whose entries were shown wrongly."""


@identity.command(
    epilog='Example: mash identity defer 6f1c... 9a0b... --reason "The school answers on Monday." --as demo-analyst --purpose safeguarding_enquiry'
)
@deciding("DEFER")
def defer() -> None:
    """Say that it cannot be decided yet: the question stays on the list, marked."""


@identity.command(
    epilog='Example: mash identity split 6f1c... 5b0e... --reason "Two pupils of one name." --as demo-analyst --purpose safeguarding_enquiry'
)
@LEFT
@click.argument("entries", metavar="ENTRY...", type=click.UUID, nargs=-1, required=True)
@REASON
@JSON
@AS
@PURPOSE
def split(left: UUID, entries: Sequence[UUID], reason: str, **asked: Any) -> None:
    """Say that part of what stands under LEFT is another child's: each ENTRY goes with all that its agency told under the same own id (`mash identity show LEFT`)."""
    _decide(lambda: Splitting(left, tuple(dict.fromkeys(entries)), reason), **asked)


@identity.command(
    name="wrong-views", epilog="Example: mash identity wrong-views 6f1c... 9a0b... --as demo-auditor --purpose audit"
)
@LEFT
@RIGHT
@JSON
@AS
@PURPOSE
def wrong_views_command(left: UUID, right: UUID, as_json: bool, staff_id: str, purpose: str | None) -> None:
    """Say who was shown LEFT and RIGHT as one child, when and for what purpose, and whose entries those were."""
    with _at_desk(staff_id) as at:
        answer = wrong_views(at.desk, at.staff, left, right, purpose)
        _print(answer, wrong_views_lines, as_json=as_json)


def _decide(made: Callable[[], Deciding | Splitting], *, as_json: bool, staff_id: str, purpose: str | None) -> None:
    try:
        decided = made()
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    with _at_desk(staff_id) as at:
        answer: ShownIdentity[DecisionView] | Refused = decide_identity(at.desk, at.staff, decided, purpose)
        _print(answer, decision_lines, as_json=as_json)


@contextmanager
def _at_desk(staff_id: str) -> Iterator[AtDesk]:
    """Open the desk for this member of staff, and turn what is expected to go wrong at it into one sentence."""
    with asking(staff_id) as who, open_case_desks(who.settings, who.doors) as desks:
        try:
            yield AtDesk(desks.identity, who.staff)
        except (NotDecided, DecidingFailed) as error:
            raise click.ClickException(str(error)) from error


def _print(answer: ShownIdentity[Any] | Refused, lines: Callable[[Any], Sequence[str]], *, as_json: bool) -> None:
    if isinstance(answer, Refused):
        say_refused(answer)
    click.echo(answer.shown.decode() if as_json else "\n".join(lines(answer.view)))
