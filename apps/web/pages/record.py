"""A child's record: who the child is, what to look at, what is missing. Every page of it is opened through the door, and so recorded."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.responses import Response

from apps.api.parts import Desk
from apps.web.sessions import Enquiry
from apps.web.visits import Visit, go_to, show, show_refused
from apps.web.words import purpose_in_words
from query.door import Refused
from query.family import called
from query.known_then import AgencyKnowledge, KnownTo, open_as_agency_knew
from query.open_record import open_record
from query.plain_beside import GAP_RULE, NO_GAP
from query.view import RecordView


@dataclass(frozen=True, slots=True)
class Opening:
    """A record that was opened for somebody, under which disclosure, and what they had asked; `knowledge` where it is as one agency knew it."""

    child: UUID
    enquiry: Enquiry
    disclosure_id: UUID
    view: RecordView
    knowledge: AgencyKnowledge | None = None


def asked_of(visit: Visit) -> tuple[UUID, Enquiry] | Response:
    """Give which child it is about and what is asked; the way to state a purpose where none was."""
    child = visit.place("child")
    enquiry = visit.enquiry(child)
    if enquiry is not None:
        return child, enquiry
    visit.wants()
    return go_to(f"/children/{child}/purpose")


def opening(visit: Visit) -> Opening | Response:
    """Open the child's record as it was asked for; the way to state a purpose where none was, or the refusal."""
    asked = asked_of(visit)
    if isinstance(asked, Response):
        return asked
    with visit.web.desk() as desk:
        found = _opened(visit, desk, *asked)
    return show_refused(visit, found) if isinstance(found, Refused) else found


def summary_page(visit: Visit) -> Response:
    """Show who the child is, what to look at, and what is missing."""
    found = opening(visit)
    if isinstance(found, Response):
        return found
    told = found.view.sightings
    sightings = (
        ("Last seen", told.seen),
        ("Last seen alone", told.alone),
        ("Wishes and feelings last recorded", told.heard),
    )
    return show_part(visit, found, "record.html", sightings=sightings)


def gaps_page(visit: Visit) -> Response:
    """Show the silences, and what each of them means."""
    found = opening(visit)
    if isinstance(found, Response):
        return found
    return show_part(visit, found, "gaps.html", rule=GAP_RULE, no_gap=NO_GAP)


def show_part(visit: Visit, found: Opening, template: str, status: int = 200, **words: Any) -> Response:
    """Show one part of an opened record under the heading that all of them share."""
    heading = called(found.view) or "A child whose name nobody told you"
    shared = {
        "view": found.view,
        "child": found.child,
        "enquiry": found.enquiry,
        "knowledge": found.knowledge,
        "heading": heading,
        "purpose": purpose_in_words(found.enquiry.purpose),
    }
    return show(visit, template, status, **shared, **words)


def _opened(visit: Visit, desk: Desk, child: UUID, enquiry: Enquiry) -> Opening | Refused:
    if enquiry.agency is None:
        record = open_record(desk.door, visit.member, child, enquiry.purpose, enquiry.moment)
        return record if isinstance(record, Refused) else Opening(child, enquiry, record.disclosure_id, record.view)
    known_to = KnownTo(enquiry.agency, enquiry.moment or visit.web.clock())
    known = open_as_agency_knew(desk.views, visit.member, child, enquiry.purpose, known_to)
    if isinstance(known, Refused):
        return known
    return Opening(child, enquiry, known.disclosure_id, known.view.record, known.view)
