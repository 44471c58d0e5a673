"""The API over parts in memory: the invented hub of the door's tests, two agencies' feeds, and logs that keep what they are given."""

import json
import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from access_policy.blind_index import NHS_NUMBER, event_id
from apps.api import ApiParts, make_api
from apps.api.kept_answers import KeptAnswers
from apps.api.parts import Desk, Health, WorkerLag
from apps.auditing import Account, ToldDisclosures
from apps.people import NotSignedIn
from connectors.envelope import time_zone
from connectors.producer import FeedBroken, MemoryStatementLog, StatementLog
from query.door import StaffMember
from tests.query.case_world import CaseWorld
from tests.query.record_world import CATALOGUE, CHILD, SECRET, Told, staff

with warnings.catch_warnings():
    # Starlette would rather have httpx's successor, which is no dependency of ours.
    warnings.filterwarnings("ignore", message="Using `httpx` with")
    from fastapi.testclient import TestClient

PERSON_TOKEN, GOVERNANCE_TOKEN, FEED_TOKEN = "person-token", "governance-token", "feed-token"
SURNAME = "Quillfeather-Marked"
NHS = "9990000018"
TOLD = (
    Told(
        agency="education",
        fields={"summary": "came without a coat"},
        child_said={"nhs_number": NHS, "family_name": SURNAME},
    ),
    Told(agency="health", fields={"summary": "was not weighed"}),
    Told(agency="police", fields={"summary": "a quarrel next door"}),
)


class SignIn:
    """Knows three people and one feed."""

    def person(self, token: str) -> StaffMember:
        known = {
            PERSON_TOKEN: staff(),
            GOVERNANCE_TOKEN: staff("education", "governance"),
            "reviewer-token": staff("childrens_social_care", "analyst", "identity"),
        }
        if token not in known:
            raise NotSignedIn("Expected the token of someone, found another.")
        return known[token]

    def agency(self, token: str) -> str:
        if token != FEED_TOKEN:
            raise NotSignedIn("Expected the token of a feed, found another.")
        return "childrens_social_care"


DISCLOSED = UUID(int=77)
"""The one disclosure of which the auditor's desk tells."""


class Audits:
    """Answers without looking."""

    def disclosures(self, _staff: StaffMember, child: UUID, _purpose: str | None) -> ToldDisclosures:
        return ToldDisclosures((Account(DISCLOSED, (f"of {child}",)),))


class ApiWorld:
    """The API, a client of it, and what its parts were given; `broken` is raised when a desk or a log is asked for."""

    def __init__(self) -> None:
        self.world = CaseWorld()
        self.statements = MemoryStatementLog()
        self.broken: Exception | None = None
        self.clock = 0.0
        self.health = Health(parts={"kafka": True}, workers=[WorkerLag(role="admit", read=3, end=5, behind=2)])
        self.api = make_api(self._parts())
        self.client = TestClient(self.api)

    def ask(self, path: str, body: Any, token: str = PERSON_TOKEN) -> Any:
        # In ASCII, so that whatever a text holds reaches the API as it is.
        headers = {**bearing(token), "Content-Type": "application/json"}
        return self.client.post(path, content=json.dumps(body), headers=headers)

    def find(self, **changes: Any) -> Any:
        body = {"scheme": NHS_NUMBER, "value": NHS, "purpose": "assessment", **changes}
        return self.ask("/children/find", body)

    def open(self, **body: Any) -> Any:
        return self.ask(f"/children/{CHILD}/open", body)

    def tell(self, events: Any, token: str = FEED_TOKEN) -> Any:
        return self.ask("/events", events, token)

    @contextmanager
    def _desk(self) -> Iterator[Desk]:
        if self.broken:
            raise self.broken
        cases = self.world.desks()
        yield Desk(self.world.door, Audits(), cases.views, cases.casework, cases.identity, SECRET)

    @contextmanager
    def _log(self, agency: str) -> Iterator[StatementLog]:
        assert agency == "childrens_social_care"
        yield BrokenLog() if self.broken else self.statements

    def _parts(self) -> ApiParts:
        return ApiParts(
            sign_in=SignIn(),
            catalogue=CATALOGUE,
            desk=self._desk,
            statement_log=self._log,
            event_id=lambda agency, reference: UUID(bytes=event_id(SECRET, agency, reference)),
            health=lambda: self.health,
            zone=time_zone(),
            randomness=random.Random(3).randbytes,
            kept_answers=KeptAnswers(lambda: self.clock),
            feeds=lambda agency: [{"agency": agency, "state": "speaks"}],
        )


class BrokenLog:
    """Takes no statement."""

    def publish(self, _topic: str, _message: bytes) -> None:
        raise FeedBroken("expected a broker, found none", 0)

    def flush(self) -> int:
        return 0


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
