"""What stands beside the door of the invented hub, in memory: what people say and decide is at once as the workers would have folded it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from apps.desk import CaseDesks
from projections.casework import Casework
from projections.household_tokens import MemoryHouseholdTokens
from projections.identity.review_list import MemoryReviewList
from projections.identity.said import Decided
from query.casework import CaseworkDesk
from query.casework_log import CaseworkFailed, MemoryCaseworkLog
from query.disclosure import disclosure_contract, encode_disclosure
from query.identity_desk import IdentityDesk
from query.identity_log import DecidingFailed, MemoryIdentityLog
from query.view_desk import ViewDesk
from tests.query.record_world import CATALOGUE, World


class Shown:
    """The disclosures that the world's log holds."""

    def __init__(self, world: World) -> None:
        self.world = world

    def of_child(self, strands: Collection[UUID], until: datetime) -> Sequence[bytes]:
        found = (one for one in self.world.log.disclosures if one.child in strands and one.asked_at < until)
        return [encode_disclosure(disclosure_contract(CATALOGUE), one) for one in found]

    def of_no_child(self, action: str, since: datetime, until: datetime) -> Sequence[bytes]:
        asked = (one for one in self.world.log.disclosures if one.child is None and one.action == action)
        found = (one for one in asked if since <= one.asked_at < until)
        return [encode_disclosure(disclosure_contract(CATALOGUE), one) for one in found]

    def find(self, disclosure_id: UUID) -> bytes | None:
        found = (one for one in self.world.log.disclosures if one.disclosure_id == disclosure_id)
        return next((encode_disclosure(disclosure_contract(CATALOGUE), one) for one in found), None)


class CaseworkFolded(MemoryCaseworkLog):
    """Takes casework in, folds it, and fails when told to."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.broken = False

    def say(self, one: Casework) -> None:
        self.world.calls.append("write")
        if self.broken:
            raise CaseworkFailed("expected an acknowledgement, found none; say it again")
        super().say(one)
        self.world.records.work.add(one)


class DecisionsFolded(MemoryIdentityLog):
    """Takes decisions in, folds them, and fails when told to."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.broken = False

    def decide(self, decided: Decided) -> None:
        self.world.calls.append("write")
        if self.broken:
            raise DecidingFailed("expected an acknowledgement, found none; decide again")
        super().decide(decided)
        self.world.records.said.append(decided)


class CaseWorld(World):
    """The invented hub, and beside its door what people decide and say."""

    def __init__(self) -> None:
        super().__init__()
        self.questions, self.decisions, self.casework = (
            MemoryReviewList(self.records.said),
            DecisionsFolded(self),
            CaseworkFolded(self),
        )

    def desks(self) -> CaseDesks:
        shown = Shown(self)
        return CaseDesks(
            CaseworkDesk(self.door, self.casework, self.sealer),
            IdentityDesk(self.door, self.questions, shown, self.decisions, self.sealer),
            ViewDesk(self.door, MemoryHouseholdTokens(), shown),
        )
