"""One invented record with every feature that an output has to show; all names, numbers and places are made up."""

from datetime import date, timedelta
from typing import Any

from record_world import CHILD, Told, World, at

from projections.casework import Casework
from query.casework import CaseworkDesk, Judgement, Reviewing, Written, judge_entry, mark_reviewed
from query.casework_log import MemoryCaseworkLog
from query.door import StaffMember
from query.view import ShownEntry
from schemas.moments import days

CHILD_SAID: dict[str, Any] = {
    "given_name": "Zebedee",
    "family_name": "Quillfeather-Brookmere",
    "date_of_birth": date(2016, 2, 29),
    "sex": "M",
    "address": "14 Nowhere Lane, Fabledon",
    "postcode": "ZZ99 3WZ",
    "nhs_number": "9990000018",
}
LONG = (
    "Zebedee was seen at the door of 14 Nowhere Lane with his mother. Mrs Quillfeather-Brookmere said that all was well; Zebedee's jumper was wet and he did not "
    "speak. The officer noted two empty bottles on the stairs, a broken pane in the kitchen door and no food in the refrigerator. A neighbour, who asked not to be "
    "named, told of shouting on most nights since about Easter. "
) * 3

WISH = "Zebedee wants Ludo to stay."
REFERRED = "Seen by Osric; see 29/02/2016 birth."
SCHOOL = "Fabledon Primary School"
SENT = f"{SCHOOL} sent Zebedee home."
BORN = {"place": "Fabledon General", "weight_grams": 3100, "gestation_weeks": 39, "summary": None}


def rich_world() -> World:
    """Give a hub in memory that was told everything."""
    world = World()
    tell_rich_record(world)
    return world


def tell_rich_record(world: World) -> None:
    """Tell a hub everything: versions, withdrawals, withheld entries, people, uncertain times, gradings, nil returns."""
    _people(world)
    _incidents(world)
    _seen(world)
    _amended(world)
    _withheld(world)
    _returns(world)
    _injuries(world)


