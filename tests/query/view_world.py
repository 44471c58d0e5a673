"""The invented hub with what its views lean on: fingerprints of households and the disclosures written so far."""

from datetime import datetime
from typing import Any
from uuid import UUID

from record_world import CATALOGUE, SECRET, Told, World

from access_policy.blind_index import mac
from projections.disclosures import LoggedDisclosure, MemoryDisclosures
from projections.household_tokens import MemoryHouseholdTokens, tokens_of
from projections.identity.said import Action, Decided
from query.disclosure import Disclosure, disclosure_contract, encode_disclosure
from query.view_desk import ViewDesk

CONTRACT = disclosure_contract(CATALOGUE)


def keyed(kind: str, text: str) -> bytes:
    return mac(SECRET, f"{kind}|{text}".encode())[:16]


def logged(disclosure: Disclosure) -> LoggedDisclosure:
    message = encode_disclosure(CONTRACT, disclosure)
    return LoggedDisclosure(disclosure.disclosure_id, disclosure.child, disclosure.asked_at, message, disclosure.action)


def member(relationship: str, name: str | None = None, **fields: Any) -> dict[str, Any]:
    """Give the fields of somebody in the household."""
    rest = {"person_born_on": None, "lives_there": None, "household_reference": None, "summary": None}
    return {"relationship": relationship, "person_name": name, **rest, **fields}


class ViewWorld(World):
    """A hub in memory with a desk for its views."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = MemoryHouseholdTokens()

    def say(self, told: Told) -> UUID:
        event_id = super().say(told)
        event = self.records.kept[told.child][-1]
        (opened,) = self.door.unsealing.open_all([event])
        assert opened.fields is not None
        self.tokens.add(tokens_of(event.header, opened.fields, keyed))
        return event_id

    def household(self, relationship: str, name: str | None = None, **rest: Any) -> UUID:
        """Say that somebody is in the household; `rest` are fields of the statement, or of `Told`."""
        told = {one: rest.pop(one) for one in list(rest) if one in Told.__slots__}
        return self.say(Told("HouseholdMemberRecorded", fields=member(relationship, name, **rest), **told))

    def left(self, relationship: str, name: str | None = None, **told: Any) -> UUID:
        said = {"relationship": relationship, "person_name": name, "summary": None}
        return self.say(Told("HouseholdMemberLeft", fields=said, **told))

    @property
    def desk(self) -> ViewDesk:
        return ViewDesk(self.door, self.tokens, MemoryDisclosures(logged(one) for one in self.log.disclosures))

    def decide(self, action: Action, left: UUID, right: UUID, at: datetime) -> None:
        """Say on hub.identity what a person decided about two strands."""
        number = len(self.records.said) + 1
        self.records.said.append(Decided(UUID(int=number), action, left, right, (), "a-person", UUID(int=0), at))
