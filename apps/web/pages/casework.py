"""What people say about a record: agencies told of a contradiction, contradictions resolved, entries judged, curated chronologies reviewed."""

from collections.abc import Callable
from typing import cast
from uuid import UUID

from starlette.responses import Response

from apps.api.parts import Desk
from apps.web.pages.chronology import show_curated
from apps.web.pages.entry import show_entry
from apps.web.pages.record import asked_of, opening, show_part
from apps.web.visits import Fault, Visit, go_to, show_refused
from projections.casework import PROFILES, SIGNIFICANCES, Profile, Significance
from query.casework import LONGEST_WORDS, Judgement, Reviewing, Written, judge_entry, mark_reviewed
from query.door import Refused
from query.settling import Finding, notify_agencies, resolve_contradiction

TOO_LONG = f"Use {LONGEST_WORDS:,} characters or fewer"


def contradictions_page(visit: Visit) -> Response:
    """Show where entries do not agree, and what people did about it."""
    return _contradictions(visit, ())


def notify(visit: Visit) -> Response:
    """Have the agencies told whose entries contradict each other."""
    which = visit.place("contradiction")

    def say(desk: Desk, child: UUID, purpose: str) -> Written | Refused:
        return notify_agencies(desk.casework, visit.member, child, purpose, which)

    return _said(visit, say, "/contradictions", "The agencies are told.")


def resolve(visit: Visit) -> Response:
    """Resolve a contradiction with a finding."""
    which, words = visit.place("contradiction"), visit.form.one("finding")
    if not words or len(words) > LONGEST_WORDS:
        return _contradictions(visit, (Fault(f"finding-{which}", TOO_LONG if words else "Enter what was found"),))

    def say(desk: Desk, child: UUID, purpose: str) -> Written | Refused:
        return resolve_contradiction(desk.casework, visit.member, child, purpose, Finding(which, words))

    return _said(visit, say, "/contradictions", "The contradiction is resolved. What each agency said stays as it is.")


def judge(visit: Visit) -> Response:
    """Judge an entry for a curated chronology."""
    form, entry = visit.form, visit.place("entry")
    profile, significance, included = form.one("profile"), form.one("significance"), form.one("included")
    asked = (
        ("profile", profile in PROFILES, "Choose which chronology it is for"),
        ("included", included in {"yes", "no"}, "Choose whether it belongs in"),
        ("significance", significance in SIGNIFICANCES, "Choose how significant it is"),
        ("analysis", len(form.one("analysis")) <= LONGEST_WORDS, TOO_LONG),
    )
    faults = tuple(Fault(name, sentence) for name, good, sentence in asked if not good)
    if faults:
        return show_entry(visit, faults)
    words = cast("Profile", profile), included == "yes", cast("Significance", significance)
    judgement = Judgement(entry, *words, form.one("analysis"))

    def say(desk: Desk, child: UUID, purpose: str) -> Written | Refused:
        return judge_entry(desk.casework, visit.member, child, purpose, judgement)

    return _said(visit, say, f"/entries/{entry}", "Your judgement is kept. It may take a moment until it is shown.")


def review(visit: Visit) -> Response:
    """Say that a curated chronology was reviewed as it stands."""
    profile, note = visit.places["profile"].upper(), visit.form.one("note")
    if profile not in PROFILES:
        return go_to(f"/children/{visit.place('child')}/curated")
    if len(note) > LONGEST_WORDS:
        found = opening(visit)
        return found if isinstance(found, Response) else show_curated(visit, found, profile, (Fault("note", TOO_LONG),))

    def say(desk: Desk, child: UUID, purpose: str) -> Written | Refused:
        return mark_reviewed(desk.casework, visit.member, child, purpose, Reviewing(profile, note))

    return _said(visit, say, f"/curated/{profile}", "Your review is kept. It may take a moment until it is shown.")


Say = Callable[[Desk, UUID, str], Written | Refused]


def _said(visit: Visit, say: Say, then: str, sentence: str) -> Response:
    """Say something about the record through the door, and go on to where it is shown."""
    asked = asked_of(visit)
    if isinstance(asked, Response):
        return asked
    child, enquiry = asked
    with visit.web.desk() as desk:
        answer = say(desk, child, enquiry.purpose)
    if isinstance(answer, Refused):
        return show_refused(visit, answer)
    visit.note(sentence)
    return go_to(f"/children/{child}{then}")


def _contradictions(visit: Visit, faults: tuple[Fault, ...]) -> Response:
    found = opening(visit)
    if isinstance(found, Response):
        return found
    return show_part(visit, found, "contradictions.html", 422 if faults else 200, faults=faults)
