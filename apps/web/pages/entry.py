"""One entry of a record, with every version of it."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from apps.web.entries import entry_in_words
from apps.web.pages.record import Opening, opening, show_part
from apps.web.visits import Visit
from query.view import Part, RecordView, ShownEntry


def entry_page(visit: Visit) -> Response:
    """Show one entry whole: what it says, what it replaced or was replaced by, and who may judge it."""
    found = opening(visit)
    if isinstance(found, Response):
        return found
    return _page(visit, found)


def _page(visit: Visit, found: Opening) -> Response:
    versions = _versions(found.view, visit)
    words = [entry_in_words(one, found.view.marks) for one in versions]
    return show_part(visit, found, "entry.html", entries=words, asked_for=str(visit.place("entry")))


def _versions(view: RecordView, visit: Visit) -> list[ShownEntry]:
    """Give the versions of the entry that was asked for, as far as they are shown; HTTPException 404 when it is not among what is shown."""
    wanted = visit.place("entry")
    groups: list[tuple[Part, ...]] = [(line.standing, *reversed(line.superseded)) for line in view.timeline]
    groups += [(one.withdrawn, *one.by) for one in view.withdrawn]
    groups += [(one,) for one in view.without_effect]
    for group in groups:
        shown = [one for one in group if isinstance(one, ShownEntry)]
        if wanted in {one.event_id for one in shown}:
            return shown
    raise HTTPException(404)
