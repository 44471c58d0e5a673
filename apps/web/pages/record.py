"""A child's record: who the child is, what to look at, and the chronology. Every page of it is opened through the door, and so recorded."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import Response

from apps.web.chronology import Shelf, shelved
from apps.web.entries import entry_in_words, withdrawal_in_words
from apps.web.sessions import Chosen, Enquiry
from apps.web.visits import Fault, Visit, go_to, show, show_refused
from apps.web.words import purpose_in_words
from query.door import Refused
from query.open_record import open_record
from query.view import RecordView


@dataclass(frozen=True, slots=True)
class Opening:
    """A record that was opened for somebody, and what they had asked."""

    child: UUID
    enquiry: Enquiry
    view: RecordView


def opening(visit: Visit) -> Opening | Response:
    """Open the child's record as it was asked for; the way to state a purpose where none was, or the refusal."""
    child = visit.place("child")
    enquiry = visit.enquiry(child)
    if enquiry is None:
        return go_to(f"/children/{child}/purpose")
    with visit.web.desk() as desk:
        opened = open_record(desk.door, visit.member, child, enquiry.purpose, enquiry.moment)
    if isinstance(opened, Refused):
        return show_refused(visit, opened)
    return Opening(child, enquiry, opened.view)


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


def chronology_page(visit: Visit) -> Response:
    """Show the chronology, or what was chosen of it."""
    found = opening(visit)
    if isinstance(found, Response):
        return found
    return _chronology(visit, found, _page_number(visit))


def choose(visit: Visit) -> Response:
    """Remember what of the chronology somebody wants to see, and show that."""
    child, form = visit.place("child"), visit.form
    enquiry = visit.enquiry(child)
    if enquiry is None:
        return go_to(f"/children/{child}/purpose")
    days = {name: _day(form.one(name)) for name in ("since", "until")}
    faults = [
        Fault(name, "Enter a day like 31/12/2025") for name, day in days.items() if day is None and form.one(name)
    ]
    if faults:
        found = opening(visit)
        return found if isinstance(found, Response) else _chronology(visit, found, 1, faults)
    chosen = Chosen(
        form.many("agency"), form.many("kind") - {""}, form.many("significance"), days["since"], days["until"]
    )
    visit.asks(child, replace(enquiry, chosen=Chosen() if form.one("all") else chosen))
    return go_to(f"/children/{child}/chronology")


def show_part(visit: Visit, found: Opening, template: str, status: int = 200, **words: object) -> Response:
    """Show one part of an opened record under the heading that all of them share."""
    names = [fact.value for fact in found.view.facts if fact.kind == "name" and fact.latest]
    heading = names[0] if names else "A child whose name nobody told you"
    return show(
        visit,
        template,
        status,
        view=found.view,
        child=found.child,
        enquiry=found.enquiry,
        heading=heading,
        purpose=purpose_in_words(found.enquiry.purpose),
        **words,
    )


def _chronology(visit: Visit, found: Opening, page: int, faults: list[Fault] | None = None) -> Response:
    shelf: Shelf = shelved(found.view, found.enquiry.chosen, page)
    withdrawn = [withdrawal_in_words(one, found.view.marks) for one in found.view.withdrawn]
    without_effect = [entry_in_words(one, found.view.marks) for one in found.view.without_effect]
    words = {"shelf": shelf, "withdrawn": withdrawn, "without_effect": without_effect, "faults": faults}
    return show_part(visit, found, "chronology.html", 422 if faults else 200, **words)


def _page_number(visit: Visit) -> int:
    text = visit.places.get("page", "1")
    if not text.isdecimal() or not 1 <= int(text[:6]) <= 99_999:
        raise HTTPException(404)
    return int(text)


def _day(text: str) -> date | None:
    parts = text.replace("-", "/").replace(".", "/").split("/")
    try:
        day, month, year = (int(part) for part in parts)
        return date(day, month, year) if day > 999 else date(year, month, day)
    except ValueError:
        return None
