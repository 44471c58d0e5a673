"""Standing at a past moment: the record as the hub or one agency knew it then, and what changed between two moments."""

from dataclasses import dataclass, replace
from datetime import datetime, time

from starlette.responses import Response

from apps.web.entries import entry_in_words, part_in_words
from apps.web.moments import NOT_A_DAY, NOT_A_TIME, TO_COME, moment_of, typed_day, typed_time
from apps.web.pages.record import asked_of, opening, show_part
from apps.web.sessions import Enquiry
from apps.web.visits import Fault, Visit, go_to, show_refused
from projections.working_days import local_day
from query.agencies import agency_in_words
from query.difference import Moments, open_difference
from query.door import Refused
from query.plain_views import ENTRIES_ALONE
from schemas.topics import AGENCIES

MOST = 400
"""How many changes are shown, the newest; other moments show the others."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A moment as somebody typed it: what it is, or what is wrong with it."""

    moment: datetime | None
    faults: tuple[Fault, ...]


def known_page(visit: Visit) -> Response:
    """Ask as known when, and to whom."""
    return _known(visit, ())


def stand_at(visit: Visit) -> Response:
    """Remember as known when and to whom, and show the record so."""
    asked, form = asked_of(visit), visit.form
    if isinstance(asked, Response):
        return asked
    child, enquiry = asked
    if form.one("now"):
        visit.asks(child, replace(enquiry, moment=None, agency=None))
        return go_to(f"/children/{child}")
    agency = form.one("agency")
    typed = typed_moment(visit, "") if form.one("day") or not agency else Typed(None, ())
    if typed.faults or (agency and agency not in AGENCIES):
        return _known(visit, typed.faults or (Fault("agency", "Choose an agency"),))
    visit.asks(child, replace(enquiry, moment=typed.moment, agency=agency or None))
    return go_to(f"/children/{child}/chronology")


def difference_page(visit: Visit) -> Response:
    """Show what changed between two moments, or ask which."""
    return _difference(visit, ())


def compare(visit: Visit) -> Response:
    """Remember the two moments, and show what changed."""
    asked = asked_of(visit)
    if isinstance(asked, Response):
        return asked
    child, enquiry = asked
    earlier, later = typed_moment(visit, "earlier-"), typed_moment(visit, "later-")
    if not visit.form.one("later-day"):
        later = Typed(visit.web.clock(), ())
    faults = (*earlier.faults, *later.faults)
    if not faults and earlier.moment and later.moment and earlier.moment >= later.moment:
        faults = (Fault("later-day", "Enter a later moment than the earlier one"),)
    if faults or earlier.moment is None or later.moment is None:
        return _difference(visit, faults)
    visit.asks(child, replace(enquiry, between=(earlier.moment, later.moment)))
    return go_to(f"/children/{child}/difference")


def typed_moment(visit: Visit, name: str) -> Typed:
    """Read the day and the time that were typed into `<name>day` and `<name>time`; the end of the day where no time was, of today until now; a moment to come is a fault."""
    day, clock, now = typed_day(visit.form.one(f"{name}day")), visit.form.one(f"{name}time"), visit.web.clock()
    if day == local_day(now) and not clock:
        return Typed(now, ())
    at = typed_time(clock) if clock else time(23, 59)
    faults = [Fault(f"{name}day", NOT_A_DAY)] if day is None else []
    faults += [Fault(f"{name}time", NOT_A_TIME)] if at is None else []
    moment = moment_of(day, at) if day and at else None
    if not faults and (moment is None or moment > now):
        faults = [Fault(f"{name}day", NOT_A_DAY if moment is None else TO_COME)]
    return Typed(moment, tuple(faults))


def _known(visit: Visit, faults: tuple[Fault, ...]) -> Response:
    found = opening(visit)
    if isinstance(found, Response):
        return found
    agencies = [(one, agency_in_words(one)) for one in AGENCIES]
    return show_part(visit, found, "known.html", 422 if faults else 200, faults=faults, agencies=agencies)


def _difference(visit: Visit, faults: tuple[Fault, ...]) -> Response:
    found = opening(visit)
    if isinstance(found, Response):
        return found
    between = found.enquiry.between
    if faults or between is None:
        return show_part(visit, found, "difference.html", 422 if faults else 200, faults=faults, difference=None)
    return _between(visit, found.enquiry, Moments(*between))


def _between(visit: Visit, enquiry: Enquiry, moments: Moments) -> Response:
    child = visit.place("child")
    with visit.web.desk() as desk:
        answer = open_difference(desk.door, visit.member, child, enquiry.purpose, moments)
    if isinstance(answer, Refused):
        return show_refused(visit, answer)
    found = opening(visit)
    if isinstance(found, Response):
        return found
    marks = found.view.marks
    changes = [
        (one.kind, entry_in_words(one.entry, marks), [part_in_words(by, marks) for by in one.by])
        for one in answer.view.changes[-MOST:]
    ]
    return show_part(
        visit, found, "difference.html", difference=answer.view, changes=changes, entries_alone=ENTRIES_ALONE
    )
