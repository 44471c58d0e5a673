"""The chronology: the automatic log of everything, what was chosen of it, what people curated out of it, and its picture."""

from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.responses import Response

from apps.web.chronology import shelved
from apps.web.curated import curated_in_words
from apps.web.entries import entry_in_words, withdrawal_in_words
from apps.web.moments import NOT_A_DAY, typed_day
from apps.web.pages.record import Opening, asked_of, opening, show_part
from apps.web.sessions import Chosen
from apps.web.visits import Fault, Visit, go_to
from query.outputs.compiling import named_document
from query.outputs.document import PROFILES, Output
from query.outputs.timeline import timeline_svg

MOST_ROWS = 500
"""How many entries the table beside the picture holds, the newest; the chronology has all of them."""


def chronology_page(visit: Visit) -> Response:
    """Show the chronology, or what was chosen of it."""
    found = opening(visit)
    return found if isinstance(found, Response) else _chronology(visit, found, _page_number(visit))


def choose(visit: Visit) -> Response:
    """Remember what of the chronology somebody wants to see, and show that."""
    asked, form = asked_of(visit), visit.form
    if isinstance(asked, Response):
        return asked
    child, enquiry = asked
    days = {name: typed_day(form.one(name)) for name in ("since", "until")}
    faults = [Fault(name, NOT_A_DAY) for name, day in days.items() if day is None and form.one(name)]
    if faults:
        found = opening(visit)
        return found if isinstance(found, Response) else _chronology(visit, found, 1, faults)
    chosen = Chosen(form.many("agency"), form.many("kind"), form.many("significance"), days["since"], days["until"])
    visit.asks(child, replace(enquiry, chosen=Chosen() if form.one("all") else chosen))
    return go_to(f"/children/{child}/chronology")


def curated_page(visit: Visit) -> Response:
    """Show one curated chronology: the one that is named, or the first."""
    found = opening(visit)
    if isinstance(found, Response):
        return found
    profile = visit.places.get("profile", PROFILES[1]).upper()
    if profile not in PROFILES[1:]:
        raise HTTPException(404)
    return show_curated(visit, found, profile)


def show_curated(visit: Visit, found: Opening, profile: str, faults: tuple[Fault, ...] = ()) -> Response:
    """Show a curated chronology with its reviews."""
    words = curated_in_words(found.view, profile)
    shown = {"curated": words, "profile": profile, "profiles": PROFILES[1:], "faults": faults}
    return show_part(visit, found, "curated.html", 422 if faults else 200, **shown)


def timeline_page(visit: Visit) -> Response:
    """Show the timeline as a picture, and the same in a table beside it."""
    found = opening(visit)
    if isinstance(found, Response):
        return found
    document = named_document(found.view, found.disclosure_id, Output("svg"))
    rows = document.rows[-MOST_ROWS:]
    picture = timeline_svg(document, links=len(rows) == len(document.rows))
    return show_part(visit, found, "timeline.html", picture=picture, rows=rows, all=len(document.rows))


def _chronology(visit: Visit, found: Opening, page: int, faults: list[Fault] | None = None) -> Response:
    view = found.view
    words = {
        "shelf": shelved(view, found.enquiry.chosen, page),
        "withdrawn": [withdrawal_in_words(one, view.marks) for one in view.withdrawn],
        "without_effect": [entry_in_words(one, view.marks) for one in view.without_effect],
        "faults": faults,
    }
    return show_part(visit, found, "chronology.html", 422 if faults else 200, **words)


def _page_number(visit: Visit) -> int:
    text = visit.places.get("page", "1")
    if not text.isdecimal() or not 1 <= int(text[:6]) <= 99_999:
        raise HTTPException(404)
    return int(text)
