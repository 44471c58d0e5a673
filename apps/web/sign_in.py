"""Signing in: the port that the pages use, and its plainest form over people.json. An identity provider takes this place later."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any, Protocol

from apps.demo.people import demo_people
from apps.people import FILE, NotSignedIn, load_people
from apps.settings import Settings
from query.door import StaffMember

WRONG = "Expected a staff id and the token that belongs to it, found others; try again, or ask your hub's operator for yours."


@dataclass(frozen=True, slots=True)
class Offered:
    """An invented person to sign in as without a token, and what they show; only a demo offers any."""

    staff_id: str
    name: str
    shows: str


class SignIn(Protocol):
    """Who may use the pages; NotSignedIn, with a sentence for the person, for everybody else."""

    def with_token(self, staff_id: str, token: str) -> StaffMember:
        """Sign a person in by their staff id and token."""
        ...

    def offered(self) -> tuple[Offered, ...]:
        """List whom anybody may sign in as; nobody, unless this is a demo."""
        ...

    def as_offered(self, staff_id: str) -> StaffMember:
        """Sign in as one of those who are offered."""
        ...

    def again(self, staff_id: str) -> StaffMember:
        """Say who has this staff id now: asked at every page, so that whoever is removed is out at once."""
        ...


@dataclass(frozen=True, slots=True)
class FileSignIn:
    """Signs in over people.json, read anew each time; with `demo`, offers the demo's people while all in the file are the demo's own."""

    settings: Settings
    demo: bool = False

    def with_token(self, staff_id: str, token: str) -> StaffMember:
        """Find who bears this token, and hold their staff id against the one that was typed."""
        try:
            member = load_people(self.settings.home).bearing(token)
        except NotSignedIn:
            raise NotSignedIn(WRONG) from None
        if not hmac.compare_digest(member.staff_id.encode(), staff_id.encode()):
            raise NotSignedIn(WRONG)
        return member

    def offered(self) -> tuple[Offered, ...]:
        """List the demo's people, when this is a demo and `people.json` holds nobody else."""
        if not self.demo or not _written_by_the_demo(self.settings):
            return ()
        known = load_people(self.settings.home).by_staff_id
        return tuple(Offered(one.id, one.name, one.shows) for one in demo_people() if one.id in known)

    def as_offered(self, staff_id: str) -> StaffMember:
        """Sign in as one of the demo's people."""
        if staff_id not in {one.staff_id for one in self.offered()}:
            raise NotSignedIn(WRONG)
        return self.again(staff_id)

    def again(self, staff_id: str) -> StaffMember:
        """Find a person by staff id."""
        return load_people(self.settings.home).named(staff_id)


def _written_by_the_demo(settings: Settings) -> bool:
    """Say whether every person of people.json is one of the demo's, with the token that the demo keeps beside the other secrets."""
    invented = {one.id for one in demo_people()}
    try:
        rows: list[dict[str, Any]] = json.loads((settings.home / FILE).read_text(encoding="utf-8"))
        return all(row["staff_id"] in invented and row["token_sha256"] == _digest(settings, row) for row in rows)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _digest(settings: Settings, row: dict[str, Any]) -> str:
    token = (settings.secrets / "people" / row["staff_id"]).read_text(encoding="utf-8").strip()
    return hashlib.sha256(token.encode()).hexdigest()
