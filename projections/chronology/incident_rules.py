"""Which kinds of entries can tell of one and the same incident, and how near in time they then are; each with its reason.

The hours are the hub's own judgement, wide enough for the agencies of one night and too narrow for two nights; no source document gives any. What they put together is said to
stand together and why, and each entry stays as it was told, so a person who knows better loses nothing.
"""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class IncidentRule:
    """Kinds (event types) that can be one incident when they lie within so many hours of each other; the sentence says why."""

    kinds: frozenset[str]
    hours: int
    sentence: str

    @property
    def within(self) -> timedelta:
        """How far apart they may lie."""
        return timedelta(hours=self.hours)


MISSED = IncidentRule(
    frozenset({"MissingEpisodeStarted"}),
    24,
    "both tell that the child was missed, within a day of each other: the home or placement and the police each record one absence",
)
FOUND = IncidentRule(
    frozenset({"MissingEpisodeEnded"}),
    24,
    "both tell that the missing child was found, within a day of each other",
)
SELF_HARM = IncidentRule(
    frozenset({"SelfHarmRecorded", "AmbulanceAttended", "AttendanceRecorded", "AdmittedToHospital"}),
    12,
    "one tells of self-harm or of the care that follows it, within 12 hours of the other",
)
VIOLENCE = IncidentRule(
    frozenset(
        {
            "AmbulanceAttended",
            "AttendanceRecorded",
            "ChildVictimRecorded",
            "EmergencyActionTaken",
            "HouseholdAdultArrested",
            "InjuryRecorded",
            "PoliceIncidentRecorded",
            "PoliceProtectionStarted",
            "ProtectionNotificationSent",
        }
    ),
    12,
    "they are what police, ambulance, hospital, school or social care each record of one incident, within 12 hours of each other",
)
INJURY = IncidentRule(
    frozenset({"InjuryRecorded", "MedicalExaminationHeld"}),
    48,
    "both tell of an injury or its examination, within two days of each other: who sees it first sends the child to the other",
)
MEETING = IncidentRule(
    frozenset({"StrategyDiscussionHeld"}),
    24,
    "both tell that a strategy discussion was held, within a day of each other: each agency that took part records it",
)
PLANNING = IncidentRule(
    frozenset({"PlanningMeetingHeld"}), 24, "both tell that a planning meeting was held, within a day of each other"
)
DETAINED = IncidentRule(
    frozenset({"MentalHealthDetentionStarted"}),
    24,
    "both tell that the child was detained under the Mental Health Act, within a day of each other",
)
DETENTION_ENDED = IncidentRule(
    frozenset({"MentalHealthDetentionEnded"}), 24, "both tell that the detention ended, within a day of each other"
)
COURT = IncidentRule(
    frozenset({"CareProceedingsIssued"}),
    72,
    "both tell that care proceedings were issued, within three days of each other",
)
COURT_PROTECTION = IncidentRule(
    frozenset({"EmergencyProtectionOrderMade"}),
    72,
    "both tell of an emergency protection order, within three days of each other",
)
RELEASED = IncidentRule(
    frozenset({"OffenderReleased"}),
    72,
    "both tell that an offender was released, within three days of each other",
)
RECALLED = IncidentRule(
    frozenset({"OffenderRecalled"}), 72, "both tell that an offender was recalled, within three days of each other"
)
DIED = IncidentRule(
    frozenset({"ChildDied", "UnexpectedDeathInCommunityConfirmed", "UnexpectedDeathInHospitalConfirmed"}),
    240,
    "both tell of the child's death",
)

RULES: tuple[IncidentRule, ...] = (
    DIED,
    MISSED,
    FOUND,
    VIOLENCE,
    SELF_HARM,
    INJURY,
    MEETING,
    PLANNING,
    DETAINED,
    DETENTION_ENDED,
    COURT,
    COURT_PROTECTION,
    RELEASED,
    RECALLED,
)
"""In the order in which they are tried: an entry is part of one incident at most, and of the first that fits."""

WIDEST = timedelta(days=3)
"""A time less certain than this lies near everything, and so says nothing about which incident it belongs to."""
LONGEST_TIE = timedelta(days=28)
"""How far apart entries may lie that are tied by a reference: a notification may be sent, and a victim recorded, weeks after the incident."""
REFERENCE_FIELDS = ("crime_reference",)
"""Fields that name one incident. A household's reference does not: it is the same in all incidents of the household."""
