"""Who is who: the questions that wait for a person, the two sides field by field, deciding, and who saw a wrong view."""

from collections.abc import Callable
from typing import Any, TypeVar, cast
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import Response

from apps.api.parts import Desk
from apps.web.pages.record import asked_of
from apps.web.visits import Fault, Visit, go_to, show, show_refused
from apps.web.words import purpose_in_words
from projections.identity.said import Action
from query.agencies import agency_in_words
from query.door import Refused
from query.identity_decide import ACTIONS, LONGEST_REASON, Deciding, Splitting, decide_identity
from query.identity_review import ShownIdentity, list_questions, open_parts, open_question
from query.wrong_views import wrong_views

Seen = TypeVar("Seen")
DONE = {
    "LINK": "It is decided, and takes effect in a moment: the two are linked, they are one child's record.",
    "KEEP_APART": "It is decided, and takes effect in a moment: the two are kept apart.",
    "DEFER": "The decision is deferred; the question stays on the list.",
    "SPLIT": "What you chose is another child's record from now on.",
}
CHOICES = (
    ("LINK", "Link", "They are one child"),
    ("KEEP_APART", "Keep apart", "They are two children, also where they are linked now"),
    ("DEFER", "Defer", "It cannot be said yet; the question stays"),
)


def questions_page(visit: Visit) -> Response:
    """List the questions that wait for a person."""
    found = _seen(visit, lambda desk, purpose: list_questions(desk.identity, visit.member, purpose))
    if isinstance(found, Response):
        return found
    waiting = frozenset(frozenset({one.left, one.right}) for one in found.view.questions)
    decided = visit.session.decided & waiting
    # What has taken effect is off the list by itself: if it comes back, it is a new question.
    visit.decides(decided)
    open_ones = [one for one in found.view.questions if frozenset({one.left, one.right}) not in decided]
    return _show(visit, "identity.html", questions=open_ones, more=found.view.more)


def sides_page(visit: Visit) -> Response:
    """Show the two sides of a question field by field."""
    return _sides(visit, ())


def decide(visit: Visit) -> Response:
    """Link, keep apart or defer, for a reason."""
    form, left, right = visit.form, visit.place("left"), visit.place("right")
    action, reason = form.one("action"), form.one("reason")
    faults = (() if action in ACTIONS else (Fault("action", "Choose what you decide"),)) + _reason_faults(reason)
    if faults:
        return _sides(visit, faults)
    deciding = Deciding(cast("Action", action), left, right, reason)
    found = _seen(visit, lambda desk, purpose: decide_identity(desk.identity, visit.member, deciding, purpose))
    if isinstance(found, Response):
        return found
    pair = frozenset({frozenset({left, right})})
    visit.decides(visit.session.decided - pair if action == "DEFER" else visit.session.decided | pair)
    visit.note(_told(DONE[action], found.view.told))
    return go_to("/identity" if not found.view.wrong_views else f"/identity/{left}/{right}/wrong-views")


def wrong_views_page(visit: Visit) -> Response:
    """Show who was shown two children as one."""
    left, right = visit.place("left"), visit.place("right")
    found = _seen(visit, lambda desk, purpose: wrong_views(desk.identity, visit.member, left, right, purpose))
    return found if isinstance(found, Response) else _show(visit, "wrong_views.html", wrong=found.view)


def parts_page(visit: Visit) -> Response:
    """Show what each agency told under each of its own ids, so that somebody can say which of it is another child's."""
    return _parts(visit, ())


def split(visit: Visit) -> Response:
    """Make what was chosen another child's record, for a reason."""
    form, child = visit.form, visit.place("child")
    chosen, reason = form.many("entry"), form.one("reason")
    faults = (() if chosen else (Fault("entry-1", "Choose what is another child's"),)) + _reason_faults(reason)
    strands = {one.partition("/")[0] for one in chosen}
    if not faults and len(strands) > 1:
        faults = (Fault("entry-1", "Choose parts of one record; what is of another stands under another heading"),)
    if faults:
        return _parts(visit, faults)
    splitting = Splitting(_id(strands.pop()), tuple(_id(one.partition("/")[2]) for one in sorted(chosen)), reason)
    found = _seen(visit, lambda desk, purpose: decide_identity(desk.identity, visit.member, splitting, purpose))
    if isinstance(found, Response):
        return found
    visit.note(_told(DONE["SPLIT"], found.view.told))
    return go_to(f"/children/{child}")


def _sides(visit: Visit, faults: tuple[Fault, ...]) -> Response:
    left, right = visit.place("left"), visit.place("right")
    found = _seen(visit, lambda desk, purpose: open_question(desk.identity, visit.member, left, right, purpose))
    if isinstance(found, Response):
        return found
    words = {"sides": found.view, "choices_of": CHOICES, "faults": faults, "reason": visit.form.one("reason")}
    return _show(visit, "sides.html", 422 if faults else 200, chosen=visit.form.one("action"), **words)


def _parts(visit: Visit, faults: tuple[Fault, ...]) -> Response:
    child = visit.place("child")
    found = _seen(visit, lambda desk, purpose: open_parts(desk.identity, visit.member, child, purpose))
    if isinstance(found, Response):
        return found
    words = {"of": found.view, "child": child, "faults": faults, "reason": visit.form.one("reason")}
    return _show(visit, "split.html", 422 if faults else 200, **words)


def _seen(visit: Visit, see: Callable[[Desk, str], ShownIdentity[Seen] | Refused]) -> ShownIdentity[Seen] | Response:
    purpose = _purpose(visit)
    if isinstance(purpose, Response):
        return purpose
    with visit.web.desk() as desk:
        found = see(desk, purpose)
    return show_refused(visit, found) if isinstance(found, Refused) else found


def _purpose(visit: Visit) -> str | Response:
    """Give what was stated: for the child that the address names, or for the list; the way to state it where nothing was."""
    if "child" in visit.places:
        asked = asked_of(visit)
        return asked if isinstance(asked, Response) else asked[1].purpose
    if visit.session.purpose is not None:
        return visit.session.purpose
    visit.wants()
    return go_to("/purpose/identity")


def _show(visit: Visit, template: str, status: int = 200, **words: Any) -> Response:
    return show(
        visit, template, status, here="/identity", purpose=purpose_in_words(visit.session.purpose or ""), **words
    )


def _reason_faults(reason: str) -> tuple[Fault, ...]:
    if reason and len(reason) <= LONGEST_REASON:
        return ()
    return (Fault("reason", f"Use {LONGEST_REASON} characters or fewer" if reason else "Enter a reason"),)


def _told(sentence: str, agencies: tuple[str, ...]) -> str:
    if not agencies:
        return sentence
    return f"{sentence} Told, since entries of theirs stood in another child's record: {', '.join(map(agency_in_words, agencies))}."


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise HTTPException(400) from None
