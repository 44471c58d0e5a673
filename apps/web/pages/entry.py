"""One entry of a record, with every version of it, and what curators judged of it."""

from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import Response

from apps.web.curated import judged_of
from apps.web.entries import entry_in_words
from apps.web.pages.record import opening, show_part
from apps.web.visits import Fault, Visit
from apps.web.words import PROFILES, SIGNIFICANCES
from query.view import Part, RecordView, ShownEntry


def entry_page(visit: Visit) -> Response:
    """Show one entry whole: what it says, what it replaced or was replaced by, and what was judged of it."""
    return show_entry(visit, ())


def show_entry(visit: Visit, faults: tuple[Fault, ...]) -> Response:
    """Show the entry that the address names."""
    found = opening(visit)
    if isinstance(found, Response):
        return found
    wanted = visit.place("entry")
    words = {
        "entries": [entry_in_words(one, found.view.marks) for one in _versions(found.view, wanted)],
        "asked_for": wanted,
        "judged": judged_of(found.view, wanted),
        "profiles": tuple(PROFILES.items()),
        "significances": tuple(SIGNIFICANCES.items()),
    }
    return show_part(visit, found, "entry.html", 422 if faults else 200, faults=faults, **words)


def _versions(view: RecordView, wanted: UUID) -> list[ShownEntry]:
    """Give the versions of an entry as far as they are shown; HTTPException 404 when it is not among what is shown."""
    groups: list[tuple[Part, ...]] = [(line.standing, *reversed(line.superseded)) for line in view.timeline]
    groups += [(one.withdrawn, *one.by) for one in view.withdrawn]
    groups += [(one,) for one in view.without_effect]
    for group in groups:
        shown = [one for one in group if isinstance(one, ShownEntry)]
        if wanted in {one.event_id for one in shown}:
            return shown
    raise HTTPException(404)
