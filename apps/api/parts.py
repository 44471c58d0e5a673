"""What the API leans on; `apps.api.wiring` gives the real parts, tests give ones in memory."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any, Protocol
from uuid import UUID

from pydantic import BaseModel, Field

from apps.api.kept_answers import KeptAnswers
from apps.auditing import ToldDisclosures
from connectors.producer import StatementLog
from query.casework import CaseworkDesk
from query.door import Door, Refused, StaffMember
from query.identity_desk import IdentityDesk
from query.view_desk import ViewDesk
from schemas.catalogue import Catalogue


class PartAway(Exception):
    """A part of the hub that a request needs does not answer or is too busy; the message is for the log alone."""


class SignIn(Protocol):
    """Who bears a token; NotSignedIn for one that nobody bears. A person's token is no agency's, and the other way round."""

    def person(self, token: str) -> StaffMember:
        """Find the member of staff who bears this token."""
        ...

    def agency(self, token: str) -> str:
        """Find the agency whose feed bears this token."""
        ...


class Audits(Protocol):
    """What an auditor asks of one child; `apps.auditing.Auditing` answers it through the door's own decision and record."""

    def disclosures(self, staff: StaffMember, child: UUID, purpose: str | None) -> ToldDisclosures | Refused:
        """Say who asked for a child's record."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """A door and what stands beside it, used by one request at a time; `blind_index` is the secret of the blind indexes."""

    door: Door
    audits: Audits
    views: ViewDesk
    casework: CaseworkDesk
    identity: IdentityDesk
    blind_index: bytes = field(repr=False)


class WorkerLag(BaseModel):
    """How far one worker is behind the log it reads, in records over all its partitions."""

    role: str = Field(description="The worker.")
    read: int = Field(description="Records it has read, by the position stored with its rows.")
    end: int = Field(description="Records there are.")
    behind: int = Field(description="Records still to be read.")


class Health(BaseModel):
    """How the hub is: which parts answer, and how far each worker is behind."""

    parts: dict[str, bool] = Field(description="Each part, and whether it answers and lets the hub in.")
    workers: list[WorkerLag] = Field(description="Each worker; none where Kafka or PostgreSQL does not answer.")


@dataclass(frozen=True, slots=True)
class ApiParts:
    """All that the API works with.

    `desk()` and `statement_log(agency)` lend one to one request; `event_id(agency, reference)` derives the hub's id of a statement;
    `zone` is where days without a time are local days; `randomness(n)` gives n random bytes;
    `kept_answers` are those given for an Idempotency-Key; `feeds(agency)` says how that agency's feeds stand.
    """

    sign_in: SignIn
    catalogue: Catalogue
    desk: Callable[[], AbstractContextManager[Desk]]
    statement_log: Callable[[str], AbstractContextManager[StatementLog]]
    event_id: Callable[[str, str], UUID]
    health: Callable[[], Health]
    zone: tzinfo
    randomness: Callable[[int], bytes]
    kept_answers: KeptAnswers
    feeds: Callable[[str], list[dict[str, Any]]]
