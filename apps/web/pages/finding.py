"""Finding a child by an identifier, and stating what it is for."""

from dataclasses import replace

from starlette.responses import Response

from access_policy.blind_index import NHS_NUMBER, UPN, local_scheme
from access_policy.vocabulary import PURPOSES
from apps.web.sessions import Enquiry, Session
from apps.web.visits import Fault, Visit, go_to, show, show_refused
from apps.web.words import purpose_in_words
from query.agencies import agency_in_words
from query.door import Refused
from query.find_child import Identifier, find_child
from schemas.topics import AGENCIES

SCHEMES = (
    (NHS_NUMBER, "NHS number"),
    (UPN, "Unique pupil number (UPN)"),
    *((local_scheme(agency), f"The id that {agency_in_words(agency)} uses") for agency in AGENCIES),
)
STATE_ONE = "Choose what you need it for"
LONGEST = 200
NOT_FOUND = "No record goes by that identifier, as far as you may know. Check it, or try another identifier."


def purposes() -> list[tuple[str, str]]:
    """List the published purposes, each with its words."""
    return [(purpose, purpose_in_words(purpose)) for purpose in PURPOSES]


def home(_visit: Visit) -> Response:
    """Begin where most people begin."""
    return go_to("/find")


def find_page(visit: Visit) -> Response:
    """Ask for an identifier and a purpose."""
    return _page(visit, [])


def find(visit: Visit) -> Response:
    """Look an identifier up; the child's page is opened for the purpose that was stated with it."""
    form = visit.form
    scheme, value, purpose = form.one("scheme"), form.one("value"), form.one("purpose")
    faults = []
    if scheme not in {known for known, _ in SCHEMES}:
        faults.append(Fault("scheme", "Choose which identifier you have"))
    if not value or len(value) > LONGEST:
        faults.append(Fault("value", "Enter the identifier"))
    if purpose not in PURPOSES:
        faults.append(Fault("purpose", STATE_ONE))
    if faults:
        return _page(visit, faults)
    with visit.web.desk() as desk:
        found = find_child(desk.door, visit.member, Identifier(scheme, value), purpose, desk.blind_index)
    if isinstance(found, Refused):
        return show_refused(visit, found)
    if found.child is None:
        visit.note(NOT_FOUND)
        return go_to("/find")
    visit.asks(found.child, Enquiry(purpose))
    return go_to(f"/children/{found.child}")


def purpose_page(visit: Visit) -> Response:
    """Ask what a child's record is needed for."""
    child = visit.place("child")
    return _purpose(visit, f"/children/{child}/purpose", "this record", ())


def state_purpose(visit: Visit) -> Response:
    """Take the purpose down; what was asked about the child before is forgotten with the old one."""
    child, purpose = visit.place("child"), visit.form.one("purpose")
    if purpose not in PURPOSES:
        return _purpose(visit, f"/children/{child}/purpose", "this record", (Fault("purpose", STATE_ONE),))
    visit.asks(child, Enquiry(purpose))
    return visit.come_back(f"/children/{child}")


def hub_purpose_page(visit: Visit) -> Response:
    """Ask what lists about no one child are needed for: alerts, who is who."""
    return _purpose(visit, f"/purpose/{visit.places['list']}", "this list", ())


def state_hub_purpose(visit: Visit) -> Response:
    """Take that purpose down."""
    purpose, where = visit.form.one("purpose"), visit.places["list"]
    if purpose not in PURPOSES:
        return _purpose(visit, f"/purpose/{where}", "this list", (Fault("purpose", STATE_ONE),))

    def change(session: Session) -> Session:
        return replace(session, purpose=purpose)

    visit.web.sessions.change(visit.session_id, change)
    return visit.come_back("/identity" if where == "identity" else "/alerts")


def _page(visit: Visit, faults: list[Fault]) -> Response:
    words = {
        "chosen_scheme": visit.form.one("scheme"),
        "chosen_purpose": visit.form.one("purpose"),
        "schemes": SCHEMES,
        "purposes": purposes(),
        "here": "/find",
    }
    return show(visit, "find.html", 422 if faults else 200, faults=faults, **words)


def _purpose(visit: Visit, action: str, what: str, faults: tuple[Fault, ...]) -> Response:
    words = {"action": action, "what": what, "purposes": purposes(), "chosen_purpose": ""}
    return show(visit, "purpose.html", 422 if faults else 200, faults=faults, **words)
