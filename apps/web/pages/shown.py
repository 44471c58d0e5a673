"""Who was shown what of a child's record, and what exactly was shown under one disclosure."""

import json
from typing import Any

from starlette.responses import Response

from apps.web.pages.record import asked_of
from apps.web.visits import Visit, show, show_refused
from apps.web.words import purpose_in_words
from query.as_shown import see_as_shown
from query.door import Refused


def disclosures_page(visit: Visit) -> Response:
    """Say who asked for the record, when, why, and what came of it."""
    asked = asked_of(visit)
    if isinstance(asked, Response):
        return asked
    child, enquiry = asked
    with visit.web.desk() as desk:
        told = desk.audits.disclosures(visit.member, child, enquiry.purpose)
    if isinstance(told, Refused):
        return show_refused(visit, told)
    purpose = purpose_in_words(enquiry.purpose)
    return show(visit, "disclosures.html", child=child, purpose=purpose, accounts=told.accounts)


def as_shown_page(visit: Visit) -> Response:
    """Say what one disclosure showed, and whether the same comes out again today."""
    asked = asked_of(visit)
    if isinstance(asked, Response):
        return asked
    child, enquiry = asked
    with visit.web.desk() as desk:
        found = see_as_shown(desk.views, visit.member, visit.place("disclosure"), enquiry.purpose)
    if isinstance(found, Refused):
        return show_refused(visit, found)
    then = None if found.then is None else _laid_out(json.loads(found.then))
    return show(visit, "as_shown.html", child=child, one=found.view, then=then)


def _laid_out(shown: Any) -> str:
    return json.dumps(shown, indent=2, ensure_ascii=False)