def crowded_world(entries: int) -> World:
    """Tell a hub in memory very many entries over four years, by six agencies."""
    world = rich_world()
    agencies = ("education", "health", "housing", "police", "probation", "childrens_social_care")
    kinds = ("ConcernRaised", "NotBrought", "ChildSeen", "PoliceIncidentRecorded")
    for number in range(entries):
        happened = at("2021-04-01T10:00") + timedelta(hours=35 * number * 1000 // max(entries, 1))
        world.say(Told(kinds[number % 4], agencies[number * 7 % 6], happened=happened))
    return world


class FoldedAtOnce(MemoryCaseworkLog):
    """Takes in what people say of entries, and has it in the store at once, as the projecting worker would."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def say(self, one: Casework) -> None:
        super().say(one)
        self.world.records.work.add(one)


def curated_world(reader: StaffMember) -> World:
    """Tell everything, and let a reader judge entries for the conference, and review what came of it."""
    world = rich_world()
    desk = CaseworkDesk(world.door, FoldedAtOnce(world), world.sealer)
    shown = [line.standing for line in world.open(reader).view.timeline]
    entries = {one.event_type: one.event_id for one in shown if isinstance(one, ShownEntry)}
    for event_type, significance, included in (
        ("PoliceIncidentRecorded", "CRITICAL", True),
        ("InjuryRecorded", "SIGNIFICANT", True),
        ("NotBrought", "NOTABLE", True),
        ("ChildSeen", "ROUTINE", True),
        ("ExclusionRecorded", "ROUTINE", False),
    ):
        said = "Zebedee is not safe while Osric Thrupp is there." if significance == "CRITICAL" else ""
        judgement = Judgement(entries[event_type], "CONFERENCE", included, significance, said)
        assert isinstance(judge_entry(desk, reader, CHILD, "assessment", judgement), Written)
    reviewing = Reviewing("CONFERENCE", "Read with Morwenna's solicitor.")
    assert isinstance(mark_reviewed(desk, reader, CHILD, "assessment", reviewing), Written)
    return world


def _told(event_type: str, agency: str, day: str, **more: Any) -> Told:
    happened = at(day)
    said = {"child_said": {**CHILD_SAID, "local_id": f"{agency}-4711"}, "happened": happened, "learned": happened}
    return Told(event_type, agency, **(said | {"received": happened + timedelta(hours=2)} | more))


def _people(world: World) -> None:
    for day, who, name, born in (
        ("2023-01-10", "mother", "Morwenna Quillfeather-Brookmere", "1989-07-04"),
        ("2023-02-11", "sibling", "Tamsin Quillfeather", "2019-11-30"),
        ("2023-03-12", "mother's partner", "Mr Osric Thrupp", "1985-01-02"),
        ("2023-04-13", "half-brother", "Ludo Thrupp", None),
    ):
        fields = {
            "relationship": who,
            "person_name": name,
            "person_born_on": None if born is None else days(date.fromisoformat(born)),
            "lives_there": True,
            "household_reference": "HH-778899",
            "summary": f"{name} is {who} of Zebedee.",
        }
        world.say(_told("HouseholdMemberRecorded", "housing" if who == "mother" else "health", day, fields=fields))
    address = {"given_name": "Zeb", "address": "Flat 3, 9 Imaginary Court, Fabledon", "postcode": "ZZ99 4ZZ"}
    moved = CHILD_SAID | address | {"local_id": "health-4711"}
    world.say(
        _told(
            "ConcernRaised",
            "health",
            "2024-05-01T11:00",
            child_said=moved,
            fields={"summary": "Call Morwenna on 07700 900123 or m.quill@example.org."},
        )
    )


def _incidents(world: World) -> None:
    police = {"kind": "domestic abuse", "summary": LONG, "crime_reference": "CR/2024/55119"}
    conditions = {"handling_conditions": "Do not tell the household who rang."}
    world.say(_told("PoliceIncidentRecorded", "police", "2024-06-03T22:40", fields=police, **conditions))
    tired = "Zebedee QUILLFEATHER-BROOKMERE came in tired; Tamsin's teacher says the same."
    uncertain = {"until": at("2024-06-04T22:59:59"), "wording": "about the 3rd", "assertion": "OPINION"}
    concern = {"kind": "worry", "summary": tired}
    world.say(_told("ConcernRaised", "education", "2024-06-02T23:00", fields=concern, **uncertain))
    said = "Thrupp was said to be back at the address."
    graded = {"source_evaluation": 2, "assessment": "D", "handling": "C", "summary": said}
    world.say(_told("IntelligenceGraded", "police", "2024-06-20T09:00", sensitivity="RESTRICTED", fields=graded))


def _seen(world: World) -> None:
    for event_type, agency, day, fields in (
        ("ChildSeen", "childrens_social_care", "2024-07-01T15:30", {"alone": True, "wishes_and_feelings": WISH}),
        ("ReferralReceived", "childrens_social_care", "2025-03-03T09:00", {"source": "school", "summary": REFERRED}),
        (
            "ExclusionRecorded",
            "education",
            "2024-10-01T09:00",
            {"kind": "suspension", "school": SCHOOL, "summary": SENT},
        ),
        ("BirthRecorded", "health", "2016-02-29T03:00", BORN),
    ):
        world.say(_told(event_type, agency, day, fields=fields))


def _injuries(world: World) -> None:
    for agency, hour, explanation, by in (
        ("education", "2024-12-03T09:10", "fell from his bicycle", "Zebedee"),
        ("health", "2024-12-03T16:00", "pushed by Osric on the stairs at 14 Nowhere Lane", "Morwenna"),
    ):
        fields = {"injury": "bruise on the left arm", "explanation": explanation, "explained_by": by}
        rest = {"fits_explanation": None, "summary": f"Told by {by}."}
        world.say(_told("InjuryRecorded", agency, hour, fields=fields | rest))


def _amended(world: World) -> None:
    first = world.say(
        _told(
            "NotBrought",
            "health",
            "2024-08-05T10:00",
            fields={"service": "dentist", "summary": "Not brought by Morwenna."},
        )
    )
    world.say(
        _told(
            "NotBrought",
            "health",
            "2024-08-06T10:00",
            corrects=first,
            learned=at("2024-08-09"),
            received=at("2024-08-09T10:00"),
            fields={"service": "orthodontist", "summary": "Not brought; rearranged."},
        )
    )
    gone = world.say(
        _told(
            "ConcernRaised",
            "education",
            "2024-09-01T10:00",
            fields={"kind": "worry", "summary": "meant for another child"},
        )
    )
    world.say(
        _told("StatementRetracted", "education", "2024-09-02T10:00", retracts=gone, received=at("2024-09-02T12:00"))
    )


def _withheld(world: World) -> None:
    world.say(_told("ConcernRaised", "police", "2024-11-01T10:00", seal="SEALED"))
    world.say(_told("ConcernRaised", "probation", "2024-11-02T10:00"))
    world.keys.destroyed.add("probation")


def _returns(world: World) -> None:
    world.say(
        _told(
            "ChronologySubmitted",
            "youth_offending",
            "2025-02-01T10:00",
            fields={"from_agency": "youth_offending", "nil_return": True, "summary": None},
        )
    )
