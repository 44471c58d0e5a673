"""The first look: one child's merged chronology, asked for through the one door like everybody's."""

from contextlib import closing
from dataclasses import dataclass, field
from uuid import UUID

from access_policy.blind_index import NHS_NUMBER
from apps.demo.run import DemoBroken
from apps.doors import Doors, open_doors
from apps.people import load_people
from apps.settings import Settings
from query.door import Refused
from query.family import called
from query.find_child import Identifier, find_child
from query.open_record import open_record
from query.plain_text import record_in_plain_text

ANALYST = "demo-analyst"
PURPOSE = "safeguarding_enquiry"


@dataclass(frozen=True, slots=True)
class FirstLook:
    """Who looked, at which child, by which names it is told of, and what was shown, a line each."""

    staff_id: str
    child: UUID
    called: str = field(repr=False)
    lines: tuple[str, ...] = field(repr=False)


def first_look(settings: Settings, nhs_number: str) -> FirstLook:
    """Find the child and open the record as the demo's analyst; DemoBroken when the hub refuses or does not know the child."""
    with closing(open_doors(settings)) as doors:
        return _looked(settings, doors, nhs_number)


def _looked(settings: Settings, doors: Doors, nhs_number: str) -> FirstLook:
    staff = load_people(settings.home).named(ANALYST)
    found = find_child(doors.door, staff, Identifier(NHS_NUMBER, nhs_number), PURPOSE, doors.blind_index)
    if isinstance(found, Refused) or found.child is None:
        raise DemoBroken(
            "Expected the first child of the stories to be known, found that it is not; see `mash workers status`."
        )
    opened = open_record(doors.door, staff, found.child, PURPOSE, None)
    if isinstance(opened, Refused):
        raise DemoBroken(f"Expected {ANALYST} to be shown the record, found a refusal: {' '.join(opened.sentences)}")
    return FirstLook(
        ANALYST, opened.view.child, called(opened.view) or "no name told", tuple(record_in_plain_text(opened.view))
    )
