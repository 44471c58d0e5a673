"""The household, the other children of it, and their chronologies beside each other, each by its own child's rules."""

from collections.abc import Mapping
from uuid import UUID

from starlette.responses import Response

from apps.web.entries import line_in_words
from apps.web.pages.record import Opening, opening, show_part
from apps.web.visits import Visit, show_refused
from query.door import Refused
from query.family import open_family
from query.household import HouseholdView, open_household
from query.view import RecordView, ShownEntry

MOST = 400
"""How many lines of the family's timeline are shown, the newest."""


def family_page(visit: Visit) -> Response:
    """Show who lives with the child as told, and which other children are there."""
    found = opening(visit)
    if isinstance(found, Response):
        return found
    household = _household(visit, found)
    if isinstance(household, Response):
        return household
    return show_part(visit, found, "family.html", household=household, happened=_happened(found.view))


def together_page(visit: Visit) -> Response:
    """Open the records of the child and of the other children of the household, for the same purpose; each is decided and recorded by itself."""
    found = opening(visit)
    if isinstance(found, Response):
        return found
    household = _household(visit, found)
    if isinstance(household, Response):
        return household
    children: list[UUID] = [found.child, *(one.child for one in household.others)]
    with visit.web.desk() as desk:
        family = open_family(desk.door, visit.member, children, found.enquiry.purpose, found.enquiry.moment)
    marks = {kind: fields for one in family.view.members if one.view for kind, fields in one.view.marks.items()}
    lines = [(one, line_in_words(one.line, marks)) for one in family.view.timeline[-MOST:]]
    return show_part(visit, found, "together.html", family=family.view, lines=lines, all=len(family.view.timeline))


def _happened(view: RecordView) -> Mapping[UUID, str]:
    """Say when each entry that stands in this child's record happened."""
    standing = (line.standing for line in view.timeline)
    return {one.event_id: one.happened_in_words for one in standing if isinstance(one, ShownEntry)}


def _household(visit: Visit, found: Opening) -> HouseholdView | Response:
    with visit.web.desk() as desk:
        answer = open_household(desk.views, visit.member, found.child, found.enquiry.purpose, found.enquiry.moment)
    return show_refused(visit, answer) if isinstance(answer, Refused) else answer.view
