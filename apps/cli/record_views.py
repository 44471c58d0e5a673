"""`mash record`: a child's household, a family's chronologies, what one agency knew, what changed between two moments, what another was shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import click

from apps.cli.asking import AS, MOMENT, PURPOSE, asking, say_refused
from apps.cli.record import JSON
from apps.desk import open_case_desks
from query.as_shown import see_as_shown
from query.difference import Moments, open_difference
from query.door import Refused, StaffMember
from query.family import open_family
from query.household import open_household
from query.known_then import KnownTo, open_as_agency_knew
from query.plain_views import (
    as_shown_in_plain_text,
    difference_in_plain_text,
    family_in_plain_text,
    household_in_plain_text,
    knowledge_in_plain_text,
)
from query.view_desk import ViewDesk
from schemas.topics import AGENCIES

AS_KNOWN_AT = click.option("--as-known-at", type=MOMENT, help="As the hub knew it at this moment (UTC).")


@click.group(epilog="Example: mash record household 6f1c... --as demo-analyst --purpose safeguarding_enquiry")
def record() -> None:
    """Look at records in other ways than one child's chronology, or take one out; every look is decided and recorded."""


@record.command(epilog="Example: mash record household 6f1c... --as demo-analyst --purpose safeguarding_enquiry")
@click.argument("child", type=click.UUID)
@AS_KNOWN_AT
@JSON
@AS
@PURPOSE
def household(child: UUID, as_known_at: datetime | None, as_json: bool, staff_id: str, purpose: str | None) -> None:
    """Show who lives with a child as told, since when and by whom, and which other children are there."""
    with _viewing(staff_id) as at:
        found = open_household(at.desk, at.staff, child, purpose, as_known_at)
        if isinstance(found, Refused):
            say_refused(found)
        _print(found.shown, household_in_plain_text(found.view), as_json=as_json)


@record.command(epilog="Example: mash record family 6f1c... 9a0b... --as demo-analyst --purpose safeguarding_enquiry")
@click.argument("children", type=click.UUID, nargs=-1, required=True)
@AS_KNOWN_AT
@JSON
@AS
@PURPOSE
def family(
    children: tuple[UUID, ...], as_known_at: datetime | None, as_json: bool, staff_id: str, purpose: str | None
) -> None:
    """Show the chronologies of several CHILDREN as one, each entry under its own child's rules."""
    with _viewing(staff_id) as at:
        opened = open_family(at.desk.door, at.staff, children, purpose, as_known_at)
        refused = [one.refused for one in opened.view.members if one.refused is not None]
        if len(refused) == len(opened.view.members):
            say_refused(refused[0])
        _print(opened.shown, family_in_plain_text(opened.view), as_json=as_json)


@record.command(
    epilog="Example: mash record difference 6f1c... --earlier 2026-03-01 --later 2026-04-01 --as demo-analyst --purpose case_review"
)
@click.argument("child", type=click.UUID)
@click.option("--earlier", type=MOMENT, required=True, help="The earlier moment (UTC).")
@click.option("--later", type=MOMENT, required=True, help="The later moment (UTC).")
@JSON
@AS
@PURPOSE
def difference(
    child: UUID, earlier: datetime, later: datetime, as_json: bool, staff_id: str, purpose: str | None
) -> None:
    """Show what was added, corrected, withdrawn, linked and separated between two moments of the hub's knowledge."""
    moments = _moments(earlier, later)
    with _viewing(staff_id) as at:
        found = open_difference(at.desk.door, at.staff, child, purpose, moments)
        if isinstance(found, Refused):
            say_refused(found)
        _print(found.shown, difference_in_plain_text(found.view), as_json=as_json)


@record.command(
    name="as-known-to",
    epilog="Example: mash record as-known-to 6f1c... --agency police --moment 2026-03-01 --as demo-analyst --purpose case_review",
)
@click.argument("child", type=click.UUID)
@click.option("--agency", type=click.Choice(AGENCIES), required=True, help="Whose knowledge.")
@click.option("--moment", type=MOMENT, required=True, help="At which moment (UTC).")
@JSON
@AS
@PURPOSE
def as_known_to(child: UUID, agency: str, moment: datetime, as_json: bool, staff_id: str, purpose: str | None) -> None:
    """Show a child's record as one agency knew it: its own entries, and what the hub had shown to its people."""
    with _viewing(staff_id) as at:
        known_to = KnownTo(agency, moment)
        found = open_as_agency_knew(at.desk, at.staff, child, purpose, known_to)
        if isinstance(found, Refused):
            say_refused(found)
        _print(found.shown, knowledge_in_plain_text(found.view), as_json=as_json)


@record.command(name="as-shown", epilog="Example: mash record as-shown 51d2... --as demo-auditor --purpose audit")
@click.argument("disclosure", type=click.UUID)
@JSON
@AS
@PURPOSE
def as_shown(disclosure: UUID, as_json: bool, staff_id: str, purpose: str | None) -> None:
    """Say what a DISCLOSURE showed and whether the same bytes come out; to a reader of every entry in it, --json gives them."""
    with _viewing(staff_id) as at:
        found = see_as_shown(at.desk, at.staff, disclosure, purpose)
        if isinstance(found, Refused):
            say_refused(found)
        _print(found.shown, as_shown_in_plain_text(found.view), as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Viewing:
    """Who looks, and the desk."""

    desk: ViewDesk
    staff: StaffMember


@contextmanager
def _viewing(staff_id: str) -> Iterator[_Viewing]:
    with asking(staff_id) as who, open_case_desks(who.settings, who.doors) as desks:
        yield _Viewing(desks.views, who.staff)


def _moments(earlier: datetime, later: datetime) -> Moments:
    try:
        return Moments(earlier, later)
    except ValueError as error:
        raise click.UsageError(f"{error}.") from error


def _print(shown: bytes, lines: list[str], *, as_json: bool) -> None:
    click.echo(shown.decode() if as_json else "\n".join(lines))
