"""`mash find`, `mash chronology`, `mash alerts`, `mash people`: what an analyst asks, through the one door."""

from datetime import datetime
from uuid import UUID

import click

from access_policy.blind_index import NHS_NUMBER, UPN, local_scheme
from apps.cli.asking import AS, MOMENT, PURPOSE, asking, errors_in_sentences, say_refused
from apps.cli.progress import home
from apps.people import load_people
from projections.chronology.uncertain import moment_in_words
from query.alerts import see_alerts
from query.door import Refused
from query.find_child import Identifier, find_child
from query.open_record import open_record
from query.plain_text import record_in_plain_text
from schemas.topics import AGENCIES

JSON = click.option(
    "--json", "as_json", is_flag=True, help="Print the very bytes whose digest is in the disclosure record."
)


@click.command(epilog="Example: mash find --nhs - --as demo-analyst --purpose safeguarding_enquiry")
@click.option(
    "--nhs", help="An NHS number; - reads it from standard input, so that it stays out of your shell's history."
)
@click.option("--upn", help="A unique pupil number; - reads it from standard input.")
@click.option("--local", help="An agency's own id of the child; - reads it from standard input. Needs --agency.")
@click.option("--agency", type=click.Choice(AGENCIES), help="Whose own id --local is.")
@AS
@PURPOSE
def find(
    nhs: str | None, upn: str | None, local: str | None, agency: str | None, staff_id: str, purpose: str | None
) -> None:
    """Find the record that an identifier names; prints the child's pseudonym."""
    identifier = _identifier(nhs, upn, local, agency)
    with asking(staff_id) as who:
        found = find_child(who.doors.door, who.staff, identifier, purpose, who.doors.blind_index)
        if isinstance(found, Refused):
            say_refused(found)
        if found.child is None:
            raise click.ClickException("No record that you may know of goes by that identifier.")
        click.echo(str(found.child))


@click.command(
    epilog="Example: mash chronology 6f1c... --as demo-analyst --purpose case_review --as-known-at 2026-03-01"
)
@click.argument("child", type=click.UUID)
@click.option(
    "--as-known-at",
    type=MOMENT,
    help="Show it as the hub knew it at this moment (UTC).",
)
@JSON
@AS
@PURPOSE
def chronology(child: UUID, as_known_at: datetime | None, as_json: bool, staff_id: str, purpose: str | None) -> None:
    """Open a child's merged chronology; CHILD is the pseudonym that `mash find` prints."""
    with asking(staff_id) as who:
        opened = open_record(who.doors.door, who.staff, child, purpose, as_known_at)
        if isinstance(opened, Refused):
            say_refused(opened)
        click.echo(opened.shown.decode() if as_json else "\n".join(record_in_plain_text(opened.view)))


@click.command(epilog="Example: mash alerts --as demo-analyst --purpose safeguarding_enquiry")
@JSON
@AS
@PURPOSE
def alerts(as_json: bool, staff_id: str, purpose: str | None) -> None:
    """List the alerts that you may know of."""
    with asking(staff_id) as who:
        listed = see_alerts(who.doors.door, who.staff, purpose)
        if isinstance(listed, Refused):
            say_refused(listed)
        if as_json:
            click.echo(listed.shown.decode())
            return
        for alert in listed.view.alerts:
            due = "" if alert.due is None else f" It was due {moment_in_words(alert.due)}."
            click.echo(f"child {alert.child}\n    {alert.sentence}{due}")
        click.echo(f"{len(listed.view.alerts)} alerts that you may know of")


@click.command(epilog="Example: mash people")
def people() -> None:
    """List who may sign in, and in which role."""
    with errors_in_sentences():
        for staff_id, member in sorted(load_people(home()).by_staff_id.items()):
            person = member.person
            clearances = f", cleared for {', '.join(sorted(person.clearances))}" if person.clearances else ""
            click.echo(f"{staff_id}: {person.role}, {person.agency}{clearances}")


def _identifier(nhs: str | None, upn: str | None, local: str | None, agency: str | None) -> Identifier:
    given = [
        (scheme, value)
        for scheme, value in ((NHS_NUMBER, nhs), (UPN, upn), (local_scheme(agency or ""), local))
        if value
    ]
    if len(given) != 1 or (local and not agency):
        raise click.UsageError("Give one of --nhs, --upn, or --local with --agency.")
    scheme, value = given[0]
    return Identifier(scheme, click.get_text_stream("stdin").readline().strip() if value == "-" else value)
