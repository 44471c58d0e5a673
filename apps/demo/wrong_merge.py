"""The wrong merge of the demo: two cousins are linked by a person, opened as one child by two people, and kept apart again; both who saw it are named.

Run again it finds that a person decided already, changes nothing, and only asks who saw the wrong view. If we crash on the way, the next run goes on with keeping them apart.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from access_policy.blind_index import NHS_NUMBER
from apps.demo.cast import Story
from apps.demo.first_look import ANALYST, PURPOSE
from apps.demo.run import DemoBroken
from apps.desk import open_case_desks
from apps.doors import Doors, open_doors
from apps.people import People, load_people
from apps.services.daemons import wait_until
from apps.settings import Settings
from projections.identity.said import Action
from query.door import Refused
from query.find_child import Identifier, find_child
from query.identity_decide import Deciding, decide_identity
from query.identity_desk import IdentityDesk, known_identity
from query.open_record import open_record
from query.wrong_views import wrong_views

WHO_SAW = (ANALYST, "demo-health")
AUDITOR, AUDIT = "demo-auditor", "audit"
LINKED_BECAUSE = "One name but for a letter, one family name, born in the same spring."
APART_BECAUSE = "Two NHS numbers and two homes: the health visitor knows both; they are cousins."
PATIENCE_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class WrongMerge:
    """The two records, and who (staff ids) was shown them as one."""

    left: UUID
    right: UUID
    people: tuple[str, ...]


def wrong_merge(settings: Settings, story: Story, say: Callable[[str], None]) -> WrongMerge:
    """Make the wrong merge and undo it, unless that was done before, and say who saw it; DemoBroken when the hub does not let it."""
    with closing(open_doors(settings)) as doors, open_case_desks(settings, doors) as desks:
        at = _At(doors, desks.identity, load_people(settings.home))
        left, right = (at.found(one.nhs_number) for one in story.children)
        decision = known_identity(doors.door.records, {left, right}).children.decision_of(left, right)
        if decision is None:
            say("two cousins are taken for one child, opened by two people, and kept apart again")
            at.decide("LINK", left, right, LINKED_BECAUSE)
            at.seen_by_both(left)
        if decision is None or decision.action == "LINK":
            at.decide("KEEP_APART", left, right, APART_BECAUSE)
        return WrongMerge(left, right, at.who_saw(left, right))


@dataclass(frozen=True, slots=True)
class _At:
    """The doors, the desk of who is who, and the people of the demo."""

    doors: Doors
    desk: IdentityDesk
    people: People

    def found(self, nhs_number: str) -> UUID:
        """Find a cousin as the analyst."""
        identifier = Identifier(NHS_NUMBER, nhs_number)
        found = find_child(self.doors.door, self.people.named(ANALYST), identifier, PURPOSE, self.doors.blind_index)
        if isinstance(found, Refused) or found.child is None:
            raise DemoBroken("Expected both cousins to be known, found one that is not; see `mash workers status`.")
        return found.child

    def decide(self, action: Action, left: UUID, right: UUID, reason: str) -> None:
        """Decide as the analyst, and wait until the decision is folded."""
        deciding = Deciding(action, left, right, reason)
        decided = decide_identity(self.desk, self.people.named(ANALYST), deciding, PURPOSE)
        if isinstance(decided, Refused):
            raise DemoBroken(f"Expected {ANALYST} to decide who is who, found a refusal: {' '.join(decided.sentences)}")
        records = self.doors.door.records
        self._wait(lambda: (records.name_of(left) == records.name_of(right)) == (action == "LINK"))

    def seen_by_both(self, child: UUID) -> None:
        """Open the record as two people, and wait until that is on record."""
        for staff_id in WHO_SAW:
            opened = open_record(self.doors.door, self.people.named(staff_id), child, PURPOSE)
            if isinstance(opened, Refused):
                raise DemoBroken(
                    f"Expected {staff_id} to be shown the record, found a refusal: {' '.join(opened.sentences)}"
                )
            self._wait(partial(self._on_record, opened.disclosure_id))

    def who_saw(self, left: UUID, right: UUID) -> tuple[str, ...]:
        """Name who was shown the two as one, as the auditor is told it."""
        told = wrong_views(self.desk, self.people.named(AUDITOR), left, right, AUDIT)
        if isinstance(told, Refused):
            raise DemoBroken(f"Expected {AUDITOR} to be told who saw it, found a refusal: {' '.join(told.sentences)}")
        return told.view.people

    def _on_record(self, disclosure_id: UUID) -> bool:
        return self.desk.disclosures.find(disclosure_id) is not None

    @staticmethod
    def _wait(true: Callable[[], bool]) -> None:
        if not wait_until(true, PATIENCE_SECONDS):
            raise DemoBroken(
                "Expected what was said to be folded in three minutes, found that it is not; see `mash workers status`."
            )
