"""Signing in and out."""

import logging

from starlette.responses import Response

from apps.people import NotSignedIn
from apps.web.entrance import ended, rotated
from apps.web.visits import Fault, Visit, go_to, show
from query.door import StaffMember

logger = logging.getLogger(__name__)

BEGIN = "/find"


def sign_in_page(visit: Visit) -> Response:
    """Ask who it is; whoever is signed in goes on."""
    return _page(visit) if visit.staff is None else go_to(BEGIN)


def sign_in(visit: Visit) -> Response:
    """Sign somebody in, under a new session: one that was there before they signed in may be known to somebody else."""
    form = visit.form
    missing = [
        Fault(name, f"Enter your {what}")
        for name, what in (("staff-id", "staff id"), ("token", "token"))
        if not form.one(name) and not form.one("person")
    ]
    if missing:
        return _page(visit, missing)
    try:
        member = _who(visit)
    except NotSignedIn as error:
        # Nobody is known to have asked; the log says that somebody tried, without what they typed.
        logger.warning("refused somebody at the sign-in page: %s", error)
        return _page(visit, [Fault("person" if form.one("person") else "staff-id", str(error))])
    return rotated(visit.web, visit.session_id, member.staff_id, visit.session.wanted or BEGIN)


def sign_out(visit: Visit) -> Response:
    """End the session."""
    return ended(visit.web, visit.session_id)


def _who(visit: Visit) -> StaffMember:
    person = visit.form.one("person")
    if person:
        return visit.web.sign_in.as_offered(person)
    return visit.web.sign_in.with_token(visit.form.one("staff-id"), visit.form.one("token"))


def _page(visit: Visit, faults: list[Fault] | None = None) -> Response:
    offered = visit.web.sign_in.offered()
    people = [(one.staff_id, f"{one.name} ({one.staff_id})", one.shows) for one in offered]
    status = 422 if faults else 200
    return show(visit, "sign_in.html", status, faults=faults, offered=offered, people=people, hint=visit.web.token_hint)
