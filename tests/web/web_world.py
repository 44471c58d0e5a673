"""The pages over parts in memory: the invented hub of the door's tests, and people to sign in as."""

import random
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from html import unescape
from typing import Any
from uuid import UUID

from access_policy.blind_index import mac
from apps.api.parts import Desk
from apps.desk import CaseDesks
from apps.people import NotSignedIn
from apps.web.app import make_web
from apps.web.parts import WebParts
from apps.web.sessions import Sessions
from apps.web.sign_in import WRONG, Offered
from apps.web.styles import StyleSheet
from projections.household_tokens import MemoryHouseholdTokens, tokens_of
from query.door import StaffMember
from query.view_desk import ViewDesk
from tests.apps.api_world import NHS, TOLD, Audits
from tests.query.case_world import CaseWorld, Shown
from tests.query.record_world import CHILD, NOW, SECRET, TWIN, Told, staff

with warnings.catch_warnings():
    # Starlette would rather have httpx's successor, which is no dependency of ours.
    warnings.filterwarnings("ignore", message="Using `httpx` with")
    from starlette.testclient import TestClient

ORIGIN = "http://127.0.0.1:8700"
STYLES = StyleSheet(b"body{color:black}", "/static/0.css")
EVERYTHING = ("identity", "locked", "police_intelligence", "sealed", "sensitive_health")
PEOPLE = {
    "analyst": staff(),
    "decider": staff("childrens_social_care", "analyst", *EVERYTHING),
    "auditor": staff("childrens_social_care", "auditor"),
    "governance": staff("education", "governance"),
}
SECRET_FIELD = re.compile(r'name="secret" value="([0-9a-f]+)"')
__all__ = ["CHILD", "NHS", "NOW", "ORIGIN", "TOLD", "TWIN", "Told", "WebWorld"]


class SignIn:
    """Knows a few people, each of whom bears their staff id twice as a token."""

    def __init__(self) -> None:
        self.gone: set[str] = set()
        self.demo: tuple[Offered, ...] = ()

    def with_token(self, staff_id: str, token: str) -> StaffMember:
        if token != staff_id * 2:
            raise NotSignedIn(WRONG)
        return self.again(staff_id)

    def offered(self) -> tuple[Offered, ...]:
        return self.demo

    def as_offered(self, staff_id: str) -> StaffMember:
        if staff_id not in {one.staff_id for one in self.demo}:
            raise NotSignedIn(WRONG)
        return self.again(staff_id)

    def again(self, staff_id: str) -> StaffMember:
        if staff_id in self.gone or staff_id not in PEOPLE:
            raise NotSignedIn(WRONG)
        return StaffMember(staff_id, PEOPLE[staff_id].person)


class Hub(CaseWorld):
    """The invented hub with what is decided and said beside its door, and with fingerprints of households."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = MemoryHouseholdTokens()

    def say(self, told: Told) -> UUID:
        event_id = super().say(told)
        event = self.records.kept[told.child][-1]
        (opened,) = self.door.unsealing.open_all([event])
        assert opened.fields is not None
        self.tokens.add(tokens_of(event.header, opened.fields, _keyed))
        return event_id

    def desks(self) -> CaseDesks:
        return replace(super().desks(), views=ViewDesk(self.door, self.tokens, Shown(self)))


def _keyed(kind: str, text: str) -> bytes:
    return mac(SECRET, f"{kind}|{text}".encode())[:16]


class WebWorld:
    """The pages, a browser of them, and the hub behind; `broken` is raised when a desk is asked for."""

    def __init__(self, origin: str = ORIGIN, styles: StyleSheet = STYLES) -> None:
        self.world = Hub()
        self.sign_ins = SignIn()
        self.now = NOW
        self.broken: Exception | None = None
        randomness = random.Random(5).randbytes
        self.parts = WebParts(
            self.sign_ins, Sessions(self.clock, randomness), self._desk, styles, origin, self.clock, randomness
        )
        self.app = make_web(self.parts)
        self.browser = self.another_browser()

    def clock(self) -> datetime:
        return self.now

    def another_browser(self) -> TestClient:
        return TestClient(self.app, base_url=self.parts.origin, follow_redirects=False)

    def get(self, path: str) -> Any:
        return self.browser.get(path)

    def send(self, path: str, fields: dict[str, Any], page: str = "/find", **headers: str) -> Any:
        """Fill in a form of ours, as it was got from `page`, and send it."""
        secret = SECRET_FIELD.search(self.get(page).text)
        assert secret
        sent = {"Origin": self.parts.origin, "Sec-Fetch-Site": "same-origin", **headers}
        return self.browser.post(path, data={"secret": secret.group(1), **fields}, headers=sent)

    def sign_in(self, who: str = "analyst") -> None:
        answer = self.send("/sign-in", {"staff-id": who, "token": who * 2}, "/sign-in")
        assert (answer.status_code, answer.headers["location"]) == (303, "/find")

    def open(self, child: UUID = CHILD, purpose: str = "assessment") -> None:
        answer = self.send(f"/children/{child}/purpose", {"purpose": purpose})
        assert answer.status_code == 303

    @contextmanager
    def _desk(self) -> Iterator[Desk]:
        if self.broken:
            raise self.broken
        desks = self.world.desks()
        yield Desk(self.world.door, Audits(), desks.views, desks.casework, desks.identity, SECRET)


def words_of(page: str) -> str:
    """Give a page's words as people read them."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
